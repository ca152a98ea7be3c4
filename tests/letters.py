"""Letters: the mails that left, read from the mailbox of the local AWS as their readers get them."""

import json
import re
import urllib.request
from dataclasses import dataclass

from infra.local.resources import Resources
from tests.town import portal_endpoint, work

LINK = re.compile(r"http://127\.0\.0\.1:8000((?:/[a-z-]+)+/[A-Za-z0-9_-]{43})\b")


@dataclass(frozen=True)
class Sent:
    """One mail."""

    to: str
    subject: str
    text: str
    html: str

    @property
    def link(self) -> str:
        """Give the path of the one link with a token; both versions have the same."""
        (path,) = set(LINK.findall(self.text))
        assert path in self.html
        return str(path)


def the_letter(resources: Resources, to: str = "") -> Sent:
    """Have the worker answer, and give the one mail that left."""
    work(resources)
    (mail,) = letters(resources, to)
    return mail


def letters(resources: Resources, to: str = "") -> list[Sent]:
    """Read all mails, or those to one address, in the order in which they left."""
    with urllib.request.urlopen(f"{portal_endpoint(resources)}/_ministack/ses/messages") as answer:
        accounts = json.load(answer)["messages"]
    found = [mail for mails in accounts.values() for mail in mails]
    all_sent = [Sent(mail["To"][0], mail["Subject"], mail["BodyText"], mail["BodyHtml"]) for mail in found]
    return [one for one in all_sent if to in {"", one.to}]
