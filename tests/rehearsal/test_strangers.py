"""Through the gateway too: what is not theirs does not exist, and cookies belong to the portal's own host."""

import pytest

from tests.rehearsal import journeys
from tests.rehearsal.journeys import Paying
from tests.rehearsal.stage import WEB, LiveStage

KEPT: list[Paying] = []


@pytest.fixture
def hers(stage: LiveStage) -> Paying:
    """Give somebody's payment with its ticket, made by the first test that asks."""
    if not KEPT:
        KEPT.append(journeys.pay(stage, stage.debtor()))
        journeys.settled_once(stage, KEPT[0])
    return KEPT[0]


def test_what_is_a_neighbours_looks_as_if_it_did_not_exist(stage: LiveStage, hers: Paying) -> None:
    paper = journeys.ticket(hers)
    assert paper is not None
    lease, nobody = hers.tenant.lease, "f" * 32
    pairs = {
        hers.path: f"/paiement/{nobody}",
        paper.path: f"/documents/9999/{paper.id}",
        f"/contrat?contrat={lease}": "/contrat?contrat=9999",
        f"/paiement?contrat={lease}": "/paiement?contrat=9999",
    }
    neighbour = stage.visitor(stage.debtor())

    for path, absent in pairs.items():
        assert hers.visitor.ask("GET", path).status in {200, 303}, path
        seen = neighbour.ask("GET", path)
        assert seen.status == 404, path
        assert seen.page.heading == "Cette page n’existe pas", path
        assert seen.without_visit() == neighbour.ask("GET", absent).without_visit(), path


def test_nobody_at_all_is_sent_to_the_door(stage: LiveStage, hers: Paying) -> None:
    seen = stage.visitor().ask("GET", hers.path)

    assert (seen.status, seen.html) == (303, "")
    assert seen.location.startswith("/connexion")


def test_an_unknown_address_is_answered_with_our_page_and_asks_no_function(stage: LiveStage) -> None:
    calls = stage.function(WEB).log().count("START")

    seen = stage.visitor().ask("GET", "/nulle-part")

    assert stage.function(WEB).log().count("START") == calls > 0
    assert seen.status == 404
    assert seen.header("content-type") == "text/html; charset=utf-8"
    assert seen.page.heading == "Cette page n’existe pas"


def test_cookies_belong_to_this_host_alone_and_two_of_them_arrive_in_one_answer(stage: LiveStage) -> None:
    tenant = stage.debtor()
    visitor = stage.visitor()
    door = visitor.get("/connexion")
    larger = visitor.post(
        "/preferences/texte", door.page.form("/preferences/texte").fields | {"taille": "plus"}
    )

    entered = visitor.sign_in(tenant.email)

    given = [line for seen in (door, larger, entered) for line in seen.set_cookies]
    assert [line.partition("=")[0] for line in entered.set_cookies] == ["__Host-session", "__Host-device"]
    assert all(line.startswith("__Host-") for line in given)
    for line in given:
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(line.split("; ")), line
    home = visitor.get("/").page
    assert home.heading.startswith("Bienvenue")
    assert ("html", {"lang": "fr", "data-text": "1"}) in home.tags
