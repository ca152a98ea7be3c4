"""The outbox's job: a worker sends its part, whatever SES answers, and SES tells what came of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse

from chalicelib import cloud
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.outbox import MailState, QueuedMail, Unsent, parts_to_send, queued_mail
from chalicelib.domain.stints import Stint
from chalicelib.handlers import outbox_jobs
from chalicelib.portal import portal
from chalicelib.storage.outbox import mail_item
from chalicelib.storage.parts import part_of
from chalicelib.storage.tenants import profile_item
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.gateways.test_access_mails import MAILS
from tests.gateways.test_mail import mailbox
from tests.handlers.test_jobs import call, left, messages
from tests.homes import move_in
from tests.infra.aws.mails import bounce, receipt
from tests.insured import somebody
from tests.killing import AFTER, BEFORE, killed
from tests.mothers import put
from tests.queued import Answer, InTable, lost, refusing
from tests.town import Counted

MONDAY, DAY = datetime(2026, 11, 23, 8, 42, tzinfo=UTC), timedelta(days=1)
PAPERS = ("rent_notice", "receipt", "charge_statement")
PART = part_of("anna")
CALLS = 6  # the index, the mail and its reader, the claim, the health of the address, SES, that it was sent
TAKEN_AT = datetime(2026, 11, 23, 8, 40, 12, 345000, tzinfo=UTC)  # by SES, as its events say


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have workers keep their pace without sleeping; give how long they would have."""
    slept: list[float] = []

    def paced(seconds: float, each_second: float, head_start: float = 0.0) -> Stint:
        return Stint(seconds, each_second, head_start, clock=lambda: sum(slept), sleep=slept.append)

    monkeypatch.setattr(outbox_jobs, "Stint", paced)
    return slept


@pytest.fixture
def place(table: Resources, clock: Clock, slept: list[float]) -> InTable:
    return InTable()


@pytest.fixture
def ses() -> Iterator[list[Answer]]:
    """Have SES give other answers than its own, one to each mail, as long as there are some."""
    answers: list[Answer] = []
    make = cloud.client

    def client(service: str, tries: int = cloud.TRIES) -> Any:
        made = make(service, tries)
        if service == "sesv2":
            made.meta.events.register_first("before-send.sesv2.*", take)
        return made

    def take(request: AWSRequest, **_: Any) -> AWSResponse | None:
        return answers.pop(0)(request) if answers else None

    with patch.object(cloud, "client", client):
        yield answers


BUSY, AWAY = refusing(429, "TooManyRequestsException"), refusing(500, "InternalFailure")
BAD = refusing(400, "MessageRejected", "Invalid content")


def queue(template: str = "rent_notice", tenant: str = "anna") -> QueuedMail:
    """Have a mail wait, about one of the landlord's papers."""
    values = {name: value for name, value in MAILS[template].items() if name != "name"}
    mail = queued_mail(template, tenant, template, values, MONDAY)
    put(profile_item(somebody(tenant), 0), mail_item(mail))
    return mail


def deliver(part: int = PART) -> list[str]:
    """Deliver a queue's message; give those that go back to it."""
    return left(call("send_mails", messages(json.dumps({"part": part}))))


def test_a_message_has_the_mails_of_its_part_sent_and_again_nothing(place: InTable, aws: str) -> None:
    mails = [queue(template) for template in PAPERS]

    assert [deliver(), deliver()] == [[], []]

    kept = mailbox(aws)
    assert {one["Subject"] for one in kept} == {
        "Votre avis d’échéance pour septembre 2026",
        "Quittance de loyer de septembre 2026",
        "Votre décompte de charges pour 2025",
    }
    assert [one["To"] for one in kept] == [["anna@demo.example"]] * 3
    assert all("Bonjour Mme Éloïse" in one["BodyText"] for one in kept)
    assert {place.read(mail.id).sent_at for mail in mails} == {MONDAY}


def test_a_notice_of_the_month_is_told_of_by_mail_to_each_holder_and_leads_to_its_page(
    place: InTable, aws: str
) -> None:
    move_in(["100000"], holders=2)

    for _ in range(2):
        call("issue_papers", messages(json.dumps({"notices": ["100000"], "month": "2026-12"})))
        for part in parts_to_send(portal().outbox, MONDAY):
            deliver(part)

    kept = sorted(mailbox(aws), key=lambda one: one["To"])
    assert [one["To"] for one in kept] == [["100000-1@demo.example"], ["100000-2@demo.example"]]
    assert {one["Subject"] for one in kept} == {"Votre avis d’échéance pour décembre 2026"}
    for fact in (
        "À payer\u00a0: 390,55\u00a0€",
        "5\u00a0décembre 2026",
        "L/100000",
        "/documents/100000/avis-",
    ):
        assert fact in kept[0]["BodyText"]


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("call_number", range(CALLS + 1))
def test_killed_at_any_call_to_any_service_one_mail_leaves(
    place: InTable, aws: str, clock: Clock, call_number: int, when: str
) -> None:
    mail = queue()

    with killed(call_number, when) as killing:
        deliver()
    if mailbox(aws):
        tell(receipt(mail.receipt, "Send"))
    for minutes in (10, 20, 31):
        clock.advance(minutes=minutes)
        deliver()

    assert killing.happened == (call_number < CALLS), killing.calls
    assert len(mailbox(aws)) == 1
    assert place.read(mail.id).state is MailState.SENT
    assert not portal().outbox.has_waiting(PART)


def tell(*told: str) -> None:
    assert call("record_mail_events", messages(*told)) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    ("answer", "goes_back", "leaves_after"),
    [
        (BUSY, True, 0),
        (refusing(400, "SendingPausedException"), True, 0),
        (AWAY, True, 60),
        (BAD, False, 24 * 60),
    ],
)
def test_what_ses_does_not_take_leaves_when_it_may(
    place: InTable,
    aws: str,
    clock: Clock,
    ses: list[Answer],
    answer: Answer,
    goes_back: bool,
    leaves_after: int,
) -> None:
    """Busy: at once.  Nobody knows: after an hour without a word.  This mail is refused: on the next day."""
    mail = queue()
    ses.append(answer)

    assert deliver() == (["m-0"] if goes_back else [])
    assert mailbox(aws) == []
    if leaves_after:
        clock.advance(minutes=leaves_after - 1 if answer is AWAY else 60)
        assert deliver() == []
        assert mailbox(aws) == []
    clock.at = MONDAY
    clock.advance(minutes=leaves_after)
    assert deliver() == []

    assert len(mailbox(aws)) == 1
    assert place.read(mail.id).state is MailState.SENT


def test_a_mail_whose_answer_was_lost_is_settled_by_the_word_of_ses(
    place: InTable, aws: str, clock: Clock, ses: list[Answer]
) -> None:
    mail = queue()
    ses.append(lost)

    assert deliver() == ["m-0"]
    tell(receipt(mail.receipt, "Send"))
    clock.advance(hours=3)
    assert deliver() == []

    assert len(mailbox(aws)) == 1
    assert place.read(mail.id).sent_at == TAKEN_AT


def test_one_that_ses_never_answers_keeps_no_other_mail_waiting(
    place: InTable, aws: str, ses: list[Answer]
) -> None:
    for template in PAPERS:
        queue(template)
    ses += [BAD, lost]

    assert deliver() == ["m-0"]

    assert len(mailbox(aws)) == 2


def test_one_that_cannot_be_written_keeps_no_other_mail_waiting(place: InTable, aws: str) -> None:
    hollow = queued_mail("hollow", "anna", "rent_notice", {"month": "septembre 2026"}, MONDAY - DAY)
    put(mail_item(hollow))
    queue()

    assert deliver() == []

    assert len(mailbox(aws)) == 1
    assert place.read(hollow.id).refused == 1


def test_an_address_whose_mail_came_back_is_settled_with_the_reason(place: InTable, aws: str) -> None:
    mail = queue()
    portal().mail_health.record(BadAddress("anna@demo.example", Trouble.BOUNCED, MONDAY))

    assert deliver() == []

    assert mailbox(aws) == []
    assert place.read(mail.id).reason == Unsent.REFUSED_ADDRESS
    assert parts_to_send(portal().outbox, MONDAY) == []


def test_what_ses_tells_of_a_mail_of_the_outbox_is_written_once_and_there(
    place: InTable, counted: Counted
) -> None:
    mail = queue()
    deliver()
    told = [receipt(mail.receipt, "Delivery", "2026-11-23T09:00:05Z"), receipt("0" * 32, "Delivery")]

    asked = counted.during(lambda: tell(*told))
    tell(bounce("anna@demo.example", "Transient", receipt=mail.receipt))

    assert asked == {"UpdateItem": 2}
    known = place.read(mail.id)
    assert known.delivered_at == datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
    assert known.bounced_at == TAKEN_AT


def test_a_message_that_comes_late_in_the_evening_sends_nothing(
    place: InTable, aws: str, clock: Clock
) -> None:
    queue()
    clock.at = datetime(2026, 11, 23, 19, 9, tzinfo=UTC)

    assert parts_to_send(portal().outbox, clock.at) == []
    assert deliver() == []
    assert mailbox(aws) == []

    clock.advance(hours=12)
    assert parts_to_send(portal().outbox, clock.at) == [PART]
    deliver()
    assert len(mailbox(aws)) == 1


def test_parts_with_one_mail_each_keep_the_pace_too(place: InTable, slept: list[float]) -> None:
    tenants = ("anna", "brice", "chloe")
    for tenant in tenants:
        queue(tenant=tenant)

    for tenant in tenants:
        deliver(part_of(tenant))

    assert len({part_of(tenant) for tenant in tenants}) == 3
    assert sum(slept) == pytest.approx(3 / outbox_jobs.MAILS_EACH_SECOND)


def test_a_message_that_nobody_understands_goes_back(place: InTable) -> None:
    assert left(call("send_mails", messages({"place": "1"}))) == ["m-0"]
