"""Mail: what leaves for the tenant, read back as a mail program does and from the local mailbox."""

import json
import re
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import Any
from unicodedata import normalize

import pytest
from jinja2 import UndefinedError

from chalicelib import templating
from chalicelib.domain.landlord import read_landlord
from chalicelib.domain.mail import Attachment, Mailer, Undeliverable, deliverable
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.gateways.mail import SesMail
from infra.local.resources import Resources

SENDER = "Littoral Habitat, à Rochefort <contact@littoral-habitat.example>"
SITE = "https://locataires.littoral-habitat.example"
NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
PAID: dict[str, Any] = {
    "tenant": {"name": "Mme Éloïse D’Aubigné-Lefèvre"},
    "amount": "1\u202f250,00\u00a0€",
    "paid_on": "23 novembre 2026",
    "paid_hour": "9\u00a0h\u00a042",
    "means": "Carte bancaire se terminant par 4242",
    "lease": "L/9126",
    "number": "T-261123-4F9A2C01",
    "balance_after": "236,32\u00a0€",
    "balance_word": "débiteur",
    "payment_id": "P-7Q2M9KD4",
}
TICKET = Attachment("Ticket de paiement é.pdf", b"%PDF-1.7 \x80\x81", "application/pdf")


class Outbox:
    """Stands where SES does and keeps what it was given."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def send_email(self, **call: Any) -> None:
        self.calls.append(call)

    def message(self) -> EmailMessage:
        (call,) = self.calls
        found = message_from_bytes(call["Content"]["Raw"]["Data"], policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert not found.defects
        return found


class Words(HTMLParser):
    """Reads the words of a page in their order, without the ones of its head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.partition("</head>")[2])

    def handle_starttag(self, tag: str, _: Any) -> None:
        if tag in {"br", "h1", "h2", "p", "td", "th"}:
            self.found.append(" ")

    def handle_data(self, words: str) -> None:
        self.found.append(words)


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    landlord = read_landlord(templating.ROOT / "landlord" / "landlord.toml")
    monkeypatch.setitem(templating.environment().globals, "landlord", landlord)
    monkeypatch.setitem(templating.environment().globals, "site_url", SITE)


class Healthy:
    """Knows of one address that takes no mail, and of one that takes it again."""

    def find(self, email: str) -> BadAddress | None:
        lifts = {"gone@courriel.example": (), "back@courriel.example": (NOW + timedelta(hours=1),)}
        return BadAddress(email, Trouble.BOUNCED, NOW, lifts[email]) if email in lifts else None

    def record(self, bad: BadAddress) -> None:
        raise AssertionError(bad)

    def lift(self, lifted: BadAddress, tenant: str, event: TimelineEvent) -> bool:
        raise AssertionError(lifted)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def mail(outbox: Outbox) -> Mailer:
    return SesMail(SENDER, Healthy(), outbox)


def mailbox(aws: str) -> list[dict[str, Any]]:
    with closing(HTTPConnection(aws.removeprefix("http://"))) as connection:
        connection.request("GET", "/_ministack/ses/messages")
        accounts: dict[str, list[dict[str, Any]]] = json.load(connection.getresponse())["messages"]
    return [message for messages in accounts.values() for message in messages]


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def words(text: str) -> list[str]:
    """Give the words alone: the text version has colons where the page has a table."""
    return re.findall(r"[^\s:]+", normalize("NFC", text))


def test_the_local_mailbox_keeps_the_subject_and_both_versions(resources: Resources, aws: str) -> None:
    SesMail(SENDER, Healthy()).send("camille@courriel.example", "payment_ticket", PAID, [TICKET])

    (kept,) = mailbox(aws)
    assert kept["To"] == ["camille@courriel.example"]
    assert kept["Subject"] == "Votre paiement de 1\u202f250,00\u00a0€ est enregistré"
    assert "Mme Éloïse D’Aubigné-Lefèvre" in kept["BodyText"]
    assert "<h1" in kept["BodyHtml"]


def test_the_sender_and_the_envelope_are_ascii_and_the_name_is_read_whole(
    mail: Mailer, outbox: Outbox
) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID)

    (call,) = outbox.calls
    assert call["FromEmailAddress"].isascii()
    assert call["Content"]["Raw"]["Data"].isascii()
    assert call["Destination"] == {"ToAddresses": ["camille@courriel.example"]}
    (sender,) = outbox.message()["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Littoral Habitat, à Rochefort",
        "contact@littoral-habitat.example",
    )


def test_a_short_text_with_accents_travels_in_ascii_too(
    mail: Mailer, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.gateways.mail.render", lambda template, _: "Reçu\n\nMerci à vous.")

    mail.send("camille@courriel.example", "thanks", {})

    assert outbox.calls[0]["Content"]["Raw"]["Data"].isascii()
    assert part(outbox.message(), "plain").splitlines() == ["Merci à vous."]


def test_the_text_says_the_same_words_as_the_page_in_the_same_order(mail: Mailer, outbox: Outbox) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID)

    message = outbox.message()
    page = "".join(Words(part(message, "html")).found)
    assert words(page) == words(part(message, "plain"))


def test_the_mail_says_what_was_paid_where_to_see_it_and_whom_to_call(mail: Mailer, outbox: Outbox) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID)

    text = part(outbox.message(), "plain")
    for fact in [
        "Somme payée\u00a0: 1\u202f250,00\u00a0€",
        "Solde à l’édition du ticket\u00a0: 236,32\u00a0€ débiteur",
        "Numéro du ticket\u00a0: T-261123-4F9A2C01",
        "Ce n’est pas une quittance",
        f"{SITE}/paiement/P-7Q2M9KD4",
        "05 46 00 00 00",
        "Vous recevez ce message parce que",
    ]:
        assert fact in text


def test_the_page_loads_nothing_from_outside_and_has_one_title(mail: Mailer, outbox: Outbox) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID)

    message = outbox.message()
    page = part(message, "html")
    assert page.count("<h1") == 1
    assert re.findall(r'src="([^"]*)"', page) == ["cid:logo@portal"]
    assert "url(" not in page
    assert '<html lang="fr"' in page
    (logo,) = [one for one in message.walk() if one["Content-ID"] == "<logo@portal>"]
    assert logo.get_content_type() == "image/png"


def test_the_ticket_is_attached_whole_under_its_name(mail: Mailer, outbox: Outbox) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID, [TICKET])

    (attached,) = outbox.message().iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "Ticket de paiement é.pdf"
    assert attached.get_content() == TICKET.content


@pytest.mark.parametrize(
    "name", ['../../a"b\r\nBcc: x@y.example\\.pdf', "\r\n", "..", "a\x00b.pdf", "é😀.pdf"]
)
def test_a_hostile_file_name_adds_neither_a_header_nor_a_path(
    mail: Mailer, outbox: Outbox, name: str
) -> None:
    mail.send(
        "camille@courriel.example", "payment_ticket", PAID, [Attachment(name, b"%PDF", "application/pdf")]
    )

    message = outbox.message()
    (attached,) = message.iter_attachments()
    kept = attached.get_filename()
    assert kept
    assert not re.search(r'[\x00-\x1f"/\\]', kept)
    assert all("Bcc" not in one for one in message.walk())


@pytest.mark.parametrize(
    "hostile",
    [
        "250\r\nBcc: x@y.example",
        "250\nBcc: x@y.example",
        "\r",
        "250\x0b\x85\u2028Bcc: x@y.example",
        "é" * 600,
        "😀 علي",
    ],
)
def test_a_hostile_subject_stays_one_line(mail: Mailer, outbox: Outbox, hostile: str) -> None:
    mail.send("camille@courriel.example", "payment_ticket", PAID | {"amount": hostile})

    message = outbox.message()
    assert "Bcc" not in message
    assert message["Subject"].startswith("Votre paiement de")
    assert message["To"] == "camille@courriel.example"


def test_what_a_tenant_typed_is_never_markup(mail: Mailer, outbox: Outbox) -> None:
    mail.send("a@b.example", "payment_ticket", PAID | {"tenant": {"name": "<img src=x onerror=alert(1)>"}})

    message = outbox.message()
    assert "<img src=x" not in part(message, "html")
    assert "&lt;img src=x" in part(message, "html")
    assert "<img src=x" in part(message, "plain")


@pytest.mark.parametrize(
    "address",
    [
        "", "camille", "@b.example", "a@", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example",
        "a@b..example", "a@b.example,c@d.example", "Anne <a@b.example>", "é@b.example", "a@-b.example",
        "a..b@c.example", "a@b.12", "a" * 65 + "@b.example", "a@" + "b" * 64 + ".example",
        "a@" + "é" * 64 + ".example", "a" * 60 + "@" + "b." * 100 + "example",
    ],
)  # fmt: skip
def test_an_address_that_cannot_exist_is_refused_without_being_repeated(
    mail: Mailer, outbox: Outbox, address: str
) -> None:
    with pytest.raises(Undeliverable) as refusal:
        mail.send(address, "payment_ticket", PAID)

    assert not outbox.calls
    assert not address or address not in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        (" camille+loyer@courriel.example ", "camille+loyer@courriel.example"),
        ("o'neil@courriel.example", "o'neil@courriel.example"),
        ("camille@résidence.example", "camille@xn--rsidence-b1a.example"),
        ("a@b.xn--p1ai", "a@b.xn--p1ai"),
    ],
)
def test_an_unusual_address_that_exists_is_taken(typed: str, taken: str) -> None:
    assert deliverable(typed) == taken


def test_a_mail_with_a_hole_in_it_does_not_leave(mail: Mailer, outbox: Outbox) -> None:
    with pytest.raises(UndefinedError, match="amount"):
        mail.send("a@b.example", "payment_ticket", {name: PAID[name] for name in PAID if name != "amount"})

    assert not outbox.calls


def test_no_mail_leaves_for_an_address_whose_mail_came_back(mail: Mailer, outbox: Outbox) -> None:
    with pytest.raises(Undeliverable, match="came back") as refusal:
        mail.send("gone@courriel.example", "payment_ticket", PAID)

    assert not outbox.calls
    assert "gone@" not in str(refusal.value)


def test_mail_leaves_again_for_an_address_whose_owner_asked_for_it(mail: Mailer, outbox: Outbox) -> None:
    mail.send("back@courriel.example", "payment_ticket", PAID)

    assert outbox.message()["To"] == "back@courriel.example"


def test_a_sender_that_cannot_exist_is_told_at_start() -> None:
    with pytest.raises(Undeliverable):
        SesMail("Littoral Habitat", Healthy())


def test_ses_is_loaded_only_when_a_mail_leaves() -> None:
    loads_nothing = (
        "import sys; from chalicelib.gateways.mail import SesMail; SesMail('A <a@b.example>', None);"
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", loads_nothing], check=False).returncode == 0
