"""A table in which every kind of item lies, written by the stores themselves (« table entière »)."""

from dataclasses import replace
from datetime import date, timedelta

from chalicelib.domain import french
from chalicelib.domain.accounts import Role
from chalicelib.domain.askings import Asking, Wish
from chalicelib.domain.changes import Change as OutgoingChange
from chalicelib.domain.changes import ChangeKind
from chalicelib.domain.documents import PDF
from chalicelib.domain.events import ProviderEvent
from chalicelib.domain.insurance_alerts import Alert, Unsent
from chalicelib.domain.insurance_calendar import Milestone, Stage
from chalicelib.domain.insurance_mailing import AlertMail
from chalicelib.domain.links import Link, LinkKind
from chalicelib.domain.mail import Told
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.once import Sending
from chalicelib.domain.outbox import Unsent as Reason
from chalicelib.domain.outbox import queued_mail
from chalicelib.domain.passkeys import Passkey
from chalicelib.domain.payments import EUR, Fact, FactKind, Payment, PaymentStatus, event_of, posting_of
from chalicelib.domain.second_factor import Factor
from chalicelib.domain.sessions import Session, hash_of
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.domain.uploads import Flaw, UploadState, await_file, consequence_of
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.changes import change_item
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.events import DynamoEventLog
from chalicelib.storage.insurance_alerts import DynamoAlertCalendar
from chalicelib.storage.insurance_mails import DynamoAlertOutbox
from chalicelib.storage.links import DynamoLinks
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.outbox import DynamoOutbox, mail_item
from chalicelib.storage.passkeys import DynamoPasskeys
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.second_steps import factor_item
from chalicelib.storage.service_requests import DynamoServiceRequests
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.signing_in import DynamoThreshold
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import profile_item
from chalicelib.storage.throttling import DynamoTallies
from chalicelib.storage.uploads import DynamoUploads
from chalicelib.web.cookies import session_cookie
from tests.deliveries import bring, files
from tests.mothers import NOW, a_document, a_request, a_tenant, an_upload
from tests.storage.whole_papers import write_papers
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
    told = {"adresse_facturation": "3, rue des Voiliers | 17300 Rochefort"}
    change_item(OutgoingChange("c-1", NOW, TENANT, LEASE, ChangeKind.BILLING_ADDRESS, told, told)).save()
    open_request()
    alert()
    queue_mails()
    write_papers()
    DynamoPayments().add(PAID, "")
    finish(PAID)
    DynamoPayments().add(WAITING, "")


def alert() -> None:
    """Have two alerts about the lease's insurance on file: one that was mailed, and one that was not."""
    calendar, outbox = DynamoAlertCalendar(), DynamoAlertOutbox()
    calendar.keep_seen(french.today(NOW))
    lease = calendar.insured(LEASE)
    assert lease is not None
    alerts = [Alert(LEASE, date(2026, 12, 31), stage, TENANT, NOW) for stage in list(Stage)[:3]]
    assert calendar.file(lease, alerts, Milestone(date(2026, 12, 31), Stage.LAST_DAY, date(2026, 12, 31)))
    outbox.drop(alerts[0], Unsent.NO_ADDRESS, NOW)
    mail = AlertMail("m" * 32, TENANT, ADDRESS, french.today(NOW), (alerts[1],), NOW)
    assert outbox.claim(mail, None)
    for told in Told:
        outbox.note(mail.id, told, NOW)
    outbox.settle(mail, NOW)


def queue_mails() -> None:
    """Have three mails in the outbox: one that SES refused, then took, one about to leave, one given up."""
    outbox = DynamoOutbox()
    refused, leaving, given_up = (queued_mail(one, TENANT, "receipt", {"path": "/"}, NOW) for one in "abc")
    for mail in (refused, leaving, given_up):
        mail_item(mail).save(Item.pk.does_not_exist())
    assert outbox.claim(refused, NOW)
    outbox.release(replace(refused, claimed_at=NOW, refused=1, refused_at=NOW))
    for told in Told:
        outbox.note(refused.id, told, NOW)
    assert outbox.claim(leaving, NOW)
    outbox.drop(given_up, Reason.REFUSED_MAIL, NOW)


def open_request() -> None:
    """Have a neighbour open a request here: the tenant's own pages stay as older versions wrote them."""
    profile_item(a_tenant("t2"), 0).save()
    requests = DynamoServiceRequests()
    asked = replace(a_request(f"D2026-{requests.take_number(2026):06d}", "t2"), about="o-1", opened_here=True)
    told = OutgoingChange("c-2", NOW, "t2", LEASE, ChangeKind.OCCUPANT_LEFT, {}, {"fin": "2026-11-30"})
    assert requests.open(asked, told, Sending("t2", "m" * 22, asked.path), 0)
    send_files(asked.number)


def send_files(number: str) -> None:
    """Have a file join that request, and another be refused, and told: together they say all there is."""
    for id in ("a" * 22, "r" * 22):
        uploads = DynamoUploads()
        asked = await_file(uploads, an_upload(id, "t2", facts={"number": number}), NOW)
        come = replace(asked, state=UploadState.CHECKING, mark="an etag", received_at=NOW)
        assert uploads.receive(come, 1_000, 100_000_000)
        done = replace(come, settled_at=NOW, size_bytes=1_000, media_type=PDF, look_at=None)
        if id[0] == "a":
            done = replace(done, state=UploadState.ACCEPTED, key=f"uploads/{LEASE}/{id}.pdf")
            assert uploads.settle(done, consequence_of(done))
        else:
            refused = replace(done, state=UploadState.REFUSED, flaw=Flaw.ACTIVE, look_at=NOW)
            assert uploads.settle(refused)
            assert uploads.change(refused, replace(refused, mailing_at=NOW, told_at=NOW))


def keep_keys() -> None:
    """Have an agent keep a telephone, whose sealed key is of no random, and the tenant a passkey in use."""
    factor = Factor("1.00000000.c2VhbGVk", 12, ("one", "two"), NOW)
    factor_item("agent@exemple.fr", factor).save()
    made = Passkey(hash_of("a credential"), TENANT, Role.TENANT, "Mon téléphone", "cHVibGlj", 0, NOW)
    session = Session(TENANT, hash_of("keyed"), ADDRESS, hash_of("s"), NOW, NOW, remembered=False)
    DynamoSessions().open(session)
    account = DynamoAccounts().find(ADDRESS)
    assert account is not None
    assert DynamoPasskeys().add(made, account, session, "a challenge")
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
    session = Session(
        TENANT,
        family,
        ADDRESS,
        hash_of("before"),
        NOW,
        ends_at,
        remembered=False,
        device="x",
        account_opened_at=NOW,
    )
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
