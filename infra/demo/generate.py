"""The demonstration landlord written as exchange files (« bailleur de démonstration »), of any size.

The same seed and day give the same files.  Whatever is shown here goes through the importer that a real
landlord's files go through: there is no second way in.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from chalicelib.domain.exchange.enclosed import FOLDER
from chalicelib.domain.exchange.layouts import (
    ACCOUNTS,
    AGENTS,
    CALLS,
    CERTIFICATES,
    DOCUMENTS,
    ENTRIES,
    HOLDERS,
    LAYOUTS,
    LEASES,
    MESSAGES,
    OCCUPANTS,
    REQUESTS,
    STATEMENTS,
    UNITS,
)
from chalicelib.domain.exchange.rows import LANDLORD_SIDE, TENANT_SIDE
from infra.demo.asking import HANDLER, Asked, draw_requests
from infra.demo.books import Entry, Habit, before_the_run, calls_of, draw_habit, entries_of
from infra.demo.documents import (
    Paper,
    Print,
    examples_of,
    papers_of,
    print_paper,
    statements_of,
    write_papers,
)
from infra.demo.featured import AGENT_EMAIL, FORMER_ACCOUNTS, featured
from infra.demo.homes import Home, Person, make_home
from infra.demo.papers import Insurance, certificates_of, draw_insurance
from infra.demo.passwords import AGENT_HASH, FORMER_HASHES, FORMER_SHARE, TENANT_HASHES

SEED = 17_300
FIRST_REQUEST = 100_001
# Of the homes that nobody tells of: how many have papers, and one in how many waits for this month's call.
WITH_PAPERS, ONE_WAITS_IN, FIRST_WAITS = 40, 17, 3
Rows = Iterator[tuple[str, tuple[Any, ...]]]


@dataclass(frozen=True)
class _Story:
    """A home with what happened there."""

    home: Home
    habit: Habit
    insurance: Insurance
    requests: list[Asked]
    random: Random
    owed_cents: int = 0
    rank: int | None = None

    @property
    def waits(self) -> bool:
        """Tell whether this month's call is in no books yet: the portal's run has it to book."""
        return self.rank is not None and self.rank % ONE_WAITS_IN == FIRST_WAITS

    def papers(self, today: date) -> Iterator[Paper]:
        """Give the landlord's own papers."""
        if self.rank is None:
            yield from papers_of(self.home, calls_of(self.home, today))
        elif self.rank < WITH_PAPERS:
            yield from examples_of(self.home)


def generate(directory: Path, homes: int, today: date, seed: int = SEED, prints: Print = print_paper) -> None:
    """Write the files of a landlord of so many homes (at least those that are always there)."""
    (directory / FOLDER).mkdir(parents=True, exist_ok=True)
    numbers = iter(range(FIRST_REQUEST, FIRST_REQUEST + 20 * homes + 1_000))
    with ExitStack() as stack:
        writers = {}
        for layout in LAYOUTS:
            path = directory / layout.name
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            writers[layout.name] = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writers[layout.name].writerow(layout.headings)
        writers[AGENTS].writerow((AGENT_EMAIL, "Claire Morvan", "Agence de Rochefort", AGENT_HASH))
        seen: set[str] = set()
        for story in _stories(homes, today, seed):
            for name, row in _rows(story, today, numbers, seen):
                writers[name].writerow(row)
            write_papers(directory / FOLDER, story.papers(today), prints)


def _stories(homes: int, today: date, seed: int) -> Iterator[_Story]:
    told = featured(today)
    for one in told:
        random = Random(f"{seed}/told/{one.home.lease}")
        requests = one.requests(today, random) if one.requests else []
        yield _Story(one.home, one.habit, one.insurance, requests, random, one.owed_cents)
    for rank in range(homes - len(told)):
        random = Random(f"{seed}/story/{rank}")
        home = make_home(rank, today, seed)
        requests = draw_requests(today, random, home.starts_on)
        yield _Story(home, draw_habit(random), draw_insurance(random), requests, random, rank=rank)


def _rows(story: _Story, today: date, numbers: Iterator[int], seen: set[str]) -> Rows:
    home = story.home
    calls = calls_of(home, today)
    yield from _lease_rows(home)
    for holder in home.holders:
        yield HOLDERS, _holder(home, holder)
        if holder.account and holder.id not in seen:
            seen.add(holder.id)
            drawn = TENANT_HASHES[story.random.randrange(len(TENANT_HASHES))]
            yield ACCOUNTS, (holder.account, holder.id, _password_hash(holder.id, drawn))
    for call in calls:
        for kind, label, cents in call.lines:
            yield CALLS, (home.lease, f"{call.month_on:%Y-%m}", call.due_on, kind.value, label, euros(cents))
    entries = entries_of(calls, story.habit, today, story.random, story.owed_cents)
    yield from _entry_rows(home.lease, before_the_run(entries, today) if story.waits else entries)
    yield from _paper_rows(story, entries, today)
    yield from _certificate_rows(story, today)
    yield from _request_rows(story, numbers)


def _entry_rows(lease: str, entries: list[Entry]) -> Rows:
    for rank, entry in enumerate(entries, 1):
        debit, credit = (euros(entry.cents), "") if entry.cents > 0 else ("", euros(-entry.cents))
        what = (entry.booked_on, entry.kind.value, entry.label, debit, credit, "", _month(entry.month_on))
        yield ENTRIES, (f"{lease}-{rank:04d}", lease, *what)


def _paper_rows(story: _Story, entries: list[Entry], today: date) -> Rows:
    lease = story.home.lease
    for one in statements_of(story.home, entries) if story.rank is None else ():
        amounts = map(euros, (one.building_cents, one.share_cents, one.provision_cents))
        yield STATEMENTS, (lease, one.year, one.label, *amounts, one.booked_on)
    for paper in story.papers(today):
        what = (paper.reference, lease, paper.kind.value, paper.title, paper.issued_on, paper.file)
        amount = "" if paper.cents is None else euros(paper.cents)
        yield DOCUMENTS, (*what, amount, _month(paper.month_on))


def _month(month_on: date | None) -> str:
    return f"{month_on:%Y-%m}" if month_on else ""


def _password_hash(tenant: str, drawn: str) -> str:
    """Give an account its hash: a former site's for one tenant in eight, and for those known for it."""
    if tenant.isdecimal() and int(tenant) % FORMER_SHARE == 0:
        return FORMER_HASHES[int(tenant) // FORMER_SHARE % len(FORMER_HASHES)]
    return FORMER_ACCOUNTS.get(tenant, drawn)


def _lease_rows(home: Home) -> Rows:
    holder = home.holders[0]
    address = " | ".join((holder.name, *home.address[1:]))
    deposit = euros(home.rent_cents + home.parking_cents)
    yield LEASES, (home.lease, home.residence.name, home.starts_on, home.ends_on or "", deposit, address)
    if home.rooms:
        description = f"T{home.rooms}, {home.surface} m²"
        rents = (euros(home.rent_cents), euros(home.charges_cents))
        reference = f"{home.building}{home.door}"
        yield UNITS, (home.lease, reference, "logement", " | ".join(home.address), description, *rents)
    if home.parking_cents:
        place = f"P{home.door % 97 + 1:02d}"
        where = " | ".join((f"Résidence {home.residence.name}, parking", *home.address[1:]))
        yield (
            UNITS,
            (home.lease, place, "stationnement", where, "Place couverte", euros(home.parking_cents), "0"),
        )
    for rank, occupant in enumerate(home.occupants, 1):
        row = (home.lease, str(rank), occupant.name, occupant.born_on, occupant.relation)
        yield OCCUPANTS, (*row, max(home.starts_on, occupant.born_on), "")


def _holder(home: Home, holder: Person) -> tuple[Any, ...]:
    names = (holder.civility, holder.first_name, holder.last_name)
    reached = (holder.email, "", holder.mobile, "")
    benefit = (holder.benefit_number, "CAF de la Charente-Maritime" if holder.benefit_number else "")
    work = (holder.situation, holder.occupation, *holder.employer)
    return (holder.id, home.lease, *names, home.starts_on, home.ends_on or "", *reached, *benefit, *work)


def _certificate_rows(story: _Story, today: date) -> Rows:
    for rank, one in enumerate(certificates_of(story.insurance, today, story.random), 1):
        who = (f"{story.home.lease}-{rank}", story.home.lease, one.insurer, one.policy_number)
        yield CERTIFICATES, (*who, one.from_on, one.until_on, one.state.value, one.reason)


def _request_rows(story: _Story, numbers: Iterator[int]) -> Rows:
    tenant, lease = story.home.holders[0].id, story.home.lease
    for asked in story.requests:
        number = next(numbers)
        what = (asked.topic, asked.detail, asked.opened_at.isoformat(timespec="seconds"), asked.state.value)
        yield REQUESTS, (number, tenant, lease, *what, HANDLER, asked.comment)
        for message in asked.thread:
            author = LANDLORD_SIDE if message.from_landlord else TENANT_SIDE
            at = message.at.isoformat(timespec="seconds")
            yield MESSAGES, (number, tenant, at, author, message.text, message.attachment)


@lru_cache(maxsize=65_536)
def euros(cents: int) -> str:
    """Spell an amount for the files: 486,32."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{rest:02d}"
