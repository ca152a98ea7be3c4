"""Goal ``bytes``: what travels to the browser, compressed as API Gateway does (gzip)."""

import gzip
import re
from collections.abc import Iterator

from benchmarks.browser import Browser
from benchmarks.figures import Line
from benchmarks.scene import Scene

HTML, FIRST_VIEW = 4_096, 20_000
_ASSET = re.compile(r'"(/static/[^"#]+)')
_IMPORTED = re.compile(r"""url\(["']?(/static/[^"')#]+)""")


def measure(scene: Scene) -> Iterator[Line]:
    """Weigh every page, and the first view of the two pages that people see first."""
    sizes = {}
    for target in scene.targets():
        reply = scene.browser.get(target)
        if reply["statusCode"] == 200:
            sizes[target] = _compressed(reply["body"])
    anonymous = Browser(scene.app)
    sign_in = anonymous.get("/connexion")["body"]
    sizes["/connexion"] = _compressed(sign_in)
    heaviest = max(sizes, key=lambda target: sizes[target])
    yield Line(
        "bytes.page", sizes[heaviest], HTML, f"HTML of the heaviest of {len(sizes)} pages, {heaviest}", "B"
    )
    yield Line("bytes.home", sizes["/"], HTML, "HTML of the home page", "B")
    for name, body in (("sign-in", sign_in), ("home", scene.browser.get("/")["body"])):
        assets = _assets(anonymous, body)
        whole = _compressed(body) + sum(assets.values())
        yield Line(
            f"bytes.{name}.first", whole, FIRST_VIEW, f"HTML and {len(assets)} files that it names", "B"
        )


def _assets(browser: Browser, body: str) -> dict[str, int]:
    """Weigh the files that a page names, and those that its stylesheets name."""
    found: dict[str, int] = {}
    waiting = set(_ASSET.findall(body))
    while waiting:
        path = waiting.pop()
        content = str(browser.get(path)["body"])
        found[path] = _compressed(content)
        waiting |= set(_IMPORTED.findall(content)) - found.keys()
    return found


def _compressed(text: str) -> int:
    return len(gzip.compress(text.encode(), compresslevel=6, mtime=0))
