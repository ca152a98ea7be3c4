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
RUN_AXE = 'how => axe.run({resultTypes: ["violations"], ...how}).then(results => results.violations)'
# What axe reads of colours; all its other rules are about what a page holds and where.
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# What the dark appearance sets that is no colour.
NO_COLOURS = """
() => {
  const found = []
  const isColour = (name, value) => name.startsWith("--") ? CSS.supports("color", value) : /color/.test(name)
  const look = (rules, dark) => {
    for (const rule of rules) {
      const within = dark || /prefers-color-scheme/.test(rule.media?.mediaText ?? "")
      if (within) for (const name of rule.style ?? [])
        if (!isColour(name, rule.style.getPropertyValue(name).trim())) found.push(name)
      look(rule.cssRules ?? [], within)
    }
  }
  for (const sheet of document.styleSheets) look(sheet.cssRules, /prefers-color/.test(sheet.media.mediaText))
  return found
}
"""


def findings(page: Page, how: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Have axe read the page (WCAG 2.0 to 2.2, A and AA, and good practice)."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN_AXE, how or {})
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
    """Give what is wrong with an open page, by the way it is shown.

    The dark appearance changes colours alone, on most pages: what axe said of all else in the light still
    holds, and it looks at the colours again.
    """
    found: dict[str, Any] = {}
    in_the_dark = {} if page.evaluate(NO_COLOURS) else OF_COLOURS
    for way in shown(page, viewports):
        if wrong := findings(page, in_the_dark if way.endswith("dark") else {}):
            found[way] = wrong
        if scrolls_sideways(page):
            found[f"{way}, scrolls"] = True
    return found
