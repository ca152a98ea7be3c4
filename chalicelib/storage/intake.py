"""Bringing a landlord's rows into DynamoDB (« import »): only what differs is written.

Leases come first, then their books and papers, then tenants, then accounts, by blocks that a few threads
share.  A block reads its keys in one request; what is new needs no other read, and many go in one
transaction.  When a condition refuses a transaction, somebody else was there: each of its parts is read and
planned again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from chalicelib.domain.errors import Conflict
from chalicelib.domain.exchange.enclosed import Archive
from chalicelib.domain.exchange.grouping import by_address, by_lease, by_tenant
from chalicelib.domain.exchange.reading import Delivery
from chalicelib.domain.exchange.report import Outcome, Progress, RowError, Tally
from chalicelib.domain.exchange.rows import AgentRow
from chalicelib.domain.ledger import lease_account
from chalicelib.storage.accounts import account_items
from chalicelib.storage.intake_books import plan_book
from chalicelib.storage.intake_difference import Plan, Taken
from chalicelib.storage.intake_papers import Desk, keys_of, plan_statements_and_papers
from chalicelib.storage.intake_plans import plan_lease, plan_tenant
from chalicelib.storage.intake_writes import (
    MARKS,
    MOST_ACTIONS,
    TRIES,
    Action,
    Key,
    Raw,
    Shelf,
    commit,
    put,
    raw,
    read_keys,
)
from chalicelib.storage.keys import book_key, lease_key, tenant_key
from chalicelib.storage.service_requests import WIDTH, requests_key

THREADS = 3
BLOCK = 40
OTHER_PERSON = "Cette adresse ouvre déjà le compte d’une autre personne."
OTHER_ADDRESS = "Cette personne a déjà un compte, à une autre adresse."
# What must be the same in an account that is there, and what it means if it is not: by address, by person.
_WHOSE = frozenset(("email", "role", "person"))
_ONE_EACH = (("courriel", OTHER_PERSON), ("locataire", OTHER_ADDRESS))
Found = Mapping[Key, Raw]
Planner = Callable[[str, Found | None], Plan]


class DynamoIntake:
    """Implements ``chalicelib.domain.exchange.importing.Intake``; accounts are opened ``now``."""

    def __init__(self, now: datetime, archive: Archive) -> None:
        self._now, self._archive = now, archive

    def known_leases(self, numbers: Collection[str]) -> set[str]:
        """Find which of these leases there are."""
        found = read_keys((lease_key(number), "LEASE") for number in numbers)
        return {pk.removeprefix(lease_key("")) for pk, _ in found}

    def known_tenants(self, ids: Collection[str]) -> set[str]:
        """Find which of these tenants there are."""
        return {
            pk.removeprefix(tenant_key("")) for pk, _ in read_keys((tenant_key(id), "PROFILE") for id in ids)
        }

    def known_requests(self, requests: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Find which of these requests there are."""
        keys = {(requests_key(tenant), number.zfill(WIDTH)): (tenant, number) for tenant, number in requests}
        return {keys[key] for key in read_keys(keys)}

    def take(self, delivery: Delivery, today: date, progress: Progress) -> tuple[Tally, list[RowError]]:
        """Bring the table to what the rows say."""
        return _Taking(delivery, Desk(delivery.enclosed, self._archive, today), progress, self._now).run()


class _Taking:
    """One delivery being taken."""

    def __init__(self, delivery: Delivery, desk: Desk, progress: Progress, now: datetime) -> None:
        self._leases, self._tenants = by_lease(delivery), by_tenant(delivery)
        self._accounts = by_address(delivery)
        self._with_papers = [number for number, rows in self._leases.items() if rows.charges or rows.papers]
        self._desk, self._today, self._progress, self._now = desk, desk.today, progress, now
        self._tally: Tally = Tally()
        self._errors: list[RowError] = []
        owners = (self._leases, self._with_papers, self._tenants, self._accounts)
        self._done, self._all = 0, sum(map(len, owners))

    def run(self) -> tuple[Tally, list[RowError]]:
        """Take leases with their books, then their papers, then tenants, then accounts."""
        self._progress(0, self._all)
        with ThreadPoolExecutor(THREADS) as pool:
            for owners, take in (
                (self._leases, self._take_leases),
                (self._with_papers, self._take_papers),
                (self._tenants, self._take_tenants),
                (self._accounts, self._take_accounts),
            ):
                self._share(pool, list(owners), take)
        return self._tally, self._errors

    def _share(
        self, pool: ThreadPoolExecutor, owners: list[str], take: Callable[[Sequence[str]], Plan]
    ) -> None:
        blocks = {pool.submit(take, block): len(block) for block in _blocks(owners)}
        try:
            for finished in as_completed(blocks):
                self._tally.update(finished.result().tally)
                self._errors.extend(finished.result().errors)
                self._done += blocks[finished]
                self._progress(self._done, self._all)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise

    def _take_leases(self, numbers: Sequence[str]) -> Plan:
        found = read_keys((lease_key(number), sk) for number in numbers for sk in (MARKS, "LEASE"))
        with_entries = [number for number in numbers if self._leases[number].entries]
        leases = _write(numbers, found, self._plan_lease)
        books = _write(with_entries, found, self._plan_book)
        return Plan(tally=leases.tally + books.tally, errors=leases.errors + books.errors)

    def _plan_lease(self, number: str, found: Found | None) -> Plan:
        shelf = _shelf(lease_key(number), "LEASE", found)
        return plan_lease(number, self._leases[number], shelf, Taken(self._today, self._now, self._lease_end))

    def _plan_book(self, number: str, found: Found | None) -> Plan:
        exists = found is None or (lease_key(number), "LEASE") in found
        return plan_book(
            number, self._leases[number].entries, Shelf(book_key(lease_account(number)), exists=exists)
        )

    def _take_papers(self, numbers: Sequence[str]) -> Plan:
        found = read_keys(key for number in numbers for key in keys_of(number, self._leases[number]))
        return _write(numbers, found, self._plan_papers)

    def _plan_papers(self, number: str, found: Found | None) -> Plan:
        return plan_statements_and_papers(number, self._leases[number], found, self._desk)

    def _lease_end(self, number: str, known: Found | None = None) -> date | None:
        """Find the last day of a lease: in the files, in what was read already, in the table."""
        rows = self._leases.get(number)
        if rows is not None and rows.lease is not None:
            return rows.lease.ends_on
        key = (lease_key(number), "LEASE")
        found = known if known and key in known else read_keys([key])
        ends_on = found[key].get("ends_on")
        return date.fromisoformat(ends_on["S"]) if ends_on else None

    def _take_tenants(self, ids: Sequence[str]) -> Plan:
        own = [(tenant_key(id), sk) for id in ids for sk in (MARKS, "PROFILE")]
        held = {hold.lease for id in ids for _, hold in self._tenants[id].holders}
        unsaid = [number for number in held if self._leases[number].lease is None]
        found = read_keys([*own, *((lease_key(number), "LEASE") for number in unsaid)])
        return _write(ids, found, self._plan_tenant)

    def _plan_tenant(self, id: str, found: Found | None) -> Plan:
        shelf = _shelf(tenant_key(id), "PROFILE", found)
        requests = Shelf(requests_key(id), exists=shelf.exists)
        lease_end = partial(self._lease_end, known=found)
        return plan_tenant(id, self._tenants[id], shelf, requests, self._today, lease_end)

    def _take_accounts(self, emails: Sequence[str]) -> Plan:
        keys = [key for email in emails for key in self._account_items(email)]
        return _write(emails, read_keys(keys), self._plan_account)

    def _plan_account(self, email: str, found: Found | None) -> Plan:
        """Find whether to open an account; one that is open is never changed by a file."""
        file, row = self._accounts[email]
        wanted = self._account_items(email)
        stored = read_keys(wanted) if found is None else found
        for (key, item), (column, rule) in zip(wanted.items(), _ONE_EACH, strict=False):
            if any(stored.get(key, item)[name] != item[name] for name in _WHOSE & item.keys()):
                return Plan(errors=[RowError(file, row.line, column, rule)])
        missing = [put(item, absent=True) for key, item in wanted.items() if key not in stored]
        opened = next(iter(wanted)) not in stored
        outcome = Outcome.CREATED if opened else Outcome.CHANGED if missing else Outcome.UNCHANGED
        return Plan(missing, Tally({(file, outcome): 1}))

    def _account_items(self, email: str) -> dict[Key, Raw]:
        """Spell what opening an account writes, the account first."""
        value = self._accounts[email][1].value
        account, *agent = value if isinstance(value, AgentRow) else (value,)
        items = account_items(replace(account, opened_at=self._now), *agent)
        return {(item.pk, item.sk): raw(item) for item in items}


def _shelf(pk: str, own: str, found: Found | None) -> Shelf:
    """Say what was read of a partition; ``own`` is the item that is there when all of it is.

    With nothing read beforehand somebody was in the way: what there is is compared, all of it, but what the
    files last said is known still.
    """
    met = found is None
    found = read_keys([(pk, MARKS), (pk, own)]) if found is None else found
    if met and (pk, own) not in found:
        return Shelf(pk, exists=True)
    marks = found.get((pk, MARKS), {}).get("rows", {}).get("S", "")
    return Shelf(pk, exists=(pk, own) in found, marks=marks)


def _blocks(owners: list[str]) -> Iterator[list[str]]:
    return (owners[start : start + BLOCK] for start in range(0, len(owners), BLOCK))


def _write(owners: Sequence[str], found: Found, planner: Planner) -> Plan:
    """Plan for each owner and commit the plans, as many in a transaction as fit; give what came of it."""
    outcome, together, actions = Plan(), list[tuple[str, Plan]](), 0
    for owner in owners:
        plan = planner(owner, found)
        if together and actions + len(plan.actions) > MOST_ACTIONS:
            _write_together(together, planner, outcome)
            together, actions = [], 0
        together.append((owner, plan))
        actions += len(plan.actions)
    _write_together(together, planner, outcome)
    return outcome


def _write_together(plans: Sequence[tuple[str, Plan]], planner: Planner, outcome: Plan) -> None:
    written = [plan for _, plan in plans]
    if not _commit([action for plan in written for action in plan.actions]):
        written = [_write_alone(owner, planner) if plan.actions else plan for owner, plan in plans]
    for plan in written:
        outcome.tally.update(plan.tally)
        outcome.errors.extend(plan.errors)


def _write_alone(owner: str, planner: Planner) -> Plan:
    """Read all of an owner's items, plan and commit, until no condition refuses it."""
    for _ in range(TRIES):
        plan = planner(owner, None)
        if _commit(plan.actions):
            return plan
    raise Conflict(owner)


def _commit(actions: Sequence[Action]) -> bool:
    """Commit actions in order; a plan of more than one transaction is made to be cut at each hundred."""
    slices = [actions[start : start + MOST_ACTIONS] for start in range(0, len(actions), MOST_ACTIONS)]
    return all(commit(one) for one in slices)
