"""The text of an exchange file (« fichier d’échange ») cut into records: UTF-8, CSV as of RFC 4180.

Lines are those that an editor shows.  What cannot be read costs its own line only: after a quote that is
never closed, reading goes on at the next line.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_RECORD = 20_000
MOST_LINES = 100
NOT_UTF8 = "La ligne n’est pas en UTF-8."
TOO_LONG = "La ligne dépasse 20\u202f000 caractères."
UNTERMINATED = "Un guillemet ouvert n’est jamais refermé."
STRAY_QUOTE = (
    "Une cellule qui contient un guillemet s’écrit entre guillemets, et ce guillemet s’y écrit deux fois."
)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


class Record(NamedTuple):
    """The cells of one record, and the line on which it starts."""

    line: int
    cells: list[str]


class Unreadable(NamedTuple):
    """A line of which no record can be made, why, and its cells as far as they can be guessed."""

    line: int
    rule: str
    cells: list[str]


class ExchangeText:
    """A file's lines, with the separator that its first line uses.

    Only a file with ``long_texts`` may have records of several lines: elsewhere a quote that is not closed on
    its line is known as an error at once, and can swallow nothing.
    """

    def __init__(self, content: bytes, *, long_texts: bool) -> None:
        self._most_lines = MOST_LINES if long_texts else 1
        self._lines = _lines_of(content)
        self._width = 0
        first = self._lines[0] or ""
        self._separator = ";" if ";" in first or "," not in first else ","

    def records(self) -> Iterator[Record | Unreadable]:
        """Give each record, the first one holding the names of the columns; blank lines are skipped."""
        separator, lines = self._separator, self._lines
        position = 0
        while position < len(lines):
            text = lines[position]
            position += 1
            if text is None:
                yield Unreadable(position, NOT_UTF8, [])
            elif len(text) > LONGEST_RECORD:
                yield Unreadable(position, TOO_LONG, text[:LONGEST_RECORD].split(separator))
            elif '"' in text:
                found, taken = self._quoted(position)
                position += taken
                yield self._measured(found)
            elif text.strip():
                yield self._measured(Record(position, text.split(separator)))

    def _measured(self, found: Record | Unreadable) -> Record | Unreadable:
        """Remember how many cells the first record has."""
        if not self._width and isinstance(found, Record):
            self._width = len(found.cells)
        return found

    def _quoted(self, line: int) -> tuple[Record | Unreadable, int]:
        """Read a record with quotes that starts on a line; tell how many lines more it takes."""
        text = self._lines[line - 1] or ""
        guessed = [cell.strip('"') for cell in text.split(self._separator)]
        for taken in range(self._most_lines):
            if text.count('"') % 2 == 0:
                cells = _cells(text, self._separator)
                if cells is None or (taken and len(cells) != self._width):
                    return Unreadable(line, STRAY_QUOTE, guessed), 0
                return Record(line, cells), taken
            following = self._lines[line + taken] if line + taken < len(self._lines) else None
            if following is None or len(text) + len(following) > LONGEST_RECORD:
                break
            text += "\n" + following
        return Unreadable(line, UNTERMINATED, guessed), 0


def _lines_of(content: bytes) -> list[str | None]:
    try:
        return list(_shown(content.decode("utf-8-sig")).replace("\r\n", "\n").split("\n"))
    except UnicodeDecodeError:
        return [_decoded(line) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]


def _decoded(line: bytes) -> str | None:
    try:
        return _shown(line.decode().removesuffix("\r"))
    except UnicodeDecodeError:
        return None


def _shown(text: str) -> str:
    """Spell accents the one way (NFC), so that equal names are equal texts."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _cells(text: str, separator: str) -> list[str] | None:
    """Cut a record whose quotes come in pairs; ``None`` if one stands where none may."""
    cells, position = [], 0
    while True:
        quoted = _QUOTED.match(text, position)
        if quoted:
            cells.append(quoted[1].replace('""', '"'))
            end = quoted.end()
        else:
            end = text.find(separator, position)
            end = len(text) if end < 0 else end
            cells.append(text[position:end])
            if '"' in cells[-1]:
                return None
        if end == len(text):
            return cells
        if text[end] != separator:
            return None
        position = end + 1
