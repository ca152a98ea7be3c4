"""Papers: a ticket is made once, whatever is cut, and says what was true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.documents import ID_SHAPE, PDF, Registry, balance_word, issue_ticket
from chalicelib.domain.errors import Absent
from chalicelib.domain.landlord import read_landlord
from chalicelib.domain.ledger import LeaseAccount
from chalicelib.domain.mail import Attachment, Undeliverable
from chalicelib.domain.payments import PaymentStatus
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.files import S3Files
from chalicelib.storage.leases import DynamoLeases, lease_items
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.tenants import DynamoTenants, profile_item
from infra.local.resources import Resources
from tests.mothers import NOW, a_lease, a_payment, a_posting, a_tenant, put


class Cut(Exception):
    """The worker is cut here."""


@dataclass
class Steps:
    """Counts the steps of a worker and cuts it at one of them."""

    cut_at: int = 0
    taken: list[str] = field(default_factory=list)

    def take(self, name: str) -> None:
        self.taken.append(name)
        if len(self.taken) == self.cut_at:
            raise Cut(name)


@dataclass
class NamedPress:
    """A press that is quick: the paper is its values."""

    steps: Steps
    printed: list[dict[str, Any]] = field(default_factory=list)

    def press(self, template: str, values: dict[str, Any], issued_at: datetime) -> bytes:
        self.steps.take("press")
        self.printed.append(values)
        return f"{template} {values['number']} {values['balance_after']} {len(self.printed)}".encode()


@dataclass
class Letters:
    """A mailer that keeps what it was given."""

    steps: Steps
    sent: list[tuple[str, Mapping[str, Any], Sequence[Attachment]]] = field(default_factory=list)
    undeliverable: bool = False

    def send(
        self,
        to: str,
        template: str,
        values: Mapping[str, Any],
        attachments: Sequence[Attachment] = (),
        receipt: str = "",
    ) -> None:
        self.steps.take("mail")
        if self.undeliverable:
            raise Undeliverable(to)
        self.sent.append((to, values, attachments))


@dataclass
class Office:
    """What a ticket needs, with a press and a mailer that can be looked into."""

    registry: Registry
    press: NamedPress
    mail: Letters
    steps: Steps
    payment: str

    def issue(self, after: timedelta = timedelta()) -> Any:
        return issue_ticket(self.registry, self.payment, NOW + after)


@pytest.fixture
def office(table: Resources) -> Office:
    put(profile_item(a_tenant(), 0), *lease_items(a_lease()))
    DynamoLedger().post(a_posting(cents=50_00))
    steps = Steps()
    press, mail = NamedPress(steps), Letters(steps)
    registry = Registry(
        documents=DynamoDocuments(),
        files=S3Files(table.files_bucket),
        press=press,
        mail=mail,
        payments=DynamoPayments(),
        leases=DynamoLeases(),
        ledger=DynamoLedger(),
        tenants=DynamoTenants(),
        landlord=read_landlord(ROOT / "landlord" / "landlord.toml"),
    )
    registry.payments.add(a_payment(), "")
    paid = replace(a_payment(), status=PaymentStatus.PAID, paid_at=NOW, card_last4="4242", charge="ch_1")
    return Office(registry, press, mail, steps, registry.payments.save(paid).id)


def test_a_ticket_says_who_paid_what_when_and_how(office: Office) -> None:
    payment = office.issue()

    (values,) = office.press.printed
    assert values["tenant"] == {
        "name": "Mme Éloïse D’Aubigné-Lefèvre",
        "address": ["3, rue des Voiliers", "17300 Rochefort"],
    }
    assert (values["lease"], values["amount"]) == ("L/9126", "100,00\u00a0€")
    assert (values["balance_after"], values["balance_word"]) == ("50,00\u00a0€", "débiteur")
    assert (values["paid_hour"], values["reference"]) == ("9\u00a0h\u00a042", "ch_1")
    assert values["means"].endswith("4242")
    assert values["dwelling"].startswith("A-12, Résidence des Tamaris")
    assert payment.ticketed_at == NOW
    assert ID_SHAPE.fullmatch(payment.ticket)


def test_a_ticket_is_kept_registered_and_mailed(office: Office) -> None:
    payment = office.issue()

    ((paper,), _) = office.registry.documents.of_lease("9126")
    ((to, values, (attached,)),) = office.mail.sent
    assert (paper.id, paper.size_bytes) == (payment.ticket, len(attached.content))
    assert (to, attached.media_type) == ("9126-1@demo.example", PDF)
    assert attached.name == f"ticket-{payment.number}.pdf"
    assert "landlord" not in values


def test_a_ticket_is_issued_once(office: Office) -> None:
    first = office.issue()

    assert office.issue(timedelta(days=3)) == first
    assert office.steps.taken == ["press", "mail"]


@pytest.mark.parametrize("cut_at", [1, 2])
def test_a_worker_that_is_cut_goes_on_and_the_first_file_stays(office: Office, cut_at: int) -> None:
    office.steps.cut_at = cut_at
    with pytest.raises(Cut):
        office.issue()

    payment = office.issue(timedelta(hours=1))

    assert payment.ticketed_at == NOW + timedelta(hours=1)
    assert len(office.mail.sent) == 1
    assert len(office.registry.documents.of_lease("9126")[0]) == 1
    ((_, _, (attached,)),) = office.mail.sent
    assert attached.content.endswith(b" 1")


def test_an_address_that_cannot_exist_only_means_that_no_mail_leaves(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.mail.undeliverable = True

    assert office.issue().ticketed_at == NOW
    assert [record.getMessage() for record in caplog.records] == ["mail_undeliverable"]
    assert "demo.example" not in str(caplog.records[0].__dict__)


def test_who_has_no_address_gets_no_mail(office: Office) -> None:
    payments = office.registry.payments
    payments.save(replace(payments.get(office.payment), email=""))

    assert office.issue().ticketed_at == NOW
    assert office.steps.taken == ["press"]


def test_what_is_not_paid_has_no_ticket(office: Office) -> None:
    payments = office.registry.payments
    for status in set(PaymentStatus) - {PaymentStatus.PAID}:
        payments.save(replace(payments.get(office.payment), status=status))

        with pytest.raises(Absent):
            office.issue()
    assert office.steps.taken == []


@pytest.mark.parametrize(("cents", "word"), [(1, "débiteur"), (0, "à jour"), (-1, "créditeur")])
def test_the_word_says_which_way_a_balance_goes(cents: int, word: str) -> None:
    assert balance_word(LeaseAccount("1", cents).balance_cents) == word
