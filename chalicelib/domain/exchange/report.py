"""What became of exchange files (« compte rendu ») : counts per file, and each refused row by its line."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int], None]


class Outcome(StrEnum):
    """What a row changed in the portal."""

    CREATED = "créée"
    CHANGED = "modifiée"
    UNCHANGED = "inchangée"


Tally = Counter[tuple[str, Outcome]]


@dataclass(frozen=True)
class RowError:
    """A row that cannot be taken: where it is, as an editor shows it, and the rule that it breaks, in French.

    ``follows`` marks a sound row that is refused because another row, refused itself, is missing to it;
    ``taken`` one that is not refused at all, but that somebody should look at.
    """

    file: str
    line: int
    column: str
    rule: str
    follows: bool = False
    taken: bool = False

    def __str__(self) -> str:
        """Write the error as the report prints it."""
        column = f", colonne «\u00a0{self.column}\u00a0»" if self.column else ""
        return f"{self.file}, ligne {self.line}{column}\u00a0: {self.rule}"


@dataclass(frozen=True)
class FileReport:
    """Counts of rows of one file; a row with two wrong cells is one refused row."""

    file: str
    read: int
    created: int
    changed: int
    unchanged: int
    refused: int


@dataclass(frozen=True)
class ImportReport:
    """What became of a delivery of files; ``remarks`` are about rows that were taken."""

    files: tuple[FileReport, ...]
    errors: tuple[RowError, ...]
    remarks: tuple[RowError, ...] = ()

    @property
    def exit_code(self) -> int:
        """Give what a command line ends with: 0 all taken, 2 rows were refused, 1 nothing could be read."""
        if not any(one.read > one.refused for one in self.files):
            return 1
        return 2 if self.errors else 0

    @property
    def changes(self) -> int:
        """Count the rows that changed something."""
        return sum(one.created + one.changed for one in self.files)


def make_report(read: dict[str, int], tally: Tally, errors: Iterable[RowError]) -> ImportReport:
    """Put counts and errors together, in the order of the files and of their lines."""
    order = {file: rank for rank, file in enumerate(read)}
    told = sorted(set(errors), key=lambda one: (order[one.file], one.line, one.column))
    known = tuple(one for one in told if not one.taken)
    refused = Counter(file for file, _ in {(one.file, one.line) for one in known})
    files = (
        FileReport(
            file,
            rows,
            tally[file, Outcome.CREATED],
            tally[file, Outcome.CHANGED],
            tally[file, Outcome.UNCHANGED],
            refused[file],
        )
        for file, rows in read.items()
    )
    return ImportReport(tuple(files), known, tuple(one for one in told if one.taken))
