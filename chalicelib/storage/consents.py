"""Consents to electronic receipts in DynamoDB, beside the papers of their lease.

A decision is spelled « moment|oui » or « moment|non »; none is ever taken out, the last one counts.
"""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.changes import Change
from chalicelib.domain.consents import YES, Consent, Decision, spelled
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.changes import change_item
from chalicelib.storage.keys import papers_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import CONDITION_FAILED, Item, Texts, moment
from chalicelib.storage.timeline import action_item


class ConsentItem(Item, discriminator="consent"):
    """All that a tenant ever decided about the receipts of a lease, as written in the table."""

    lease = UnicodeAttribute()
    tenant = UnicodeAttribute()
    decisions = Texts(default=list)

    def to_domain(self) -> Consent:
        """Give the consent as the domain knows it."""
        parted = (one.partition("|") for one in self.decisions)
        return Consent(
            self.lease,
            self.tenant,
            tuple(Decision(datetime.fromisoformat(at), said == YES) for at, _, said in parted),
        )


class DynamoConsents:
    """Implements ``chalicelib.domain.consents.Consents``."""

    def of(self, lease: str, tenant: str) -> Consent:
        """Read a consent."""
        try:
            return ConsentItem.get(*consent_key(lease, tenant), consistent_read=True).to_domain()
        except ConsentItem.DoesNotExist:
            return Consent(lease, tenant)

    def decide(self, before: Consent, decision: Decision, event: TimelineEvent, change: Change) -> bool:
        """Write the decisions, one more, in place of those that were read."""
        item, known = consent_item(before.with_decision(decision)), consent_item(before).decisions
        as_read = ConsentItem.decisions == known if known else ConsentItem.pk.does_not_exist()

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                ConsentItem(item.pk, item.sk),
                actions=[
                    ConsentItem.kind.set(ConsentItem),
                    ConsentItem.lease.set(item.lease),
                    ConsentItem.tenant.set(item.tenant),
                    ConsentItem.decisions.set(item.decisions),
                ],
                condition=as_read,
            )
            transaction.save(action_item(before.tenant, event))
            transaction.save(change_item(change))

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Unavailable("contended")
        return not codes


def consent_key(lease: str, tenant: str) -> tuple[str, str]:
    """Give the key of a consent."""
    return papers_key(lease), f"CONSENT#{tenant}"


def consent_item(consent: Consent) -> ConsentItem:
    """Spell a consent for the table."""
    decisions = [f"{moment(one.at)}|{spelled(one.agreed)}" for one in consent.decisions]
    return ConsentItem(
        *consent_key(consent.lease, consent.tenant),
        lease=consent.lease,
        tenant=consent.tenant,
        decisions=decisions,
    )
