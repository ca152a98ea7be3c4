"""Pages as people see them (apparences): three widths, light and dark, each read by axe.

A page is loaded once and then shown in every way: none has a script that would notice.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
NARROW: ViewportSize = {"width": 320, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RUN_AXE = 'axe.run({resultTypes: ["violations"]}).then(results => results.violations)'


def findings(page: Page) -> list[dict[str, Any]]:
    """Have axe read the page (WCAG 2.0 to 2.2, A and AA, and good practice)."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN_AXE)
    return [{"rule": one["id"], "where": [node["html"] for node in one["nodes"]]} for one in found]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def shown(page: Page, viewports: Sequence[ViewportSize]) -> Iterator[str]:
    """Show an open page in every way, one after the other; give the name of each."""
    for viewport in viewports:
        page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield f"{viewport['width']} px, {scheme}"


def faults(page: Page, viewports: Sequence[ViewportSize]) -> dict[str, Any]:
    """Give what is wrong with an open page, by the way it is shown."""
    found: dict[str, Any] = {}
    for way in shown(page, viewports):
        if wrong := findings(page):
            found[way] = wrong
        if scrolls_sideways(page):
            found[f"{way}, scrolls"] = True
    return found
