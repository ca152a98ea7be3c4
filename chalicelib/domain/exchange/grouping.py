"""The rows of a delivery put together by lease, by tenant and by address (« regroupement »)."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from chalicelib.domain.accounts import Account
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
from chalicelib.domain.exchange.rows import AgentRow, CallRow, ChargeRow, Holder, PaperRow, Row
from chalicelib.domain.insurance import InsuranceCertificate
from chalicelib.domain.leases import Lease, Occupant, RentCall, RentedUnit
from chalicelib.domain.ledger import LedgerEntry
from chalicelib.domain.rent_papers import ChargeStatement
from chalicelib.domain.service_requests import RequestMessage, ServiceRequest
from chalicelib.domain.tenants import Hold

_LISTS = ((UNITS, "units"), (OCCUPANTS, "occupants"), (CERTIFICATES, "certificates"))
# Those of which a row may still be refused when it is taken.
_ROWS = ((ENTRIES, "entries"), (CALLS, "calls"), (STATEMENTS, "charges"), (DOCUMENTS, "papers"))


@dataclass
class LeaseRows:
    """What the files say of one lease."""

    lease: Lease | None = None
    units: list[RentedUnit] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    occupants: list[Occupant] = field(default_factory=list)
    calls: list[Row[CallRow]] = field(default_factory=list)
    certificates: list[InsuranceCertificate] = field(default_factory=list)
    entries: list[Row[LedgerEntry]] = field(default_factory=list)
    charges: list[Row[ChargeRow]] = field(default_factory=list)
    papers: list[Row[PaperRow]] = field(default_factory=list)

    def rent_calls(self, lease: str) -> list[tuple[RentCall, list[Row[CallRow]]]]:
        """Put the lines of each month together, in the order of the file, with the rows they stand in."""
        months: dict[date, list[Row[CallRow]]] = defaultdict(list)
        for row in self.calls:
            months[row.value.month_on].append(row)
        return [
            (RentCall(lease, month_on, rows[0].value.due_on, tuple(row.value.line for row in rows)), rows)
            for month_on, rows in months.items()
        ]

    def statements(self, lease: str) -> list[tuple[ChargeStatement, list[Row[ChargeRow]]]]:
        """Put the lines of each year's charge statement together, with the rows that they stand in."""
        years: dict[int, list[Row[ChargeRow]]] = defaultdict(list)
        for row in self.charges:
            years[row.value.year].append(row)
        return [(_statement(lease, rows), rows) for rows in years.values()]


def _statement(lease: str, rows: list[Row[ChargeRow]]) -> ChargeStatement:
    year, booked_on, _ = rows[0].value
    return ChargeStatement(lease, year, booked_on, tuple(row.value.line for row in rows))


@dataclass
class TenantRows:
    """What the files say of one tenant."""

    holders: list[Holder] = field(default_factory=list)
    requests: dict[str, ServiceRequest] = field(default_factory=dict)
    replies: dict[str, list[RequestMessage]] = field(default_factory=lambda: defaultdict(list))


def by_lease(delivery: Delivery) -> dict[str, LeaseRows]:
    """Put rows together by lease."""
    leases: dict[str, LeaseRows] = defaultdict(LeaseRows)
    for row in delivery.of(LEASES):
        leases[row.owner].lease = row.value
    for row in delivery.of(HOLDERS):
        leases[row.value.hold.lease].holders.append(row.value)
    for file, name in _ROWS:
        for row in delivery.of(file):
            getattr(leases[row.owner], name).append(row)
    for file, name in _LISTS:
        for row in delivery.of(file):
            getattr(leases[row.owner], name).append(row.value)
    return leases


def by_tenant(delivery: Delivery) -> dict[str, TenantRows]:
    """Put rows together by tenant."""
    tenants: dict[str, TenantRows] = defaultdict(TenantRows)
    for row in delivery.of(HOLDERS):
        tenants[row.owner].holders.append(row.value)
    for row in delivery.of(REQUESTS):
        tenants[row.owner].requests[row.value.number] = row.value
    for row in delivery.of(MESSAGES):
        tenants[row.owner].replies[row.value.number].append(row.value.message)
    return tenants


def by_address(delivery: Delivery) -> dict[str, tuple[str, Row[Account | AgentRow]]]:
    """Give the row of each account by its address, with the file it stands in."""
    found: dict[str, tuple[str, Row[Account | AgentRow]]] = {}
    for row in delivery.of(ACCOUNTS):
        found[row.value.email] = (ACCOUNTS, row)
    for row in delivery.of(AGENTS):
        found[row.owner] = (AGENTS, row)
    return found


def still_holds(hold: Hold, lease_ends_on: date | None, today: date) -> bool:
    """Tell whether a hold stays in the portal: until its end, and for good when the lease ended with it.

    A person who left a lease that others go on holding must not see it any more; one who held it to its end
    keeps its papers.
    """
    return kept_hold(hold, lease_ends_on).runs_on(today)


def kept_hold(hold: Hold, lease_ends_on: date | None) -> Hold:
    """Give a hold as the portal keeps it: one that lasts to the lease's own end has none."""
    to_the_end = hold.until_on is not None and lease_ends_on is not None and lease_ends_on <= hold.until_on
    return replace(hold, until_on=None) if to_the_end else hold


def merged_thread(
    stored: tuple[RequestMessage, ...], given: list[RequestMessage]
) -> tuple[RequestMessage, ...]:
    """Add the messages that a thread does not have yet, by time; none is ever taken out."""
    return tuple(sorted({*stored, *given}, key=lambda one: (one.at, one.from_landlord, one.text)))
