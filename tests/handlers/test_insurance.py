"""Assurance habitation: the form, what follows it, and the agents' pages about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.uploads import NewCertificate, Upload, UploadState
from chalicelib.portal import portal
from chalicelib.storage.keys import lease_key
from chalicelib.storage.leases import LeaseItem
from tests import agents
from tests.conftest import Clock
from tests.mothers import ELOISE, TODAY, Household
from tests.storage.books import stored_items
from tests.town import Counted
from tests.visitors import Seen, Visitor

FORM, DESK = "/contrat/assurance", "/gestion/attestations"
UNTIL = TODAY + timedelta(days=364)
TYPED = {"assureur": "MAIF", "police": "POL-9", "debut": TODAY.isoformat(), "fin": UNTIL.isoformat()}


@pytest.fixture
def agent(visitor: Visitor) -> Visitor:
    agents.claire()
    made = Visitor(client="192.0.2.9")
    agents.enter(made)
    return made


def ask(visitor: Visitor, **typed: str) -> Seen:
    return visitor.send(visitor.get(FORM), FORM, **(TYPED | typed))


def accepted(seen: Seen) -> Upload:
    """Have the file of a form accepted, as the worker does."""
    upload = portal().uploads.get(ELOISE, seen.location.removeprefix("/envois/"))
    done = replace(
        upload,
        state=UploadState.ACCEPTED,
        settled_at=portal().entrance.now(),
        key=f"uploads/9126/{upload.id}.jpg",
        media_type="image/jpeg",
    )
    assert portal().uploads.settle(done, NewCertificate(done))
    return done


def test_the_form_leads_to_where_the_file_is_sent(visitor: Visitor) -> None:
    seen = ask(visitor)

    assert (seen.status, seen.location[:8]) == (303, "/envois/")
    upload = portal().uploads.get(ELOISE, seen.location.removeprefix("/envois/"))
    assert upload.facts == TYPED | {"nom": "Mme Éloïse D’Aubigné-Lefèvre"}
    assert (upload.lease, upload.email) == ("9126", "9126-1@demo.example")


def test_what_is_wrong_is_told_and_what_was_typed_is_kept(visitor: Visitor) -> None:
    before = stored_items()

    page = ask(visitor, police="", fin="2020-01-01")

    assert page.status == 422
    assert page.page.form(FORM).fields["assureur"] == "MAIF"
    assert "Indiquez le numéro du contrat d’assurance" in page.page.words
    assert "La fin est avant le début" in page.page.words
    assert stored_items() == before


def test_a_double_click_asks_for_one_file(visitor: Visitor) -> None:
    page = visitor.get(FORM)

    first, second = (visitor.send(page, FORM, **TYPED) for _ in range(2))

    assert first.location == second.location
    assert len([key for key in stored_items() if key[0] == f"UPLOAD#{ELOISE}" and key[1][:4] != "DAY#"]) == 1


def test_a_correction_with_the_same_form_is_not_lost(visitor: Visitor) -> None:
    page = visitor.get(FORM)
    first = visitor.send(page, FORM, **TYPED)

    corrected = [visitor.send(page, FORM, **(TYPED | {"police": "POL-10"})) for _ in range(2)]

    assert corrected[0].location == corrected[1].location != first.location
    seen = visitor.get(corrected[0].location)
    assert "MAIF, police POL-10, du 23 novembre 2026 au 22 novembre 2027" in seen.page.words


def test_after_a_refusal_the_good_one_counts(visitor: Visitor, agent: Visitor, clock: Clock) -> None:
    bad = accepted(ask(visitor, fin=(UNTIL + timedelta(days=30)).isoformat()))
    path = f"{DESK}/9126/p{bad.id}"
    agent.send(agent.get(path), path + "/refuser", motif="Photo floue.")
    assert "Attestation refusée : Photo floue." in visitor.get("/contrat").page.words
    assert "Votre attestation a été refusée" in visitor.get(FORM).page.words
    clock.advance(minutes=5)
    good = accepted(ask(visitor))
    path = f"{DESK}/9126/p{good.id}"
    agent.send(agent.get(path), path + "/accepter")

    words = visitor.get("/contrat").page.words
    assert "À jour Votre attestation est valable jusqu’au 22 novembre 2027" in words
    assert "Période Du 23 novembre 2026 au 22 novembre 2027" in words
    assert "refusée" not in words
    assert "Votre attestation a été refusée" not in visitor.get(FORM).page.words


def test_a_form_that_no_page_of_ours_wrote_is_refused_and_loses_nothing(visitor: Visitor) -> None:
    page = ask(visitor, envoi="x")

    assert page.status == 422
    assert page.page.form(FORM).fields["police"] == "POL-9"


def test_the_home_page_and_the_lease_say_that_it_waits_then_that_all_is_well(
    visitor: Visitor, agent: Visitor
) -> None:
    assert "Alerte renouvellement" in visitor.get("/").page.words
    upload = accepted(ask(visitor))
    assert "Attestation d’assurance envoyée : contrat L/9126" in visitor.get("/").page.words
    assert "Nouvelle attestation à vérifier" in visitor.get("/contrat").page.words
    assert "Votre attestation est bien arrivée" in visitor.get(FORM).page.words

    listed = agent.get(DESK)
    assert "Mme Éloïse D’Aubigné-Lefèvre" in listed.page.words
    (path,) = [link for link in listed.page.links if link.startswith(DESK + "/")]
    done = agent.follow(agent.send(agent.get(path), path + "/accepter"))

    assert "Attestation acceptée" in done.page.words
    assert "Aucune attestation n’attend" in done.page.words
    assert "Alerte renouvellement" not in visitor.get("/").page.words
    assert f"p{upload.id}" in path


def test_a_refusal_needs_a_reason_and_the_tenant_reads_it(visitor: Visitor, agent: Visitor) -> None:
    upload = accepted(ask(visitor))
    path = f"{DESK}/9126/p{upload.id}"
    page = agent.send(agent.get(path), path + "/refuser", motif=" ")
    assert page.status == 422
    assert "Écrivez au locataire pourquoi" in page.page.words

    agent.send(agent.get(path), path + "/refuser", motif="La date est passée.")

    assert "Refusée La date est passée." in visitor.get(FORM).page.words
    assert "Alerte renouvellement" in visitor.get("/").page.words
    again = agent.send(agent.get("/gestion"), "/gestion/preferences/texte", taille="plus")
    assert again.status == 303
    assert "La date est passée." in agent.get(path).page.words


def test_somebody_who_comes_second_is_told(visitor: Visitor, agent: Visitor) -> None:
    path = f"{DESK}/9126/p{accepted(ask(visitor)).id}"
    page = agent.get(path)
    agent.send(page, path + "/accepter")

    assert agent.send(page, path + "/accepter").status == 303
    other = Visitor(client="192.0.2.10")
    agents.claire(email="paul@littoral-habitat.example")
    agents.enter(other, "paul@littoral-habitat.example")
    late = other.send(other.get("/gestion"), "/gestion/preferences/texte", taille="plus")
    token = other.get("/gestion").page.form("/gestion/preferences/texte").fields["csrf"]
    late = other.post(path + "/refuser", {"csrf": token, "motif": "Non"})

    assert late.status == 409
    assert "Attestation acceptée" in late.page.words
    assert f"par {agents.CLAIRE}" in late.page.words


def test_the_file_opens_for_a_minute_for_its_lease_and_for_agents(
    visitor: Visitor, neighbour: Visitor, agent: Visitor
) -> None:
    upload = accepted(ask(visitor))
    own, theirs = f"{FORM}/9126/p{upload.id}", f"{DESK}/9126/p{upload.id}/fichier"

    for seen in (visitor.ask("GET", own), agent.ask("GET", theirs)):
        assert seen.status == 303
        assert f"uploads/9126/{upload.id}.jpg" in seen.location
        assert "X-Amz-Expires=60" in seen.location
        assert "attachment" in seen.location

    assert neighbour.ask("GET", own).status == 404
    assert neighbour.ask("GET", own).without_visit() == neighbour.ask("GET", f"{FORM}/1/px").without_visit()


def test_a_lease_that_is_over_takes_no_certificate(visitor: Visitor, eloise: Household) -> None:
    page = visitor.get(FORM)
    LeaseItem(lease_key("9126"), "LEASE").update([LeaseItem.ends_on.set(TODAY - timedelta(days=1))])

    seen = visitor.send(page, FORM, **TYPED)

    assert seen.status == 422
    assert "Ce contrat est terminé" in seen.page.words
    assert not [form for form in seen.page.forms if form.action == FORM]


def test_each_of_these_pages_takes_two_requests_to_the_table_at_most(
    visitor: Visitor, agent: Visitor, counted: Counted
) -> None:
    upload = accepted(ask(visitor))
    pages = [
        (visitor, FORM),
        (agent, DESK),
        (agent, f"{DESK}/9126/p{upload.id}"),
        (agent, f"{DESK}/9126/p{upload.id}/fichier"),
        (visitor, f"{FORM}/9126/p{upload.id}"),
    ]

    for who, path in pages:
        counted.calls.clear()
        who.ask("GET", path)
        assert sum(counted.calls.values()) <= 2, path


def test_the_form_counts_against_the_day(visitor: Visitor, clock: Clock) -> None:
    for _ in range(20):
        assert ask(visitor).status == 303

    page = ask(visitor)

    assert page.status == 422
    assert "Recommencez demain" in page.page.words
    assert page.page.form(FORM).fields["police"] == "POL-9"
    clock.advance(days=1)
    visitor.enter(ELOISE)
    assert ask(visitor).status == 303
