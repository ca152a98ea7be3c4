"""The scene: the portal running on filled books, somebody signed in, and a till (« scène »)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Chalice

from benchmarks import household, pages
from benchmarks.browser import Browser, address_of
from benchmarks.card import Till, stand_in
from benchmarks.place import open_place
from infra.local.resources import Resources


@dataclass
class Scene:
    """What the measures share."""

    app: Chalice
    client: Any
    browser: Browser
    till: Till
    resources: Resources
    payments: list[str] = field(default_factory=list)

    def document_of(self, payment: str) -> str:
        """Find the ticket of a payment."""
        from chalicelib.portal import portal

        return portal().payments.get(payment).ticket

    def targets(self) -> list[str]:
        """List every page, once a payment was made and its ticket lies there."""
        return pages.targets(self.app, self.payments, self.document_of(self.payments[0]))


@contextmanager
def open_scene() -> Iterator[Scene]:
    """Start everything, and have somebody signed in."""
    with stand_in() as stripe, open_place(stripe.base_address) as resources:
        from app import app
        from chalicelib.portal import portal, set_clock
        from chalicelib.storage.table import connection

        set_clock(lambda: household.NOW)
        portal()
        browser = Browser(app)
        assert address_of(browser.sign_in()) == "/"
        yield Scene(app, connection().client, browser, Till(app, browser, stripe, resources), resources)
