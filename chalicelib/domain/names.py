"""Names (« noms ») as people type them, beside how the landlord writes them.

« M. NOEL-BACKER Francois Xavier » is François-Xavier Noël-Bäcker: accents, case, hyphens, apostrophes and
civility count for nothing, nor does the order.
"""

import re

from chalicelib.domain.guessing import folded
from chalicelib.domain.tenants import Tenant

_LETTERS = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['’‘ʼ`´]\s*")
# « M. et Mme » stands before the name on many a notice of a couple.
_CIVILITIES = frozenset(
    (
        "m",
        "mr",
        "mme",
        "mlle",
        "mrs",
        "monsieur",
        "madame",
        "mademoiselle",
        "messieurs",
        "mesdames",
        "et",
        "ou",
    )
)


def is_named(tenant: Tenant, typed: str) -> bool:
    """Tell whether the typed name is the tenant's: all of the last name is there, and nothing foreign."""
    words = _words(typed)
    last, first = _words(tenant.last_name), _words(tenant.first_name)
    if not words or not last:
        return False
    if set(last) <= set(words) <= {*last, *first}:
        return True
    return _runs_together("".join(words), "".join(last), first)


def _words(name: str) -> list[str]:
    """Give the words of a name; civilities are left out, unless nothing else is there."""
    found = _LETTERS.findall(folded(_APOSTROPHES.sub(" ", name)))
    return [word for word in found if word not in _CIVILITIES] or found


def _runs_together(typed: str, last: str, first: list[str]) -> bool:
    """Tell whether a name was typed without its blanks: « DAUBIGNELEFEVRE », « Noëlbäcker François »."""
    before, found, after = typed.partition(last)
    return bool(found) and all(_is_made_of(part, first) for part in (before, after))


def _is_made_of(text: str, words: list[str]) -> bool:
    """Tell whether a text is nothing but some of the words, one after the other."""
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached |= {start + len(word) for word in words if text.startswith(word, start)}
    return len(text) in reached
