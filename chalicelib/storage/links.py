"""Links in DynamoDB: one item each, and for each address what it was last answered, by kind.

Both lie away from the accounts: who may clear them away may touch no account.
"""

from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.askings import Answered, Asking
from chalicelib.domain.links import KEPT_AFTER_ITS_END, LIVES, Link, LinkKind
from chalicelib.storage.expiring import until
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import Item, Moment, Whole, condition_failed

# What was answered is known for longer than any link of that answer.
KEPT_ANSWERS = max(LIVES.values()) + KEPT_AFTER_ITS_END + timedelta(days=1)


class LinkItem(Item, discriminator="link"):
    """A link as written in the table; one that was used has lost the password's hash."""

    link = UnicodeAttribute()
    email = UnicodeAttribute()
    person = UnicodeAttribute()
    asked_at = Moment()
    ends_at = Moment()
    password_hash = UnicodeAttribute(null=True)
    new_email = UnicodeAttribute(null=True)
    used_at = Moment(null=True)
    replaced_at = Moment(null=True)
    expires_at_epoch = Whole()

    def to_domain(self) -> Link:
        """Give the link as the domain knows it."""
        return Link(
            self.pk.removeprefix(_key("")),
            LinkKind(self.link),
            self.email,
            self.person,
            self.asked_at,
            self.ends_at,
            self.password_hash or "",
            self.new_email or "",
            self.used_at,
            self.replaced_at,
        )


class AnsweredItem(Item, discriminator="answered"):
    """What an address was last answered, as written in the table."""

    asking = UnicodeAttribute()
    asked_at = Moment()
    link = UnicodeAttribute(null=True)
    sent_at = Moment(null=True)
    expires_at_epoch = Whole()

    def to_domain(self) -> Answered:
        """Give the answer as the domain knows it."""
        return Answered(self.asking, self.asked_at, self.link or "", self.sent_at)


class DynamoLinks:
    """Implements ``chalicelib.domain.links.Links``."""

    def find(self, hash: str) -> Link | None:
        """Read a link by its hash."""
        try:
            return LinkItem.get(_key(hash), "LINK", consistent_read=True).to_domain()
        except LinkItem.DoesNotExist:
            return None

    def answered(self, asking: Asking) -> Answered | None:
        """Read what is known of the address and that kind."""
        try:
            return AnsweredItem.get(*_answer_key(asking), consistent_read=True).to_domain()
        except AnsweredItem.DoesNotExist:
            return None

    def issue(self, link: Link, asking: Asking, before: Answered | None) -> bool:
        """Write the link and whose answer it is, and that the one before is replaced, in one transaction.

        Should the one before have been cleared away meanwhile, there is nothing to say of it.
        """
        for replacing in (True, False) if before and before.link else (False,):

            def write(transaction: TransactWrite, replacing: bool = replacing) -> None:
                transaction.update(
                    AnsweredItem(*_answer_key(asking)),
                    actions=[
                        *_saying(asking, link.asked_at),
                        AnsweredItem.link.set(link.hash),
                        AnsweredItem.sent_at.remove(),
                    ],
                    condition=_as_read(before),
                )
                transaction.save(_item(link), condition=LinkItem.pk.does_not_exist())
                if replacing and before:
                    transaction.update(
                        LinkItem(_key(before.link), "LINK"),
                        actions=[LinkItem.replaced_at.set(link.asked_at)],
                        condition=LinkItem.pk.exists(),
                    )

            if not commit(write):
                return True
        return False

    def settle(self, asking: Asking, now: datetime) -> None:
        """Write that an asking is done, unless a newer one was answered; the link that was issued stays."""
        newest = AnsweredItem.pk.does_not_exist() | (AnsweredItem.asked_at <= asking.asked_at)
        try:
            AnsweredItem(*_answer_key(asking)).update(
                [*_saying(asking, now), AnsweredItem.sent_at.set(now)], newest
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise


def use_link(transaction: TransactWrite, link: Link, now: datetime) -> None:
    """Add to a transaction that a link is used, if it lives at that moment."""
    living = (
        LinkItem.used_at.does_not_exist() & LinkItem.replaced_at.does_not_exist() & (LinkItem.ends_at > now)
    )
    transaction.update(
        LinkItem(_key(link.hash), "LINK"),
        actions=[LinkItem.used_at.set(now), LinkItem.password_hash.remove()],
        condition=living,
    )


def _item(link: Link) -> LinkItem:
    return LinkItem(
        _key(link.hash),
        "LINK",
        link=link.kind.value,
        email=link.email,
        person=link.person,
        asked_at=link.asked_at,
        ends_at=link.ends_at,
        password_hash=link.password_hash or None,
        new_email=link.new_email or None,
        **until(link.kept_until, link.hash),
    )


def _saying(asking: Asking, at: datetime) -> list[Action]:
    """Spell whose answer it is; the item may be new, so its kind is set too."""
    end = until(at + KEPT_ANSWERS, asking.id)
    return [
        AnsweredItem.kind.set(AnsweredItem),
        AnsweredItem.asking.set(asking.id),
        AnsweredItem.asked_at.set(asking.asked_at),
        *(getattr(AnsweredItem, name).set(value) for name, value in end.items()),
    ]


def _as_read(before: Answered | None) -> Condition:
    if before is None:
        return AnsweredItem.pk.does_not_exist()
    no_link = AnsweredItem.link.does_not_exist()
    same_link = AnsweredItem.link == before.link if before.link else no_link
    unchanged: Condition = (AnsweredItem.asking == before.id) & same_link
    return unchanged


def _key(hash: str) -> str:
    return f"LINK#{hash}"


def _answer_key(asking: Asking) -> tuple[str, str]:
    return _key(asking.email), f"NEWEST#{asking.kind}"
