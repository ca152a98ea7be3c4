"""The charge statements and papers that a landlord brings in (« décomptes, documents »).

Neither needs a memory of what was last brought in: a statement is compared with the one that is there, and
a paper, which never changes, with the print that was kept of its row and of its file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from chalicelib.domain.documents import PDF
from chalicelib.domain.exchange.cautions import caution_about
from chalicelib.domain.exchange.enclosed import Archive, Enclosed, enclosed_pdf
from chalicelib.domain.exchange.grouping import LeaseRows
from chalicelib.domain.exchange.layouts import DOCUMENTS, STATEMENTS
from chalicelib.domain.exchange.report import Outcome, RowError
from chalicelib.domain.exchange.rows import ChargeRow, PaperRow, Row, WrongRow
from chalicelib.domain.rent_papers import ChargeStatement
from chalicelib.storage.charge_statements import statement_item
from chalicelib.storage.documents import document_item
from chalicelib.storage.intake_difference import MarksItem, Plan
from chalicelib.storage.intake_writes import Key, Raw, change, print_of, put, raw, read_keys
from chalicelib.storage.keys import lease_key

PAPER = "~PAPER#"
INDEXED = frozenset(("due_pk", "due_sk"))
PUBLISHED = "Un document publié ne se remplace pas\u00a0: donnez-lui une autre référence."
ISSUED = "Le décompte de cette année est déjà remis au locataire\u00a0: il ne se modifie plus."
Found = Mapping[Key, Raw]
Statement = tuple[ChargeStatement, list[Row[ChargeRow]]]


class Desk(NamedTuple):
    """Where the papers of a delivery come from, where their files go, and on what day."""

    enclosed: Enclosed | None
    archive: Archive
    today: date


def keys_of(number: str, rows: LeaseRows) -> Iterator[Key]:
    """Give the keys of all that has to be known of a lease before its rows are planned."""
    for statement, _ in rows.statements(number):
        yield _key(raw(statement_item(statement)))
    for row in rows.papers:
        yield lease_key(number), PAPER + row.value.reference
        yield _key(raw(document_item(row.value.document)))


def plan_statements_and_papers(number: str, rows: LeaseRows, known: Found | None, desk: Desk) -> Plan:
    """Find what to write of a lease's statements and papers; the files of new papers are kept at once.

    Cut between the two, the next import finds the file there and has only the paper to register.
    """
    found = read_keys(keys_of(number, rows)) if known is None else known
    plan = Plan()
    # Papers first: each and its print are two actions, which no cut at each hundred sets apart.
    for row in rows.papers:
        try:
            outcome = _bring_paper(plan, number, row.value, found, desk)
        except WrongRow as error:
            plan.errors.append(RowError(DOCUMENTS, row.line, error.column, error.rule))
        else:
            plan.tally[DOCUMENTS, outcome] += 1
    for statement in rows.statements(number):
        _bring_statement(plan, statement, found, desk.today)
    return plan


def _bring_statement(plan: Plan, given: Statement, found: Found, today: date) -> None:
    """Write a year's statement in place of the one that is there, until its paper is made."""
    statement, rows = given
    item = raw(statement_item(statement))
    stored = found.get(_key(item))
    outcome = Outcome.UNCHANGED
    if stored is None:
        plan.actions.append(put(item, absent=True))
        outcome = Outcome.CREATED
    elif any(stored.get(name) != value for name, value in item.items() if name not in INDEXED):
        if "paper" in stored:
            plan.errors.extend(RowError(STATEMENTS, row.line, "annee", ISSUED) for row in rows)
            return
        changed = change(stored, item, "paper", ("problem",))
        plan.actions += [changed] if changed else []
        outcome = Outcome.CHANGED
    plan.tally[STATEMENTS, outcome] += len(rows)
    caution = caution_about(statement, today)
    if caution and outcome is not Outcome.UNCHANGED:
        plan.errors.append(RowError(STATEMENTS, rows[0].line, "date", caution, taken=True))


def _bring_paper(plan: Plan, number: str, paper: PaperRow, found: Found, desk: Desk) -> Outcome:
    """Keep the file of a new paper and register it; ``WrongRow`` if it is not the one that is there."""
    content = enclosed_pdf(desk.enclosed, paper.document.file_name)
    mark = MarksItem(lease_key(number), PAPER + paper.reference, rows=_print(paper, content))
    item = raw(document_item(replace(paper.document, size_bytes=len(content))))
    stored = found.get((mark.pk, mark.sk))
    if stored is not None:
        _check_same(stored["rows"]["S"], mark.rows)
        return Outcome.UNCHANGED
    if _key(item) in found:
        raise WrongRow("reference", PUBLISHED)
    if desk.archive.put(paper.document.key, content, PDF) != content:
        raise WrongRow("fichier", PUBLISHED)
    plan.actions += [put(item, absent=True), put(raw(mark), absent=True)]
    return Outcome.CREATED


def _print(paper: PaperRow, content: bytes) -> str:
    """Give a print of what a row says, and one of its file."""
    return f"{print_of(paper)} {sha256(content).hexdigest()}"


def _check_same(stored: str, given: str) -> None:
    """Refuse another file, or other words about it, under the reference of a paper that is there."""
    if stored != given:
        raise WrongRow("fichier" if stored[-64:] != given[-64:] else "reference", PUBLISHED)


def _key(item: Raw) -> Key:
    return item["pk"]["S"], item["sk"]["S"]
