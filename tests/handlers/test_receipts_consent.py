"""Consent to electronic receipts on Documents: each holder says yes or no alone, and may come back on it."""

from typing import Any

import pytest

from chalicelib.domain.changes import Change
from chalicelib.portal import portal
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.conftest import Clock
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGES_LEASE, TODAY, Household, a_hold, a_tenant
from tests.visitors import Seen, Visitor, own_path

PATH = "/documents/accord"
TAB = "/documents?contrat=9126&type=quittances"


def made() -> list[Change]:
    return list(DynamoChanges().made_on(TODAY))


def answer(visitor: Visitor) -> Seen:
    """Press the one button of the panel."""
    return visitor.send(visitor.get(TAB), PATH)


def test_a_tenant_agrees_and_it_is_dated_told_and_goes_out(visitor: Visitor) -> None:
    before = visitor.get(TAB)
    assert "Votre accord est nécessaire" in before.page.words
    assert ["", "J’accepte les quittances électroniques"] in before.page.buttons

    sent = answer(visitor)

    assert sent.location == f"{TAB}&fait=1#accord"
    seen = visitor.follow(sent)
    assert "C’est noté." in seen.page.words
    assert "Le 23 novembre 2026 à 9 h 42, vous avez accepté de recevoir vos quittances" in seen.page.words
    assert "C’est noté." not in visitor.get(TAB).page.words
    (change,) = made()
    assert (change.kind.value, change.tenant, change.lease, dict(change.after)) == (
        "quittances_electroniques",
        ELOISE,
        ELOISES_LEASE,
        {"quittances_electroniques": "oui"},
    )
    home = visitor.get("/").page
    assert "9 h 42 Quittances électroniques acceptées : contrat L/9126" in home.words
    assert f"{TAB}#accord" in home.links


def test_a_second_click_changes_nothing(visitor: Visitor, clock: Clock) -> None:
    page = visitor.get(TAB)
    visitor.send(page, PATH)
    clock.advance(seconds=1)

    assert visitor.send(page, PATH).status == 303
    assert len(portal().consents.of(ELOISES_LEASE, ELOISE).decisions) == 1
    assert len(made()) == 1


def test_an_agreement_is_withdrawn_and_given_again(visitor: Visitor, clock: Clock) -> None:
    for _ in range(3):
        answer(visitor)
        clock.advance(minutes=1)

    decisions = portal().consents.of(ELOISES_LEASE, ELOISE).decisions
    assert [one.agreed for one in decisions] == [True, False, True]
    answer(visitor)
    words = visitor.get(TAB).page.words
    assert "Arrêtées le 23 novembre 2026" in words
    assert "Quittances électroniques arrêtées : contrat L/9126" in visitor.get("/").page.words


def test_a_co_holder_decides_alone(visitor: Visitor) -> None:
    mothers.settle_in(a_tenant("9126-2", first_name="Basile"), ())
    mothers.put(hold_item("9126-2", a_hold()))
    other = Visitor()
    other.enter("9126-2")
    answer(visitor)

    assert "Votre accord est nécessaire" in other.get(TAB).page.words
    assert portal().consents.of(ELOISES_LEASE, ELOISE).is_given
    assert not portal().consents.of(ELOISES_LEASE, "9126-2").is_given


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"contrat": ELOISES_LEASE, "accord": "peut-être"}, 422),
        ({"contrat": ELOISES_LEASE}, 422),
        ({"contrat": NADEGES_LEASE, "accord": "oui"}, 404),
        ({"contrat": "9999", "accord": "oui"}, 404),
    ],
)
def test_what_is_no_answer_or_about_no_lease_of_theirs_writes_nothing(
    visitor: Visitor, nadege: Household, fields: dict[str, str], status: int
) -> None:
    assert visitor.post(PATH, {"csrf": visitor.token()} | fields).status == status
    assert made() == []
    assert not portal().consents.of(NADEGES_LEASE, ELOISE).decisions


def test_what_was_just_decided_is_read_as_it_was_committed(visitor: Visitor) -> None:
    """An eventual reading may be a second old: the panel would say the contrary of what was pressed."""
    asked: list[bool] = []
    watch = connection().client.meta.events.register
    watch("provide-client-params.dynamodb.Query", lambda params, **_: asked.append(is_fresh(params)))

    visitor.get(own_path(answer(visitor).location))

    assert asked[-1]
    visitor.get(TAB)
    assert not asked[-1]


def is_fresh(params: dict[str, Any]) -> bool:
    return bool(params.get("ConsistentRead"))
