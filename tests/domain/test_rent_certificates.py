"""Certificates of rent: asked for by a holder, made once a day, with what the home costs and what is owed."""

from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.rent_certificates import (
    CertificateCounter,
    CertificateDesk,
    ask,
    issue_certificate,
)
from tests.generated_accounts import a_call, an_entry, asked
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NOW, TODAY, a_lease
from tests.paper_bench import (
    ADDRESS,
    KeptDocuments,
    KeptFiles,
    KeptReceipts,
    PlainCodes,
    PlainPress,
    PlainQr,
    the_landlord,
)

NOV, DEC = a_call(date(2026, 11, 1), 412_18, 74_14), a_call(date(2026, 12, 1), 420_00, 74_14)


@dataclass
class ListedAskings:
    asked: list[tuple[str, str, date]] = field(default_factory=list)

    def ask_certificate(self, lease: str, tenant: str, day: date) -> None:
        self.asked.append((lease, tenant, day))


class Office:
    """A lease, somebody who asks, and the worker who makes certificates."""

    def __init__(self) -> None:
        self.books = KeptReceipts(a_lease(), (a_call(date(2026, 10, 1), 400_00), NOV, DEC))
        self.books.post(asked(NOV), an_entry("some", date(2026, 11, 5), EntryKind.PAYMENT, -400_00))
        self.work, self.documents, self.press = ListedAskings(), KeptDocuments(), PlainPress()
        self.counter = CertificateCounter(self.books, self.documents, self.work)
        self.desk = CertificateDesk(
            KeptFiles(),
            self.press,
            PlainCodes(),
            PlainQr(),
            the_landlord(),
            ADDRESS,
            self.books,
            self.documents,
        )

    def work_all(self) -> None:
        for lease, tenant, day in self.work.asked:
            issue_certificate(self.desk, lease, tenant, day, NOW)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_certificate_is_made_once_a_day_however_often_it_is_asked_for(office: Office) -> None:
    assert ask(office.counter, "9126", ELOISE, NOW) is None
    assert ask(office.counter, "9126", ELOISE, NOW) is None
    office.work_all()

    paper = ask(office.counter, "9126", ELOISE, NOW)

    assert paper is not None
    assert office.work.asked == [("9126", ELOISE, TODAY)] * 2
    assert len(office.press.printed) == 1
    assert list(office.documents.papers) == [paper.id]
    assert (paper.number, paper.kind) == ("T-20261123-009126", DocumentKind.CERTIFICATE)
    assert paper.title == "Attestation de loyer du 23\u00a0novembre 2026"


def test_it_says_what_the_month_costs_and_what_is_owed(office: Office) -> None:
    issue_certificate(office.desk, "9126", ELOISE, TODAY, NOW)

    _, values = office.press.printed[0]
    assert values["month"] == "novembre 2026"
    assert values["total"] == "486,32\u00a0€"
    assert values["owed"] == "86,32\u00a0€"


def test_what_may_be_paid_until_later_and_what_is_booked_ahead_is_not_called_a_debt(office: Office) -> None:
    office.books.post(asked(DEC), an_entry("later", date(2026, 12, 9), EntryKind.OTHER, 50_00))

    issue_certificate(office.desk, "9126", ELOISE, date(2026, 12, 5), NOW)
    issue_certificate(office.desk, "9126", ELOISE, date(2026, 12, 6), NOW)

    owed = [values["owed"] for _, values in office.press.printed]
    assert owed == ["86,32\u00a0€", "580,46\u00a0€"]


def test_another_day_has_another_one(office: Office) -> None:
    issue_certificate(office.desk, "9126", ELOISE, TODAY, NOW)
    issue_certificate(office.desk, "9126", ELOISE, date(2026, 12, 2), NOW)

    assert len(office.documents.papers) == 2
    assert office.press.printed[1][1]["total"] == "494,14\u00a0€"


def test_whoever_does_not_hold_the_lease_gets_none(office: Office) -> None:
    with pytest.raises(Absent):
        ask(office.counter, "9126", FRANCOIS_XAVIER, NOW)
    with pytest.raises(Absent):
        ask(office.counter, "9999", ELOISE, NOW)

    assert issue_certificate(office.desk, "9126", FRANCOIS_XAVIER, TODAY, NOW) is None
    assert (office.work.asked, office.documents.papers) == ([], {})


def test_of_a_lease_that_is_over_there_is_none(office: Office) -> None:
    office.books.lease = replace(office.books.lease, ends_on=date(2026, 11, 22))

    with pytest.raises(Refused, match="terminé"):
        ask(office.counter, "9126", ELOISE, NOW)


def test_while_no_rent_is_known_there_is_none(office: Office) -> None:
    office.books.calls = (DEC, replace(NOV, lines=()))

    with pytest.raises(Refused, match="appel de loyer"):
        ask(office.counter, "9126", ELOISE, NOW)

    assert issue_certificate(office.desk, "9126", ELOISE, TODAY, NOW) is None
    assert office.documents.papers == {}
