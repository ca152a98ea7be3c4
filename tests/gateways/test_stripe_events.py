"""Events as they come in: the ones that Stripe signed for us, now, are read; all others are refused."""

import json
import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
import stripe
from stripe.params._webhook_endpoint_create_params import WebhookEndpointCreateParams

from chalicelib.config import ROOT
from chalicelib.gateways.stripe_events import ASKED_FOR, TOLERANCE_SECONDS, BadEvent, StripeEvents
from infra.local.stripe.type_hints import fields

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
AT = int(NOW.timestamp())
OLD, NEW = "whsec_old", "whsec_new"


def thin(**changes: Any) -> bytes:
    """Write an event that only names an object (API v2)."""
    related = {"id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1"}
    event = {
        "id": "evt_1",
        "object": "v2.core.event",
        "type": "v1.payment_intent.succeeded",
        "created": "2026-11-23T08:42:00.000Z",
        "livemode": False,
        "related_object": related,
    }
    return json.dumps(event | changes).encode()


def snapshot(**changes: Any) -> bytes:
    """Write an event that carries the object as it was."""
    found = {"id": "cs_1", "object": "checkout.session", "payment_status": "paid"}
    event = {
        "id": "evt_2",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": found},
    }
    return json.dumps(event | changes).encode()


def signed(body: bytes, secret: str = NEW, at: int = AT) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
    return header


def v1(body: bytes, secret: str = NEW, at: int = AT) -> str:
    return signed(body, secret, at).partition("v1=")[2]


@pytest.fixture
def reader() -> StripeEvents:
    return StripeEvents([OLD, NEW], live=False)


GOOD = {
    "the new secret": (thin(), signed(thin())),
    "the old secret, while both live": (thin(), signed(thin(), OLD)),
    "a snapshot": (snapshot(), signed(snapshot())),
    "300 s old": (thin(), signed(thin(), at=AT - TOLERANCE_SECONDS)),
    "300 s ahead": (thin(), signed(thin(), at=AT + TOLERANCE_SECONDS)),
    "two signatures, the second good": (thin(), f"t={AT},v1={'0' * 64},v1={v1(thin())}"),
    "two signatures, the first good": (thin(), f"t={AT},v1={v1(thin())},v1={'0' * 64}"),
    "a scheme of tomorrow beside": (thin(), f"t={AT},v1={v1(thin())},v0=x,v2=y"),
    "accents": (thin(reason="déjà"), signed(thin(reason="déjà"))),
}

BAD = {
    "an altered body": (thin(livemode=False, id="evt_x"), signed(thin()), "signature"),
    "one space more": (thin() + b" ", signed(thin()), "signature"),
    "another secret": (thin(), signed(thin(), "whsec_other"), "signature"),
    "301 s old": (thin(), signed(thin(), at=AT - TOLERANCE_SECONDS - 1), "timestamp"),
    "301 s ahead": (thin(), signed(thin(), at=AT + TOLERANCE_SECONDS + 1), "timestamp"),
    "a time that was changed": (thin(), signed(thin(), at=AT - 999).replace(str(AT - 999), str(AT)),
    "signature"),
    "no signature": (thin(), "", "timestamp"),
    "an empty signature": (thin(), f"t={AT},v1=", "signature"),
    "no time": (thin(), f"v1={v1(thin())}", "timestamp"),
    "v0 only": (thin(), f"t={AT},v0={v1(thin())}", "signature"),
    "words": (thin(), "bonjour", "timestamp"),
    "a signature that is no ASCII": (thin(), f"t={AT},v1=é", "signature"),
    "a time that is no number": (thin(), f"t=demain,v1={v1(thin())}", "timestamp"),
    "a time in other digits": (thin(),
    f"t={''.join(chr(0x660 + int(d)) for d in str(AT))},v1={v1(thin())}", "timestamp"),
    "two times, the signed one old": (thin(), f"t={AT - 999},t={AT},v1={v1(thin(), at=AT - 999)}",
    "timestamp"),
    "a fresh time before the old one": (thin(), f" t={AT},t={AT - 999},v1={v1(thin(), at=AT - 999)}",
    "timestamp"),
    "an old time behind a blank": (thin(), f"t= {AT - 999},t={AT},v1={v1(thin(), at=AT - 999)}", "timestamp"),
    "an old time with a sign": (thin(), f"t=+{AT - 999},t={AT},v1={v1(thin(), at=AT - 999)}", "timestamp"),
    "signed, not JSON": (b"{", signed(b"{"), "json"),
    "signed, empty": (b"", signed(b""), "json"),
    "bad UTF-8": (b"\xff\xfe", f"t={AT},v1={'0' * 64}", "encoding"),
    "a list": (b"[]", signed(b"[]"), "json"),
    "a number": (b"12", signed(b"12"), "json"),
    "null": (b"null", signed(b"null"), "json"),
    "depth 100,000": (b"[" * 100_000, signed(b"[" * 100_000), "json"),
    "a number of 5,000 digits": (b"9" * 5_000, signed(b"9" * 5_000), "json"),
    "the other mode": (thin(livemode=True), signed(thin(livemode=True)), "livemode"),
    "no mode": (thin(livemode=None), signed(thin(livemode=None)), "livemode"),
    "a mode that is a word": (thin(livemode="false"), signed(thin(livemode="false")), "livemode"),
    "a mode that is a number": (thin(livemode=0), signed(thin(livemode=0)), "livemode"),
    "another account": (snapshot(account="acct_x"), signed(snapshot(account="acct_x")), "account"),
    "a context": (thin(context="acct_x"), signed(thin(context="acct_x")), "account"),
    "no id": (thin(id=None), signed(thin(id=None)), "id"),
    "an id that is no text": (thin(id=["evt"]), signed(thin(id=["evt"])), "id"),
    "no object": (snapshot(data={}), signed(snapshot(data={})), "object"),
    "data that is a list": (snapshot(data=[1]), signed(snapshot(data=[1])), "object"),
    "an id that is no word": (thin(id="evt 1"), signed(thin(id="evt 1")), "id"),
    "an id of 5,000 letters": (thin(id="e" * 5_000), signed(thin(id="e" * 5_000)), "id"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_good_event_is_read(reader: StripeEvents, name: str) -> None:
    body, signature = GOOD[name]

    event = reader.read(body, signature, NOW)

    assert event.received_at == NOW
    assert (event.object_kind, event.object_id) in {("payment_intent", "pi_1"), ("checkout.session", "cs_1")}


@pytest.mark.parametrize("name", BAD)
def test_any_other_is_refused_for_its_reason(reader: StripeEvents, name: str) -> None:
    body, signature, reason = BAD[name]

    with pytest.raises(BadEvent) as told:
        reader.read(body, signature, NOW)

    assert told.value.reason == reason


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (thin(related_object=None), ""),
        (snapshot(data={"object": {"object": "balance"}}), "balance"),
    ],
)
def test_an_event_about_nothing_names_nothing(reader: StripeEvents, body: bytes, kind: str) -> None:
    event = reader.read(body, signed(body), NOW)

    assert (event.object_kind, event.object_id) == (kind, "")


def test_in_production_only_live_events_count() -> None:
    live, body = StripeEvents([NEW], live=True), thin(livemode=True)

    assert live.read(body, signed(body), NOW).id == "evt_1"
    with pytest.raises(BadEvent, match="livemode"):
        live.read(thin(), signed(thin()), NOW)


def test_once_the_old_secret_is_gone_its_signatures_are_too(reader: StripeEvents) -> None:
    body = thin()

    with pytest.raises(BadEvent, match="signature"):
        StripeEvents([NEW], live=False).read(body, signed(body, OLD), NOW)


def test_the_events_to_ask_stripe_for_are_those_that_the_installation_names() -> None:
    told = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:checkout|charge|refund|payment_intent)\.[a-z_.]+)`", told))

    assert named == ASKED_FOR
    (known,) = get_args(fields(WebhookEndpointCreateParams)["enabled_events"])
    assert set(get_args(known)) >= ASKED_FOR
