"""Exchange files read into rows (« lecture »): what can be read is kept, each row that cannot is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from chalicelib.domain.exchange.cells import Column, WrongCell
from chalicelib.domain.exchange.enclosed import Enclosed
from chalicelib.domain.exchange.layouts import LAYOUTS, Layout
from chalicelib.domain.exchange.report import RowError
from chalicelib.domain.exchange.rows import Row, WrongRow
from chalicelib.domain.exchange.text import ExchangeText, Record, Unreadable

HEADING_LINE = 1
LONGEST_REMEMBERED, MOST_REMEMBERED = 120, 65_536
EMPTY = "Cette cellule doit être remplie."


@dataclass
class Delivery:
    """The rows of all files that could be read, file by file, and what was wrong with the others.

    ``spoilt`` holds, by file, the leases, tenants, rent calls and requests of which a row was refused;
    ``enclosed`` gives the papers that came with the rows.
    """

    rows: dict[str, list[Row[Any]]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    spoilt: set[tuple[str, ...]] = field(default_factory=set)
    enclosed: Enclosed | None = None

    def of(self, file: str) -> list[Row[Any]]:
        """Give the rows of a file; none if it was not delivered."""
        return self.rows.get(file, [])


def read_files(contents: Mapping[str, bytes], enclosed: Enclosed | None = None) -> Delivery:
    """Read the exchange files among ``contents``, in the order in which they are brought in."""
    delivery = Delivery(enclosed=enclosed)
    for layout in LAYOUTS:
        if layout.name in contents:
            _Reading(layout, delivery).read(contents[layout.name])
    return delivery


class _Reading:
    """One file being read."""

    def __init__(self, layout: Layout, delivery: Delivery) -> None:
        self._layout = layout
        self._delivery = delivery
        self._rows: list[Row[Any]] = delivery.rows.setdefault(layout.name, [])
        self._seen: dict[Any, int] = {}
        positions = [layout.headings.index(name) for name in layout.key]
        self._key = itemgetter(*positions)
        self._sources: list[int | None] = []
        self._readers: list[tuple[_Known, int | None]] = []

    def read(self, content: bytes) -> None:
        """Read the headings, then the rows."""
        self._delivery.read[self._layout.name] = 0
        records = ExchangeText(content, long_texts=self._layout.long_texts).records()
        first = next(records, None)
        if not self._take_headings(first) or first is None:
            return
        width = len(first.cells)
        for record in records:
            self._delivery.read[self._layout.name] += 1
            if isinstance(record, Unreadable):
                self._refuse(record, "", record.rule)
            elif len(record.cells) != width:
                self._refuse(record, "", f"La ligne compte {len(record.cells)} cellules, l’en-tête {width}.")
            else:
                self._take(record)

    def _take_headings(self, first: Record | Unreadable | None) -> bool:
        """Find where each column of the layout stands; ``False`` if the headings cannot be taken."""
        if first is None:
            nothing = Record(HEADING_LINE, [])
            return self._refuse(nothing, "", "Le fichier est vide\u00a0: il lui faut une ligne d’en-tête.")
        if isinstance(first, Unreadable):
            return self._refuse(first, "", first.rule)
        found = [name.strip() for name in first.cells]
        known = self._layout.headings
        wrong = [
            (f"n°\u00a0{rank}" if self._layout.secret else name, "Cette colonne est inconnue.")
            for rank, name in enumerate(found, 1)
            if name not in known
        ]
        wrong += [(name, "Cette colonne est là deux fois.") for name in known if found.count(name) > 1]
        wrong += [
            (column.name, "Cette colonne manque.")
            for column in self._layout.columns
            if column.filled and column.name not in found
        ]
        for name, rule in wrong:
            self._refuse(first, name[:40], rule)
        self._sources = [found.index(name) if name in found else None for name in known]
        self._readers = [
            (_Known(column), source)
            for column, source in zip(self._layout.columns, self._sources, strict=True)
        ]
        return not wrong

    def _take(self, record: Record) -> None:
        cells = record.cells
        try:
            values = [
                known[cells[source]] if source is not None else known[""] for known, source in self._readers
            ]
            owner, value = self._layout.make(tuple(values))
        except WrongCell:
            self._name_wrong_cells(record)
            return
        except WrongRow as error:
            self._refuse(record, error.column, error.rule)
            return
        first_line = self._seen.setdefault(self._key(values), record.line)
        if first_line == record.line:
            self._rows.append(Row(record.line, owner, value))
        else:
            self._refuse(record, self._layout.key[-1], f"Cette ligne répète la ligne {first_line}.")

    def _name_wrong_cells(self, record: Record) -> None:
        for (known, source), name in zip(self._readers, self._layout.headings, strict=True):
            try:
                known[record.cells[source] if source is not None else ""]
            except WrongCell as error:
                self._refuse(record, name, error.rule)

    def _refuse(self, record: Record | Unreadable, column: str, rule: str) -> bool:
        """Note a wrong row, and what others of its file or of other files may miss by it."""
        name = self._layout.name
        self._delivery.errors.append(RowError(name, record.line, column, rule))
        sources = [
            self._sources[self._layout.headings.index(one)] for one in self._layout.whole if self._sources
        ]
        cells = [record.cells[at].strip() for at in sources if at is not None and at < len(record.cells)]
        if cells and len(cells) == len(self._layout.whole):
            self._delivery.spoilt.add((name, cells[0].removeprefix("L/"), *cells[1:]))
        return False


class _Known(dict[str, Any]):
    """What the cells of a column say, each read once: days, amounts and labels come many thousand times."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, spelled: str) -> Any:
        cell = spelled.strip()
        if not cell and self._column.filled:
            raise WrongCell(EMPTY)
        value = self._column.read(cell) if cell else self._column.empty
        if len(spelled) <= LONGEST_REMEMBERED and len(self) < MOST_REMEMBERED:
            self[spelled] = value
        return value
