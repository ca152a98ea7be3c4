"""The outbox in DynamoDB: killed at each call, by workers at once, by lost answers; one mail leaves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.mail import NotTaken, Told, Undeliverable
from chalicelib.domain.outbox import MailState, QueuedMail, Unsent, mail_of
from chalicelib.storage.accounts import PersonAccountItem
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.outbox import DynamoOutbox, QueuedMailItem, mail_item, waiting_key
from chalicelib.storage.parts import part_of
from chalicelib.storage.table import Item, connection
from chalicelib.storage.tenants import profile_item
from infra.local.resources import Resources
from tests.faults import Faults
from tests.insured import parts, somebody
from tests.interleaving import Interleaving
from tests.killing import AFTER, BEFORE, Killed, killed
from tests.mothers import put
from tests.queued import MORNING, REFUSES, InTable, Post, a_mail, send, waiting_for
from tests.storage.books import stored_items
from tests.town import Counted

HOUR = timedelta(hours=1)
CALLS = 4  # the index, what is said and to whom, the claim, that it was sent


@pytest.fixture
def place(table: Resources, monkeypatch: pytest.MonkeyPatch) -> InTable:
    """Keep all mails in one part of the table."""
    parts(monkeypatch, 1)
    return InTable()


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("call", range(CALLS + 1))
def test_killed_at_any_call_and_run_again_one_mail_leaves(place: InTable, call: int, when: str) -> None:
    (mail,) = waiting_for(place, "anna")
    post = Post()

    with killed(call, when) as killing:
        send(place, post)
    assert killing.happened == (call < CALLS)
    tell(place, post)
    for hours in (0.5, 0.9, 1.1, 2.2):
        send(place, post, MORNING + hours * HOUR)

    assert post.to() == ["anna@demo.example"]
    known = place.read(mail.id)
    assert (known.state, bool(known.sent_at)) == (MailState.SENT, True)
    assert not place.outbox.has_waiting(0)


def tell(place: InTable, post: Post) -> None:
    """Have SES tell of each mail that it took."""
    for *_, receipt in post.taken:
        place.outbox.note(mail_of(receipt) or "", Told.SENT, MORNING)


@pytest.mark.parametrize(
    ("moment", "told_after", "mails"), [("before", 0.2, 1), ("after", 0.2, 1), ("after", 1.5, 2)]
)
def test_killed_while_ses_takes_the_mail_a_second_leaves_only_when_ses_is_an_hour_late(
    place: InTable, moment: str, told_after: float, mails: int
) -> None:
    (mail,) = waiting_for(place, "anna")
    post = Post(around=dies_once(moment))
    with pytest.raises(Killed):
        send(place, post)

    for hours in (0.1, 0.3, 0.9, 1.1, 1.6, 2.7):
        if hours > told_after:
            tell(place, post)
        send(place, post, MORNING + hours * HOUR)

    assert len(post.taken) == mails
    assert place.read(mail.id).state is MailState.SENT


def dies_once(moment: str) -> Callable[[str], None]:
    died = list[str]()

    def around(now: str) -> None:
        if now == moment and not died:
            died.append(now)
            raise Killed

    return around


@pytest.mark.parametrize("answer", [{}, REFUSES, {"refused@demo.example": Undeliverable}])
@pytest.mark.parametrize("fault", ["after", "throttle"])
def test_an_answer_that_is_lost_or_late_doubles_nothing(
    place: InTable, fault: str, answer: dict[str, type[Exception]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    (mail,) = waiting_for(place, "refused")
    faults, post, broken = Faults(connection().client), Post(answer), Counter[int]()

    def every_other(operation: str) -> str | None:
        broken[0] += 1
        return fault if broken[0] % 2 else None

    faults.choose = every_other
    for hours in (0, 0.1, 1.5):
        send(place, post, MORNING + hours * HOUR)

    assert faults.injected.total() >= CALLS
    assert post.asked == ["refused@demo.example"]
    assert place.read(mail.id).refused == (1 if answer is REFUSES else 0)


def test_a_mail_that_ses_does_not_take_now_is_free_though_the_answer_is_lost(
    place: InTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    (mail,) = waiting_for(place, "anna")
    faults = Faults(connection().client)
    faults.choose = lambda operation: "after" if faults.calls["UpdateItem"] in {1, 3} else None

    with pytest.raises(NotTaken):
        send(place, Post(busy=True))

    assert faults.calls["UpdateItem"] == 4, "each was asked twice"
    assert place.read(mail.id).claimed_at is None


def test_workers_at_once_on_the_same_part_send_each_mail_once(place: InTable) -> None:
    order = Interleaving(connection().client)
    for seed in range(8):
        names, post = [f"t{seed}-{n}" for n in range(2)], Post()
        mails = waiting_for(place, *names)

        order.run(seed, *[lambda: send(place, post) for _ in range(3)])  # noqa: B023
        send(place, post, MORNING + HOUR / 10)

        assert sorted(post.to()) == [f"{name}@demo.example" for name in names], seed
        assert {place.read(mail.id).state for mail in mails} == {MailState.SENT}, seed


def test_whose_claim_it_is_is_known_though_its_answer_is_lost(
    place: InTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that claim at the very same moment are told apart by what each wrote."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    (mail,) = waiting_for(place, "anna")
    faults = Faults(connection().client)
    faults.choose = lambda operation: "after" if faults.calls["UpdateItem"] in {1, 3} else None

    first, second = (place.outbox.claim(mail, MORNING) for _ in range(2))

    assert (first, second) == (True, False)
    assert faults.injected["after"] >= 2


def test_a_mail_takes_four_calls_and_none_of_them_scans(place: InTable, counted: Counted) -> None:
    waiting_for(place, "anna")

    asked = counted.during(lambda: send(place, Post()))

    assert asked == {"Query": 1, "BatchGetItem": 1, "UpdateItem": 2}


def test_a_tenant_with_an_account_is_written_to_where_they_sign_in(place: InTable) -> None:
    mail, post = a_mail("anna"), Post()
    put(
        mail_item(mail),
        profile_item(somebody("anna", ""), 0),
        PersonAccountItem(tenant_key("anna"), "ACCOUNT", email="chez-elle@exemple.fr"),
    )

    send(place, post)

    assert post.to() == ["chez-elle@exemple.fr"]


def test_a_mail_is_queued_once_with_what_it_tells_of(place: InTable) -> None:
    """Whoever queues it again is refused by its key, whether it waits still or was sent."""
    mail = a_mail("anna")
    put(profile_item(somebody("anna"), 0))

    assert queued(mail) == []
    assert queued(replace(mail, queued_at=MORNING + HOUR))
    send(place, post := Post())
    assert queued(mail)

    assert len(post.taken) == 1
    assert place.read(mail.id).queued_at == mail.queued_at


def queued(mail: QueuedMail) -> list[str]:
    """Queue a mail as those do who have something to tell; give why not."""
    return commit(lambda transaction: transaction.save(mail_item(mail), condition=Item.pk.does_not_exist()))


def test_a_mail_waits_in_the_part_of_its_tenant_by_the_moment_at_which_it_was_queued(
    table: Resources,
) -> None:
    mail = a_mail("anna")

    waits, sent = mail_item(mail), mail_item(replace(mail, state=MailState.SENT, sent_at=MORNING))

    assert waits.due_pk == waiting_key(part_of("anna"))
    assert waits.due_sk == f"2026-12-01T09:00:00.000000+00:00#{mail.id}"
    assert {sent.due_pk, sent.due_sk} == {None}
    assert QueuedMailItem.from_raw_data(sent.serialize()).to_domain().state is MailState.SENT


def test_what_is_settled_keeps_its_moment_and_its_reason(place: InTable) -> None:
    (mail,) = waiting_for(place, "anna")
    outbox = DynamoOutbox()

    outbox.drop(mail, Unsent.NO_ADDRESS, MORNING)
    outbox.drop(mail, Unsent.REFUSED_MAIL, MORNING + HOUR)
    assert not outbox.claim(mail, MORNING)
    outbox.release(replace(mail, claimed_at=MORNING))

    stored = QueuedMailItem.get(f"OUTBOX#{mail.id}", "MAIL")
    assert (stored.reason, stored.settled_at) == (Unsent.NO_ADDRESS, MORNING)
    assert stored.due_pk is None


def test_a_claim_is_released_by_who_made_it(place: InTable) -> None:
    """Somebody who comes back after an hour finds the mail another's."""
    (mail,) = waiting_for(place, "anna")
    assert place.outbox.claim(mail, MORNING)
    assert place.outbox.claim(place.read(mail.id), MORNING + HOUR)

    place.outbox.release(replace(mail, claimed_at=MORNING))
    assert place.read(mail.id).claimed_at == MORNING + HOUR
    place.outbox.release(replace(mail, claimed_at=MORNING + HOUR))
    assert place.read(mail.id).claimed_at is None


def test_what_the_index_still_shows_costs_a_look_and_no_write(
    place: InTable, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = waiting_for(place, "anna")
    send(place, post := Post())
    monkeypatch.setattr(place.outbox, "waiting", lambda _: mails)

    assert counted.during(lambda: send(place, post, MORNING + 2 * HOUR)) == {"BatchGetItem": 1}

    assert len(post.taken) == 1


def test_a_mail_that_nobody_queued_is_not_made_by_what_is_told_of_it(place: InTable) -> None:
    for told in Told:
        place.outbox.note("unknown", told, MORNING)
    place.outbox.settle(a_mail("anna"), MORNING)
    place.outbox.drop(a_mail("anna"), Unsent.NO_TENANT, MORNING)

    assert stored_items() == {}
