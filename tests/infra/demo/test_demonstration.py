"""The demonstration landlord: what is always there, and that it looks like a real one."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chalicelib.domain.exchange.layouts import BY_NAME
from chalicelib.domain.exchange.reading import read_files
from chalicelib.domain.exchange.standing import keep_what_stands
from chalicelib.domain.insurance import CertificateState, InsuranceCertificate, alert_for, cover_of
from chalicelib.domain.ledger import LedgerEntry
from chalicelib.domain.service_requests import RequestState, ServiceRequest
from chalicelib.gateways.passwords import Argon2Passwords
from infra.demo import generate, people
from infra.demo.passwords import AGENT_HASH, BCRYPT_HASH, DJANGO_HASH, FORMER_HASHES, TENANT_HASHES
from tests.deliveries import A_PDF
from tests.domain.test_exchange_reading import Portal

TODAY = date(2026, 11, 23)
DAYS = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 6, 15), date(2026, 6, 20), date(2028, 2, 29), TODAY]
Rows = dict[str, list[dict[str, str]]]


@cache
def written(homes: int = 150, today: date = TODAY, seed: int = 17_300) -> dict[str, bytes]:
    with TemporaryDirectory() as directory:
        generate(Path(directory), homes, today, seed, lambda *_: A_PDF)
        return {path.name: path.read_bytes() for path in Path(directory).glob("*.csv")}


def rows(homes: int = 150, today: date = TODAY) -> Rows:
    return {
        name: list(csv.DictReader(content.decode().splitlines(), delimiter=";"))
        for name, content in written(homes, today).items()
    }


def balances(today: date) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in read_files(written(20, today)).of("ecritures.csv"):
        entry: LedgerEntry = row.value
        found[row.owner] += entry.cents
    return found


def certificates(homes: int, today: date) -> dict[str, list[InsuranceCertificate]]:
    found: dict[str, list[InsuranceCertificate]] = defaultdict(list)
    for row in read_files(written(homes, today)).of("attestations.csv"):
        found[row.owner].append(row.value)
    return found


def requests(homes: int = 150) -> list[ServiceRequest]:
    return [row.value for row in read_files(written(homes)).of("demandes.csv")]


@pytest.mark.parametrize("today", DAYS)
def test_no_row_of_the_demonstration_is_wrong(today: date) -> None:
    delivery = read_files(written(60, today))
    keep_what_stands(delivery, Portal())

    assert delivery.errors == []
    assert delivery.read.keys() == BY_NAME.keys()


def test_the_same_seed_and_day_give_the_same_files_and_another_seed_others() -> None:
    again = written.__wrapped__(40)

    assert again == written.__wrapped__(40)
    assert again != written.__wrapped__(40, seed=1)


def test_a_larger_landlord_has_the_homes_of_a_smaller_one() -> None:
    small, large = rows(20)["baux.csv"], rows(60)["baux.csv"]

    assert len(small) == 20
    assert len(large) == 60
    assert large[:20] == small


def test_however_few_homes_are_asked_for_the_known_ones_are_there() -> None:
    known = [row["contrat"] for row in rows(1)["baux.csv"]]

    assert known == [*(f"{number}" for number in range(9126, 9133)), "8790"]


def test_a_former_contract_is_settled_and_asks_for_nothing_any_more() -> None:
    found = rows(1)
    (lease,) = (row for row in found["baux.csv"] if row["sortie"])
    (holder,) = (row for row in found["titulaires.csv"] if row["fin"])
    months = {row["mois"] for row in found["avis.csv"] if row["contrat"] == "8790"}

    assert (lease["contrat"], holder["contrat"], holder["locataire"]) == ("8790", "8790", "9129-1")
    assert lease["sortie"] == holder["fin"] == "2026-05-07"
    assert max(months) == "2026-05"
    assert balances(TODAY)["8790"] == 0
    assert "8790" not in certificates(20, TODAY)


def test_the_first_tenant_is_the_one_that_was_promised() -> None:
    found = rows()
    holder = next(row for row in found["titulaires.csv"] if row["contrat"] == "9126")
    units = [row for row in found["locaux.csv"] if row["contrat"] == "9126"]

    assert (holder["civilite"], holder["prenom"], holder["nom"]) == ("Mme", "Éloïse", "D’Aubigné-Lefèvre")
    assert [unit["nature"] for unit in units] == ["logement", "stationnement"]
    address = "Résidence Les Embruns, bât. C, appartement 317 | 7, quai aux Vivres | 17300 ROCHEFORT"
    assert units[0]["adresse"] == address
    assert [
        row["locataire"] for row in found["comptes.csv"] if row["courriel"] == "locataire@demo.example"
    ] == ["9126-1"]
    asked = [one for one in requests() if one.tenant == "9126-1"]
    assert (len(asked), len([one for one in asked if one.is_open])) == (13, 1)


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_the_known_accounts_stand_as_they_should(today: date) -> None:
    found = balances(today)

    assert found["9126"] == 486_32
    assert found["9131"] == 0
    assert found["9132"] < 0


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_the_first_tenants_insurance_is_expired(today: date) -> None:
    alert = alert_for(cover_of("9126", certificates(20, today)["9126"]), today)

    assert alert is not None
    assert alert.expired


def test_the_second_lease_has_no_account() -> None:
    found = rows()
    holder = next(row for row in found["titulaires.csv"] if row["contrat"] == "9127")

    assert (holder["prenom"], holder["nom"]) == ("François-Xavier", "Noël-Bäcker")
    assert holder["locataire"] not in {row["locataire"] for row in found["comptes.csv"]}


def test_the_people_of_the_panel_can_sign_in_with_what_it_says() -> None:
    found = rows()
    hashes = {row["courriel"]: row["mot_de_passe"] for row in found["comptes.csv"] + found["agents.csv"]}
    signing_in = [one for one in people() if one["email"]]

    assert {one["email"] for one in people() if one["lease"] == "L/9127"} == {""}
    assert len(signing_in) == 7
    assert hashes.keys() >= {one["email"] for one in signing_in}
    tenants = {*TENANT_HASHES, *FORMER_HASHES}
    assert all((hashes[one["email"]] in tenants) == (one["role"] == "locataire") for one in signing_in)


def test_some_accounts_come_from_a_former_site_with_every_kind_of_hash() -> None:
    found = Counter(row["mot_de_passe"] in FORMER_HASHES for row in rows()["comptes.csv"])
    told = {one["email"]: one["note"] for one in people()}
    hashes = {row["courriel"]: row["mot_de_passe"] for row in rows()["comptes.csv"]}

    assert 0.05 < found[True] / found.total() < 0.25
    assert set(FORMER_HASHES) <= set(hashes.values())
    assert {email: hashes[email] for email, note in told.items() if "ancien site" in note} == {
        "a-jour@demo.example": BCRYPT_HASH,
        "crediteur@demo.example": DJANGO_HASH,
    }


def test_the_hashes_are_those_of_the_passwords() -> None:
    hasher = Argon2Passwords()

    assert all(hasher.matches(one, "Bonjour-2026!") for one in (*TENANT_HASHES, *FORMER_HASHES))
    assert hasher.matches(AGENT_HASH, "Gestion-2026!")
    assert not any(hasher.matches(one, "Gestion-2026!") for one in FORMER_HASHES)
    assert not hasher.matches(AGENT_HASH, "Bonjour-2026!")


def test_the_people_shown_have_the_names_of_their_leases() -> None:
    shown = {(one["lease"], one["name"]) for one in people() if one["lease"]}

    held = {
        (f"L/{row['contrat']}", f"{row['civilite']} {row['prenom']} {row['nom']}")
        for row in rows()["titulaires.csv"]
    }
    assert shown <= held


def test_insurance_and_requests_are_met_in_every_state() -> None:
    states = Counter(
        alert and (alert.expired, alert.to_check)
        for lease, found in certificates(150, TODAY).items()
        for alert in [alert_for(cover_of(lease, found), TODAY)]
    )
    insured = {row["contrat"] for row in rows()["attestations.csv"]}

    assert states.keys() >= {None, (False, False), (True, False), (True, True)}
    assert {row["etat"] for row in rows()["attestations.csv"]} == set(CertificateState)
    assert 0 < 150 - len(insured) < 30
    assert {one.state for one in requests()} == set(RequestState)


def test_accounts_payments_and_help_are_spread_as_in_a_real_landlords_books() -> None:
    found = rows()
    holders = {row["locataire"] for row in found["titulaires.csv"]}
    helped = {row["contrat"] for row in found["avis.csv"] if row["nature"] == "apl"}
    calls = {(row["contrat"], row["mois"]) for row in found["avis.csv"]}
    kinds = Counter(row["nature"] for row in found["ecritures.csv"])

    assert 0.3 < len(found["comptes.csv"]) / len(holders) < 0.55
    assert 0.35 < len(helped) / 150 < 0.65
    assert 18 < len(calls) / 150 <= 24
    assert kinds.keys() >= {"appel", "prelevement", "carte", "paiement", "rejet", "regularisation"}
    assert any(row["nature"] == "sls" for row in found["avis.csv"])


def test_what_is_asked_in_the_notices_is_what_is_booked_but_for_a_few_that_wait_for_the_run() -> None:
    delivery = read_files(written())
    asked: Counter[tuple[str, date]] = Counter()
    booked: Counter[tuple[str, date]] = Counter()
    for row in delivery.of("avis.csv"):
        asked[row.owner, row.value.month_on] += row.value.line.cents
    for row in delivery.of("ecritures.csv"):
        if row.value.kind == "appel":
            booked[row.owner, row.value.booked_on] += row.value.cents

    waiting = {lease for lease, month_on in asked.keys() - booked.keys() if month_on == date(2026, 11, 1)}
    assert asked.keys() - booked.keys() == {(lease, date(2026, 11, 1)) for lease in waiting}
    assert booked == {call: cents for call, cents in asked.items() if call in booked}
    assert all(cents > 0 for cents in asked.values())
    assert 5 <= len(waiting) <= 10
    assert not waiting & {row["contrat"] for row in rows(1)["baux.csv"]}


def test_nothing_happens_tomorrow() -> None:
    delivery = read_files(written())
    tomorrow = TODAY + timedelta(days=1)

    assert max(row.value.booked_on for row in delivery.of("ecritures.csv")) < tomorrow
    assert max(row.value.message.at.date() for row in delivery.of("messages.csv")) < tomorrow
    assert max(one.opened_at.date() for one in requests()) < TODAY
