"""The restore drill: a table as it was at a moment, beside the live one, and compared (« restauration »).

The same command is the first half of a restoration after an accident: then the copy is kept, and the next
deployment names it (docs/aws.md, *Restore drill*).
"""
