"""Charge statements in DynamoDB: each lies in the index ``due`` until its paper is made.

A line is spelled « building|share|provision|label », in cents; what it cost the building may not be said.
"""

from collections.abc import Sequence

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import Document
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement, StatementCase
from chalicelib.storage.keys import lease_key, statements_key
from chalicelib.storage.leases import LeaseItem, check_no_lease, lease_among
from chalicelib.storage.paper_register import happens, register
from chalicelib.storage.parts import lies_in, part_of
from chalicelib.storage.table import Day, Item, Texts, Whole, backwards, condition_failed, together
from chalicelib.storage.tenants import profile_keys, tenants_of


class ChargeStatementItem(Item, discriminator="charge_statement"):
    """A charge statement as written in the table; ``paper`` once made, ``problem`` while it cannot be."""

    year = Whole()
    booked_on = Day()
    lines = Texts()
    paper = UnicodeAttribute(null=True)
    problem = UnicodeAttribute(null=True)

    def to_domain(self) -> ChargeStatement:
        """Give the charge statement as the domain knows it."""
        return ChargeStatement(
            self.pk.removeprefix(lease_key("")), self.year, self.booked_on, tuple(map(_line, self.lines))
        )


class DynamoChargeStatements:
    """Implements ``chalicelib.domain.rent_papers.ChargeStatements``."""

    def waiting(self, part: int) -> list[tuple[str, int]]:
        """Read the index, page after page."""
        places = (str(item.due_sk).rpartition("#") for item in Item.due.query(statements_key(part)))
        return [(lease, int(year)) for lease, _, year in places]

    def has_waiting(self, part: int) -> bool:
        """Ask the index for one."""
        return lies_in(statements_key(part))

    def case(self, lease: str, year: int) -> StatementCase | None:
        """Read statement and lease in one request each, then the holders."""
        item = next((one for one in together([_place(lease, year)])), None)
        found = list(backwards(lease_key(lease), "HOLDER#", "UNIT#~", consistent=True))
        if not isinstance(item, ChargeStatementItem) or not any(isinstance(one, LeaseItem) for one in found):
            return None
        known = lease_among(lease, found)
        holders = tenants_of(known.holders, list(together(profile_keys(known.holders))))
        return StatementCase(item.to_domain(), known, holders, item.paper or "", item.problem or "")

    def issue(self, statement: ChargeStatement, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        """Write all of it, or nothing: the statement must be the one that was read."""
        read = statement_item(statement)
        as_read = ChargeStatementItem.paper.does_not_exist() & (ChargeStatementItem.lines == read.lines)
        as_read &= ChargeStatementItem.booked_on == read.booked_on

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                ChargeStatementItem(read.pk, read.sk),
                actions=[
                    ChargeStatementItem.paper.set(paper.id),
                    ChargeStatementItem.problem.remove(),
                    ChargeStatementItem.due_pk.remove(),
                    ChargeStatementItem.due_sk.remove(),
                ],
                condition=as_read,
            )
            register(transaction, paper, mails)

        return happens(write)

    def tell_problem(self, lease: str, year: int, problem: str) -> bool:
        """Write it beside the statement."""
        news = ChargeStatementItem.problem.does_not_exist() | (ChargeStatementItem.problem != problem)
        no_paper = ChargeStatementItem.pk.exists() & ChargeStatementItem.paper.does_not_exist()
        try:
            ChargeStatementItem(*_place(lease, year)).update(
                [ChargeStatementItem.problem.set(problem)], no_paper & news
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def forget(self, lease: str, year: int) -> None:
        """Take the statement out of the index, on the condition that there is no such lease."""

        def write(transaction: TransactWrite) -> None:
            check_no_lease(transaction, lease)
            transaction.update(
                ChargeStatementItem(*_place(lease, year)),
                actions=[ChargeStatementItem.due_pk.remove(), ChargeStatementItem.due_sk.remove()],
                condition=ChargeStatementItem.due_pk.exists(),
            )

        happens(write)


def statement_item(statement: ChargeStatement) -> ChargeStatementItem:
    """Spell a charge statement that waits for its paper, for the table."""
    return ChargeStatementItem(
        *_place(statement.lease, statement.year),
        year=statement.year,
        booked_on=statement.booked_on,
        lines=[
            f"{'' if line.building_cents is None else line.building_cents}|{line.share_cents}"
            f"|{line.provision_cents}|{line.label}"
            for line in statement.lines
        ],
        due_pk=statements_key(part_of(statement.lease)),
        due_sk=f"{statement.lease}#{statement.year}",
    )


def _line(spelled: str) -> ChargeLine:
    building, share, provision, label = spelled.split("|", 3)
    return ChargeLine(label, int(building) if building else None, int(share), int(provision))


def _place(lease: str, year: int) -> tuple[str, str]:
    return lease_key(lease), f"BALANCE#{year}"
