"""Changing the address of an account (« changer d’e-mail »): the new one confirms, the old one is told."""

from datetime import datetime

from chalicelib.domain.access import AccessQueue, Notice
from chalicelib.domain.account_changes import AccountChanges, Outcome
from chalicelib.domain.accounts import Accounts
from chalicelib.domain.askings import Asking, FrontDesk, Wish, count_asking, new_asking
from chalicelib.domain.links import Link, LinkKind, new_link
from chalicelib.domain.notices import masked, tell_of_what_is_done
from chalicelib.domain.reception import Letter, Reception, is_due, may_write, send, send_link
from chalicelib.domain.recovery import CHANGES, account_of
from chalicelib.domain.signing_in import Attempt, Doorkeeper, Found, judge
from chalicelib.domain.throttling import new_mark, tries
from chalicelib.domain.timeline import Action, TimelineEvent


def ask_for_new_address(front: FrontDesk, email: str, new: str, network: str, now: datetime) -> None:
    """Take the wish of who is signed in; whether the new address is somebody else's is not said here."""
    count_asking(front, network, now)
    front.queue.ask(new_asking(Wish.ADDRESS, email, now, new_email=new).spelled())


def answer_new_address(reception: Reception, asking: Asking, now: datetime) -> None:
    """Send the link to the new address, and tell the old one.

    An address that opens an account already is told so, and nothing else happens.
    """
    before, new = reception.links.answered(asking), asking.facts["new_email"]
    account = reception.tenants_account(asking.email)
    if account is None or not is_due(asking, before):
        return
    if not may_write(reception, asking, before, new, now):
        return
    if reception.accounts.find(new):
        send(reception, asking, [Letter(new, "address_taken", {})], now)
        return
    link, token = new_link(LinkKind.ADDRESS, asking, account.person, now, new_email=new, account=account)
    name = reception.name_of(account.person)
    letters = [
        Letter(
            asking.email, "address_change_asked", {"name": name, "masked": masked(new), "at": asking.asked_at}
        ),
        Letter(new, "confirm_address", {"token": token}),
    ]
    send_link(reception, asking, before, link, letters, now)


def is_owner(keeper: Doorkeeper, attempt: Attempt, link: Link, now: datetime) -> bool:
    """Tell whether the password is that of the account that a link moves: a mistyped address is a stranger's.

    A wrong one counts as at the door, ``TooManyTries`` when it has to wait.  A right one is counted too, so
    that of many at once only as many are answered as may be; the move forgets it.
    """

    def opens(found: Found) -> bool:
        account = found.account if found.account and found.account.person == link.person else None
        fits = keeper.hasher.matches(account.password_hash if account else None, attempt.spelled)
        return account is not None and fits

    return judge(
        keeper,
        attempt,
        lambda: keeper.threshold.look(attempt.address, list(attempt.limits)),
        opens,
        lambda found: keeper.threshold.refuse(tries(found.tallies, attempt.limits, now, new_mark())),
        now,
    )


def change_address(
    changes: AccountChanges, accounts: Accounts, queue: AccessQueue, link: Link, staying: str, now: datetime
) -> Outcome:
    """Move the account to the new address and tell the old one; the session ``staying`` does not end."""
    event = TimelineEvent(now, Action.ADDRESS_CHANGED, link.new_email)
    for _ in range(CHANGES):
        account = account_of(accounts, link)
        if account is None:
            return Outcome.SPENT
        outcome = changes.move(link, account, staying, event)
        if outcome is Outcome.DONE:
            facts = {"person": link.person, "masked": masked(link.new_email)}
            id = f"{Notice.ADDRESS_CHANGED.value}-{link.hash}"
            tell_of_what_is_done(queue, Notice.ADDRESS_CHANGED, link.email, now, id=id, **facts)
        if outcome is not Outcome.CHANGED:
            return outcome
    return Outcome.CHANGED
