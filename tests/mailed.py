"""Links of mails in the hands of a test: one of each kind, pressed, and whether it did what it is for."""

from datetime import datetime
from typing import Any

from chalicelib.domain.links import LinkKind
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts
from tests import mothers
from tests.mothers import ELOISE
from tests.newcomers import EMAIL, NEW_PASSWORD, account, issued, registration
from tests.storage.books import stored_items
from tests.visitors import PASSWORD, Seen, Visitor

OWN, MOVED = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
KINDS = list(LinkKind)
NEW = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD, "mot-de-passe": PASSWORD}


def settle_people() -> None:
    """Settle in Éloïse, who has an account, and François-Xavier, who has none."""
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    mothers.francois_xavier()


def sent(kind: LinkKind, at: datetime) -> str:
    """Give the path of a link that was just sent."""
    if kind is LinkKind.REGISTRATION:
        return registration(at)
    return issued(kind, OWN, at, new_email=MOVED if kind is LinkKind.ADDRESS else "")


def press(visitor: Visitor, path: str) -> Seen:
    """Press the button of a link's page."""
    return visitor.post(path, {"csrf": visitor.token()} | NEW)


def but_for_tries() -> dict[tuple[str, str], Any]:
    """Give what is stored but for the tallies, which count every password."""
    return {key: item for key, item in stored_items().items() if not key[1].startswith("TRIES")}


def is_done(kind: LinkKind) -> bool:
    """Tell whether what a link is for was done."""
    match kind:
        case LinkKind.REGISTRATION:
            return DynamoAccounts().find(EMAIL) is not None
        case LinkKind.RECOVERY:
            return portal().passwords.matches(account(OWN).password_hash, NEW_PASSWORD)
        case LinkKind.ADDRESS:
            return DynamoAccounts().find(MOVED) is not None
        case LinkKind.UNLOCK:
            return any("used_at" in item for item in stored_items().values())
