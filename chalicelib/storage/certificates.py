"""Certificates that tenants send, in DynamoDB: each in its lease's partition, with the cover beside them.

While one waits for an agent it lies in the index ``due`` under ``CERTIFICATES#TO_CHECK``; then, until its
sender was told, under ``CERTIFICATES#TO_TELL``.
"""

from datetime import date, datetime
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain import french
from chalicelib.domain.certificates import Insured, certificate_of, sent_change
from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.insurance import CertificateState, InsuranceCertificate, cover_of
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.domain.uploads import Upload
from chalicelib.storage.changes import change_item
from chalicelib.storage.insurance import (
    TO_CHECK,
    TO_TELL,
    CertificateItem,
    CoverItem,
    certificate_item,
    cover_item,
)
from chalicelib.storage.keys import lease_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.rewriting import rewriting
from chalicelib.storage.table import CONDITION_FAILED, Item, backwards, condition_failed, moment
from chalicelib.storage.timeline import action_item

MARKED = ("mailing_at", "told_at", "due_pk", "due_sk")


class DynamoCertificates:
    """Implements ``chalicelib.domain.certificates.Certificates``."""

    def of_lease(self, lease: str) -> Insured:
        """Read a lease's certificates and its cover, which lies just after them: one query."""
        found = list(backwards(lease_key(lease), "CERTIFICATE#", "COVER", consistent=True))
        certificates = tuple(item.to_domain() for item in found if isinstance(item, CertificateItem))
        for item in found:
            if isinstance(item, CoverItem):
                return Insured(lease, certificates, item.version, item.due_on)
        return Insured(lease, certificates)

    def judge(self, insured: Insured, judged: InsuranceCertificate, today: date, change: Change) -> bool:
        """Write what an agent decided with what follows, in one transaction."""
        item = certificate_item(judged)

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                CertificateItem(item.pk, item.sk),
                actions=rewriting(item),
                condition=CertificateItem.state == CertificateState.TO_CHECK.value,
            )
            write_cover(transaction, insured, judged, today)
            transaction.save(change_item(change))

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Unavailable("contended")
        return not codes

    def to_check(self, after: str = "", limit: int = 20) -> tuple[list[InsuranceCertificate], str]:
        """Read the index page by page; what a file has decided meanwhile is passed over."""
        later = Item.due_sk > after if after else None
        found: list[CertificateItem] = []
        for item in Item.due.query(TO_CHECK, later, page_size=limit + 1):
            if isinstance(item, CertificateItem) and item.state == CertificateState.TO_CHECK.value:
                found.append(item)
            if len(found) > limit:
                break
        page = found[:limit]
        return [item.to_domain() for item in page], str(page[-1].due_sk) if len(found) > limit else ""

    def to_tell(self, before: datetime) -> list[InsuranceCertificate]:
        """Read what was checked before then from the index."""
        found = Item.due.query(TO_TELL, Item.due_sk < moment(before))
        return [item.to_domain() for item in found if isinstance(item, CertificateItem)]

    def mark(self, before: InsuranceCertificate, after: InsuranceCertificate) -> bool:
        """Write who is at the mail, or that it was sent, if nobody did since."""
        item = certificate_item(after)
        known = before.sent.mailing_at if before.sent else None
        still: Condition = CertificateItem.told_at.does_not_exist()
        still &= CertificateItem.mailing_at == known if known else CertificateItem.mailing_at.does_not_exist()
        try:
            CertificateItem(item.pk, item.sk).update(_only(item, MARKED), condition=still)
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _only(item: CertificateItem, names: tuple[str, ...]) -> list[Any]:
    """Spell a change of some attributes: the others are whoever's wrote them last."""
    said = [(getattr(CertificateItem, name), getattr(item, name)) for name in names]
    return [one.set(value) if value is not None else one.remove() for one, value in said]


def write_certificate(transaction: TransactWrite, upload: Upload) -> None:
    """Add to the transaction that accepts a file: its certificate, to be checked, and all that goes with it.

    The cover is read before, and must be the same when it is written.
    """
    certificate, insured = certificate_of(upload), DynamoCertificates().of_lease(upload.lease)
    sent_at = upload.settled_at or upload.asked_at
    event = TimelineEvent(sent_at, Action.CERTIFICATE_SENT, upload.lease)
    transaction.save(certificate_item(certificate), condition=CertificateItem.pk.does_not_exist())
    write_cover(transaction, insured, certificate, french.today(sent_at))
    transaction.save(action_item(upload.tenant, event))
    transaction.save(change_item(sent_change(certificate)))


def write_cover(
    transaction: TransactWrite, insured: Insured, certificate: InsuranceCertificate, today: date
) -> None:
    """Add the cover that follows from a new or changed certificate, in place of the one that was read."""
    others = [one for one in insured.certificates if one.reference != certificate.reference]
    cover = cover_of(insured.lease, [*others, certificate])
    if insured.version is None:
        transaction.save(cover_item(cover, today), condition=CoverItem.pk.does_not_exist())
        return
    item = cover_item(cover, today, insured.version + 1, insured.due_on)
    still = CoverItem.version == insured.version
    if insured.version == 0:  # written before covers had versions
        still |= CoverItem.version.does_not_exist()
    transaction.update(CoverItem(item.pk, item.sk), actions=rewriting(item), condition=still)
