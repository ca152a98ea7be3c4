"""Paths that somebody asks to be taken to (« suite », « retour »): of this site, of a page one can open."""

import re

_PAGES: list[re.Pattern[str]] = []


def note_page(path: str) -> None:
    """Take note that ``path`` is served as a page; the groups of pages do so when they are declared."""
    _PAGES.append(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))))


def own_path(asked: str) -> str:
    """Give a path of this site, whatever was asked: never another host (OWASP, unvalidated redirects)."""
    plain = all(" " < letter < "\x7f" and letter != "\\" for letter in asked)
    return asked if plain and asked.startswith("/") and not asked.startswith("//") else "/"


def own_page(asked: str) -> str:
    """Give a page of this site to go to, the home page if what was asked only takes forms, or is nothing."""
    path = own_path(asked)
    return path if any(page.fullmatch(path.partition("?")[0]) for page in _PAGES) else "/"
