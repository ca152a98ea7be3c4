"""Occupants: who arrives, leaves or is written wrong; each is told once, whatever is clicked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.leases import Occupant
from chalicelib.portal import portal
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.keys import lease_key
from chalicelib.storage.leases import LeaseItem, lease_items
from chalicelib.storage.service_requests import DynamoServiceRequests
from chalicelib.storage.table import Item, connection
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.handlers.test_forms import ARRIVAL
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGE, TODAY, Household, a_hold, a_lease
from tests.town import Counted
from tests.visitors import Seen, Visitor

CONTRACT = "/contrat?contrat=9126"
ADD, LEAVE, CORRECT = (f"/contrat/occupants/{name}" for name in ("ajout", "sortie", "modification"))


def arrive(visitor: Visitor, **typed: str) -> Seen:
    return visitor.send(visitor.get(f"{ADD}?contrat=9126"), ADD, **{**ARRIVAL, **typed})


def leave(visitor: Visitor, depart: str = "2026-11-30", path: str = f"{LEAVE}?contrat=9126") -> Seen:
    return visitor.send(visitor.get(path), LEAVE, depart=depart)


def opened(tenant: str = ELOISE) -> list[str]:
    found, _ = DynamoServiceRequests().of_tenant(tenant)
    return [one.number for one in found if one.opened_here]


def many(count: int) -> None:
    """Have that many people live with Éloïse, with names of all lengths and letters."""
    names = ("Zoé", "محمد بن سعيد", "Anne-Sophie " + "de la Rochefoucauld " * 5, "X" * 60, "Thị Lan")
    people = tuple(
        Occupant(f"o-{rank}", f"{names[rank % 5]} {rank}", date(1990, 1, 1), "Enfant", date(2021, 3, 1))
        for rank in range(1, count + 1)
    )
    mothers.put(*lease_items(replace(a_lease(), occupants=people)))


def test_an_arrival_opens_a_request_that_the_tenant_is_led_to(visitor: Visitor) -> None:
    answer = arrive(visitor)

    assert (answer.status, answer.location) == (303, "/demandes/D2026-000001")
    page = visitor.follow(answer).page.words
    assert "Votre demande concerne MAJ OCCUPANTS pour Ajout - Nouvel occupant" in page
    assert "Nom : Sarah" in page
    assert "Joindre un justificatif" in page
    assert "Demande n° D2026-000001 envoyée : Ajout - Nouvel occupant" in visitor.get("/").page.words


def test_the_list_stays_as_it_is_and_says_that_a_request_is_open(visitor: Visitor) -> None:
    leave(visitor)

    words = visitor.get(CONTRACT).page.words
    assert "Louis D’Aubigné Enfant, depuis le 1er mars 2021" in words
    assert "Sortie - Occupant Louis D’Aubigné Demande n° D2026-000001 du 23 novembre 2026" in words


def test_a_form_that_is_sent_again_leads_to_the_same_request(visitor: Visitor, counted: Counted) -> None:
    form = visitor.get(f"{LEAVE}?contrat=9126")
    first = visitor.send(form, LEAVE, depart="2026-11-30")
    counted.calls.clear()

    again = visitor.send(form, LEAVE, depart="2026-11-30")

    assert again.location == first.location
    assert counted.writes == 0
    assert opened() == ["D2026-000001"]


def test_a_form_that_the_browser_kept_takes_another_person_too(visitor: Visitor) -> None:
    form = visitor.get(f"{ADD}?contrat=9126")

    twins = [visitor.send(form, ADD, **(ARRIVAL | {"nom": name})) for name in ("Sarah", "Noé", "Sarah")]

    assert [one.location for one in twins] == [f"/demandes/D2026-00000{place}" for place in (1, 2, 1)]
    assert "Noé" in visitor.get("/demandes/D2026-000002").page.words


def test_a_departure_that_is_told_otherwise_is_not_taken_for_the_first(visitor: Visitor) -> None:
    form = visitor.get(f"{LEAVE}?contrat=9126")
    visitor.send(form, LEAVE, depart="2026-11-30")

    again = visitor.send(form, LEAVE, depart="2026-12-01")

    assert again.status == 422
    assert "Une demande est déjà en cours pour cette personne" in again.page.words


def test_twenty_clicks_at_once_open_one_request(visitor: Visitor) -> None:
    form = visitor.get(f"{ADD}?contrat=9126").page.form(ADD).fields
    browsers = [Visitor() for _ in range(20)]
    for browser in browsers:
        browser.cookies = dict(visitor.cookies)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda browser: browser.post(ADD, form | ARRIVAL), browsers))

    assert {(one.status, one.location) for one in seen} == {(303, f"/demandes/{opened()[0]}")}
    assert len(opened()) == len(list(DynamoChanges().made_on(TODAY))) == 1


@pytest.mark.parametrize("path", [f"{LEAVE}?contrat=9126", f"{CORRECT}?contrat=9126"])
def test_the_same_person_is_not_told_of_twice_while_a_request_is_open(visitor: Visitor, path: str) -> None:
    action = path.partition("?")[0]
    typed = {"depart": "2026-11-30"} if action == LEAVE else {"nom": "Louis D’Aubigny"}
    other_tab = visitor.get(path)
    visitor.send(visitor.get(path), action, **typed)

    again, anew = visitor.send(other_tab, action, **typed), visitor.get(path)

    assert again.status == 422
    for seen in (again, anew):
        assert "C’est votre demande n° D2026-000001 du 23 novembre 2026" in seen.page.words
        assert "/demandes/D2026-000001" in seen.page.links
        assert action not in [form.action for form in seen.page.forms]
    assert opened() == ["D2026-000001"]


def test_of_two_tabs_that_are_sent_at_once_one_opens_a_request(visitor: Visitor) -> None:
    one, other = (visitor.get(f"{LEAVE}?contrat=9126") for _ in range(2))
    between: list[Seen] = []

    def send(**_: object) -> None:
        if not between:
            between.append(one)
            between[0] = visitor.send(one, LEAVE, depart="2026-11-30")

    connection().client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", send)

    late = visitor.send(other, LEAVE, depart="2026-11-30")

    assert (between[0].status, late.status) == (303, 409)
    assert "Rien n’a été compté deux fois" in late.page.words
    assert opened() == [between[0].location.rpartition("/")[2]]
    assert visitor.send(other, LEAVE, depart="2026-11-30").status == 422


def test_an_arrival_is_not_told_twice_either_and_another_one_is(visitor: Visitor) -> None:
    arrive(visitor)

    again, twin = arrive(visitor, nom="SARAH"), arrive(visitor, nom="Salomé")

    assert again.status == 422
    assert "Une demande est déjà en cours pour cette personne" in again.page.words
    assert again.page.form(ADD).fields["nom"] == "SARAH"
    assert twin.status == 303


def test_what_is_wrong_is_told_and_all_that_was_typed_stays(visitor: Visitor, counted: Counted) -> None:
    form = visitor.get(f"{ADD}?contrat=9126")
    counted.calls.clear()

    seen = visitor.send(
        form,
        ADD,
        nom="Zoé 🦄 <b>",
        naissance="2030-01-01",
        lien="Enfant",
        arrivee="2026-11-22",
        precisions="Née\nhier",
    )

    assert seen.status == 422
    assert counted.writes == 0
    assert [link for link in seen.page.links if link.startswith("#")][1:] == ["#nom", "#naissance"]
    fields = seen.page.form(ADD).fields
    assert (fields["nom"], fields["naissance"], fields["arrivee"]) == (
        "Zoé 🦄 <b>",
        "2030-01-01",
        "2026-11-22",
    )
    assert "Née\nhier" in seen.html
    assert '<option value="Enfant" selected>' in seen.html
    assert fields["envoi"] == form.page.form(ADD).fields["envoi"]
    assert seen.page.title.startswith("Erreur")


@pytest.mark.parametrize("mark", ["", "x", "é" * 22, "m" * 23])
def test_a_form_without_its_mark_is_shown_again_with_one(visitor: Visitor, mark: str) -> None:
    seen = visitor.send(visitor.get(f"{ADD}?contrat=9126"), ADD, **ARRIVAL, envoi=mark)

    assert seen.status == 422
    assert "Cette page n’était plus à jour" in seen.page.words
    assert visitor.send(seen, ADD).status == 303


def test_who_it_is_about_is_asked_where_several_live_there(visitor: Visitor) -> None:
    many(30)

    seen = visitor.get(f"{LEAVE}?contrat=9126")

    assert "Qui quitte le logement ?" in seen.page.words
    links = [link for link in seen.page.links if "occupant=" in link]
    assert len(links) == 30
    (own,) = (link for link in links if link.endswith("occupant=o-17"))
    assert leave(visitor, path=own).status == 303
    assert DynamoServiceRequests().get(ELOISE, "D2026-000001").about == "o-17"
    assert visitor.get(CONTRACT).page.words.count("depuis le 1er mars 2021") == 30


def test_a_lease_without_occupants_says_so_and_whom_to_call(visitor: Visitor) -> None:
    mothers.put(*lease_items(replace(a_lease(), occupants=())))
    Item("LEASE#9126", "OCCUPANT#o-1").delete()

    assert "Aucun occupant n’est déclaré sur ce contrat" in visitor.get(f"{LEAVE}?contrat=9126").page.words
    contract = visitor.get(CONTRACT)
    assert "Aucun occupant déclaré" in contract.page.words
    assert f"{ADD}?contrat=9126" in contract.page.links
    assert f"{LEAVE}?contrat=9126" not in contract.page.links


def test_somebody_who_left_meanwhile_is_told_of_no_more(visitor: Visitor) -> None:
    form = visitor.get(f"{LEAVE}?contrat=9126&occupant=o-1")
    Item("LEASE#9126", "OCCUPANT#o-1").delete()

    seen = visitor.send(form, LEAVE, depart="2026-11-30")

    assert seen.status == 422
    assert "Cette personne n’est plus dans la liste des occupants." in seen.page.words
    assert opened() == []


def test_each_holder_tells_for_themselves_and_sees_their_own(
    visitor: Visitor, neighbour: Visitor, nadege: Household
) -> None:
    mothers.put(hold_item(NADEGE, a_hold(ELOISES_LEASE)))
    leave(visitor)

    seen = leave(neighbour)

    assert seen.location == "/demandes/D2026-000002"
    assert opened(NADEGE) == ["D2026-000002"]
    assert "D2026-000001" not in neighbour.get(CONTRACT).html
    assert neighbour.get("/demandes/D2026-000001").status == 404


def test_a_lease_that_is_over_is_read_and_no_more(visitor: Visitor, counted: Counted) -> None:
    forms = {path: visitor.get(f"{path}?contrat=9126") for path in (ADD, LEAVE, CORRECT)}
    over = LeaseItem.ends_on.set(TODAY - timedelta(days=1))
    LeaseItem(lease_key(ELOISES_LEASE), "LEASE").update([over])
    counted.calls.clear()

    for path, form in forms.items():
        answer = visitor.send(form, path, **ARRIVAL, depart="2026-11-30")

        assert answer.status == visitor.get(f"{path}?contrat=9126").status == 422
        assert "Ce contrat est terminé" in answer.page.words
    assert counted.writes == 0
    contract = visitor.get(CONTRACT)
    assert "Ce contrat est terminé depuis le 22 novembre 2026" in contract.page.words
    assert not [link for link in contract.page.links if link.startswith(("/contrat/o", "/contrat/ad"))]


def test_on_its_last_day_a_lease_still_runs(visitor: Visitor) -> None:
    LeaseItem(lease_key(ELOISES_LEASE), "LEASE").update([LeaseItem.ends_on.set(TODAY)])

    assert leave(visitor).status == 303


def test_the_landlord_is_told_of_the_move_with_its_request(visitor: Visitor) -> None:
    visitor.send(visitor.get(f"{CORRECT}?contrat=9126"), CORRECT, nom="Louis D’Aubigny")

    (change,) = DynamoChanges().made_on(TODAY)
    assert (change.tenant, change.lease) == (ELOISE, ELOISES_LEASE)
    assert change.after == {"reference": "o-1", "nom": "Louis D’Aubigny", "demande": "D2026-000001"}
    assert portal().leases.get("9126").occupants[0].name == "Louis D’Aubigné"
