"""Walking through the whole site: every page that links lead to, from a first one."""

from urllib.parse import urlsplit

from tests.reading import ReadPage
from tests.visitors import Seen, Visitor, own_path

OUTSIDE = ("tel:", "mailto:", "https://", "http://")


def crawl(visitor: Visitor, *first: str) -> dict[str, Seen]:
    """Open these pages and all that they lead to on this site; give each by its path and query."""
    seen: dict[str, Seen] = {}
    waiting = list(first)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen[path] = visitor.ask("GET", path)
        if seen[path].header("content-type").startswith("text/html"):
            waiting += [own_path(link) for link in inner_links(seen[path].page)]
        if seen[path].location.startswith("/"):
            waiting.append(seen[path].location)
    return seen


def inner_links(page: ReadPage) -> list[str]:
    """Give the links that stay on this site, leaving out those within the page."""
    return [link for link in page.links if not link.startswith((*OUTSIDE, "#"))]


def broken_anchors(found: dict[str, Seen]) -> list[str]:
    """Give the links whose anchor is not on the page that they lead to."""
    broken = []
    for path, seen in found.items():
        if seen.status == 303 or not seen.header("content-type").startswith("text/html"):
            continue
        for link in seen.page.links:
            anchor = urlsplit(link).fragment
            target = path if link.startswith("#") else own_path(link)
            if anchor and not link.startswith(OUTSIDE) and anchor not in found[target].page.ids:
                broken.append(f"{path}: {link}")
    return broken
