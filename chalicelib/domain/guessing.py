"""What whoever guesses a password tries first (« devinabilité »): runs, common passwords, what they know.

A run, a common password or a known word counts for nothing: what matters is what is left beside it.  One
common password among ten thousand is worth as much as two characters; a name that is known is worth none.
"""

import gzip
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

LEFT_BESIDE_A_NAME, LEFT_BESIDE_A_COMMON_ONE = 8, 6
SHORTEST_WORD, SHORTEST_PART = 3, 4
SHORTEST_NUMBER, LONGEST_COMMON = 6, 18
_LIST = Path(__file__).with_name("common_passwords.txt.gz")
_SIGNS = str.maketrans(
    {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "€": "e"}
)
_LEET = (_SIGNS | str.maketrans("1!", "ii"), _SIGNS | str.maketrans("1!", "ll"))
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_DIGITS = "01234567890"
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    *("azertyuiop", "qsdfghjklm", "wxcvbn"),
    *("qwertyuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm"),
)
_SAME = re.compile(r"(.)\1{2,}", re.DOTALL)
_TWINS = re.compile(r"(.)\1+", re.DOTALL)
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}(\D)\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d(\D)\d{1,2}\2\d{1,2})(?!\d)", re.ASCII
)
_PART = re.compile(r"[^\W_]+")


class Reading:
    """A password read without case and accents, its signs also as the letters that they stand for.

    One that says the same thing several times over is read once.
    """

    def __init__(self, password: str) -> None:
        text = _said_once(folded(password))
        self._texts = tuple(dict.fromkeys((text, *(text.translate(signs) for signs in _LEET))))
        self._runs = frozenset(_runs(text))

    def is_a_run(self) -> bool:
        """Tell whether next to nothing is left beside runs (« aaaa », « 1234 », « azer ») and dates."""
        text = self._texts[0]
        squeezed = _TWINS.sub(r"\1", text)
        return min(_left(text, self._runs), _left(squeezed, _runs(squeezed))) < LEFT_BESIDE_A_COMMON_ONE

    def is_common(self) -> bool:
        """Tell whether it is a common password, or one with a few characters before or after it."""
        common = common_passwords()
        return any(core in common for text in self._texts for core in self._cores(text))

    def is_about(self, known: Iterable[str]) -> bool:
        """Tell whether next to nothing is left beside what is ``known`` of its owner."""
        words = set(_words(known))
        told = {at for text in self._texts for word in words for at in _places(word, text)}
        return bool(told) and _left(self._texts[0], told | self._runs) < LEFT_BESIDE_A_NAME

    def _cores(self, text: str) -> Iterator[str]:
        """Give the parts of a text beside which too little is left."""
        whole = len(text)
        beside = [0 if at in self._runs else 1 for at in range(whole)]
        for start in range(whole):
            before = sum(beside[:start])
            if before >= LEFT_BESIDE_A_COMMON_ONE:
                return
            for end in range(min(whole, start + LONGEST_COMMON), start + SHORTEST_PART - 1, -1):
                if before + sum(beside[end:]) >= LEFT_BESIDE_A_COMMON_ONE:
                    break
                if end - start >= SHORTEST_NUMBER or not text[start:end].isdecimal():
                    yield text[start:end]


@cache
def common_passwords() -> frozenset[str]:
    """Read the list of common passwords (``infra/package/common_passwords.py`` writes it), once."""
    text = gzip.decompress(_LIST.read_bytes()).decode()
    return frozenset(text.partition("\n\n")[2].split())


def folded(text: str) -> str:
    """Spell a text without case, accents and ligatures."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _said_once(text: str) -> str:
    """Give the shortest beginning that the whole text repeats, cut anywhere."""
    for period in range(1, len(text) // 2 + 1):
        if text[period:] == text[:-period]:
            return text[:period]
    return text


def _left(text: str, told: Iterable[int]) -> int:
    return len(text) - len(set(told))


def _runs(text: str) -> Iterator[int]:
    """Give the places of a text that are in a run or in a date."""
    for pattern in (_SAME, _DATE):
        for found in pattern.finditer(text):
            yield from range(*found.span())
    for row in (_DIGITS, *_ROWS):
        shortest = SHORTEST_WORD if row is _DIGITS else SHORTEST_PART
        for one in (row, row[::-1]):
            for start in range(len(text)):
                end = start + shortest
                if text[start:end] not in one or end > len(text):
                    continue
                while end < len(text) and text[start : end + 1] in one:
                    end += 1
                yield from range(start, end)


def _words(known: Iterable[str]) -> Iterator[str]:
    """Give the words of what is known, apart, together, and without the figures at their end.

    Of an e-mail address, what stands before the « @ » is known; its domain is everybody's, and is known where
    it follows an « @ ».
    """
    for text in known:
        name, at, host = folded(text).partition("@")
        if at:
            yield f"@{host}"
        parts: Collection[str] = _PART.findall(name)
        for word in (*parts, "".join(parts)):
            yield from (one for one in (word, word.rstrip("0123456789")) if len(one) >= SHORTEST_WORD)


def _places(word: str, text: str) -> Iterator[int]:
    """Give the places of a text that a word takes; a short word has to stand alone."""
    pattern = re.escape(word)
    if len(word) < SHORTEST_PART:
        pattern = rf"(?<!\d){pattern}(?!\d)" if word.isdecimal() else rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
    for found in re.finditer(pattern, text):
        yield from range(*found.span())
