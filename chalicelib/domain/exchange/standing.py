"""What can stand in a delivery (« cohérence »): rows that name something unknown, or contradict another row.

A row that is refused takes with it only what cannot stand without it, and each such row is named too.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, NamedTuple, Protocol

from chalicelib.domain.exchange.layouts import (
    ACCOUNTS,
    AGENTS,
    CALLS,
    CERTIFICATES,
    DOCUMENTS,
    ENTRIES,
    HOLDERS,
    LEASES,
    MESSAGES,
    OCCUPANTS,
    REQUESTS,
    STATEMENTS,
    UNITS,
)
from chalicelib.domain.exchange.reading import Delivery
from chalicelib.domain.exchange.report import RowError
from chalicelib.domain.exchange.rows import CallEntry, Row

OF_A_LEASE = (UNITS, OCCUPANTS, ENTRIES, CALLS, CERTIFICATES, STATEMENTS, DOCUMENTS)
UNKNOWN_LEASE = "Contrat inconnu\u00a0: ni dans baux.csv, ni dans le portail."
UNKNOWN_TENANT = "Locataire inconnu\u00a0: ni dans titulaires.csv, ni dans le portail."
UNKNOWN_REQUEST = "Demande inconnue de ce locataire\u00a0: ni dans demandes.csv, ni dans le portail."

Judge = Callable[[Row[Any]], RowError | None]


class Parts(NamedTuple):
    """What is made of several rows of a file: which period's, the day that all share, and the two rules."""

    file: str
    period: str
    period_of: Callable[[Any], str]
    day: str
    day_of: Callable[[Any], date]
    other_day: str
    not_whole: str


RENT_CALL = Parts(
    CALLS,
    "mois",
    lambda value: f"{value.month_on:%Y-%m}",
    "echeance",
    lambda value: value.due_on,
    "L’échéance de cet avis est une autre à la ligne {}.",
    "Une autre ligne du même avis est refusée\u00a0: l’avis serait faux.",
)
CHARGE_STATEMENT = Parts(
    STATEMENTS,
    "annee",
    lambda value: str(value.year),
    "date",
    lambda value: value.booked_on,
    "La date de ce décompte est une autre à la ligne {}.",
    "Une autre ligne du même décompte est refusée\u00a0: le décompte serait faux.",
)


class Known(Protocol):
    """What the portal knows already."""

    def known_leases(self, numbers: Collection[str]) -> set[str]:
        """Find which of these leases there are."""

    def known_tenants(self, ids: Collection[str]) -> set[str]:
        """Find which of these tenants there are."""

    def known_requests(self, requests: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Find which of these requests (tenant, number) there are."""


def keep_what_stands(delivery: Delivery, known: Known) -> None:
    """Refuse the rows of a delivery that cannot stand, given what the portal knows."""
    for parts in (RENT_CALL, CHARGE_STATEMENT):
        _keep_whole(delivery, parts)
    _keep_one_call(delivery)
    _keep_one_identity(delivery)
    _keep_one_account(delivery)
    _keep_with_known_lease(delivery, known)
    _keep_with_known_tenant(delivery, known)
    _keep_with_known_request(delivery, known)


def _keep(delivery: Delivery, file: str, judge: Judge) -> None:
    if file not in delivery.rows:
        return
    sound = []
    for row in delivery.rows[file]:
        error = judge(row)
        if error is None:
            sound.append(row)
        else:
            delivery.errors.append(error)
            delivery.spoilt.add((file, row.value.number if file == REQUESTS else row.owner))
    delivery.rows[file] = sound


def _keep_whole(delivery: Delivery, parts: Parts) -> None:
    """Refuse the lines of a rent call or a charge statement that lost one: its sum would be wrong."""
    firsts: dict[tuple[str, str], Row[Any]] = {}
    spoilt = {(lease, one) for file, lease, *rest in delivery.spoilt if file == parts.file for one in rest}

    def same_day(row: Row[Any]) -> RowError | None:
        key = (row.owner, parts.period_of(row.value))
        first = firsts.setdefault(key, row)
        if parts.day_of(first.value) == parts.day_of(row.value):
            return None
        spoilt.add(key)
        return RowError(parts.file, row.line, parts.day, parts.other_day.format(first.line))

    def whole(row: Row[Any]) -> RowError | None:
        if (row.owner, parts.period_of(row.value)) not in spoilt:
            return None
        return RowError(parts.file, row.line, parts.period, parts.not_whole, follows=True)

    _keep(delivery, parts.file, same_day)
    if spoilt:
        _keep(delivery, parts.file, whole)


def _keep_one_call(delivery: Delivery) -> None:
    """Refuse a second entry of a month's rent call: the books have it once."""
    firsts: dict[tuple[str, str], Row[Any]] = {}

    def first_of_the_month(row: Row[Any]) -> RowError | None:
        if not isinstance(row.value, CallEntry):
            return None
        first = firsts.setdefault((row.owner, row.value.id), row)
        if first is row:
            return None
        return RowError(ENTRIES, row.line, "mois", f"L’appel de ce mois est déjà à la ligne {first.line}.")

    _keep(delivery, ENTRIES, first_of_the_month)


def _keep_one_identity(delivery: Delivery) -> None:
    """Refuse rows that give a person another identity than an earlier row did."""
    firsts: dict[str, Row[Any]] = {}

    def same(row: Row[Any]) -> RowError | None:
        first = firsts.setdefault(row.owner, row)
        if first.value.tenant == row.value.tenant:
            return None
        rule = f"Ce locataire a un autre nom ou d’autres coordonnées à la ligne {first.line}."
        return RowError(HOLDERS, row.line, "locataire", rule)

    _keep(delivery, HOLDERS, same)


def _keep_one_account(delivery: Delivery) -> None:
    """Refuse a second account of a person, and an agent's account at a tenant's address."""
    firsts: dict[str, Row[Any]] = {}
    addresses = {row.value.email: row.line for row in delivery.of(ACCOUNTS)}

    def first_of_a_person(row: Row[Any]) -> RowError | None:
        first = firsts.setdefault(row.owner, row)
        if first is row:
            return None
        return RowError(
            ACCOUNTS, row.line, "locataire", f"Cette personne a déjà un compte à la ligne {first.line}."
        )

    def not_a_tenant_s(row: Row[Any]) -> RowError | None:
        if row.owner not in addresses:
            return None
        rule = f"Cette adresse est celle d’un locataire à la ligne {addresses[row.owner]} de {ACCOUNTS}."
        return RowError(AGENTS, row.line, "courriel", rule)

    _keep(delivery, ACCOUNTS, first_of_a_person)
    _keep(delivery, AGENTS, not_a_tenant_s)


def _keep_with_known_lease(delivery: Delivery, known: Known) -> None:
    named = {row.owner for file in OF_A_LEASE for row in delivery.of(file)}
    named |= {row.value.hold.lease for row in delivery.of(HOLDERS)}
    named |= {row.value.lease for row in delivery.of(REQUESTS)}
    here = {row.owner for row in delivery.of(LEASES)}
    here |= known.known_leases(named - here)

    def judge(file: str, lease_of: Callable[[Row[Any]], str]) -> Judge:
        def of_a_known_lease(row: Row[Any]) -> RowError | None:
            lease = lease_of(row)
            if lease in here:
                return None
            follows = (LEASES, lease) in delivery.spoilt
            return RowError(file, row.line, "contrat", UNKNOWN_LEASE, follows)

        return of_a_known_lease

    for file in OF_A_LEASE:
        _keep(delivery, file, judge(file, lambda row: row.owner))
    _keep(delivery, HOLDERS, judge(HOLDERS, lambda row: str(row.value.hold.lease)))
    _keep(delivery, REQUESTS, judge(REQUESTS, lambda row: str(row.value.lease)))


def _keep_with_known_tenant(delivery: Delivery, known: Known) -> None:
    named = {row.owner for file in (REQUESTS, ACCOUNTS) for row in delivery.of(file)}
    here = {row.owner for row in delivery.of(HOLDERS)}
    here |= known.known_tenants(named - here)

    def judge(file: str) -> Judge:
        def of_a_known_tenant(row: Row[Any]) -> RowError | None:
            if row.owner in here:
                return None
            follows = (HOLDERS, row.owner) in delivery.spoilt
            return RowError(file, row.line, "locataire", UNKNOWN_TENANT, follows)

        return of_a_known_tenant

    for file in (REQUESTS, ACCOUNTS):
        _keep(delivery, file, judge(file))


def _keep_with_known_request(delivery: Delivery, known: Known) -> None:
    here = {(row.owner, row.value.number) for row in delivery.of(REQUESTS)}
    here |= known.known_requests({(row.owner, row.value.number) for row in delivery.of(MESSAGES)} - here)

    def of_a_known_request(row: Row[Any]) -> RowError | None:
        if (row.owner, row.value.number) in here:
            return None
        follows = (REQUESTS, row.value.number) in delivery.spoilt
        return RowError(MESSAGES, row.line, "demande", UNKNOWN_REQUEST, follows)

    _keep(delivery, MESSAGES, of_a_known_request)
