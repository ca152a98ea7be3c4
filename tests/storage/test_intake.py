"""Bringing exchange files into a real table."""

import csv
from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.leases import CallLine, CallLineKind, RentCall, UnitKind
from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.tenants import Hold
from chalicelib.domain.timeline import Action
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.insurance import CoverItem
from chalicelib.storage.intake_calls import spelled_call
from chalicelib.storage.keys import lease_key, tenant_key
from chalicelib.storage.leases import DynamoLeases, call_item
from chalicelib.storage.service_requests import DynamoServiceRequests, OpenRequestItem
from chalicelib.storage.table import Item, connection
from chalicelib.storage.tenants import DynamoTenants, HoldItem, ProfileItem
from chalicelib.storage.timeline import ActionItem
from infra.demo.generate import generate
from tests.deliveries import A_PDF, HASH, TODAY, bring, counts, files
from tests.faults import Faults
from tests.storage.books import check_books, stored_items

pytestmark = pytest.mark.usefixtures("table")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


@pytest.fixture
def demonstration(tmp_path: Path) -> dict[str, bytes]:
    generate(tmp_path, 12, TODAY, prints=lambda *_: A_PDF)
    return {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}


def test_a_lease_is_brought_in_with_all_that_hangs_on_it() -> None:
    report = bring(files())

    assert set(counts(report).values()) == {(1, 0, 0, 0)}
    lease = DynamoLeases().get("9126")
    assert (lease.residence, lease.holders, lease.rent_cents) == ("Les Embruns", ("t1",), 31_248)
    assert [unit.kind for unit in lease.units] == [UnitKind.DWELLING]
    assert [occupant.name for occupant in lease.occupants] == ["Anatole D’Aubigné-Lefèvre"]
    assert DynamoTenants().get("t1").display_name == "Mme Éloïse D’Aubigné-Lefèvre"
    assert HoldItem.get(tenant_key("t1"), "HOLD#9126").to_domain() == Hold("9126", date(2019, 4, 1))
    assert CoverItem.get(lease_key("9126"), "COVER").to_domain() == Cover(
        "9126", (Period(date(2026, 1, 1), date(2026, 12, 31)),)
    )
    account = DynamoAccounts().find("eloise@exemple.fr")
    assert account is not None
    assert (account.person, account.password_hash) == ("t1", HASH)
    assert check_books() == {"9126": 41_025}


def test_a_request_is_brought_in_with_its_thread_its_short_copy_and_its_event() -> None:
    bring(files())

    request = DynamoServiceRequests().get("t1", "100482")
    assert (request.state, [one.from_landlord for one in request.thread]) == (
        RequestState.IN_PROGRESS,
        [True],
    )
    assert [item.number for item in OpenRequestItem.query(tenant_key("t1"), Item.sk.startswith("OPEN#"))] == [
        "100482"
    ]
    events = [item.to_domain() for item in ActionItem.query(tenant_key("t1"), Item.sk.startswith("ACTION#"))]
    assert [(one.action, one.subject) for one in events] == [(Action.REQUEST_SENT, "100482")]
    assert ProfileItem.get(tenant_key("t1"), "PROFILE").request_count == 1


def test_a_lease_without_certificate_was_never_covered() -> None:
    bring(files(attestations=[]))

    assert CoverItem.get(lease_key("9126"), "COVER").to_domain() == Cover("9126")


def test_the_same_files_twice_write_nothing(demonstration: dict[str, bytes]) -> None:
    bring(demonstration)
    before, heard = stored_items(), Faults(connection().client)

    report = bring(demonstration)

    assert not WRITES & heard.calls.keys()
    assert heard.calls
    assert (report.changes, report.errors) == (0, ())
    assert all(one.unchanged == one.read for one in report.files)
    assert stored_items() == before


def test_the_same_files_write_nothing_even_in_pieces_and_in_any_order(
    demonstration: dict[str, bytes],
) -> None:
    bring(demonstration)
    heard = Faults(connection().client)

    reports = [bring({name: demonstration[name]}) for name in sorted(demonstration)]

    assert not WRITES & heard.calls.keys()
    assert all(report.exit_code == 0 for report in reports)


def test_files_that_come_one_by_one_say_the_same_as_all_at_once(demonstration: dict[str, bytes]) -> None:
    order = [name for name in files() if name in demonstration]
    for name in order:
        assert bring({name: demonstration[name]}).exit_code == 0
    one_by_one = {key: item for key, item in stored_items().items() if key[1] != "~ROWS"}

    assert bring(demonstration).changes == 0
    check_books()
    assert {key: item for key, item in stored_items().items() if key[1] != "~ROWS"} == one_by_one


BREAKAGES: list[tuple[str, bytes, str]] = [
    ("baux.csv", b"8001;R;31/01/2026;;0;A | B", "entree"),
    ("baux.csv", b"8002;R;2026-01-31;2025-01-31;0;A | B", "sortie"),
    ("baux.csv", b"9126;R;2026-01-31;;0;A | B", "contrat"),
    ("locaux.csv", b"9126;Z1;logement;A;;-1,00;0", "loyer"),
    ("locaux.csv", b"9126;Z2;cave;A;;1,00;0", "nature"),
    ("locaux.csv", b"404;Z3;logement;A;;1,00;0", "contrat"),
    ("titulaires.csv", b"8003;9126;Mme;A;B;2026-01-01;;sans-arobase.fr;;;;;;;;;", "courriel"),
    ("titulaires.csv", b"9131-1;9126;Mme;A;B;2026-01-01;;;;;;;;;;;", "locataire"),
    ("occupants.csv", b"9126;8;;;;;", "nom"),
    ("occupants.csv", b"9126;9;A\x07B;;;;", "nom"),
    ("occupants.csv", b"9126;10;A", ""),
    ("ecritures.csv", b"8001;9126;2026-01-01;appel;L;1,005;;;", "debit"),
    ("ecritures.csv", b"8002;9126;2026-01-01;appel;L;1e3;;;", "debit"),
    ("ecritures.csv", b"8003;9126;2026-01-01;carte;L;;1,00;T-260118-4F9A2C01;", "paiement"),
    ("ecritures.csv", b"8004;9126;2026-01-01;autre;L;1,00;;;2026-01", "mois"),
    ("ecritures.csv", b"8005;9126;2026-11-01;appel;L;1,00;;;2026-11", "mois"),
    ("avis.csv", b"9126;2020-01;2020-01-05;apl;APL;1,00", "montant"),
    ("avis.csv", b"9126;2020-02;2020-02-05;loyer;L\xe9;1,00", ""),
    ("regularisations.csv", b"9126;2020;Eau;;1,00;1,00;2019-12-31", "date"),
    ("regularisations.csv", b"9126;20;Eau;;1,00;1,00;2021-01-31", "annee"),
    ("documents.csv", b"8001;9126;ticket;T;2026-01-01;a.pdf;;", "nature"),
    ("documents.csv", b"8002;9126;bail;T;2026-01-01;/etc/passwd;;", "fichier"),
    ("documents.csv", b"8003;9126;bail;T;2026-01-01;manque.pdf;;", "fichier"),
    ("attestations.csv", b"8001;9126;A;P;2026-01-01;2026-12-31;refusee;", "motif"),
    ("demandes.csv", b'8001;9126-1;9126;C;O;2026-01-01T10:00;en_cours;S;"jamais', ""),
    ("messages.csv", b"8002;9126-1;2026-01-01T10:00;bailleur;T;", "demande"),
    ("comptes.csv", b"a@b.fr;9126-1;Bonjour-2026!", "mot_de_passe"),
]


def test_broken_rows_are_named_and_all_the_others_are_brought_in(
    demonstration: dict[str, bytes],
) -> None:
    broken, places = dict(demonstration), []
    rows = csv.DictReader(demonstration["documents.csv"].decode().splitlines(), delimiter=";")
    papers = {row["fichier"]: A_PDF for row in rows}
    for file, row, column in BREAKAGES:
        broken[file] += row + b"\r\n"
        places.append((file, broken[file].count(b"\r\n"), column))

    report = bring(broken, papers=papers)
    with_broken_rows = stored_items()

    assert len(set(places)) == len(BREAKAGES) == 27
    assert {(one.file, one.line, one.column) for one in report.errors} == set(places)
    assert (sum(one.refused for one in report.files), report.exit_code) == (27, 2)
    assert bring(demonstration).changes == 0
    assert stored_items() == with_broken_rows
    check_books()


def test_rent_calls_are_spelled_as_leases_spell_them() -> None:
    lines = (
        CallLine(CallLineKind.RENT, "Loyer", 31_248),
        CallLine(CallLineKind.HOUSING_BENEFIT, "APL", -100),
    )
    call = RentCall("9126", date(2026, 11, 1), date(2026, 11, 5), lines)

    assert spelled_call(lease_key("9126"), call) == call_item(call).serialize()
