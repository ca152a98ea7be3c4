"""The worker of accounts: each asking is answered once, and what was cut is done again with a fresh link."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.access import Notice
from chalicelib.domain.askings import Asking, Wish
from chalicelib.domain.links import LinkKind, hash_of
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.gateways.mail import SesMail
from chalicelib.handlers.access_jobs import ANSWERS
from chalicelib.portal import portal
from chalicelib.storage.accounts import account_items
from chalicelib.storage.links import DynamoLinks
from chalicelib.storage.table import connection
from infra.local.resources import DEAD_SUFFIX, MAX_RECEIVES, Resources, client
from tests import mothers
from tests.conftest import ACCOUNT, Clock
from tests.faults import Faults
from tests.handlers.test_jobs import call, left, messages
from tests.letters import letters
from tests.mothers import ELOISE, FRANCOIS_XAVIER, an_account, hashed
from tests.newcomers import EMAIL, an_asking, issued, register
from tests.storage.books import stored_items
from tests.town import portal_endpoint, work
from tests.visitors import PASSWORD, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
OWN, MOVED = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
FACTS: dict[str, dict[str, str]] = {
    Wish.REGISTRATION: {"name": "NOEL BACKER", "lease": "9127", "password_hash": "$argon2id$x"},
    Wish.ADDRESS: {"new_email": MOVED},
    Notice.SESSION_REPLAYED: {"device": "Chrome sur Android"},
    Notice.ADDRESS_CHANGED: {"person": ELOISE, "masked": "e…@nouvelle.example"},
    Notice.ACCOUNT_OPENED: {"person": ELOISE},
}
SUBJECTS: dict[str, list[str]] = {
    Wish.REGISTRATION: ["Confirmez votre inscription"],
    Wish.RECOVERY: ["Choisissez un nouveau mot de passe"],
    Wish.ADDRESS: ["Un changement d’adresse est demandé", "Confirmez votre nouvelle adresse"],
    Notice.MANY_FAILURES: ["Des connexions à votre compte ont échoué"],
    Notice.PASSWORD_CHANGED: ["Votre mot de passe est changé"],
    Notice.SESSION_REPLAYED: ["Nous avons fermé une de vos sessions"],
    Notice.ADDRESS_CHANGED: ["Votre adresse e-mail est changée"],
    Notice.ACCOUNT_OPENED: ["Un compte est ouvert à votre nom"],
}
WITH_A_LINK = {Wish.REGISTRATION, Wish.RECOVERY, Wish.ADDRESS, Notice.MANY_FAILURES}
KINDS = list(SUBJECTS)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    """Settle in Éloïse, who has an account, and François-Xavier, who has none."""
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    mothers.francois_xavier()


def asked(kind: str, clock: Clock, **changes: str) -> Asking:
    email = EMAIL if kind is Wish.REGISTRATION else OWN
    return an_asking(kind, email, clock.at, **FACTS.get(kind, {}), **changes)


def answer(*askings: Asking) -> list[str]:
    """Have the worker answer; give the messages that come back."""
    return left(call("answer_access", messages(*[asking.spelled() for asking in askings])))


def subjects(table: Resources) -> list[str]:
    return [mail.subject for mail in letters(table)]


class Post:
    """The post: it can be away for some mails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = 0
        send = SesMail.send

        def maybe(own: SesMail, *what: Any) -> None:
            if self.away:
                self.away -= 1
                raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendEmail")
            send(own, *what)

        monkeypatch.setattr(SesMail, "send", maybe)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


def test_whatever_can_be_asked_has_an_answer() -> None:
    assert ANSWERS.keys() == {*Wish, *Notice}
    assert set(KINDS) <= ANSWERS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_an_asking_is_answered_once_however_often_it_is_delivered(
    kind: str, table: Resources, clock: Clock
) -> None:
    asking = asked(kind, clock)
    assert answer(asking, asking) == []
    clock.advance(minutes=2)
    assert answer(asking) == []

    assert subjects(table) == SUBJECTS[kind]
    with_a_link = [
        mail for mail in letters(table) if "/confirmation/" in mail.text or "/deverrouillage/" in mail.text
    ]
    assert all(Visitor().get(mail.link).status == 200 for mail in with_a_link)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_that_could_not_leave_is_sent_again_with_a_fresh_link(
    kind: str, table: Resources, clock: Clock, post: Post
) -> None:
    asking, post.away = asked(kind, clock), 2
    for _ in range(2):
        assert answer(asking) == ["m-0"]
        clock.advance(minutes=3)
    assert letters(table) == []
    assert answer(asking, asking) == []

    assert subjects(table) == SUBJECTS[kind]
    links = [item for (_, sk), item in stored_items().items() if sk == "LINK"]
    replaced = [item for item in links if "replaced_at" in item]
    assert (len(links), len(replaced)) == ((3, 2) if kind in WITH_A_LINK else (0, 0))


def test_a_mail_that_never_leaves_ends_in_the_dead_letter_queue(
    table: Resources, clock: Clock, post: Post
) -> None:
    post.away = 100
    sqs = client("sqs", portal_endpoint(table), ACCOUNT)
    register(Visitor())
    for _ in range(MAX_RECEIVES + 1):
        work_once(sqs, table)

    (kept,) = sqs.receive_message(QueueUrl=table.access_queue + DEAD_SUFFIX)["Messages"]
    assert json.loads(kept["Body"])["email"] == EMAIL
    assert letters(table) == []
    post.away = 0
    assert answer_body(kept["Body"]) == []
    assert subjects(table) == ["Confirmez votre inscription"]


def work_once(sqs: Any, table: Resources) -> None:
    """Receive what waits, have it answered, and put back at once what failed."""
    found = sqs.receive_message(QueueUrl=table.access_queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        assert answer_body(message["Body"]) == ["m-0"]
        sqs.change_message_visibility(
            QueueUrl=table.access_queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )


def answer_body(body: str) -> list[str]:
    return left(call("answer_access", messages(body)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_takes_no_mail_is_given_up_with_an_alarm_that_does_not_show_it(
    kind: str, table: Resources, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    asking = asked(kind, clock)
    for email in (OWN, MOVED, EMAIL):
        portal().mail_health.record(BadAddress(email, Trouble.BOUNCED, clock.at))
    with caplog.at_level(logging.ERROR, "portal.alarm"):
        assert answer(asking) == []
        assert answer(asking) == []

    assert letters(table) == []
    assert {record.__dict__["alarm"] for record in caplog.records} == {"mail_undeliverable"}
    assert len(caplog.records) == len(SUBJECTS[kind])
    said = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert "@" not in said
    assert asking.id in said


@pytest.mark.parametrize("kind", [Wish.REGISTRATION, Wish.RECOVERY, Wish.ADDRESS])
def test_an_asking_that_comes_after_a_newer_one_is_left_alone(
    kind: str, table: Resources, clock: Clock
) -> None:
    older = asked(kind, clock)
    clock.advance(minutes=1)
    newer = asked(kind, clock)
    assert answer(newer, older) == []

    assert subjects(table) == SUBJECTS[kind]
    assert Visitor().get(letters(table)[-1].link).status == 200


def test_a_message_that_is_no_asking_comes_back_alone(table: Resources, clock: Clock) -> None:
    good = asked(Wish.RECOVERY, clock).spelled()
    bad = [
        "{",
        "{}",
        '{"kind": "x"}',
        json.dumps(good | {"kind": "surprise"}),
        json.dumps(good | {"asked_at": "x"}),
    ]
    event = messages(*bad, good)

    assert left(call("answer_access", event)) == [f"m-{place}" for place in range(len(bad))]
    assert len(letters(table)) == 1


@pytest.mark.parametrize(
    "kind",
    [Wish.RECOVERY, Wish.ADDRESS, Notice.MANY_FAILURES, Notice.PASSWORD_CHANGED, Notice.SESSION_REPLAYED],
)
def test_an_address_without_an_account_is_written_nothing(kind: str, table: Resources, clock: Clock) -> None:
    for item in account_items(an_account(ELOISE, OWN)):
        item.delete()
    before = stored_items()

    assert answer(asked(kind, clock)) == []
    assert letters(table) == []
    assert stored_items() == before


@pytest.mark.parametrize("fault", ["before", "throttle", "conflict", "after"])
@pytest.mark.parametrize("kind", [Wish.REGISTRATION, Wish.RECOVERY])
def test_an_answer_that_is_cut_at_any_call_is_given_by_the_next_delivery(
    kind: str, fault: str, table: Resources, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    calm = 1_000
    storm = {"calls": 0, "from": calm}

    def choose(_operation: str) -> str | None:
        storm["calls"] += 1
        return fault if storm["calls"] > storm["from"] else None

    Faults(connection().client, choose)
    for first in range(0, 10, 2):
        clock.advance(hours=2)
        asking = asked(kind, clock)
        storm |= {"calls": 0, "from": first}
        cut = answer(asking)
        storm["from"] = calm
        before = len(letters(table))
        assert answer(asking) == []

        assert cut in ([], ["m-0"])
        assert len(letters(table)) == before + bool(cut)
        assert Visitor().get(letters(table)[-1].link).status == 200


def test_the_mail_of_a_copied_session_says_which_device_it_was_on(table: Resources, clock: Clock) -> None:
    answer(asked(Notice.SESSION_REPLAYED, clock))

    (mail,) = letters(table)
    assert "«\u00a0Chrome sur Android\u00a0»" in mail.text
    assert "Bonjour Mme Éloïse D’Aubigné-Lefèvre," in mail.text


def test_a_copied_session_of_a_remembered_device_is_told(table: Resources, clock: Clock) -> None:
    visitor = Visitor(agent="Mozilla/5.0 (Linux; Android 14) Chrome/126.0")
    visitor.sign_in(OWN, PASSWORD, souvenir="oui")
    thief = Visitor(cookies=dict(visitor.cookies))
    clock.advance(hours=1)
    for _ in range(2):  # the first page brings another secret, the second one shows it
        assert visitor.ask("GET", "/").status == 200
    clock.advance(minutes=5)
    assert thief.ask("GET", "/").status == 303

    assert work(table) == 1
    assert subjects(table) == SUBJECTS[Notice.SESSION_REPLAYED]


def test_no_token_is_in_the_queue_or_in_the_table(table: Resources, clock: Clock) -> None:
    for kind in WITH_A_LINK:
        answer(asked(kind, clock))
    kept = json.dumps(list(stored_items().values()))

    tokens = [
        mail.link.rsplit("/", 1)[1] for mail in letters(table) if mail.subject != SUBJECTS[Wish.ADDRESS][0]
    ]
    assert len(tokens) == len(WITH_A_LINK)
    assert not [token for token in tokens if token in kept]


def test_a_link_that_is_over_is_renewed_from_what_is_kept_and_nothing_else_is(
    table: Resources, clock: Clock
) -> None:
    path = issued(LinkKind.REGISTRATION, EMAIL, clock.at, FRANCOIS_XAVIER)
    other = issued(LinkKind.RECOVERY, OWN, clock.at)
    clock.advance(days=2)
    for named in (path, other):
        link = DynamoLinks().find(hash_in(named))
        assert link is not None
        assert answer(an_asking(Wish.REGISTRATION, link.email, clock.at, link=link.hash)) == []
    assert answer(an_asking(Wish.REGISTRATION, EMAIL, clock.at, link="0" * 64)) == []

    (mail,) = letters(table)
    renewed = DynamoLinks().find(hash_in(mail.link))
    assert renewed is not None
    assert (renewed.person, renewed.password_hash) == (FRANCOIS_XAVIER, hashed(PASSWORD))


def test_a_renewal_whose_mail_could_not_leave_is_sent_again(
    table: Resources, clock: Clock, post: Post
) -> None:
    path = issued(LinkKind.REGISTRATION, EMAIL, clock.at, FRANCOIS_XAVIER)
    clock.advance(days=2)
    asking = an_asking(Wish.REGISTRATION, EMAIL, clock.at, link=hash_in(path))
    post.away = 2
    assert [answer(asking), answer(asking), answer(asking), answer(asking)] == [["m-0"], ["m-0"], [], []]

    (mail,) = letters(table)
    visitor = Visitor()
    assert (
        visitor.send(visitor.get(mail.link), mail.link, mot_de_passe=PASSWORD).location
        == "/connexion?fait=compte"
    )


def hash_in(path: str) -> str:
    return hash_of(path.rsplit("/", 1)[1])
