"""Coordonnées, Profession: what tenants change of their own file."""

from collections.abc import Mapping

from chalicelib.domain.errors import InvalidForm, Refused
from chalicelib.domain.profile import (
    PHONES,
    PROFESSION,
    Filled,
    Overtaken,
    Part,
    Reader,
    change_part,
    line,
    listed,
    wanted,
)
from chalicelib.domain.tenants import Tenant
from chalicelib.handlers.door import new_site
from chalicelib.handlers.proof import prove
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
PHONES_PATH = "/informations-personnelles/coordonnees"
PROFESSION_PATH = "/informations-personnelles/profession"
SEEN = "vu"
TAKEN, CONFLICT = "/informations-personnelles?modifie={}", 409
LONGEST_ADDRESS = 200


@site.page(PHONES_PATH)
def show_phones(visit: Visit) -> Answer:
    """Ask for the telephones; the e-mail has a page of its own."""
    return _page(visit, PHONES, visit.signed_in.tenant, ask=not visit.proven)


@site.form(PHONES_PATH)
def receive_phones(visit: Visit) -> Answer:
    """Write the telephones, once it is sure who asks: they are what a thief would have called."""
    unproven, tenant = prove(visit), visit.signed_in.tenant
    readers = dict.fromkeys((field.name for field in PHONES.fields), portal().phone_book.spelled)
    if not unproven:
        return _receive(visit, PHONES, readers)
    try:
        wanted(PHONES, tenant, _filled(visit, PHONES), readers)
    except Overtaken:
        pass
    except InvalidForm as error:
        unproven = error.fields | unproven
    return _page(visit, PHONES, tenant, InvalidForm(unproven), ask=True)


@site.page(PROFESSION_PATH)
def show_profession(visit: Visit) -> Answer:
    """Ask what the tenant does for a living."""
    return _page(visit, PROFESSION, visit.signed_in.tenant)


@site.form(PROFESSION_PATH)
def receive_profession(visit: Visit) -> Answer:
    """Write what the tenant does for a living."""
    readers: dict[str, Reader] = {
        "employment": listed(portal().landlord.situations),
        "occupation": line(),
        "employer": line(),
        "employer_address": line(LONGEST_ADDRESS),
    }
    return _receive(visit, PROFESSION, readers)


def _receive(visit: Visit, part: Part, readers: Mapping[str, Reader]) -> Answer:
    tenant = visit.signed_in.tenant
    try:
        change_part(portal().profiles, part, tenant, _filled(visit, part), readers, visit.now)
    except Overtaken as error:
        return _page(visit, part, error.tenant, error, CONFLICT)
    except InvalidForm as error:
        return _page(visit, part, tenant, error)
    return SeeOther(TAKEN.format(part.kind.value))


def _filled(visit: Visit, part: Part) -> Filled:
    typed = {field.id: visit.text(field.id) for field in part.fields if field.id in visit.form}
    return Filled(typed, visit.text(SEEN))


def _page(
    visit: Visit,
    part: Part,
    tenant: Tenant,
    error: Refused | None = None,
    status: int = 422,
    *,
    ask: bool = False,
) -> Page:
    """Show a form with what was typed, or with what the file says; it is marked with what the file says."""
    told = {field.id: visit.form.get(field.id, getattr(tenant, field.name)) for field in part.fields}
    seen = visit.form.get(SEEN, "") if error and not isinstance(error, Overtaken) else ""
    values = {
        "fields": part.fields,
        "told": told,
        "seen": seen or part.marks(tenant),
        "ask": ask,
        "error": error,
        "email": visit.signed_in.email,
        "situations": _situations(tenant),
    }
    return Page(f"profile/{part.kind.value}.html", values, status if error else 200)


def _situations(tenant: Tenant) -> tuple[str, ...]:
    """Give the landlord's words, and the one that the landlord's file says if it is another."""
    words = portal().landlord.situations
    return words if tenant.employment in {"", *words} else (tenant.employment, *words)
