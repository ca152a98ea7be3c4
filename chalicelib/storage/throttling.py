"""Tallies of tries in DynamoDB; each write names the one before it, so that no two count over each other."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.storage.keys import account_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import Item, Moment, Whole, together

KEPT = timedelta(days=2)


class Seconds(Attribute[list[datetime]]):
    """Moments as whole seconds, rounded up: a hundred of them weigh less than a kilobyte."""

    attr_type = "L"

    def serialize(self, value: list[datetime]) -> list[dict[str, str]]:
        """Spell the moments."""
        return [{"N": str(-int(-at.timestamp() // 1))} for at in value]

    def deserialize(self, value: list[dict[str, str]]) -> list[datetime]:
        """Read the moments."""
        return [datetime.fromtimestamp(int(one["N"]), UTC) for one in value]


class TallyItem(Item, discriminator="tally"):
    """A tally as written in the table."""

    tried_at = Seconds(default=list)
    told_at = Moment(null=True)
    mark = UnicodeAttribute()
    expires_at_epoch = Whole()


class DynamoTallies:
    """Implements ``chalicelib.domain.throttling.Tallies``."""

    def read(self, subjects: Sequence[Subject]) -> list[Tally]:
        """Read tallies by their keys."""
        return list(tallies_among(subjects, together([tally_key(subject) for subject in subjects])))

    def change(self, changes: Sequence[Change]) -> bool:
        """Write tallies in one transaction."""

        def write(transaction: TransactWrite) -> None:
            for change in changes:
                write_tally(transaction, change)

        return not commit(write)


def tally_key(subject: Subject) -> tuple[str, str]:
    """Give the key of a tally: an account's lies beside the account."""
    if subject.kind is SubjectKind.ACCOUNT:
        return account_key(subject.name), f"TRIES#{subject.device}" if subject.device else "TRIES"
    return f"TRIES#{subject.kind.value}#{subject.name}", "TRIES"


def tallies_among(subjects: Sequence[Subject], found: Iterable[Item]) -> Iterable[Tally]:
    """Find the tallies of subjects among items that were read together."""
    kept = {(item.pk, item.sk): item for item in found if isinstance(item, TallyItem)}
    for subject in subjects:
        item = kept.get(tally_key(subject))
        yield Tally(subject, tuple(item.tried_at), item.told_at, item.mark) if item else Tally(subject)


def write_tally(transaction: TransactWrite, change: Change) -> None:
    """Add a tally to a transaction, on the condition that it is as it was read."""
    after = change.after
    last_at = max(after.tried_at)
    transaction.update(
        TallyItem(*tally_key(after.subject)),
        actions=[
            TallyItem.kind.set(TallyItem),
            TallyItem.tried_at.set(list(after.tried_at)),
            TallyItem.told_at.set(after.told_at) if after.told_at else TallyItem.told_at.remove(),
            TallyItem.mark.set(after.mark),
            TallyItem.expires_at_epoch.set(int((last_at + KEPT).timestamp())),
        ],
        condition=_as_read(change.before),
    )


def clear_tally(transaction: TransactWrite, tally: Tally) -> None:
    """Add to a transaction that a tally is taken away, or is not there, if it is as it was read."""
    if tally.mark:
        transaction.delete(TallyItem(*tally_key(tally.subject)), condition=_as_read(tally))
    else:
        check_tally(transaction, tally)


def clear_own(transaction: TransactWrite, tallies: Sequence[Tally]) -> None:
    """Add to a transaction that the account's own tally goes, and that the others are as they were read."""
    own, *others = tallies
    clear_tally(transaction, own)
    for tally in others:
        check_tally(transaction, tally)


def check_tally(transaction: TransactWrite, tally: Tally) -> None:
    """Add to a transaction that a tally must be as it was read."""
    transaction.condition_check(TallyItem, *tally_key(tally.subject), condition=_as_read(tally))


def _as_read(tally: Tally) -> Condition:
    return TallyItem.mark == tally.mark if tally.mark else TallyItem.pk.does_not_exist()
