"""Walking through the whole site: every page that links lead to, from a first one."""

from urllib.parse import urlsplit

from tests.reading import ReadPage
from tests.visitors import Seen, Visitor, own_path

OUTSIDE = ("tel:", "mailto:", "https://", "http://")


class Walk:
    """A visitor on their way through the site, one page at each step; ``seen`` is each by path and query."""

    def __init__(self, visitor: Visitor, *first: str) -> None:
        self._visitor, self._waiting = visitor, list(first)
        self.seen: dict[str, Seen] = {}

    def step(self) -> Seen | None:
        """Open the next page and note where it leads; nothing when all were seen."""
        while self._waiting and self._waiting[-1] in self.seen:
            self._waiting.pop()
        if not self._waiting:
            return None
        path = self._waiting.pop()
        seen = self.seen[path] = self._visitor.ask("GET", path)
        if seen.header("content-type").startswith("text/html"):
            self._waiting += [own_path(link) for link in inner_links(seen.page)]
        if seen.location.startswith("/"):
            self._waiting.append(seen.location)
        return seen

    def once_more(self, path: str) -> None:
        """Open a page again."""
        self.seen.pop(path)
        self._waiting.append(path)


def crawl(visitor: Visitor, *first: str) -> dict[str, Seen]:
    """Open these pages and all that they lead to on this site; give each by its path and query."""
    walk = Walk(visitor, *first)
    while walk.step():
        pass
    return walk.seen


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
