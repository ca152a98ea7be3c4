"""The door that all pages share: a site whose entrance is the portal's."""

from chalicelib.portal import portal
from chalicelib.web.entrance import Entrance
from chalicelib.web.site import Middleware, Site, pages_for_errors


def entrance() -> Entrance:
    """Give the portal's entrance; built on the first request, not at import."""
    return portal().entrance


def new_site(import_name: str) -> Site:
    """Make the blueprint of one group of pages."""
    return Site(import_name, entrance)


def pages_instead_of_json(machines: frozenset[str]) -> Middleware:
    """Make the middleware that answers people with pages; the addresses of machines keep their JSON."""
    return pages_for_errors(entrance, machines)
