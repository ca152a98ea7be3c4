"""A table in which every kind of item lies, written by the stores themselves (« table entière »)."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.accounts import Role
from chalicelib.domain.askings import Asking, Wish
from chalicelib.domain.events import ProviderEvent
from chalicelib.domain.links import Link, LinkKind
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.passkeys import Passkey
from chalicelib.domain.payments import EUR, Fact, FactKind, Payment, PaymentStatus, event_of, posting_of
from chalicelib.domain.second_factor import Factor
from chalicelib.domain.sessions import Session, hash_of
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.events import DynamoEventLog
from chalicelib.storage.links import DynamoLinks
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.passkeys import DynamoPasskeys
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.second_steps import factor_item
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.signing_in import DynamoThreshold
from chalicelib.storage.throttling import DynamoTallies
from chalicelib.web.cookies import session_cookie
from tests.deliveries import bring, files
from tests.mothers import NOW, a_document
from tests.visitors import Visitor

TENANT, LEASE, ADDRESS, SECRET = "t1", "9126", "eloise@exemple.fr", "the secret of a device"
PAID = Payment("a" * 32, LEASE, TENANT, ADDRESS, 100_00, NOW)
WAITING = Payment("b" * 32, LEASE, TENANT, ADDRESS, 310_25, NOW + timedelta(minutes=1))
PAGES = (
    "/",
    "/contrat",
    "/informations-personnelles",
    "/documents",
    "/paiement",
    f"/paiement/{PAID.id}",
    "/demandes",
    "/demandes/100482",
)


def write_everything() -> None:
    """Have every store write all that it can about one tenant: each kind of item is there then.

    Whoever makes a new kind of item has it written here.
    """
    bring(files())
    set_password()
    tally = Tally(Subject(SubjectKind.ACCOUNT, ADDRESS))
    DynamoTallies().change([Change(tally, replace(tally, tried_at=(NOW,), told_at=NOW, mark="m"))])
    send_link()
    DynamoEventLog().keep(ProviderEvent("evt_1", "charge.succeeded", "charge", "ch_1", NOW))
    DynamoMailHealth().record(BadAddress("autre@exemple.fr", Trouble.BOUNCED, NOW))
    keep_keys()
    DynamoDocuments().add(a_document(LEASE))
    DynamoPayments().add(PAID, "")
    finish(PAID)
    DynamoPayments().add(WAITING, "")


def keep_keys() -> None:
    """Have an agent keep a telephone, whose sealed key is of no random, and the tenant a passkey in use."""
    factor = Factor("1.00000000.c2VhbGVk", 12, ("one", "two"), NOW)
    factor_item("agent@exemple.fr", factor).save()
    made = Passkey(hash_of("a credential"), TENANT, Role.TENANT, "Mon téléphone", "cHVibGlj", 0, NOW)
    session = Session(TENANT, hash_of("keyed"), ADDRESS, hash_of("s"), NOW, NOW, remembered=False)
    DynamoSessions().open(session)
    assert DynamoPasskeys().add(made, session, "a challenge")
    account = DynamoAccounts().find(ADDRESS)
    assert account is not None
    used = replace(made, counter=1, used_at=NOW)
    assert DynamoPasskeys().admit(account, session, (), used, made, "another challenge")
    DynamoSessions().close(session)


def send_link() -> None:
    """Have a link issued that says everything a link can say."""
    asking, token = Asking("a-1", Wish.ADDRESS.value, ADDRESS, NOW), hash_of("a token")
    link = Link(
        token, LinkKind.ADDRESS, ADDRESS, TENANT, NOW, NOW + timedelta(hours=1), "hash", "new@exemple.fr"
    )
    assert DynamoLinks().issue(link, asking, None)
    DynamoLinks().settle(asking, NOW)


def set_password() -> None:
    """Have the tenant set the same password again on the device that is asked for pages, and come back."""
    account, family, ends_at = DynamoAccounts().find(ADDRESS), hash_of(SECRET), NOW + timedelta(hours=12)
    assert account is not None
    session = Session(TENANT, family, ADDRESS, hash_of("before"), NOW, ends_at, remembered=False, device="x")
    event = TimelineEvent(NOW, Action.PASSWORD_CHANGED, "")
    proven = replace(session, proved_at=NOW)
    shown = replace(session, family=hash_of("shown"))
    DynamoSessions().open(shown)
    assert DynamoThreshold().replace_password(account, account.password_hash, shown, proven, event)
    assert DynamoSessions().rotate(session, session.secret_hash, hash_of(SECRET), NOW)


def finish(payment: Payment) -> Payment:
    """Have a payment booked and its ticket issued: everything that can be written of it is."""
    payments = DynamoPayments()
    fact = Fact(f"ch_{payment.id[:8]}", FactKind.CHARGE, payment.cents, EUR, NOW)
    page = f"https://pay.example/{payment.id}"
    opened = payments.save(replace(payment, session=f"cs_{payment.id[:8]}", address=page, renounced=True))
    paid = replace(
        opened,
        status=PaymentStatus.PAID,
        charge=fact.id,
        card_last4="4242",
        refusal_code="card_declined",
        paid_at=NOW,
        booked=frozenset({fact.id}),
    )
    booked = payments.settle(paid, posting_of(payment, fact), event_of(payment, fact))
    return payments.save(replace(booked, ticket="ticket-1", mailing_at=NOW, ticketed_at=NOW))


def pages() -> dict[str, bytes]:
    """Give the tenant's pages, asked from the device that was signed in."""
    visitor = Visitor()
    (session,) = DynamoSessions().of(TENANT)
    line = session_cookie(portal().entrance, session, SECRET)
    name, _, value = line.partition(";")[0].partition("=")
    visitor.cookies[name] = value
    seen = {path: visitor.get(path) for path in PAGES}
    assert {path: one.status for path, one in seen.items()} == dict.fromkeys(PAGES, 200)
    return {path: one.reply.body for path, one in seen.items()}
