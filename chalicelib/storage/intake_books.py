"""The account entries that a landlord brings in: double entry, by large batches.

The lines of one lease in one transaction have one line against them, on the landlord's account for that
lease: the sum of all lines stays zero and the balance stays the sum of the lease's lines, whatever is cut.
"""

import hashlib
from collections.abc import Iterator, Sequence

from chalicelib.domain.exchange.layouts import ENTRIES
from chalicelib.domain.exchange.report import Outcome, RowError
from chalicelib.domain.exchange.rows import ENTRY_PREFIX, CallEntry, Row
from chalicelib.domain.ledger import LANDLORD, EntryKind, LedgerEntry, call_entry, lease_account
from chalicelib.storage.intake_difference import Plan
from chalicelib.storage.intake_writes import MOST_ACTIONS, Action, Raw, Shelf, put
from chalicelib.storage.keys import book_key, receipts_key
from chalicelib.storage.ledger import EntryItem, partition_of
from chalicelib.storage.parts import part_of
from chalicelib.storage.table import Item

BATCH = MOST_ACTIONS - 2
UNTOUCHABLE = "Une écriture ne se modifie pas\u00a0: passez une contre-écriture."
UNKNOWN_PAYMENT = "Ce paiement n’est pas dans le compte de ce contrat."
OTHER_AMOUNT = "Ce paiement a un autre montant dans le portail."
ASKED_ALREADY = "L’appel de ce mois est déjà dans le compte\u00a0: indiquez le mois de cette écriture."
COUNTER_LABEL = "Écritures reçues du bailleur"


class _Book:
    """A lease's account as it is: its entries by id and by payment."""

    def __init__(self, shelf: Shelf) -> None:
        found = [
            EntryItem.from_raw_data(item).to_domain()
            for sk, item in shelf.items.items()
            if sk.startswith("ENTRY#")
        ]
        self.entries = {entry.id: entry for entry in found}
        self.payments = [entry for entry in found if entry.payment]
        self.is_new = "TOTAL" not in shelf.items

    def error_in(self, entry: LedgerEntry) -> tuple[str, str] | None:
        """Give the column and the rule that an entry breaks, if any."""
        amount = "debit" if entry.cents > 0 else "credit"
        if entry.payment:
            named = [one for one in self.payments if _names(entry.payment, one.payment)]
            if not named:
                return "paiement", UNKNOWN_PAYMENT
            return None if entry.cents in {one.cents for one in named} else (amount, OTHER_AMOUNT)
        known = self._known(entry)
        if known is None:
            call = self.entries.get(call_entry(entry.booked_on))
            again = call and (call.kind, call.cents) == (entry.kind, entry.cents)
            return ("mois", ASKED_ALREADY) if again else None
        if known.id == entry.id and known.booked_on != entry.booked_on:
            return "date", UNTOUCHABLE
        return None if known.cents == entry.cents else (amount, UNTOUCHABLE)

    def is_there(self, entry: LedgerEntry) -> bool:
        """Tell whether nothing is left to write for a sound entry."""
        return bool(entry.payment) or self._known(entry) is not None

    def _known(self, entry: LedgerEntry) -> LedgerEntry | None:
        """Find an entry that is there, be it from before its row named a month."""
        unmonthed = entry.unmonthed if isinstance(entry, CallEntry) else ""
        return self.entries.get(entry.id) or self.entries.get(unmonthed)


def _names(given: str, payment: str) -> bool:
    """Tell whether what the landlord sends back, an id or a number « T-260118-4F9A2C01 », is that payment."""
    return given == payment or (given.startswith("T-") and given[-8:] == payment[:8].upper())


def plan_book(number: str, rows: Sequence[Row[LedgerEntry]], shelf: Shelf) -> Plan:
    """Find which entries to post to a lease's account; each batch fits one transaction."""
    plan, book, missing = Plan(), _Book(shelf), []
    for row in rows:
        error = book.error_in(row.value)
        if error is not None:
            plan.errors.append(RowError(ENTRIES, row.line, *error))
        elif book.is_there(row.value):
            plan.tally[ENTRIES, Outcome.UNCHANGED] += 1
        else:
            plan.tally[ENTRIES, Outcome.CREATED] += 1
            missing.append(row.value)
    # In the order of time, what is owed first: between two batches the account is as it once was.
    missing.sort(key=lambda entry: (entry.booked_on, entry.cents < 0, entry.id))
    for start in range(0, len(missing), BATCH):
        new, last = book.is_new and start == 0, start + BATCH >= len(missing)
        plan.actions.extend(_batch(number, missing[start : start + BATCH], new=new, last=last))
    return plan


def _batch(number: str, entries: Sequence[LedgerEntry], *, new: bool, last: bool) -> Iterator[Action]:
    """Give the lines of a batch, the line against them, and the balance: one transaction.

    Whatever posts to a book writes its balance: in a ``new`` one, that there is no balance says that there is
    no line either, and one condition stands for a hundred.  The ``last`` has the receipts looked at.
    """
    account = lease_account(number)
    pk, total = book_key(account), sum(entry.cents for entry in entries)
    for entry in entries:
        yield put(spelled_line(pk, entry), absent=not new)
    booked_on = max(entry.booked_on for entry in entries)
    ids = "\n".join(sorted(entry.id for entry in entries))
    id = ENTRY_PREFIX + hashlib.sha256(ids.encode()).hexdigest()[:32]
    against = LedgerEntry(id, booked_on, EntryKind.OTHER, COUNTER_LABEL, -total)
    yield put(spelled_line(partition_of(f"{LANDLORD}:{number}", booked_on), against), absent=True)
    yield spelled_total(number, total, new=new, marked=last)


def spelled_total(number: str, cents: int, *, new: bool = False, marked: bool = True) -> Action:
    """Add to the balance of a lease and mark its account, as ``storage.ledger.raise_total`` does.

    Not ``marked`` if more is to come: it counts as a move all the same.
    """
    update: Raw = {
        "TableName": Item.Meta.table_name,
        "Key": {"pk": {"S": book_key(lease_account(number))}, "sk": {"S": "TOTAL"}},
        "UpdateExpression": "SET kind = :kind ADD cents :cents, moves :one",
        "ExpressionAttributeValues": {
            ":kind": {"S": "total"},
            ":cents": {"N": str(cents)},
            ":one": {"N": "1"},
        },
    }
    if marked:
        update["UpdateExpression"] = (
            "SET kind = :kind, due_pk = :waits, due_sk = :lease ADD cents :cents, moves :one"
        )
        update["ExpressionAttributeValues"] |= {
            ":waits": {"S": receipts_key(part_of(number))},
            ":lease": {"S": number},
        }
    if new:
        update["ConditionExpression"] = "attribute_not_exists(pk)"
    return {"Update": update}


def spelled_line(pk: str, entry: LedgerEntry) -> Raw:
    """Spell a line as ``storage.ledger.entry_item`` does, ten times as fast."""
    day = entry.booked_on.isoformat()
    return {
        "pk": {"S": pk},
        "sk": {"S": f"ENTRY#{day}#{entry.id}"},
        "kind": {"S": "entry"},
        "id": {"S": entry.id},
        "booked_on": {"S": day},
        "entry": {"S": entry.kind.value},
        "label": {"S": entry.label},
        "cents": {"N": str(entry.cents)},
    }
