"""Charge statements: a year's charges on paper, once; a wrong one is told, and never printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from chalicelib.domain.charge_statements import StatementDesk, check, issue_statement
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.leases import Lease
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.rent_notices import Outcome
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement, StatementCase
from chalicelib.domain.tenants import Tenant
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NOW, a_lease, a_tenant
from tests.paper_bench import ADDRESS, KeptFiles, PlainCodes, PlainPress, PlainQr, the_landlord

LINES = (ChargeLine("Eau froide", 1_200_00, 212_40, 180_00), ChargeLine("Ascenseur", None, 96_00, 120_00))
STATEMENT = ChargeStatement("9126", 2025, date(2026, 12, 15), LINES)


@dataclass
class KeptStatements:
    """One statement, that somebody may correct while it is printed."""

    statement: ChargeStatement | None = STATEMENT
    holders: tuple[Tenant, ...] = field(default_factory=lambda: (a_tenant(),))
    lease: Lease = field(default_factory=a_lease)
    paper: Document | None = None
    mails: list[QueuedMail] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    corrected: list[ChargeStatement] = field(default_factory=list)
    forgotten: list[tuple[str, int]] = field(default_factory=list)

    def case(self, lease: str, year: int) -> StatementCase | None:
        if self.statement is None:
            return None
        paper, problem = self.paper.id if self.paper else "", self.problems[-1] if self.problems else ""
        return StatementCase(self.statement, self.lease, self.holders, paper, problem)

    def issue(self, statement: ChargeStatement, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        self.statement = self.corrected.pop() if self.corrected else self.statement
        if statement != self.statement:
            return False
        self.paper = paper
        self.mails += mails
        return True

    def tell_problem(self, lease: str, year: int, problem: str) -> bool:
        self.problems.append(problem)
        return self.problems.count(problem) == 1

    def forget(self, lease: str, year: int) -> None:
        self.forgotten.append((lease, year))

    def waiting(self, part: int) -> Sequence[tuple[str, int]]:
        raise AssertionError("nobody asks")

    def has_waiting(self, part: int) -> bool:
        raise AssertionError("nobody asks")


def issue(store: KeptStatements) -> Outcome:
    desk = StatementDesk(KeptFiles(), PlainPress(), PlainCodes(), PlainQr(), the_landlord(), ADDRESS, store)
    return issue_statement(desk, "9126", 2025, NOW)


def test_a_statement_has_its_paper_once() -> None:
    store = KeptStatements()

    assert (issue(store), issue(store)) == (Outcome.MADE, Outcome.ALREADY)

    assert store.paper
    assert (store.paper.number, store.paper.kind) == ("C-2025-009126", DocumentKind.CHARGE_STATEMENT)
    assert (store.paper.title, store.paper.cents) == ("Décompte de charges 2025", 8_40)
    assert [mail.tenant for mail in store.mails] == [ELOISE]


@pytest.mark.parametrize(
    ("share_cents", "balance", "word"),
    [
        (96_00, "8,40\u00a0€", "à payer"),
        (80_00, "7,60\u00a0€", "en votre faveur"),
        (87_60, "0,00\u00a0€", "rien à payer"),
    ],
)
def test_the_mail_says_which_way_the_balance_goes(share_cents: int, balance: str, word: str) -> None:
    store = KeptStatements(replace(STATEMENT, lines=(LINES[0], replace(LINES[1], share_cents=share_cents))))

    issue(store)

    assert store.paper
    assert store.mails[0].template == "charge_statement"
    assert store.mails[0].values == {
        "year": "2025",
        "balance": balance,
        "word": word,
        "booked_on": "15\u00a0décembre 2026",
        "lease": "L/9126",
        "path": store.paper.path,
    }


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (replace(STATEMENT, lines=()), "Le décompte n’a aucune ligne."),
        (replace(STATEMENT, year=2020), "Le contrat ne courait pas en 2020."),
        (
            replace(STATEMENT, lines=(replace(LINES[0], building_cents=212_39),)),
            "La part du locataire dépasse le coût de l’immeuble\u00a0: «\u00a0Eau froide\u00a0».",
        ),
        (replace(STATEMENT, lines=(replace(LINES[0], building_cents=212_40),)), None),
        (replace(STATEMENT, year=2021), None),
    ],
)
def test_a_statement_is_right_or_says_what_is_wrong(statement: ChargeStatement, problem: str | None) -> None:
    assert check(statement, a_lease(), (a_tenant(),)) == problem


def test_a_wrong_statement_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    store = KeptStatements(lease=a_lease(holders=()), holders=())

    assert (issue(store), issue(store)) == (Outcome.REFUSED, Outcome.REFUSED)

    assert store.problems == ["Le contrat n’a pas de titulaire."] * 2
    assert [record.message for record in caplog.records] == ["paper_refused"]
    assert store.paper is None


def test_a_statement_whose_holders_are_not_all_known_yet_waits_and_nobody_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = KeptStatements(lease=a_lease(holders=(ELOISE, FRANCOIS_XAVIER)))

    assert issue(store) is Outcome.NOTHING
    assert (store.paper, store.problems, caplog.records) == (None, [], [])


def test_a_worker_that_dies_before_it_writes_a_problem_has_told_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeptStatements(lease=a_lease(holders=()), holders=())

    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "tell_problem", dies)
    with pytest.raises(KeyboardInterrupt):
        issue(store)

    assert [record.message for record in caplog.records] == ["paper_refused"]


def test_a_statement_that_is_corrected_meanwhile_is_read_again() -> None:
    store = KeptStatements(corrected=[replace(STATEMENT, lines=LINES[:1])])

    assert issue(store) is Outcome.MADE
    assert store.paper
    assert store.paper.cents == 32_40


def test_a_statement_that_never_stands_still_sends_the_message_back() -> None:
    store = KeptStatements(corrected=[replace(STATEMENT, year=2000 + rank) for rank in range(21, 35)])

    with pytest.raises(Conflict):
        issue(store)

    assert store.paper is None


def test_a_statement_that_is_not_there_is_nothing() -> None:
    store = KeptStatements(None)

    assert issue(store) is Outcome.NOTHING
    assert store.forgotten == [("9126", 2025)]
