"""Codes of receipts as people type them (« code de vérification »): 16 letters and figures of Crockford.

Letters that look like figures are read as these: nobody can tell an O from a 0 on paper.
"""

import string
import unicodedata

LENGTH, GROUP = 16, 4
# Crockford's 32 letters and figures: none of I, L, O and U, which are read as others or as words.
ALPHABET = "".join(one for one in string.digits + string.ascii_uppercase if one not in "ILOU")
_LOOK_ALIKE = str.maketrans("OIL", "011")
_BETWEEN = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212_. ")


def read_code(typed: str) -> str:
    """Read « 7qx4-o1lh-… » as the code that is printed; nothing if it cannot be one."""
    whole = unicodedata.normalize("NFKC", typed)
    code = "".join(one for one in whole.upper() if one not in _BETWEEN and not one.isspace())
    code = code.translate(_LOOK_ALIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def code_in_groups(code: str) -> str:
    """Write a code as it is printed, in groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
