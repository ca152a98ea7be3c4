"""Rent notices: one for each call, with what was owed before; a wrong call is told, and never printed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.leases import CallLine, CallLineKind
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.rent_notices import TRIES, NoticeDesk, Outcome, asking, check, issue_notice
from chalicelib.domain.rent_papers import NoticeCase
from tests.generated_accounts import a_call, asked
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NOW, a_lease, a_tenant
from tests.paper_bench import (
    ADDRESS,
    KeptFiles,
    PlainCodes,
    PlainPress,
    PlainQr,
    nothing_happens,
    the_landlord,
)

DECEMBER = date(2026, 12, 1)
CALL = a_call(DECEMBER, 412_18, 74_14)
CASE = NoticeCase(CALL, a_lease(), (a_tenant(),), 0, None, "", "", 3)
NOBODY = replace(CASE, lease=a_lease(holders=()), holders=())


@dataclass
class KeptNotices:
    """One call; ``before_writing`` is what somebody else does just then."""

    read: NoticeCase | None
    papers: list[Document] = field(default_factory=list)
    mails: list[QueuedMail] = field(default_factory=list)
    before_writing: Callable[[], None] = nothing_happens

    def case(self, lease: str, month_on: date) -> NoticeCase | None:
        assert (lease, month_on) == ("9126", DECEMBER)
        return self.read

    def issue(self, case: NoticeCase, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        self.before_writing()
        if self.read != case:
            return False
        self.read = replace(case, notice=paper.id)
        self.papers.append(paper)
        self.mails += mails
        return True

    def tell_problem(self, lease: str, month_on: date, problem: str) -> bool:
        assert self.read
        known, self.read = self.read.problem, replace(self.read, problem=problem)
        return known != problem

    def waiting(self, month_on: date, part: int) -> Sequence[str]:
        raise AssertionError("nobody asks")

    def has_waiting(self, month_on: date, part: int) -> bool:
        raise AssertionError("nobody asks")


def a_desk(case: NoticeCase | None, iban: str | None = None) -> tuple[NoticeDesk, KeptNotices, PlainPress]:
    store, press, landlord = KeptNotices(case), PlainPress(), the_landlord()
    landlord = landlord if iban is None else replace(landlord, iban=iban)
    desk = NoticeDesk(KeptFiles(), press, PlainCodes(), PlainQr(), landlord, ADDRESS, store)
    return desk, store, press


def test_a_call_has_its_notice_once() -> None:
    desk, store, press = a_desk(CASE)

    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.MADE
    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.ALREADY

    (paper,) = store.papers
    assert (paper.number, paper.kind, paper.month) == (
        "A-2026-12-009126",
        DocumentKind.RENT_NOTICE,
        "2026-12",
    )
    assert (paper.title, paper.cents) == ("Avis d’échéance de décembre 2026", 486_32)
    assert paper.file_name == "avis-A-2026-12-009126.pdf"
    assert paper.key.startswith("papers/9126/A-2026-12-009126-")
    assert len(press.printed) == 1


def test_each_holder_is_written_to() -> None:
    holders = (a_tenant(ELOISE), a_tenant(FRANCOIS_XAVIER))
    desk, store, _ = a_desk(replace(CASE, holders=holders, balance_before_cents=13_68))

    issue_notice(desk, "9126", DECEMBER, NOW)

    assert [(mail.tenant, mail.template) for mail in store.mails] == [
        (ELOISE, "rent_notice"),
        (FRANCOIS_XAVIER, "rent_notice"),
    ]
    assert store.mails[0].values == {
        "month": "décembre 2026",
        "amount": "500,00\u00a0€",
        "due_on": "5\u00a0décembre 2026",
        "lease": "L/9126",
        "path": store.papers[0].path,
    }
    assert len({mail.id for mail in store.mails}) == 2


@pytest.mark.parametrize(
    ("before_cents", "iban", "qr"),
    [
        (13_68, None, "Littoral Habitat|FR7630006000011234567890189|AGRIFRPP|50000|L/9126 décembre 2026"),
        (-486_31, None, "Littoral Habitat|FR7630006000011234567890189|AGRIFRPP|1|L/9126 décembre 2026"),
        (-486_32, None, ""),
        (-900_00, None, ""),
        (0, "", ""),
    ],
)
def test_the_transfer_is_of_what_is_to_be_paid(before_cents: int, iban: str | None, qr: str) -> None:
    desk, _, press = a_desk(replace(CASE, balance_before_cents=before_cents), iban)

    issue_notice(desk, "9126", DECEMBER, NOW)

    assert press.printed[0][1]["qr"] == qr


def test_a_month_in_the_tenants_favour_is_a_right_paper_with_nothing_to_pay() -> None:
    desk, store, _ = a_desk(replace(CASE, call=a_call(DECEMBER, 100_00, 0, -130_00)))

    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.MADE
    assert store.papers[0].cents == 0
    assert store.mails[0].values["amount"] == "0,00\u00a0€"


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        (NOBODY, "Le contrat n’a pas de titulaire."),
        (replace(CASE, call=replace(CALL, lines=())), "L’appel de loyer n’a aucune ligne."),
        (
            replace(CASE, call=replace(CALL, lines=(CallLine(CallLineKind.HOUSING_BENEFIT, "APL", -1),))),
            "L’appel de loyer ne demande rien\u00a0: il n’a que des déductions (APL, RLS).",
        ),
        (
            replace(CASE, lease=replace(a_lease(), ends_on=date(2026, 11, 30))),
            "Le contrat est terminé avant le mois de l’appel de loyer.",
        ),
        (
            replace(CASE, lease=replace(a_lease(), starts_on=date(2027, 1, 1))),
            "Le contrat commence après le mois de l’appel de loyer.",
        ),
        (
            replace(CASE, booked_cents=500_00),
            "Les écritures demandent 500,00\u00a0€ pour ce mois, l’appel de loyer 486,32\u00a0€.",
        ),
        (replace(CASE, lease=replace(a_lease(), billing_address=())), None),
        (replace(CASE, lease=replace(a_lease(), starts_on=date(2026, 12, 31))), None),
        (replace(CASE, lease=replace(a_lease(), ends_on=date(2026, 12, 1))), None),
        (replace(CASE, booked_cents=486_32), None),
    ],
)
def test_a_call_is_right_or_says_what_is_wrong(case: NoticeCase, problem: str | None) -> None:
    assert check(case) == problem


def test_a_wrong_call_is_told_once_and_made_when_it_is_right(caplog: pytest.LogCaptureFixture) -> None:
    desk, store, press = a_desk(NOBODY)

    with caplog.at_level(logging.ERROR, "portal.alarm"):
        first, second = (issue_notice(desk, "9126", DECEMBER, NOW) for _ in range(2))

    assert (first, second) == (Outcome.REFUSED, Outcome.REFUSED)
    assert [record.message for record in caplog.records] == ["paper_refused"]
    assert (store.papers, press.printed) == ([], [])

    store.read = CASE
    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.MADE


def test_a_call_whose_holders_are_not_all_known_yet_waits_and_nobody_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = a_lease(holders=(ELOISE, FRANCOIS_XAVIER))
    for holders in ((), (a_tenant(FRANCOIS_XAVIER),)):
        desk, store, press = a_desk(waits := replace(CASE, lease=both, holders=holders))

        assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.NOTHING

        assert (store.read, press.printed, caplog.records) == (waits, [], [])


def test_a_worker_that_dies_before_it_writes_a_problem_has_told_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, store, _ = a_desk(NOBODY)

    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "tell_problem", dies)
    with pytest.raises(KeyboardInterrupt):
        issue_notice(desk, "9126", DECEMBER, NOW)

    assert [record.message for record in caplog.records] == ["paper_refused"]


@pytest.mark.parametrize(
    ("found", "asking_it"),
    [
        (["erp:1"], "erp:1"),
        (["erp:1", "call:2026-12"], "call:2026-12"),
        (["erp:2", "erp:1"], "erp:2"),
        ([], None),
    ],
)
def test_the_entry_that_names_a_month_asks_for_it_or_else_the_last_one_alike(
    found: list[str], asking_it: str | None
) -> None:
    entries = [replace(asked(CALL), id=id) for id in found]
    others = [
        replace(asked(CALL), id="a", cents=1),
        replace(asked(CALL), id="b", booked_on=date(2027, 1, 1)),
        replace(asked(CALL), id="c", kind=EntryKind.OTHER),
        replace(asked(CALL), id="call:2026-11", booked_on=date(2026, 11, 1)),
    ]

    entry = asking(CALL, [*others, *entries])

    assert (entry.id if entry else None) == asking_it


def test_books_that_move_meanwhile_are_read_again() -> None:
    desk, store, press = a_desk(CASE)
    moved = replace(CASE, balance_before_cents=-86_32, moves=4)

    def paid() -> None:
        store.read = moved if store.read == CASE else store.read

    store.before_writing = paid

    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.MADE
    assert [values["to_pay"] for _, values in press.printed] == ["486,32\u00a0€", "400,00\u00a0€"]
    assert store.papers[0].cents == 400_00
    assert store.papers[0].size_bytes == len(b"rent_notice A-2026-12-009126 2")


def test_books_that_never_stand_still_send_the_message_back() -> None:
    desk, store, press = a_desk(CASE)

    def moves() -> None:
        assert store.read
        store.read = replace(store.read, moves=store.read.moves + 1)

    store.before_writing = moves
    with pytest.raises(Conflict):
        issue_notice(desk, "9126", DECEMBER, NOW)

    assert len(press.printed) == TRIES
    assert store.papers == []


def test_a_call_that_is_not_there_is_nothing() -> None:
    desk, _, _ = a_desk(None)

    assert issue_notice(desk, "9126", DECEMBER, NOW) is Outcome.NOTHING
