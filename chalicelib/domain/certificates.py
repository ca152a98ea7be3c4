"""Insurance certificates between a tenant and an agent (« attestations »): sent here, checked, then told of.

Until an agent has accepted it, a certificate covers nothing; its sender sees at once that it waits.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.certificate_form import FROM, INSURER, POLICY, UNTIL, plain
from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import Absent, Conflict, InvalidForm, Unavailable
from chalicelib.domain.insurance import NOTICE, CertificateState, InsuranceCertificate, Sent
from chalicelib.domain.mail import Mailer, Undeliverable
from chalicelib.domain.uploads import Upload

NAME = "nom"
LONGEST_REASON = 400
TRIES = 5
MAILED_WITHIN = timedelta(minutes=10)
REFERENCE_SHAPE = re.compile(r"[A-Za-z0-9._-]{1,40}")
NO_REASON = "Écrivez au locataire pourquoi l’attestation est refusée, et ce qu’il peut faire."
ALREADY = "Cette attestation a déjà été vérifiée."


@dataclass(frozen=True)
class Insured:
    """The certificates of a lease, read together; ``version`` is that of its cover, if it has one.

    ``due_on`` is the day of the cover's next alert.
    """

    lease: str
    certificates: tuple[InsuranceCertificate, ...]
    version: int | None = None
    due_on: date | None = None

    def named(self, reference: str) -> InsuranceCertificate:
        """Give a certificate of the lease; ``Absent`` if it has none of that reference."""
        for one in self.certificates:
            if one.reference == reference:
                return one
        raise Absent(reference)


class Certificates(Protocol):
    """Where certificates are kept.  Every method is one whole fact: it happens or it does not."""

    def of_lease(self, lease: str) -> Insured:
        """Read a lease's certificates, as last committed; none if there is no such lease."""

    def judge(self, insured: Insured, judged: InsuranceCertificate, today: date, change: Change) -> bool:
        """Write what an agent decided, the cover that follows from it, and the outgoing change.

        ``False``, and nothing is written, if the certificate or the cover is no more what was read.
        """

    def to_check(self, after: str = "", limit: int = 20) -> tuple[list[InsuranceCertificate], str]:
        """List what waits for an agent, oldest first, and where the next page starts (nothing: no more)."""

    def to_tell(self, before: datetime) -> list[InsuranceCertificate]:
        """List what was checked before then, of which its sender was not told."""

    def mark(self, before: InsuranceCertificate, after: InsuranceCertificate) -> bool:
        """Write ``mailing_at`` and ``told_at``; ``False`` if somebody did since ``before``."""


class Herald(Protocol):
    """Who takes to the worker that a sender is to be told."""

    def tell_of_certificate(self, lease: str, reference: str) -> None:
        """Send the worker to tell of a certificate; ``Unavailable`` if it cannot be asked now."""


@dataclass(frozen=True)
class CheckDesk:
    """What checking a certificate needs."""

    certificates: Certificates
    herald: Herald
    mail: Mailer


def certificate_of(upload: Upload) -> InsuranceCertificate:
    """Make the certificate of a file that was accepted, with what was typed when it was asked for."""
    facts = upload.facts
    sent = Sent(
        upload.tenant,
        facts.get(NAME, ""),
        upload.email,
        upload.settled_at or upload.asked_at,
        upload.key,
        upload.file_name,
        upload.media_type,
    )
    return InsuranceCertificate(
        reference_of(upload.id),
        upload.lease,
        facts[INSURER],
        facts[POLICY],
        date.fromisoformat(facts[FROM]),
        date.fromisoformat(facts[UNTIL]),
        CertificateState.TO_CHECK,
        sent=sent,
    )


def reference_of(upload: str) -> str:
    """Name the certificate that comes of an upload: a reference starts with a letter (docs/exchange.md)."""
    return f"p{upload}"


def decided_by_the_file(
    said: InsuranceCertificate, known: InsuranceCertificate | None, now: datetime
) -> InsuranceCertificate:
    """Take what the landlord's file says of a certificate that a tenant sent here, and its sender waits for.

    What was decided stays so: a file that still has it to be checked is late.  What the file decides is told
    like what an agent does.
    """
    sent = known.sent if known else None
    if known is None or sent is None:
        return said
    if said.state is CertificateState.TO_CHECK:
        return replace(said, state=known.state, reason=known.reason, sent=sent)
    if said.state is known.state:
        return replace(said, sent=sent)
    return replace(said, sent=replace(sent, checked_by="", checked_at=now, mailing_at=None, told_at=None))


def sent_change(certificate: InsuranceCertificate) -> Change:
    """Tell the landlord's software of a certificate that came."""
    at, tenant = _origin(certificate)
    return new_change(at, tenant, ChangeKind.CERTIFICATE_SENT, {}, _columns(certificate), certificate.lease)


def accept(desk: CheckDesk, lease: str, reference: str, agent: str, now: datetime) -> InsuranceCertificate:
    """Accept a certificate: it covers the lease from now on.  ``Conflict`` if somebody decided otherwise."""
    return _judge(desk, lease, reference, CertificateState.ACCEPTED, "", agent, now)


def refuse(
    desk: CheckDesk, lease: str, reference: str, reason: str, agent: str, now: datetime
) -> InsuranceCertificate:
    """Refuse a certificate, and say why to its sender.  ``Conflict`` if somebody decided otherwise."""
    said = plain(reason)
    if not said:
        raise InvalidForm({"motif": NO_REASON})
    if len(said) > LONGEST_REASON:
        raise InvalidForm({"motif": f"Abrégez\u00a0: {LONGEST_REASON} caractères au plus."})
    return _judge(desk, lease, reference, CertificateState.REFUSED, said, agent, now)


def tell(desk: CheckDesk, lease: str, reference: str, now: datetime) -> None:
    """Write once to who sent a certificate what an agent decided; cut anywhere, it goes on from there."""
    certificate = desk.certificates.of_lease(lease).named(reference)
    sent = certificate.sent
    if sent is None or sent.checked_at is None or sent.told_at is not None:
        return
    if sent.mailing_at is not None and now - sent.mailing_at < MAILED_WITHIN:
        return
    mailing = replace(certificate, sent=replace(sent, mailing_at=now))
    if not desk.certificates.mark(certificate, mailing):
        return
    accepted = certificate.state is CertificateState.ACCEPTED
    if sent.email:
        try:
            template = "certificate_accepted" if accepted else "certificate_refused"
            desk.mail.send(sent.email, template, _said(certificate, sent, french.today(now)))
        except Undeliverable:
            raise_alarm(Alarm.MAIL_UNDELIVERABLE, certificate=reference)
    desk.certificates.mark(mailing, replace(mailing, sent=replace(sent, mailing_at=now, told_at=now)))


def sweep_untold(desk: CheckDesk, now: datetime) -> int:
    """Send the worker to what was checked a while ago and not told; give how many."""
    late = desk.certificates.to_tell(now - MAILED_WITHIN)
    for one in late:
        desk.herald.tell_of_certificate(one.lease, one.reference)
    return len(late)


def _said(certificate: InsuranceCertificate, sent: Sent, today: date) -> dict[str, object]:
    lasting = certificate.from_on <= today and certificate.until_on > today + NOTICE
    return {"certificate": certificate, "name": sent.name, "lasting": lasting}


def _judge(
    desk: CheckDesk,
    lease: str,
    reference: str,
    state: CertificateState,
    reason: str,
    agent: str,
    now: datetime,
) -> InsuranceCertificate:
    for _ in range(TRIES):
        insured = desk.certificates.of_lease(lease)
        known = insured.named(reference)
        if known.sent is None:
            raise Absent(reference)
        if (known.state, known.reason, known.sent.checked_by) == (state, reason, agent):
            return known
        if known.state is not CertificateState.TO_CHECK:
            raise Conflict(ALREADY)
        judged = replace(
            known, state=state, reason=reason, sent=replace(known.sent, checked_by=agent, checked_at=now)
        )
        if desk.certificates.judge(insured, judged, french.today(now), _verdict(judged, now)):
            _ask_to_tell(desk.herald, judged)
            return judged
    raise Unavailable("certificate")


def _ask_to_tell(herald: Herald, judged: InsuranceCertificate) -> None:
    """Have the sender told; the sweep does it if the queue is away: what was decided must not look undone."""
    try:
        herald.tell_of_certificate(judged.lease, judged.reference)
    except Unavailable:
        raise_alarm(Alarm.NOTICE_LOST, kind="certificate")


def _verdict(judged: InsuranceCertificate, now: datetime) -> Change:
    accepted = judged.state is CertificateState.ACCEPTED
    kind = ChangeKind.CERTIFICATE_ACCEPTED if accepted else ChangeKind.CERTIFICATE_REFUSED
    _, tenant = _origin(judged)
    return new_change(now, tenant, kind, {}, _columns(judged) | {"motif": judged.reason}, judged.lease)


def _origin(certificate: InsuranceCertificate) -> tuple[datetime, str]:
    if certificate.sent is None:
        raise Absent(certificate.reference)
    return certificate.sent.at, certificate.sent.tenant


def _columns(certificate: InsuranceCertificate) -> dict[str, str]:
    return {
        "reference": certificate.reference,
        INSURER: certificate.insurer,
        POLICY: certificate.policy_number,
        FROM: certificate.from_on.isoformat(),
        UNTIL: certificate.until_on.isoformat(),
        "etat": certificate.state.value,
    }
