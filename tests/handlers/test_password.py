"""Modifier mon mot de passe: by who has it, to one that holds, and everybody else is shown out."""

import itertools
import json
from collections.abc import Callable

import pytest

from chalicelib.portal import portal
from chalicelib.storage.table import connection
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.faults import Faults
from tests.mothers import ELOISE, Household
from tests.town import Counted, portal_endpoint
from tests.visitors import PASSWORD, Seen, Visitor

PATH = "/informations-personnelles/mot-de-passe"
NEW = "Mouette-4172-rieuse!"


def change(visitor: Visitor, new: str = NEW, again: str | None = None, **typed: str) -> Seen:
    fields = {"nouveau_mot_de_passe": new, "nouveau_mot_de_passe_encore": new if again is None else again}
    return visitor.send(visitor.get(PATH), PATH, **fields, **typed)


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


@pytest.fixture
def messages(table: Resources) -> Callable[[], list[dict[str, str]]]:
    """Take what was asked of the worker out of its queue."""

    def taken() -> list[dict[str, str]]:
        sqs = client("sqs", portal_endpoint(table), ACCOUNT)
        found = sqs.receive_message(QueueUrl=table.access_queue, MaxNumberOfMessages=10)
        return [json.loads(one["Body"]) for one in found.get("Messages", [])]

    return taken


def test_another_password_opens_and_the_old_one_does_not(visitor: Visitor, eloise: Household) -> None:
    answer = change(visitor)

    assert answer.location == f"{PATH}?modifie=1"
    assert "Votre mot de passe est modifié" in visitor.follow(answer).page.words
    assert Visitor().sign_in(eloise.email, PASSWORD).status == 422
    assert Visitor().sign_in(eloise.email, NEW).status == 303


def test_all_other_devices_and_copies_of_this_one_are_out_at_once(
    visitor: Visitor, eloise: Household
) -> None:
    other, copy = Visitor(), Visitor(cookies=dict(visitor.cookies))
    other.sign_in(eloise.email)
    before = visitor.cookies["session"].split("~")

    change(visitor)

    after = visitor.cookies["session"].split("~")
    assert not is_in(other)
    assert not is_in(copy)
    assert is_in(visitor)
    assert before[0] == after[0]
    assert set(before[1:3]).isdisjoint(after[1:3])
    assert len(portal().entrance.sessions.of(ELOISE)) == 1


def test_a_remembered_device_stays_remembered(eloise: Household, clock: Clock) -> None:
    device = Visitor()
    device.sign_in(eloise.email, souvenir="oui")

    change(device)
    clock.advance(days=29)

    assert is_in(device)


def test_the_owner_is_told_and_finds_it_in_the_timeline(
    visitor: Visitor, eloise: Household, messages: Callable[[], list[dict[str, str]]]
) -> None:
    change(visitor)

    (told,) = messages()
    assert (told["kind"], told["email"]) == ("password_changed", eloise.email)
    assert NEW not in json.dumps(told)
    assert "9 h 42 Mot de passe modifié" in visitor.get("/").page.words.replace("\u00a0", " ")


def test_the_present_password_is_asked_for_after_a_quarter_of_an_hour(
    visitor: Visitor, clock: Clock, eloise: Household
) -> None:
    assert "mot-de-passe-actuel" not in visitor.get(PATH).html
    clock.advance(minutes=15)
    assert "mot-de-passe-actuel" in visitor.get(PATH).html

    for typed, said in (
        ("", "Indiquez votre mot de passe actuel."),
        ("wrong", "Ce n’est pas votre mot de passe actuel."),
    ):
        seen = change(visitor, mot_de_passe_actuel=typed)
        assert seen.status == 422
        assert said in seen.page.words
        assert "mot-de-passe-actuel" in seen.html
    assert Visitor().sign_in(eloise.email).status == 303
    assert change(visitor, mot_de_passe_actuel=PASSWORD).status == 303
    assert Visitor(client="192.0.2.9").sign_in(eloise.email, NEW).status == 303


def test_who_showed_the_password_is_not_asked_again_for_another_mistake(
    visitor: Visitor, clock: Clock
) -> None:
    clock.advance(minutes=15)

    seen = change(visitor, again="autre", mot_de_passe_actuel=PASSWORD)

    assert seen.status == 422
    assert "Ce n’est pas le même mot de passe" in seen.page.words
    assert "mot-de-passe-actuel" not in seen.html
    assert change(visitor).status == 303


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "Indiquez votre nouveau mot de passe."),
        ("court-1", "Il manque"),
        ("Bonjour123!", "parmi les plus courants"),
        ("Eloise-9126-12", "reprend votre nom"),
        ("Littoral-Habitat-17", "reprend votre nom"),
    ],
)
def test_a_password_that_would_not_hold_is_refused_with_the_reason(
    visitor: Visitor, eloise: Household, new: str, said: str, counted: Counted
) -> None:
    visitor.get(PATH)
    counted.calls.clear()
    seen = change(visitor, new)

    assert seen.status == 422
    assert said in seen.page.words
    assert seen.page.title.startswith("Erreur : modifier mon mot de passe")
    assert "nouveau-mot-de-passe-erreur" in seen.page.ids
    assert counted.writes == 0
    assert not new or f'value="{new}"' not in seen.html


def test_two_that_are_not_the_same_are_refused(visitor: Visitor, counted: Counted) -> None:
    counted.calls.clear()
    seen = change(visitor, again=NEW + " ")

    assert "retapez le nouveau" in seen.page.words
    assert counted.writes == 0


def test_a_change_whose_notice_cannot_leave_is_made_and_an_operator_hears_of_it(
    visitor: Visitor, eloise: Household, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    access = portal().entrance.access
    Faults(access._client, lambda _: "before")  # type: ignore[attr-defined]
    access._client.meta.events.register_first(  # type: ignore[attr-defined]
        "before-parameter-build.sqs.SendMessage", _away
    )

    answer = change(visitor)

    assert answer.location == f"{PATH}?modifie=1"
    assert "notice_lost" in caplog.text
    assert Visitor().sign_in(eloise.email, NEW).status == 303


def _away(**_: object) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="sqs")


def test_a_change_that_is_cut_anywhere_is_made_or_not_and_can_be_tried_again(
    visitor: Visitor, eloise: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    calls = itertools.count()
    faults = Faults(connection().client, lambda _: "before" if next(calls) else None)
    form = {
        "csrf": visitor.token(), "nouveau-mot-de-passe": NEW, "nouveau-mot-de-passe-encore": NEW,
    }  # fmt: skip

    assert visitor.post(PATH, form).status == 503
    faults.choose = lambda _: None
    assert is_in(visitor)
    assert Visitor().sign_in(eloise.email).status == 303
    assert visitor.post(PATH, form).status == 303
