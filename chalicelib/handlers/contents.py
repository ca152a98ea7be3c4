"""The table of contents at work: a group of pages is loaded with the first request for one of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module

from chalice import Chalice, Response

from chalicelib.web.paths import note_page
from chalicelib.web.site import Site, View


class LateView:
    """The view of a page whose group may not be loaded yet."""

    def __init__(self, app: Chalice, group: str, route: str) -> None:
        self._app, self._group, self._route = app, group, route
        self.__name__ = route  # Chalice wants a name, and makes the description of the API of the text
        self.__doc__ = None

    @cached_property
    def _view(self) -> View:
        site = load(self._group)
        site.register(self._app, {})
        return site.views[self._route]

    @property
    def guard(self) -> str:
        """Tell whom the page lets in."""
        return self._view.guard  # type: ignore[attr-defined,no-any-return]

    def __call__(self, **captured: str) -> Response:
        """Answer the request."""
        return self._view(**captured)


def load(group: str) -> Site:
    """Load a group of pages: a module of this package that has a ``site``."""
    site: Site = import_module(f"chalicelib.handlers.{group}").site
    return site


def serve(app: Chalice, pages: Mapping[str, Sequence[str]]) -> None:
    """Have ``app`` answer « method path » with the view that the group has for it."""
    for group, routes in pages.items():
        for route in routes:
            method, _, path = route.partition(" ")
            if method == "GET":
                note_page(path)
            declare = app.route(path, methods=[method], content_types=[], name=route)
            declare(LateView(app, group, route))
