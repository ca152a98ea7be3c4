"""A place to make rent papers in tests of the rules: stores in memory, and a press that keeps its values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from typing import Any

from chalicelib.config import ROOT
from chalicelib.domain.consents import Consent
from chalicelib.domain.documents import Document
from chalicelib.domain.errors import Absent
from chalicelib.domain.landlord import Landlord, read_landlord
from chalicelib.domain.leases import Lease, RentCall
from chalicelib.domain.ledger import LedgerEntry
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.receipts import ReceiptDesk, look_at
from chalicelib.domain.rent_papers import ReceiptCase
from chalicelib.domain.tenants import Tenant
from tests.mothers import a_tenant

ADDRESS = "https://locataires.littoral-habitat.example"


@cache
def the_landlord() -> Landlord:
    return read_landlord(ROOT / "landlord" / "landlord.toml")


def noon(on: date) -> datetime:
    return datetime.combine(on, time(11), UTC)


def nothing_happens() -> None:
    """Let nobody come between."""


@dataclass
class KeptFiles:
    """Files in memory: the first one under a key stays."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, content: bytes, media_type: str) -> bytes:
        return self.kept.setdefault(key, content)

    def remove(self, key: str) -> None:
        raise AssertionError("no paper is ever removed")

    def holds(self, key: str) -> bool:
        return key in self.kept

    def link(
        self, key: str, file_name: str, seconds: int, media_type: str = "", *, inline: bool = False
    ) -> str:
        raise AssertionError("nobody asks")


@dataclass
class PlainPress:
    """A press that keeps what it printed: template, values, moment."""

    printed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def press(self, template: str, values: dict[str, Any], issued_at: datetime) -> bytes:
        self.printed.append((template, values))
        return f"{template} {values['number']} {len(self.printed)}".encode()


class PlainCodes:
    def code(self, number: str) -> str:
        return sha256(number.encode()).hexdigest()[:16].upper()


class PlainQr:
    def sepa(self, name: str, iban: str, bic: str, cents: int, text: str) -> str:
        assert iban
        assert cents > 0
        return f"{name}|{iban}|{bic}|{cents}|{text}"

    def link(self, address: str) -> str:
        return address


@dataclass
class KeptDocuments:
    """A register in memory."""

    papers: dict[str, Document] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        self.papers.setdefault(document.id, document)

    def get(self, lease: str, id: str) -> Document:
        if id not in self.papers:
            raise Absent(id)
        return self.papers[id]

    def of_lease(self, lease: str, after: str = "", limit: int = 50) -> tuple[list[Document], str]:
        raise AssertionError("nobody asks")

    def everything(self, lease: str, *, fresh: bool = False) -> tuple[list[Document], dict[str, Consent]]:
        raise AssertionError("nobody asks")


@dataclass
class KeptReceipts:
    """One lease's books and receipts; ``before_writing`` is what somebody else does just then."""

    lease: Lease
    calls: tuple[RentCall, ...] = ()
    holders: tuple[Tenant, ...] = field(default_factory=lambda: (a_tenant(),))
    consenting: frozenset[str] = frozenset()
    entries: list[LedgerEntry] = field(default_factory=list)
    papers: dict[str, Document] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    mails: list[QueuedMail] = field(default_factory=list)
    due: bool = False
    forgotten: list[str] = field(default_factory=list)
    before_writing: Callable[[], None] = nothing_happens

    def post(self, *entries: LedgerEntry) -> None:
        self.entries += entries
        self.due = True

    def case(self, lease: str) -> ReceiptCase | None:
        if lease != self.lease.number:
            return None
        papers = tuple(self.papers.values())
        moves, entries = len(self.entries), tuple(self.entries)
        return ReceiptCase(self.lease, self.holders, entries, self.calls, papers, self.consenting, moves)

    def issue(self, case: ReceiptCase, paper: Document, period: str, mails: Sequence[QueuedMail]) -> bool:
        if self._moved(case) or paper.number in self.papers:
            return False
        self.papers[paper.number] = paper
        self.periods[paper.number] = period
        self.mails += mails
        return True

    def void(self, case: ReceiptCase, paper: Document, reason: str, now: datetime) -> bool:
        if self._moved(case) or self.papers[paper.number].is_void:
            return False
        self.papers[paper.number] = replace(paper, void_at=now, void_reason=reason)
        return True

    def looked(self, case: ReceiptCase) -> bool:
        if self._moved(case):
            return False
        self.due = False
        return True

    def forget(self, lease: str) -> None:
        self.forgotten.append(lease)

    def waiting(self, part: int) -> Sequence[str]:
        return [self.lease.number] if self.due else []

    def has_waiting(self, part: int) -> bool:
        return self.due

    def _moved(self, case: ReceiptCase) -> bool:
        self.before_writing()
        return case.moves != len(self.entries)


class ReceiptBench:
    """One lease, and the worker that keeps its receipts in step."""

    def __init__(self, store: KeptReceipts, landlord: Landlord | None = None) -> None:
        self.store, self.press, self.files = store, PlainPress(), KeptFiles()
        self.desk = ReceiptDesk(
            files=self.files,
            press=self.press,
            codes=PlainCodes(),
            qr=PlainQr(),
            landlord=landlord or the_landlord(),
            address=ADDRESS,
            store=store,
        )

    def look(self, on: date) -> None:
        look_at(self.desk, self.store.lease.number, noon(on))

    def post(self, *entries: LedgerEntry) -> None:
        """Post entries, and look on the day of the last one."""
        self.store.post(*entries)
        self.look(max(entry.booked_on for entry in self.store.entries))

    @property
    def valid(self) -> list[Document]:
        return [paper for paper in self.store.papers.values() if not paper.is_void]

    @property
    def said(self) -> list[tuple[str, int]]:
        """Give number and amount of the receipts that hold."""
        return [(paper.number, paper.cents or 0) for paper in self.valid]
