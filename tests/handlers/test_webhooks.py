"""The provider's bell: heard when it is signed, and forgotten when anything about it is wrong."""

import json
from collections.abc import Callable

import pytest
import stripe

from chalicelib.domain.alarms import Alarm
from chalicelib.portal import portal
from chalicelib.storage.events import EventItem
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.gateways.test_stripe_events import snapshot, thin
from tests.mothers import Household
from tests.town import Counted, Provider, portal_endpoint, ring, work
from tests.visitors import Visitor

Sign = Callable[..., str]


@pytest.fixture
def sign(clock: Clock) -> Sign:
    """Sign as the provider does, now, with one of the two secrets that are good."""

    def made(body: bytes, secret: str = "whsec_old", after: int = 0) -> str:
        at = int(clock().timestamp()) + after
        header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
        return header

    return made


def waiting(resources: Resources) -> int:
    """Count the messages in the payments' queue."""
    sqs = client("sqs", portal_endpoint(resources), ACCOUNT)
    names = ["ApproximateNumberOfMessages"]
    found = sqs.get_queue_attributes(QueueUrl=resources.payments_queue, AttributeNames=names)
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_a_signed_event_is_queued_kept_and_answered_without_a_word(
    provider: Provider, table: Resources, sign: Sign, secret: str
) -> None:
    body = thin()

    seen = Visitor().ask("POST", "/webhooks/stripe", body, stripe_signature=sign(body, secret))

    assert (seen.status, seen.html) == (204, "")
    assert waiting(table) == 1
    assert EventItem.get("EVENT#evt_1", "EVENT").object_id == "pi_1"


def test_an_event_that_comes_twice_rings_twice_and_is_kept_once(
    provider: Provider, table: Resources, sign: Sign
) -> None:
    body = snapshot()

    assert [ring(body, sign(body)) for _ in range(2)] == [204, 204]
    assert waiting(table) == 2


def test_a_bell_that_nobody_signed_is_refused_and_heard_of(
    provider: Provider, table: Resources, counted: Counted, sign: Sign, caplog: pytest.LogCaptureFixture
) -> None:
    body = thin()
    wrong = [
        (body, ""),
        (body, sign(body, "whsec_other")),
        (body + b" ", sign(body)),
        (body, sign(body, after=-301)),
        (b"{", sign(b"{")),
        (b"\xff\xfe", sign(b"x")),
        (thin(livemode=True), sign(thin(livemode=True))),
        (thin(context="acct_other"), sign(thin(context="acct_other"))),
        (b"[" * 100_000, sign(b"[" * 100_000)),
    ]
    for payload, signature in wrong:
        seen = Visitor().ask("POST", "/webhooks/stripe", payload, stripe_signature=signature)

        assert seen.status == 400, signature
        assert json.loads(seen.html)["Code"] == "BadRequestError"
    assert counted.calls.total() == 0
    assert waiting(table) == 0
    alarms = [record for record in caplog.records if getattr(record, "alarm", "") == Alarm.WEBHOOK_REFUSED]
    assert len(alarms) == len(wrong)


def test_an_event_about_nothing_of_ours_is_kept_and_looked_at_by_nobody(
    provider: Provider, table: Resources, sign: Sign
) -> None:
    body = thin(related_object=None)

    assert ring(body, sign(body)) == 204
    assert waiting(table) == 0


def test_an_unknown_payment_is_looked_at_and_changes_nothing(
    eloise: Household, provider: Provider, table: Resources, sign: Sign
) -> None:
    for kind in ("payment_intent", "charge", "customer", "unheard_of"):
        body = thin(id=f"evt_{kind}", related_object={"type": kind, "id": "x_1", "url": "/"})
        assert ring(body, sign(body)) == 204

    work(table)

    assert portal().ledger.account("9126").balance_cents == 486_32


def test_while_the_queue_does_not_answer_the_event_is_not_taken(
    provider: Provider, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = thin()

    def down(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(portal().collection.work), "sync_payment", down)

    assert ring(body, sign(body)) == 500
    assert EventItem.count("EVENT#evt_1") == 0


def test_the_monitor_is_told_that_the_table_can_be_read(provider: Provider, counted: Counted) -> None:
    seen = Visitor().ask("GET", "/sante")

    assert json.loads(seen.html) == {"etat": "ok"}
    assert counted.calls.total() == 1
