"""The script of the pages of files (« envois »), in a browser: what it lets through, how long it looks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.config import ROOT
from chalicelib.domain.uploads import UploadState
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.uploads import upload_item
from tests.mothers import a_request, an_upload, put
from tests.visitors import Visitor

pytestmark = pytest.mark.browser
NUMBER = "D2026-000500"
SCRIPT = (ROOT / "static" / "uploads.js").read_text(encoding="utf-8")
SITE = "http://portal.example"
# Time passes at once, and how much is written down where a page that is loaded anew finds it.
HURRY = """{
  sessionStorage.shown = Number(sessionStorage.shown ?? 0) + 1;
  const real = window.setTimeout;
  window.setTimeout = (act, wait) => {
    sessionStorage.waited = `${sessionStorage.waited ?? ""}${wait / 1000} `;
    real(act, 0);
  };
}"""


class Shown:
    """A page of the portal in a browser."""

    def __init__(self, page: Page, html: str) -> None:
        self.page, self._html = page, html
        page.route("**/*", self._answer)
        page.goto(f"{SITE}/envois/x")

    def _answer(self, route: Route) -> None:
        address = route.request.url
        if "/envois/" in address:
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif "uploads" in address:
            route.fulfill(body=SCRIPT, content_type="text/javascript")
        else:
            route.fulfill(body="", content_type="text/css")


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context() as context:
        yield context.new_page()


def html_of(visitor: Visitor, state: UploadState) -> str:
    """Give the page of an upload as the portal writes it."""
    upload = an_upload("C" * 22, facts={"number": NUMBER}, state=state)
    put(*request_items(replace(a_request(NUMBER), opened_here=True)), upload_item(upload))
    return visitor.get(upload.path).html


def test_a_file_is_stopped_only_if_nothing_says_that_it_may_be_right(
    visitor: Visitor, browser_page: Page
) -> None:
    page = Shown(browser_page, html_of(visitor, UploadState.AWAITED)).page
    chosen, help = page.locator("input[type=file]"), "fichier-aide"
    for name, kind, size, wrong in (
        ("scan.jfif", "", 1, ""),
        ("IMG_2041", "", 1, ""),
        ("photo.avif", "image/avif", 1, ""),
        ("releve.bin", "application/pdf", 1, ""),
        ("facture.PDF", "", 10_000_000, ""),
        ("lettre.docx", "", 1, "fichier-inconnu"),
        ("film.mp4", "video/mp4", 1, "fichier-inconnu"),
        ("facture.pdf", "application/pdf", 10_000_001, "fichier-trop-lourd"),
    ):
        chosen.evaluate(
            """(input, [name, type, size]) => {
              const files = new DataTransfer();
              files.items.add(new File([new Uint8Array(size)], name, {type}));
              input.files = files.files;
              input.dispatchEvent(new Event("change"));
            }""",
            [name, kind, size],
        )

        assert chosen.get_attribute("aria-describedby") == f"{help} {wrong}".strip(), name
        assert chosen.get_attribute("aria-invalid") == ("true" if wrong else "false"), name
        shown = page.locator("p.error:visible").evaluate_all("all => all.map(one => one.id)")
        assert shown == ([wrong] if wrong else []), name


def test_the_page_of_a_check_looks_less_and_less_often_and_no_longer_than_two_minutes(
    visitor: Visitor, browser_page: Page
) -> None:
    browser_page.add_init_script(HURRY)
    Shown(browser_page, html_of(visitor, UploadState.CHECKING))

    last = "sessionStorage.shown === '10' && document.readyState === 'complete'"
    browser_page.wait_for_function(last, timeout=5_000)

    waits = [int(one) for one in browser_page.evaluate("sessionStorage.waited").split()]
    assert waits[:4] == [4, 8, 16, 16]
    assert 110 <= sum(waits) <= 130
    assert len(waits) == 9
