"""Getting in again (« mot de passe oublié », « déverrouillage »): a link to the account's own address."""

import unicodedata
from datetime import datetime

from chalicelib.domain.access import AccessQueue, Notice
from chalicelib.domain.account_changes import AccountChanges, Outcome
from chalicelib.domain.accounts import Account, Accounts, PasswordHasher, Role, same_address
from chalicelib.domain.askings import Asking, FrontDesk, Wish, count_asking, new_asking
from chalicelib.domain.links import Link, LinkKind, new_link
from chalicelib.domain.notices import tell_of_what_is_done
from chalicelib.domain.reception import Letter, Reception, is_due, may_write, send_link
from chalicelib.domain.timeline import Action, TimelineEvent

CHANGES = 5


def ask_for_new_password(front: FrontDesk, email: str, network: str, now: datetime) -> None:
    """Take the wish for a new password, whether there is such an account or not."""
    count_asking(front, network, now)
    front.queue.ask(new_asking(Wish.RECOVERY, same_address(email), now).spelled())


def answer_new_password(reception: Reception, asking: Asking, now: datetime) -> None:
    """Send the link that sets a new password to an account's address; to no other.

    Whichever form was filled in, the mail leads to the page of whose account it is, tenant's or agent's.
    """
    before = reception.links.answered(asking)
    account = reception.accounts.find(asking.email)
    if account is None or not is_due(asking, before):
        return
    if not may_write(reception, asking, before, asking.email, now):
        return
    link, token = new_link(LinkKind.RECOVERY, asking, account.person, now, account=account)
    staff = account.role is Role.AGENT
    said = {"token": token, "name": "" if staff else reception.name_of(account.person), "staff": staff}
    send_link(reception, asking, before, link, [Letter(asking.email, "new_password", said)], now)


def set_new_password(
    changes: AccountChanges, accounts: Accounts, hasher: PasswordHasher, queue: AccessQueue, link: Link,
    password: str, now: datetime,
) -> Outcome:  # fmt: skip
    """Set a new password; all sessions end, all passkeys are taken out, and the owner is told."""
    made = hasher.hash(unicodedata.normalize("NFC", password))
    event = TimelineEvent(now, Action.PASSWORD_CHANGED, "")
    for _ in range(CHANGES):
        account = account_of(accounts, link)
        if account is None:
            return Outcome.SPENT
        outcome = changes.set_password(link, account, made, event)
        if outcome is Outcome.DONE:
            tell_of_what_is_done(queue, Notice.PASSWORD_CHANGED, account.email, now, forgotten="yes")
        if outcome is not Outcome.CHANGED:
            return outcome
    return Outcome.CHANGED


def account_of(accounts: Accounts, link: Link) -> Account | None:
    """Give the account that a link was sent for, while nothing has made the link void.

    Another password since the link was asked for does, and another account at that address: whoever asked may
    be whom it was to keep out.
    """
    account = accounts.find(link.email)
    if account is None or (account.person, account.role) != (link.person, link.role):
        return None
    if not account.was_open(link.asked_at):
        return None
    changed_at = account.password_changed_at
    return None if changed_at and changed_at >= link.asked_at else account
