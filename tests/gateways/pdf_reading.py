"""A PDF read back: its text in order, its tags, its fonts, where each piece stands."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader


def catalog(pdf: bytes) -> Any:
    return PdfReader(BytesIO(pdf)).trailer["/Root"]


def text_of(pdf: bytes) -> str:
    """Give the text as it is copied, with plain spaces."""
    pages = PdfReader(BytesIO(pdf)).pages
    return re.sub(r"[ \u00a0]+", " ", "\n".join(page.extract_text() for page in pages))


def tags(node: Any) -> Iterator[tuple[str, Any]]:
    """Walk the tags in reading order: the role and the element."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for part in node:
            yield from tags(part)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"]), node
        yield from tags(node.get("/K", []))


def roles(pdf: bytes) -> list[str]:
    return [role for role, _ in tags(catalog(pdf)["/StructTreeRoot"])]


def described_fonts(pdf: bytes) -> list[tuple[str, Any]]:
    found = []
    for page in PdfReader(BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            part: Any = font.get_object()["/DescendantFonts"][0].get_object()
            found.append((str(part["/BaseFont"]), part["/FontDescriptor"]))
    return found


def heights_of(pdf: bytes) -> dict[str, float]:
    """Give how high above the foot of the page each piece of text stands, the lowest if it is there twice."""
    heights: dict[str, float] = {}

    def visit(text: str, page: Any, line: Any, _: Any, __: Any) -> None:
        height = round(line[4] * page[1] + line[5] * page[3] + page[5], 1)
        heights[text.strip()] = min(height, heights.get(text.strip(), height))

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    return heights


def places_of(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Give where each piece of text of the first page starts, in points from its left edge and its foot."""
    places: dict[str, tuple[float, float]] = {}

    def visit(text: str, page: Any, line: Any, _: Any, __: Any) -> None:
        x = line[4] * page[0] + line[5] * page[2] + page[4]
        y = line[4] * page[1] + line[5] * page[3] + page[5]
        places.setdefault(text.strip(), (round(x, 1), round(y, 1)))

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    return places
