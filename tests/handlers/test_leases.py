"""Contrat: several leases, former ones, who is to come and to go; the billing address."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.leases import Occupant, UnitKind
from chalicelib.portal import portal
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.keys import lease_key
from chalicelib.storage.leases import LeaseItem, lease_items
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.faults import Faults
from tests.handlers.test_forms import ADDRESS
from tests.mothers import ELOISE, ELOISES_LEASE, TODAY, a_document, a_hold, a_lease, a_posting, a_unit
from tests.town import Counted
from tests.visitors import Seen, Visitor

BILLING = "/contrat/adresse-de-facturation"
NEW = ("Mme Éloïse D’Aubigné", "14, rue de la Corderie", "17300 ROCHEFORT")
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def former(visitor: Visitor) -> Visitor:
    """Have Éloïse have held 9120 before, and hold 9130 beside."""
    over = replace(a_lease("9120"), ends_on=YESTERDAY)
    mothers.put(*lease_items(over), *lease_items(a_lease("9130")), hold_item(ELOISE, a_hold("9130")))
    mothers.put(hold_item(ELOISE, replace(a_hold("9120"), lease_ends_on=YESTERDAY)))
    portal().documents.add(a_document("9120"))
    return visitor


def change(visitor: Visitor, **typed: str) -> Seen:
    return visitor.post(BILLING, {"csrf": visitor.token(), "contrat": ELOISES_LEASE} | ADDRESS | typed)


def billed() -> tuple[str, ...]:
    return portal().leases.get(ELOISES_LEASE).billing_address


def test_former_leases_stand_apart_and_the_first_that_runs_is_shown(
    former: Visitor, counted: Counted
) -> None:
    seen = former.get("/contrat")

    assert "Contrat n° L/9126" in seen.page.words
    assert "Anciens contrats Contrat L/9120 Terminé, à consulter" in seen.page.words
    assert counted.during(lambda: former.get("/contrat")).total() == 2


def test_a_former_lease_is_read_and_its_papers_too(former: Visitor) -> None:
    seen = former.get("/contrat?contrat=9120")

    assert "Ce contrat est terminé depuis le 22 novembre 2026" in seen.page.words
    papers = former.get("/documents?contrat=9120")
    assert f"/documents/9120/{a_document().id}" in papers.page.links
    assert "/documents?contrat=9120" in seen.page.links
    assert not [link for link in seen.page.links if link.startswith(("/contrat/occupants", BILLING))]


def test_a_former_lease_needs_no_insurance_any_more(former: Visitor) -> None:
    words = former.get("/").page.words

    assert "assurance habitation pour le contrat L/9126" in words
    assert "contrat L/9130" in words
    assert "contrat L/9120" not in words.partition("Accès rapide")[0]


def test_the_account_of_a_former_lease_is_shown_while_something_is_left_and_comes_last(
    former: Visitor,
) -> None:
    before = former.get("/").page.words
    portal().ledger.post(a_posting("9120", 12_34))
    after = former.get("/").page.words
    for lease in (ELOISES_LEASE, "9130"):
        mothers.put(hold_item(ELOISE, replace(a_hold(lease), lease_ends_on=YESTERDAY)))
    portal().ledger.post(a_posting(ELOISES_LEASE, -mothers.OWED_CENTS, "solde"))
    portal().ledger.post(a_posting("9120", -12_34, "solde"))

    assert "Contrat n° L/9120" not in before
    assert after.index("L/9130") < after.index("Contrat n° L/9120") < after.index("12,34 €")
    assert "Vos contrats sont terminés et tout est réglé." in former.get("/").page.words


def test_who_holds_former_leases_alone_reads_the_first(former: Visitor) -> None:
    for lease in (ELOISES_LEASE, "9130"):
        mothers.put(hold_item(ELOISE, replace(a_hold(lease), lease_ends_on=YESTERDAY)))

    assert "Contrat n° L/9120" in former.get("/contrat").page.words


def test_a_lease_that_ends_today_is_no_former_one() -> None:
    hold = replace(a_hold(), lease_ends_on=TODAY)

    assert not hold.is_former(TODAY)
    assert hold.is_former(TODAY + timedelta(days=1))


def test_the_list_says_who_is_to_come_and_to_go_and_leaves_out_who_left(visitor: Visitor) -> None:
    people = (
        Occupant("o-1", "Anne", None, "", None, YESTERDAY),
        Occupant("o-2", "Boris", None, "Enfant", None, TODAY),
        Occupant("o-3", "Chloé", None, "", date(2026, 12, 1)),
    )
    mothers.put(*lease_items(replace(a_lease(), occupants=people)))

    words = visitor.get("/contrat").page.words

    assert "Anne" not in words
    assert "Boris Enfant, jusqu’au 23 novembre 2026" in words
    assert "Chloé arrive le 1er décembre 2026" in words


def test_a_parking_space_alone_has_no_occupants(visitor: Visitor) -> None:
    mothers.put(*lease_items(replace(a_lease("9130"), units=(a_unit(UnitKind.PARKING),), occupants=())))
    mothers.put(hold_item(ELOISE, a_hold("9130")))

    seen = visitor.get("/contrat?contrat=9130")

    assert "Ce contrat ne comprend pas de logement." in seen.page.words
    assert not [link for link in seen.page.links if link.startswith("/contrat/occupants")]


def test_an_address_is_changed_at_once_with_its_event_and_change(visitor: Visitor) -> None:
    form = visitor.get(f"{BILLING}?contrat=9126")
    known = form.page.form(BILLING).fields
    assert (known["destinataire"], known["voie"]) == ("Mme Éloïse D’Aubigné-Lefèvre", "3, rue des Voiliers")

    answer = visitor.send(form, BILLING, **ADDRESS | {"code_postal": "17300"})

    assert answer.location == "/contrat?contrat=9126&change=1#facturation"
    assert billed() == NEW
    assert "Vos prochains papiers partiront à cette adresse" in visitor.follow(answer).page.words
    home = visitor.get("/")
    assert "Adresse de facturation modifiée : contrat L/9126" in home.page.words
    assert "/contrat?contrat=9126#facturation" in home.page.links
    (told,) = DynamoChanges().made_on(TODAY)
    assert (told.lease, told.before, told.after) == (
        ELOISES_LEASE,
        {"adresse_facturation": "3, rue des Voiliers | 17300 Rochefort"},
        {"adresse_facturation": " | ".join(NEW)},
    )


def test_the_same_address_again_writes_nothing_and_answers_the_same(
    visitor: Visitor, counted: Counted
) -> None:
    first = change(visitor)
    counted.calls.clear()

    again = change(visitor, destinataire=" Mme  Éloïse D’Aubigné ")

    assert again.location == first.location
    assert counted.writes == 0


@pytest.mark.parametrize("fault", ["before", "after"])
def test_an_address_whose_change_is_cut_off_is_changed_once_by_the_next_try(
    visitor: Visitor, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    token, broken = visitor.token(), iter([fault])
    typed = {"csrf": token, "contrat": ELOISES_LEASE} | ADDRESS
    faults = Faults(connection().client)
    faults.choose = lambda name: next(broken, "before") if name == "TransactWriteItems" else None

    cut = visitor.post(BILLING, typed)
    faults.choose = lambda _: None
    again = visitor.post(BILLING, typed)

    assert (cut.status, again.status) == (503, 303)
    assert billed() == NEW
    assert len(list(DynamoChanges().made_on(TODAY))) == 1


def test_an_address_that_cannot_be_read_is_shown_again_as_it_was_typed(visitor: Visitor) -> None:
    seen = change(visitor, destinataire="سارة 🦄", **{"code-postal": "173"})

    assert seen.status == 422
    assert [link for link in seen.page.links if link.startswith("#")][1:] == ["#destinataire", "#code-postal"]
    assert seen.page.form(BILLING).fields["destinataire"] == "سارة 🦄"
    assert billed() == ("3, rue des Voiliers", "17300 Rochefort")
    assert list(DynamoChanges().made_on(TODAY)) == []


def test_the_address_of_a_lease_that_is_over_stays(visitor: Visitor) -> None:
    LeaseItem(lease_key(ELOISES_LEASE), "LEASE").update([LeaseItem.ends_on.set(YESTERDAY)])

    assert change(visitor).status == visitor.get(f"{BILLING}?contrat=9126").status == 422
    assert billed() == ("3, rue des Voiliers", "17300 Rochefort")


@pytest.mark.parametrize("times", [1, 3])
def test_two_holders_at_once_do_not_write_over_each_other_unseen(visitor: Visitor, times: int) -> None:
    """Another address comes in between reading and writing: what was before is told as it was."""
    between = iter(range(times))
    meanwhile: list[str] = []

    def write(**_: object) -> None:
        if (rank := next(between, None)) is not None:
            meanwhile.append(f"{rank}, rue d’à côté")
            LeaseItem(lease_key(ELOISES_LEASE), "LEASE").update(
                [LeaseItem.billing_address.set([meanwhile[-1], "17300 Rochefort"])]
            )

    connection().client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", write)

    answer = change(visitor)

    told = list(DynamoChanges().made_on(TODAY))
    if times == 1:
        assert answer.status == 303
        assert billed() == NEW
        assert told[0].before == {"adresse_facturation": f"{meanwhile[-1]} | 17300 Rochefort"}
    else:
        assert answer.status == 409
        assert told == []
