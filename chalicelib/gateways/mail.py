"""Mail through Amazon SES (« courriels »): two versions of a text, the logo and the files, in one message."""

import logging
import re
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formataddr
from functools import cached_property
from typing import Any

from jinja2 import TemplateError

from chalicelib import cloud
from chalicelib.domain.mail import (
    RECEIPT_TAG,
    Attachment,
    NotSent,
    NotTaken,
    Refused,
    Undeliverable,
    deliverable,
)
from chalicelib.domain.mail_health import MailHealth, mail_trouble
from chalicelib.templating import ROOT, render

LOGO = ROOT / "templates" / "mail" / "logo.png"  # white and transparent: the cell behind it has the colour
LOGO_ID = "logo@portal"
_log = logging.getLogger("portal.mail")
OF_ONE_MAIL = {"MessageRejected", "BadRequestException"}
# What a template with a hole raises, a filter or a header given what it cannot take, a text that is no text.
UNWRITABLE = (TemplateError, MessageError, ValueError, TypeError, LookupError)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSAFE_IN_A_FILE_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029"/\\]')


class SesMail:
    """Sends mails in the landlord's name; ``sender`` reads « Littoral Habitat <contact@…> ».

    ``receipts`` names the settings (SES: configuration set) of mails of which SES is to tell what became.
    """

    def __init__(self, sender: str, health: MailHealth, client: Any = None, receipts: str = "") -> None:
        name, _, address = sender.rpartition("<")  # a landlord's name may hold a comma
        self._name, self._address = name.strip(), deliverable(address.removesuffix(">"))
        self._health = health
        self._given, self._receipts = client, receipts

    def send(
        self,
        to: str,
        template: str,
        values: Mapping[str, Any],
        attachments: Sequence[Attachment] = (),
        receipt: str = "",
    ) -> None:
        """Send the mail of that template; ``Undeliverable`` if the address cannot exist, or takes no mail."""
        recipient = deliverable(to)
        if mail_trouble(self._health, recipient):
            raise Undeliverable("mail to this address came back")
        try:
            message = self._written(recipient, template, values, attachments)
        except UNWRITABLE as error:
            if not receipt:
                raise
            _log.warning("a mail cannot be written", exc_info=error, extra={"template": template})
            raise Refused(receipt) from error  # it keeps no other of its outbox waiting
        asked = {
            "FromEmailAddress": formataddr((self._name, self._address)),
            "Destination": {"ToAddresses": [recipient]},
            "Content": {"Raw": {"Data": message}},
        }
        if receipt:
            self._send_once(asked, receipt)
        else:
            self._ses.send_email(**asked)

    def _send_once(self, asked: Mapping[str, Any], receipt: str) -> None:
        """Have SES tell of a mail under a name, and ask once: it may take one of which no answer comes."""
        from botocore.exceptions import BotoCoreError, ClientError

        tags = [{"Name": RECEIPT_TAG, "Value": receipt}]
        try:
            self._ses_once.send_email(**asked, ConfigurationSetName=self._receipts, EmailTags=tags)
        except (BotoCoreError, ClientError) as error:
            raise _kind_of(error.response if isinstance(error, ClientError) else {})(receipt) from error

    def _written(
        self, recipient: str, template: str, values: Mapping[str, Any], attachments: Sequence[Attachment]
    ) -> bytes:
        """Write the mail as it travels, whole."""
        message = self._write(recipient, template, values)
        for attachment in attachments:
            _attach(message, attachment)
        return message.as_bytes()

    def _write(self, recipient: str, template: str, values: Mapping[str, Any]) -> EmailMessage:
        """Write both versions; the first line of the text is the subject, for the two of them."""
        # Loaded by the functions that write mails, not by every page.
        from email.headerregistry import Address
        from email.policy import SMTP

        subject, text = _subject_and_text(render(f"mail/{template}.txt", dict(values)))
        html = render(f"mail/{template}.html", {**values, "subject": subject, "logo": LOGO_ID})
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = Address(addr_spec=recipient)
        message["Subject"] = subject
        message["Content-Language"] = "fr"
        message["Auto-Submitted"] = "auto-generated"  # absence replies are not sent to it (RFC 3834)
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        _, page = message.iter_parts()
        page.add_related(
            LOGO.read_bytes(), "image", "png", cid=f"<{LOGO_ID}>", disposition="inline", filename="logo.png"
        )
        return message

    @cached_property
    def _ses(self) -> Any:
        return self._given or cloud.client("sesv2")

    @cached_property
    def _ses_once(self) -> Any:
        return self._given or cloud.client("sesv2", tries=1)


def _kind_of(answer: Mapping[str, Any]) -> type[NotSent]:
    """Tell from SES's answer whether a mail may have left: not if it says 4xx, nobody knows if it says more.

    « not verified » is said of each mail of an account that is not open yet.
    """
    said = answer.get("Error", {})
    if said.get("Code") in OF_ONE_MAIL and "not verified" not in said.get("Message", ""):
        return Refused
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return NotTaken if 400 <= status < 500 else NotSent


def _subject_and_text(written: str) -> tuple[str, str]:
    subject, _, text = written.lstrip().partition("\n")
    return _CONTROL.sub(" ", subject).strip(), text.strip() + "\n"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, _, subkind = attachment.media_type.partition("/")
    name = _UNSAFE_IN_A_FILE_NAME.sub("", attachment.name).strip(" .") or "document"
    message.add_attachment(attachment.content, kind, subkind, filename=name)
