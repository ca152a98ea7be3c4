"""The demonstration landlord's own papers (« documents du bailleur ») and charge statements (« décomptes »).

A home that is always there has papers of its own; some others share one example of each kind.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from chalicelib.domain import french
from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.ledger import EntryKind
from infra.demo.books import MADE_HERE, Call, Entry
from infra.demo.homes import Home

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).parent / "paper.typ"
OLDER = 3  # so many months before those of which the portal makes the papers have the landlord's own
DWELLINGS_IN_A_BUILDING = 36
Facts = tuple[tuple[str, str], ...]
Print = Callable[[str, Facts, date], bytes]


@dataclass(frozen=True)
class Paper:
    """A paper, without the lease that it is of; ``cents`` and ``month_on`` of a rent notice."""

    reference: str
    kind: DocumentKind
    title: str
    issued_on: date
    file: str
    facts: Facts
    cents: int | None = None
    month_on: date | None = None


@dataclass(frozen=True)
class Charge:
    """A line of a charge statement."""

    year: int
    label: str
    building_cents: int
    share_cents: int
    provision_cents: int
    booked_on: date


def papers_of(home: Home, calls: Sequence[Call]) -> Iterator[Paper]:
    """Give the papers of a home: lease, inventory report, and the notices just before the portal's own."""
    who: Facts = (
        ("Contrat", f"L/{home.lease}"),
        ("Titulaire", " et ".join(one.name for one in home.holders)),
    )
    where = (*who, ("Adresse", ", ".join(home.address)))
    rent = ("Loyer mensuel hors charges", _euros(home.rent_cents + home.parking_cents))
    begun = ("Prise d’effet", french.day(home.starts_on))
    lease = DocumentKind.LEASE, "Contrat de location", (*where, begun, rent)
    report = DocumentKind.INVENTORY_REPORT, "État des lieux d’entrée", (*where, ("Établi le", begun[1]))
    for kind, title, facts in (lease, report):
        reference = f"{kind.value.upper()}-{home.lease}"
        yield Paper(reference, kind, title, home.starts_on, f"{reference.lower()}.pdf", facts)
    for call in calls[-MADE_HERE - OLDER : -MADE_HERE]:
        reference, title = f"AVIS-{call.month_on:%Y-%m}", f"Avis d’échéance {french.of_month(call.month_on)}"
        facts = (*who, ("À régler avant le", french.day(call.due_on)), ("Montant", _euros(call.cents)))
        file = f"avis-{home.lease}-{call.month_on:%Y-%m}.pdf"
        kind = DocumentKind.RENT_NOTICE
        yield Paper(reference, kind, title, call.month_on, file, facts, call.cents, call.month_on)


def examples_of(home: Home) -> Iterator[Paper]:
    """Give the papers of a home that nobody tells of: the same files for all such homes."""
    shown: Facts = (("Contrat", "exemple de la démonstration"),)
    for kind, title in (
        (DocumentKind.LEASE, "Contrat de location"),
        (DocumentKind.INVENTORY_REPORT, "État des lieux d’entrée"),
    ):
        yield Paper(
            f"{kind.value.upper()}-{home.lease}",
            kind,
            title,
            home.starts_on,
            f"exemple-{kind.value}.pdf",
            shown,
        )


def statements_of(home: Home, entries: Sequence[Entry]) -> Iterator[Charge]:
    """Give the lines of each year's charges, such that their balance is what the account was asked for."""
    for entry in entries:
        if entry.kind is EntryKind.CHARGE_STATEMENT and home.charges:
            yield from _lines(home, entry)


def _lines(home: Home, entry: Entry) -> Iterator[Charge]:
    asked = sum(cents for _, cents in home.charges)
    left = entry.cents
    for rank, (label, cents) in enumerate(home.charges, 1):
        balance = left if rank == len(home.charges) else entry.cents * cents // asked
        left -= balance
        share = 12 * cents + balance
        building = share * DWELLINGS_IN_A_BUILDING
        yield Charge(entry.booked_on.year - 1, label, building, share, 12 * cents, entry.booked_on)


def write_papers(folder: Path, papers: Iterable[Paper], prints: Print) -> None:
    """Write the files of papers into the folder that goes with the exchange files."""
    for paper in papers:
        path = folder / paper.file
        if not path.exists():
            path.write_bytes(prints(paper.title, paper.facts, paper.issued_on))


@lru_cache(maxsize=128)
def print_paper(title: str, facts: Facts, issued_on: date) -> bytes:
    """Print a paper as accessible PDF; the same facts make the same bytes."""
    values = {"title": title, "facts": facts, "issued_on": french.day(issued_on)}
    made = _compiler().compile(
        sys_inputs={"values": json.dumps(values)},
        format="pdf",
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(datetime.combine(issued_on, time(12), UTC).timestamp()),
    )
    return cast("bytes", made)


@lru_cache(maxsize=1)
def _compiler() -> "typst.Compiler":
    """Load the engine, which only whoever makes a demonstration anew needs."""
    import typst
    from font_source_sans_pro import font_directory

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_directory])
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)


def _euros(cents: int) -> str:
    return french.euros_in_documents(cents)
