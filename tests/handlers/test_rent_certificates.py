"""The certificate of rent on Documents: asked for, being made, there; one for each lease and day."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.rent_certificates import certificate_id
from chalicelib.storage.keys import lease_key
from chalicelib.storage.leases import CallItem, lease_items
from chalicelib.storage.tenants import hold_item
from infra.local.resources import Resources, client
from tests import mothers
from tests.conftest import ACCOUNT, Clock
from tests.folders import a_paper, keep
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGES_LEASE, TODAY, Household, a_hold, a_lease
from tests.town import portal_endpoint
from tests.visitors import Visitor, own_path

PATH = "/documents/attestation"
TAB = "/documents?contrat=9126&type=attestations"


def a_certificate() -> Document:
    """Give what the worker makes of an asking of today."""
    id = certificate_id(ELOISES_LEASE, TODAY)
    return a_paper(DocumentKind.CERTIFICATE, "Attestation de loyer", TODAY, id=id, number="T-20261123-009126")


@pytest.fixture
def asked(table: Resources) -> Callable[[], list[Any]]:
    """Give what workers of papers were asked so far; each is told once."""
    sqs, url = client("sqs", portal_endpoint(table), ACCOUNT), table.documents_queue

    def receive() -> list[Any]:
        found: list[Any] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            found += [json.loads(one["Body"]) for one in messages]
        return found

    return receive


def test_a_certificate_is_asked_for_made_and_then_there(
    visitor: Visitor, asked: Callable[[], list[Any]]
) -> None:
    sent = visitor.send(visitor.get(TAB), PATH)
    assert sent.location == f"{TAB}&demande=2026-11-23#attestation"
    waiting = visitor.get(own_path(sent.location))
    keep(a_certificate())
    there = visitor.get(f"{TAB}&demande=2026-11-23")

    assert asked() == [{"certificate": {"lease": ELOISES_LEASE, "tenant": ELOISE, "day": "2026-11-23"}}]
    assert "En préparation" in waiting.page.words
    assert PATH not in [form.action for form in waiting.page.forms]
    assert f"{TAB}&demande=2026-11-23#attestation" in waiting.page.links
    assert "Attestation de loyer Prête" in there.page.words
    assert a_certificate().path in there.page.links


def test_a_second_click_asks_for_the_same_and_once_it_is_there_for_nothing(
    visitor: Visitor, asked: Callable[[], list[Any]]
) -> None:
    page = visitor.get(TAB)
    for _ in range(2):
        assert visitor.send(page, PATH).status == 303
    keep(a_certificate())
    assert visitor.send(page, PATH).status == 303

    found = asked()
    assert len(found) == 2
    assert found[0] == found[1]


def test_the_next_day_another_one_can_be_asked_for(visitor: Visitor, clock: Clock) -> None:
    keep(a_certificate())
    assert PATH not in [form.action for form in visitor.get(TAB).page.forms]
    clock.advance(days=1)
    visitor.enter(ELOISE)

    for path in (TAB, f"{TAB}&demande=2026-11-23"):
        assert PATH in [form.action for form in visitor.get(path).page.forms], path


def test_a_lease_that_is_over_or_somebody_else_s_has_none(
    visitor: Visitor, nadege: Household, asked: Callable[[], list[Any]]
) -> None:
    over = TODAY - timedelta(days=1)
    mothers.put(hold_item(ELOISE, replace(a_hold("9120"), lease_ends_on=over)))
    mothers.put(*lease_items(replace(a_lease("9120"), ends_on=over)))

    answers = {
        number: visitor.post(PATH, {"csrf": visitor.token(), "contrat": number}).status
        for number in ("9120", NADEGES_LEASE, "9999")
    }

    assert answers == {"9120": 422, NADEGES_LEASE: 404, "9999": 404}
    assert asked() == []
    seen = visitor.get("/documents?contrat=9120&type=attestations")
    assert PATH not in [form.action for form in seen.page.forms]
    assert "Ce contrat est terminé." in seen.page.words


def test_a_lease_of_which_no_rent_is_known_says_so(visitor: Visitor, asked: Callable[[], list[Any]]) -> None:
    CallItem(lease_key(ELOISES_LEASE), "CALL#2026-11").delete()

    seen = visitor.send(visitor.get(TAB), PATH)

    assert seen.status == 422
    assert "Nous n’avons pas encore d’appel de loyer pour ce contrat" in seen.page.words
    assert asked() == []
