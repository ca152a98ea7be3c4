"""Many tries at the door: a page that says until when to wait, the same for accounts that are not there."""

import json
import re
from datetime import timedelta

import pytest

from chalicelib.domain.throttling import PASSWORDS, Subject, SubjectKind
from chalicelib.storage.accounts import AccountItem
from chalicelib.storage.keys import account_key
from chalicelib.storage.throttling import DynamoTallies, TallyItem, tally_key
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.mothers import Household, put
from tests.town import Counted, forget_portal, portal_endpoint
from tests.visitors import PASSWORD, Seen, Visitor

NOBODY = "inconnu@demo.ex"


def tally(email: str, clock: Clock, failures: int, device: str = "") -> None:
    """Have so many failures of right now stand in a tally."""
    item = TallyItem(*tally_key(Subject(SubjectKind.ACCOUNT, email, device)), mark="before")
    item.tried_at, item.expires_at_epoch = [clock.at] * failures, 0
    put(item)


def failures_of(subject: Subject) -> int:
    (kept,) = DynamoTallies().read([subject])
    return len(kept.tried_at)


def without_visit(seen: Seen, email: str) -> tuple[int, list[str], str]:
    html = re.sub(r'name="csrf" value="\w{32}"', "", seen.html)
    return seen.status, seen.names(), html.replace(f'value="{email}"', "")


def test_the_sixth_try_waits_on_a_page_that_says_so(
    eloise: Household, hashes: list[str], clock: Clock, counted: Counted
) -> None:
    for _ in range(5):
        assert Visitor().sign_in(eloise.email, "wrong").status == 422
    counted.calls.clear()

    seen = Visitor().sign_in(eloise.email, PASSWORD, souvenir="oui")

    assert seen.status == 429
    assert seen.page.title.startswith("Erreur : se connecter")
    assert "Trop d’essais n’ont pas abouti. Réessayez dans une minute." in seen.page.words
    assert seen.page.form("/connexion").fields["identifiant"] == eloise.email
    assert seen.page.form("/connexion").fields["souvenir"] == "oui"
    assert PASSWORD not in seen.html
    assert counted.calls == {"BatchGetItem": 1}
    assert len(hashes) == 5
    clock.advance(seconds=30)
    assert Visitor().sign_in(eloise.email).status == 303


def test_waiting_looks_the_same_whether_the_account_exists_or_not(
    eloise: Household, hashes: list[str], clock: Clock, counted: Counted
) -> None:
    seen = {}
    for email in (eloise.email, NOBODY):
        tally(email, clock, 8)
        calls = counted.during(
            lambda email=email: seen.update({email: Visitor().sign_in(email)})  # type: ignore[misc]
        )
        assert calls == {"BatchGetItem": 1}

    assert without_visit(seen[eloise.email], eloise.email) == without_visit(seen[NOBODY], NOBODY)
    assert seen[NOBODY].status == 429
    assert hashes == []


def test_a_hundred_failures_close_the_door_and_the_way_by_mail_is_shown(
    eloise: Household, hashes: list[str], clock: Clock
) -> None:
    tally(eloise.email, clock, PASSWORDS.most)

    seen = Visitor().sign_in(eloise.email)

    assert seen.status == 429
    assert "Réessayez à partir du 24 novembre 2026 à 9 h 42." in seen.page.words.replace("\u00a0", " ")
    assert "/mot-de-passe" in seen.page.links
    clock.advance(hours=24)
    assert Visitor().sign_in(eloise.email).status == 303


def test_a_device_that_the_account_knows_comes_in_at_once_whoever_knocks(
    eloise: Household, hashes: list[str], clock: Clock
) -> None:
    device = Visitor()
    device.sign_in(eloise.email)
    device.send(device.get("/contacts"), "/deconnexion")
    tally(eloise.email, clock, PASSWORDS.most)

    assert device.sign_in(eloise.email).status == 303
    assert failures_of(Subject(SubjectKind.ACCOUNT, eloise.email)) == PASSWORDS.most, "that stays"


def test_a_device_known_to_one_account_is_a_stranger_to_another(
    eloise: Household, nadege: Household, hashes: list[str], clock: Clock
) -> None:
    device = Visitor()
    device.sign_in(eloise.email)
    device.send(device.get("/contacts"), "/deconnexion")
    tally(nadege.email, clock, PASSWORDS.most)

    assert device.sign_in(nadege.email).status == 429
    device.cookies["device"] = device.cookies["device"][:-1] + "x"
    tally(eloise.email, clock, PASSWORDS.most)
    assert device.sign_in(eloise.email).status == 429


def test_a_device_keeps_its_name_and_counts_its_own_failures(eloise: Household, hashes: list[str]) -> None:
    device = Visitor()
    device.sign_in(eloise.email)
    name = device.cookies["device"].split("~")[1]
    device.send(device.get("/contacts"), "/deconnexion")
    device.sign_in(eloise.email, "wrong")

    own = Subject(SubjectKind.ACCOUNT, eloise.email, name)
    assert failures_of(own) == 1
    assert failures_of(Subject(SubjectKind.ACCOUNT, eloise.email)) == 0
    device.sign_in(eloise.email)
    assert device.cookies["device"].split("~")[1] == name
    assert failures_of(own) == 0


def test_a_device_that_knew_a_former_password_waits_with_everybody_else(
    eloise: Household, hashes: list[str], clock: Clock
) -> None:
    device, since = Visitor(), Visitor()
    device.sign_in(eloise.email)
    clock.advance(seconds=1)
    AccountItem(account_key(eloise.email), "ACCOUNT").update([AccountItem.password_changed_at.set(clock.at)])
    since.sign_in(eloise.email)
    for browser in (device, since):
        browser.send(browser.get("/contacts"), "/deconnexion")
    device.sign_in(eloise.email, "wrong")
    assert failures_of(Subject(SubjectKind.ACCOUNT, eloise.email)) == 1
    tally(eloise.email, clock, PASSWORDS.most)

    assert device.sign_in(eloise.email).status == 429
    assert since.sign_in(eloise.email).status == 303


def test_the_device_on_which_the_password_is_changed_knows_the_new_one(
    visitor: Visitor, eloise: Household, clock: Clock
) -> None:
    path, new = "/informations-personnelles/mot-de-passe", "Wagon-vert-2031"
    typed = {"nouveau_mot_de_passe": new, "nouveau_mot_de_passe_encore": new}
    visitor.send(visitor.get(path), path, **typed)
    visitor.send(visitor.get("/contacts"), "/deconnexion")
    tally(eloise.email, clock, PASSWORDS.most)

    assert Visitor().sign_in(eloise.email, new).status == 429
    assert visitor.sign_in(eloise.email, new).status == 303


def spray(client: str, accounts: int, **headers: str) -> list[int]:
    """Try one password at many accounts; give the statuses."""
    visitor = Visitor(client=client)
    token = visitor.token()
    fields = {"csrf": token, "mot-de-passe": "Printemps-2026!"}
    return [
        visitor.post(
            "/connexion", fields | {"identifiant": f"{client}-{rank}@demo.example"}, **headers
        ).status
        for rank in range(accounts)
    ]


def test_one_address_is_answered_thirty_times_in_five_minutes(
    eloise: Household, hashes: list[str], clock: Clock
) -> None:
    statuses = spray("192.0.2.66", 40)

    assert statuses == [422] * 30 + [429] * 10
    assert len(hashes) == 30
    assert Visitor(client="192.0.2.67").sign_in(eloise.email).status == 303
    clock.advance(minutes=5)
    assert spray("192.0.2.66", 1) == [422]


def test_a_household_of_ipv6_is_one_address(eloise: Household, hashes: list[str]) -> None:
    assert set(spray("2001:db8:1:2::1", 30)) == {422}
    assert spray("2001:db8:1:2:ffff::9", 1) == [429]
    assert spray("2001:db8:1:3::1", 1) == [422]


def test_what_a_browser_says_of_its_address_counts_for_nothing(eloise: Household, hashes: list[str]) -> None:
    told = {"x_forwarded_for": "203.0.113.1", "x_viewer_ip": "203.0.113.2", "forwarded": "for=203.0.113.3"}

    assert set(spray("192.0.2.66", 30, **told)) == {422}
    assert spray("192.0.2.66", 1, **told | {"x_forwarded_for": "203.0.113.9"}) == [429]
    assert failures_of(Subject(SubjectKind.NETWORK, "192.0.2.66")) == 30


def test_behind_cloudfront_the_address_is_the_one_that_it_tells(
    eloise: Household, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_VIEWER_HEADER", "X-Viewer-IP")
    forget_portal()

    assert set(spray("192.0.2.66", 30, x_viewer_ip="203.0.113.2")) == {422}
    assert spray("192.0.2.66", 1, x_viewer_ip="203.0.113.3") == [422]
    assert spray("192.0.2.67", 1, x_viewer_ip="203.0.113.2") == [429]
    assert failures_of(Subject(SubjectKind.NETWORK, "192.0.2.66")) == 0


@pytest.mark.long
def test_a_whole_town_sprayed_from_one_address_and_from_five_hundred(
    eloise: Household, hashes: list[str], clock: Clock
) -> None:
    """A5: 2,700 accounts; 30 answers in any five minutes from one address, and the others go on."""
    began, answered = clock.at, []
    for rank in range(0, 2_700, 30):
        statuses = spray("192.0.2.66", 30)
        answered += [clock.at] * statuses.count(422)
        clock.advance(seconds=10)
        assert rank or statuses == [422] * 30
    for at in answered:
        assert sum(at <= other < at + timedelta(minutes=5) for other in answered) <= 30
    assert clock.at - began == timedelta(minutes=15)
    assert len(hashes) == len(answered) == 90

    assert Visitor().sign_in(eloise.email).status == 303
    before = len(hashes)
    for rank in range(500):
        assert set(spray(f"198.51.{100 + rank // 250}.{rank % 250}", 6)) == {422}
    assert len(hashes) == before + 3_000
    assert Visitor(client="192.0.2.99").sign_in(eloise.email).status == 303


def test_the_tenth_failure_goes_to_the_queue_for_any_address(
    eloise: Household, hashes: list[str], clock: Clock, table: Resources, counted: Counted
) -> None:
    sqs = client("sqs", portal_endpoint(table), ACCOUNT)
    for email in (eloise.email, NOBODY):
        tally(email, clock, 9)
        clock.advance(minutes=15)
        assert Visitor().sign_in(email, "wrong").status == 422
        (message,) = sqs.receive_message(QueueUrl=table.access_queue)["Messages"]
        told = json.loads(message["Body"])

        assert (told["kind"], told["email"]) == ("many_failures", email)
        assert told.keys() == {"id", "kind", "email", "asked_at"}
        sqs.delete_message(QueueUrl=table.access_queue, ReceiptHandle=message["ReceiptHandle"])
