"""Changes of what is already stored: numbered, run once in each table, safe to run again (« migrations »).

One module for each, ``m0001_what_it_does.py``, with a ``MIGRATION`` in it.  A number that has been used stays
for ever.  A shape changes in three releases, so that going back by one is always possible:

1. The code reads both shapes and still writes the old one.  The migration comes with it, and **waits**: the
   release before could not read what it leaves.
2. The code writes the new shape.  The release before reads both by now, so the deployment of this one runs
   the migration, after the functions have changed.
3. The code reads the new shape alone, and the migration says ``needed``: where it has not run to its end,
   this release is refused.

A migration that only adds what older code passes over says ``readable_by_older``: it waits for nothing, and
stands in nobody's way back.
"""
