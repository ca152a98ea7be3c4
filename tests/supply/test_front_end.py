"""L5: what a browser loads is ours, from our own address: nothing remote, nothing borrowed unseen."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.config import ROOT

# Files of others: name, SHA-256 of what was taken, where it is from, and under which licence.
BORROWED: dict[str, tuple[str, str, str]] = {}
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
PAGES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg"})
STYLES = [path for path in STATIC if path.suffix in {".css", ".svg", ".js"}]
ADDRESS = r"[\"']?((?:\{\{.*?\}\}|[^\"'\s>)])+)"
# What a browser fetches by itself, in markup and in styles.
LOADED = [
    re.compile(
        r"<(?:script|img|source|iframe|embed|video|audio|track|input|image|use|object)\b[^>]*?"
        r"\s(?:src|srcset|data|poster|href|xlink:href)\s*=\s*" + ADDRESS,
        re.IGNORECASE,
    ),
    re.compile(r"<link\b[^>]*?\shref\s*=\s*" + ADDRESS, re.IGNORECASE),
    re.compile(r"url\(\s*" + ADDRESS, re.IGNORECASE),
    re.compile(r"@import\s+" + ADDRESS, re.IGNORECASE),
    re.compile(r"\b(?:fetch|importScripts|import|Worker|EventSource|WebSocket)\(\s*[\"'`]([^\"'`]+)"),
    re.compile(r"\bfrom\s+[\"']([^\"']+\.m?js)[\"']"),
]
# How a template names one of our files.
OURS = re.compile(r"^(\{\{ asset\(['\"][\w.-]+['\"]\) \}\}|cid:\{\{ \w+ \}\})(#.*)?$")
REMOTE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*(?:https?|wss?|ftp):", re.IGNORECASE)
BANNERS = re.compile(r"/\*!|@license|@preserve|sourceMappingURL|\bcopyright\b|\(c\)", re.IGNORECASE)
LONGEST_LINE = 1_000


def loaded(text: str) -> Iterator[str]:
    """Give every address that a browser would fetch for a page or a style."""
    for pattern in LOADED:
        yield from pattern.findall(text)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*PAGES, *STYLES], ids=named)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    found = list(loaded(text))
    assert [address for address in found if REMOTE.match(address)] == []
    assert [address for address in found if "{{" in address and not OURS.match(address)] == []
    assert not re.search(r"<base\b|<meta[^>]+refresh", text, re.IGNORECASE)


@pytest.mark.parametrize("path", STATIC, ids=named)
def test_a_static_file_is_our_own_or_written_down_as_somebody_else_s(path: Path) -> None:
    content = path.read_bytes()
    if path.name in BORROWED:
        mark, source, licence = BORROWED[path.name]
        assert sha256(content).hexdigest() == mark, "another file than the one that was taken"
        assert source.startswith("https://")
        assert licence
        return

    text = content.decode("utf-8")
    assert not BANNERS.search(text), "write it down in BORROWED"
    assert max(map(len, text.splitlines())) <= LONGEST_LINE, "is it minified?  write it down in BORROWED"


def test_nothing_is_written_down_that_is_not_there() -> None:
    assert BORROWED.keys() <= {path.name for path in STATIC}


def test_pages_and_styles_load_something() -> None:
    found = [address for path in [*PAGES, *STYLES] for address in loaded(path.read_text(encoding="utf-8"))]

    assert len(found) >= 5


@pytest.mark.parametrize(
    "text",
    [
        '<script defer src="https://cdn.example/x.js"></script>',
        "<img alt='' src=//cdn.example/x.png>",
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link href="https://fonts.example" rel=preconnect>',
        "@font-face { src: url('https://fonts.example/x.woff2') }",
        '@import "//cdn.example/x.css";',
        '<use xlink:href="http://elsewhere.example/icons.svg#x"/>',
        '<source media="print" srcset="https://elsewhere.example/x.webp">',
        "const answer = await fetch('https://elsewhere.example/x')",
        'import { x } from "https://cdn.example/x.js"',
    ],
)
def test_what_comes_from_elsewhere_is_seen(text: str) -> None:
    assert [address for address in loaded(text) if REMOTE.match(address)]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://www.service-public.fr">',
        '<img src="/static/town.svg" alt="">',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="/static/icons.svg#x"/></svg>',
        "background: url(data:image/svg+xml,abc)",
        '<img src="cid:logo">',
    ],
)
def test_links_that_are_followed_by_hand_are_none_of_this(text: str) -> None:
    assert not [address for address in loaded(text) if REMOTE.match(address)]
