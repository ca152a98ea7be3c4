"""Every mail is found again whole, whichever way SES was asked to send it (boîte aux lettres)."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from infra.local.kept_mail import KeptMail
from infra.local.mailbox import Mailbox, UnknownMail
from tests.infra.local.conftest import LocalAws

PNG = b"\x89PNG\r\n\x1a\n"


def a_message(subject: str = "Votre reçu") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = "Littoral Habitat <ne-pas-repondre@littoral-habitat.example>"
    message["To"] = "Éloïse <eloise@demo.example>"
    message.set_content("Bonjour,\n\nSuivez https://portail.example/a?b=1&c=2.\n")
    message.add_alternative(
        '<a href="https://portail.example/z">Voir</a><img src="cid:logo">', subtype="html"
    )
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(PNG, "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="reçu.pdf")
    return message


def send_raw(aws: LocalAws, message: EmailMessage) -> None:
    aws.client("sesv2").send_email(
        FromEmailAddress=aws.resources.mail_sender,
        Destination={"ToAddresses": ["eloise@demo.example"]},
        Content={"Raw": {"Data": message.as_bytes()}},
    )


def test_a_raw_message_keeps_its_parts_links_pictures_and_attachments(shared_aws: LocalAws) -> None:
    send_raw(shared_aws, a_message())

    box = Mailbox(shared_aws.mail_dir)
    mail = box.mails(1)[0]

    assert (mail.to, mail.subject) == ("eloise@demo.example", "Votre reçu")
    assert mail.text.startswith("Bonjour,")
    assert mail.links == ("https://portail.example/z", "https://portail.example/a?b=1&c=2")
    assert [(one.name, one.content_type) for one in mail.attachments] == [("reçu.pdf", "application/pdf")]
    assert box.attachment(mail.number, 0).content == b"%PDF-1.7"
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in box.shown_html(mail.number)


def test_a_simple_message_with_an_attachment_is_put_together(shared_aws: LocalAws) -> None:
    shared_aws.client("sesv2").send_email(
        FromEmailAddress=shared_aws.resources.mail_sender,
        Destination={"ToAddresses": ["a@b.example"], "BccAddresses": ["c@d.example"]},
        Content={
            "Simple": {
                "Subject": {"Data": "Été"},
                "Body": {"Text": {"Data": "Bonjour é"}, "Html": {"Data": "<p>é</p>"}},
                "Attachments": [
                    {"FileName": "a.pdf", "RawContent": b"%PDF", "ContentType": "application/pdf"}
                ],
            }
        },
    )

    mail = Mailbox(shared_aws.mail_dir).mails(1)[0]

    assert (mail.to, mail.subject, mail.text.strip()) == ("a@b.example, c@d.example", "Été", "Bonjour é")
    assert mail.html.strip() == "<p>é</p>"
    assert [one.content for one in mail.attachments] == [b"%PDF"]


def test_the_older_ses_call_is_kept_too(shared_aws: LocalAws) -> None:
    shared_aws.client("ses").send_raw_email(RawMessage={"Data": a_message("Ancien").as_bytes()})

    mail = Mailbox(shared_aws.mail_dir).mails(1)[0]

    assert mail.subject == "Ancien"
    assert mail.attachments[0].content == b"%PDF-1.7"


def test_a_refused_message_is_not_kept(shared_aws: LocalAws) -> None:
    ses, before = shared_aws.client("sesv2"), len(list(shared_aws.mail_dir.glob("*.eml")))

    with pytest.raises(ses.exceptions.ClientError):
        ses.send_email(
            FromEmailAddress=shared_aws.resources.mail_sender,
            Destination={"ToAddresses": ["a@b.example"]},
            Content={"Template": {"TemplateName": "nobody-s", "TemplateData": "{}"}},
        )

    assert len(list(shared_aws.mail_dir.glob("*.eml"))) == before


def test_the_newest_comes_first_and_one_address_can_be_chosen(tmp_path: Path) -> None:
    kept, box = KeptMail(tmp_path), Mailbox(tmp_path)
    for number, to in enumerate(("a@b.example", "c@d.example", "a@b.example")):
        kept.keep("s@t.example", [to], f"Subject: {number}\n\nBonjour\n".encode())

    assert [mail.subject for mail in box.mails(10)] == ["2", "1", "0"]
    assert [mail.subject for mail in box.mails(2)] == ["2", "1"]
    assert [mail.subject for mail in box.mails(10, "A@B.example")] == ["2", "0"]


@pytest.mark.parametrize("number", ["1", "../keys", "", "0-0"])
def test_an_unknown_mail_is_absent(tmp_path: Path, number: str) -> None:
    box = Mailbox(tmp_path)

    with pytest.raises(UnknownMail):
        box.get(number)
