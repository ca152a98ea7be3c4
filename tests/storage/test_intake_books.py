"""Bringing account entries in: double entry, whatever is cut, doubled or late."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.layouts import BY_NAME
from chalicelib.domain.ledger import STRIPE, EntryKind, LedgerEntry, Line, Posting, lease_account
from chalicelib.storage.intake_books import spelled_line
from chalicelib.storage.keys import book_key, tenant_key
from chalicelib.storage.ledger import DynamoLedger, entry_item
from chalicelib.storage.service_requests import DynamoServiceRequests
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import ProfileItem
from tests.deliveries import TODAY, bring, counts, files, only
from tests.faults import Faults
from tests.storage.books import check_books

pytestmark = pytest.mark.usefixtures("table")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
NOTHING_ELSE = [name.removesuffix(".csv") for name in BY_NAME if name != "baux.csv"]
FIRST_DAY = date(2025, 1, 1)
ENTRIES = 200
fresh_leases = count(1)


@pytest.mark.parametrize("kind", ["before", "after"])
def test_an_import_cut_anywhere_leaves_true_books_and_is_finished_by_the_next(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr("chalicelib.storage.intake.THREADS", 1)
    faults, cuts, part_of_it = Faults(connection().client), 0, 0
    for cut_at in count():
        lease = str(next(fresh_leases))
        faults.choose = _after(cut_at, kind)
        finished = _try(lease)
        faults.choose = _after(1_000_000, kind)
        part_of_it += 0 < len(_entries(lease)) < ENTRIES
        check_books()
        assert bring(_long_lease(lease)).errors == ()
        _check_long_lease(lease)
        if finished:
            break
        cuts += 1

    assert (cuts, part_of_it) >= (7, 2)


def _after(calls: int, kind: str) -> Callable[[str], str | None]:
    """Let so many calls through, and none after them."""
    left = iter(range(calls))
    return lambda _: kind if next(left, None) is None else None


def _try(lease: str) -> bool:
    try:
        bring(_long_lease(lease))
    except Unavailable:
        return False
    return True


def _entries(lease: str) -> list[LedgerEntry]:
    return DynamoLedger().statement(lease, FIRST_DAY)[1]


def _check_long_lease(lease: str) -> None:
    """Check that all of it is there, once."""
    assert check_books()[lease] == sum(rank * 100 + 1 for rank in range(ENTRIES))
    assert len(_entries(lease)) == ENTRIES
    assert DynamoServiceRequests().get(f"t{lease}", lease).is_open
    assert ProfileItem.get(tenant_key(f"t{lease}"), "PROFILE").request_count == 1
    assert bring(_long_lease(lease)).changes == 0


def _long_lease(lease: str) -> dict[str, bytes]:
    """Give a lease with more entries and rent calls than a transaction holds."""
    tenant = {"locataire": f"t{lease}"}
    months = [f"{2015 + rank // 12}-{rank % 12 + 1:02d}" for rank in range(96)]
    return files(
        baux=[{"contrat": lease}],
        locaux=[{"contrat": lease}],
        titulaires=[tenant | {"contrat": lease}],
        occupants=[{"contrat": lease}],
        ecritures=[_entry(lease, rank) for rank in range(ENTRIES)],
        avis=[{"contrat": lease, "mois": month, "echeance": f"{month}-05"} for month in months],
        regularisations=[{"contrat": lease}],
        documents=[{"contrat": lease}],
        attestations=[{"contrat": lease}],
        demandes=[tenant | {"numero": lease, "contrat": lease}],
        messages=[tenant | {"demande": lease}],
        comptes=[tenant | {"courriel": f"t{lease}@exemple.fr"}],
        agents=[],
    )


def _entry(lease: str, rank: int) -> dict[str, str]:
    booked_on = str(FIRST_DAY + timedelta(rank))
    return {"numero": f"{lease}-{rank}", "contrat": lease, "date": booked_on, "debit": f"{rank},01"}


@given(st.lists(st.lists(st.integers(-90_000, 90_000).filter(bool), max_size=12), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_posted_in_whatever_portions_the_books_are_true(portions: list[list[int]]) -> None:
    lease, sent = str(next(fresh_leases)), 0
    bring(files(baux=[{"contrat": lease}], **{name: [] for name in NOTHING_ELSE}))
    rows: list[dict[str, str]] = []
    for portion in portions:
        for cents in portion:
            spelled = f"{abs(cents) // 100},{abs(cents) % 100:02d}"
            sides = {"debit": spelled, "credit": ""} if cents > 0 else {"debit": "", "credit": spelled}
            rows.append({"numero": f"{lease}-{len(rows)}", "contrat": lease} | sides)
            sent += cents
        bring(only(ecritures=rows))

    assert check_books()[lease] == sent


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"debit": "410,26"}, "debit"),
        ({"debit": "", "credit": "410,25"}, "credit"),
        ({"date": "2026-11-02"}, "date"),
    ],
)
def test_an_entry_that_is_there_is_not_changed(changed: dict[str, str], column: str) -> None:
    bring(files())

    report = bring(only(ecritures=[changed, {"numero": "E2", "debit": "1,00"}]))

    assert [(one.line, one.column) for one in report.errors] == [(2, column)]
    assert report.errors[0].rule == "Une écriture ne se modifie pas\u00a0: passez une contre-écriture."
    assert check_books() == {"9126": 41_125}


PAYMENT = "4f9a2c0117e84b0f9c7d3a5b6e8f0a1b"


def pay_by_card() -> None:
    lines = (Line(lease_account("9126"), -20_000), Line(STRIPE, 20_000))
    DynamoLedger().post(Posting("ch_1", TODAY, EntryKind.CARD_PAYMENT, "Paiement par carte", lines, PAYMENT))


@pytest.mark.parametrize("given", [PAYMENT, "T-261123-4F9A2C01"])
def test_a_payment_that_the_landlord_sends_back_is_not_booked_twice(given: str) -> None:
    bring(files())
    pay_by_card()
    row = {"numero": "E2", "nature": "carte", "debit": "", "credit": "200,00", "paiement": given}
    heard = Faults(connection().client)

    report = bring(only(ecritures=[row]))

    assert counts(report) == {"ecritures.csv": (0, 0, 1, 0)}
    assert not WRITES & heard.calls.keys()
    assert check_books() == {"9126": 21_025}


@pytest.mark.parametrize(
    ("cells", "column"), [({"paiement": "T-261123-00000000"}, "paiement"), ({"credit": "200,01"}, "credit")]
)
def test_a_payment_that_is_another_in_the_portal_is_refused(cells: dict[str, str], column: str) -> None:
    bring(files())
    pay_by_card()
    row = {"numero": "E2", "nature": "carte", "debit": "", "credit": "200,00", "paiement": PAYMENT}

    report = bring(only(ecritures=[row | cells]))

    assert [one.column for one in report.errors] == [column]
    assert check_books() == {"9126": 21_025}


def test_entries_are_spelled_as_the_ledger_spells_them() -> None:
    lines = (Line(lease_account("9126"), -1), Line(STRIPE, 1))
    posting = Posting("erp:1", TODAY, EntryKind.PAYMENT, "Virement reçu", lines)
    entry = LedgerEntry("erp:1", TODAY, EntryKind.PAYMENT, "Virement reçu", -1)

    assert spelled_line(book_key("lease:9126"), entry) == entry_item(posting, lines[0]).serialize()


@pytest.mark.parametrize("before", [[], [{"numero": "E0", "debit": "1,00"}]])
def test_two_imports_of_the_same_files_at_once_post_nothing_twice(before: list[dict[str, str]]) -> None:
    bring(files(ecritures=before, demandes=[], messages=[]))
    started = iter([True])

    def meanwhile(operation: str) -> None:
        if operation == "TransactWriteItems" and next(started, False):
            bring(files())

    Faults(connection().client, meanwhile)

    report = bring(files())

    assert report.errors == ()
    assert next(started, None) is None
    assert check_books() == {"9126": 41_025 + 100 * len(before)}
    assert ProfileItem.get(tenant_key("t1"), "PROFILE").request_count == 1
    assert bring(files()).changes == 0


def test_two_imports_that_share_an_entry_post_it_once() -> None:
    bring(files(ecritures=[{"numero": "E0", "debit": "1,00"}]))
    started = iter([True])

    def meanwhile(operation: str) -> None:
        if operation == "TransactWriteItems" and next(started, False):
            bring(only(ecritures=[{}]))

    Faults(connection().client, meanwhile)

    report = bring(only(ecritures=[{}, {"numero": "E2", "debit": "10,00"}]))

    assert counts(report) == {"ecritures.csv": (1, 0, 1, 0)}
    assert check_books() == {"9126": 100 + 41_025 + 1_000}


def test_a_transaction_that_met_another_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    conflicts = {"TransactWriteItems": 2}

    def at_first(operation: str) -> str | None:
        conflicts[operation] = conflicts.get(operation, 0) - 1
        return "conflict" if conflicts[operation] >= 0 else None

    faults = Faults(connection().client, at_first)

    assert bring(files()).exit_code == 0
    assert faults.injected == {"conflict": 2}
    assert check_books() == {"9126": 41_025}
