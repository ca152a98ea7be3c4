"""Codes of receipts in DynamoDB (« codes de vérification »): each leads to what is said of its receipt."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.verification import VerifiedPaper
from chalicelib.storage.table import Day, Item, Moment, Whole


class CodeItem(Item, discriminator="code"):
    """What is said of a receipt, as written in the table."""

    lease = UnicodeAttribute()
    document = UnicodeAttribute()
    paper = UnicodeAttribute()
    title = UnicodeAttribute()
    period = UnicodeAttribute(default="")
    cents = Whole()
    issued_on = Day()
    void_at = Moment(null=True)

    def to_domain(self) -> VerifiedPaper:
        """Give the receipt as the domain knows it."""
        return VerifiedPaper(
            DocumentKind(self.paper), self.title, self.period, self.cents, self.issued_on, self.void_at
        )


class DynamoCodes:
    """Implements ``chalicelib.domain.verification.VerifiedPapers``."""

    def find(self, code: str) -> VerifiedPaper | None:
        """Read a code."""
        try:
            return CodeItem.get(*_key(code), consistent_read=True).to_domain()
        except CodeItem.DoesNotExist:
            return None


def give_code(transaction: TransactWrite, paper: Document, period: str) -> None:
    """Add to a transaction that a receipt is found by its code, which none must have had before."""
    item = CodeItem(
        *_key(paper.code),
        lease=paper.lease,
        document=paper.id,
        paper=paper.kind.value,
        title=paper.title,
        period=period,
        cents=paper.cents or 0,
        issued_on=paper.issued_on,
    )
    transaction.save(item, condition=CodeItem.pk.does_not_exist())


def void_code(transaction: TransactWrite, paper: Document, now: datetime) -> None:
    """Add to a transaction that the receipt of a code holds no more."""
    transaction.update(
        CodeItem(*_key(paper.code)),
        actions=[CodeItem.void_at.set(now)],
        condition=CodeItem.pk.exists(),
    )


def _key(code: str) -> tuple[str, str]:
    return f"CODE#{code}", "PAPER"
