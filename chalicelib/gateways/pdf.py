"""The press: one Typst template and the values of one tenant make one tagged PDF (« documents »).

The file keeps both PDF/UA-1 (read aloud, navigated) and PDF/A-3a (kept for years).  The engine and its font
weigh 84 MB and belong to the worker's package alone, so they are imported when the first document is made.

What the landlord is goes in as an input of the engine and stays as it is from paper to paper: all that is
made of it alone is laid out once and remembered.  The tenant's values are new each time, and go in as one
text in a source of two lines: were they an input too, the engine would forget everything at each one.
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
_KEPT = "\n\u200b"  # the second one shows where a long word may be broken
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_ONE_PAGE = b"<</Type/Pages/Count 1/"  # the engine writes it so; a paper of one page is else printed twice
_GAP = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class TypstPress:
    """Makes PDF documents; may be shared by threads."""

    def __init__(self, folder: Path = DOCUMENTS) -> None:
        self._folder = folder
        self._compilers: dict[str, typst.Compiler] = {}  # by what is printed of the landlord
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
                    return self._compile(template, _printable(values, gaps), issued_at)
                except self._engine.TypstError as error:
                    if not (found := _gaps(error.diagnostic)):
                        raise
                    gaps |= found
        raise ValueError(f"the font {FONT} cannot show this {template}")

    def _compile(self, template: str, values: dict[str, Any], issued_at: datetime) -> bytes:
        landlord = json.dumps(values.pop("landlord", None))
        if (compiler := self._compilers.get(landlord)) is None:
            compiler = self._engine.Compiler(
                root=self._folder, font_paths=self._fonts, sys_inputs={"landlord": landlord}
            )
            self._compilers[landlord] = compiler
        made = self._print(compiler, template, values | {"one-page": True}, issued_at)
        if _ONE_PAGE not in made:
            made = self._print(compiler, template, values | {"one-page": False}, issued_at)
        return made

    def _print(
        self, compiler: "typst.Compiler", template: str, values: Mapping[str, Any], issued_at: datetime
    ) -> bytes:
        made = compiler.compile(
            # The source is given each time: a call without it would print the values of the previous tenant.
            input=_source(template, values),
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


def _source(template: str, values: Mapping[str, Any]) -> bytes:
    """Write the two lines that print a paper: JSON in ASCII, of which a Typst text only minds these two."""
    text = json.dumps(values).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "/{template}.typ": paper\n#paper(json(bytes("{text}")))'.encode("ascii")


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
    if character in _KEPT or unicodedata.category(character) not in _INVISIBLE:
        return character
    return " " if character.isspace() else ""


def _gaps(diagnostic: str) -> dict[str, str]:
    """Read in Typst's complaint what the font lacks; a letter with an accent first loses the accent."""
    told = (_ESCAPE.sub(lambda code: chr(int(code[1], 16)), text) for text in _GAP.findall(diagnostic))
    return {text: text[0] if len(text) > 1 else MISSING for text in told}
