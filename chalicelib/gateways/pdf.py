"""The press: one Typst template and the values of one tenant make one tagged PDF (« documents »).

The file keeps both PDF/UA-1 (read aloud, navigated) and PDF/A-3a (kept for years).  The engine and its font
weigh 84 MB and belong to the worker's package alone, so they are imported when the first document is made.
"""

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"
FONT = "Source Sans Pro"
LONGEST_WORD = 80
TRIES = 5  # the font's gaps are told all at once; a letter under a lost accent may need one more turn
MISSING = "?"  # the font has no « replacement character » either
# Controls, bidirectional overrides, surrogates, private and unassigned characters, line separators.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_GAP = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class TypstPress:
    """Makes PDF documents; may be shared by threads."""

    def __init__(self, folder: Path = DOCUMENTS) -> None:
        self._folder = folder
        self._compilers: dict[str, typst.Compiler] = {}
        self._lock = threading.Lock()  # a compiler entered twice raises « Already borrowed »

    def press(self, template: str, values: Mapping[str, Any], issued_at: datetime) -> bytes:
        """Make the document: the same values and moment make the same bytes.

        Values never become code, since the template reads them as JSON.  A character that the font lacks is
        shown as « ? »: a name with an emoji must not keep a tenant from having a ticket.
        """
        gaps: dict[str, str] = {}
        with self._lock:
            for _ in range(TRIES):
                try:
                    return self._compile(template, json.dumps(_printable(values, gaps)), issued_at)
                except self._engine.TypstError as error:
                    if not (found := _gaps(error.diagnostic)):
                        raise
                    gaps |= found
        raise ValueError(f"the font {FONT} cannot show this {template}")

    def _compile(self, template: str, payload: str, issued_at: datetime) -> bytes:
        if (compiler := self._compilers.get(template)) is None:
            path = self._folder / f"{template}.typ"
            compiler = self._engine.Compiler(path, root=self._folder, font_paths=self._fonts)
            self._compilers[template] = compiler
        # The inputs are given each time: a call without them would print the values of the previous tenant.
        made = compiler.compile(
            sys_inputs={"values": payload},
            format="pdf",
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(issued_at.timestamp()),
        )
        if not isinstance(made, bytes):
            raise TypeError(f"{template} made no PDF")
        return made

    @cached_property
    def _engine(self) -> Any:
        import typst

        return typst

    @cached_property
    def _fonts(self) -> "typst.Fonts":
        """Load the font, and refuse to go on without it: Typst would write a blank page and no error."""
        from font_source_sans_pro import font_directory

        fonts: typst.Fonts = self._engine.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_directory]
        )
        if FONT not in fonts.families():
            raise RuntimeError(f"the font {FONT} is not in {font_directory}")
        return fonts


def _printable(value: Any, gaps: Mapping[str, str]) -> Any:
    """Make every text of a value one that the page can hold."""
    if isinstance(value, str):
        return _printable_text(value, gaps)
    if isinstance(value, Mapping):
        return {name: _printable(part, gaps) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part, gaps) for part in value]
    return value


def _printable_text(text: str, gaps: Mapping[str, str]) -> str:
    # The narrow no-break space is nearly invisible in this font.
    text = unicodedata.normalize("NFC", text).replace("\u202f", "\u00a0")
    text = "".join(_visible(character) for character in text)
    for gap in sorted(gaps, key=len, reverse=True):
        text = text.replace(gap, gaps[gap])
    return _LONG_WORD.sub(lambda word: word[0][: LONGEST_WORD - 1] + "…", text)


def _visible(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _INVISIBLE:
        return character
    return " " if character.isspace() else ""


def _gaps(diagnostic: str) -> dict[str, str]:
    """Read in Typst's complaint what the font lacks; a letter with an accent first loses the accent."""
    told = (_ESCAPE.sub(lambda code: chr(int(code[1], 16)), text) for text in _GAP.findall(diagnostic))
    return {text: text[0] if len(text) > 1 else MISSING for text in told}
