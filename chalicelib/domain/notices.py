"""What owners of accounts are told of them (« avis »): failed tries, changes, a session that was copied."""

from datetime import datetime

from chalicelib.domain.access import AccessQueue, Notice, notify
from chalicelib.domain.accounts import Role
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.askings import Asking
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.links import LinkKind, new_link
from chalicelib.domain.reception import Letter, Reception, is_due, send, send_link


def tell_of_what_is_done(
    queue: AccessQueue, kind: Notice, email: str, now: datetime, *, id: str = "", **facts: str
) -> None:
    """Have an owner told of something that is done: should the queue be away, it must not look undone."""
    try:
        notify(queue, kind, email, now, id=id, **facts)
    except Unavailable:
        raise_alarm(Alarm.NOTICE_LOST, kind=kind.value)


def masked(email: str) -> str:
    """Show as much of an address as its owner needs to know it again: « n…@exemple.fr »."""
    before, _, host = email.rpartition("@")
    return f"{before[:1]}…@{host}"


def answer_many_failures(reception: Reception, asking: Asking, now: datetime) -> None:
    """Tell of many failed tries; a tenant with a link that forgets them.

    An agent gets none: their tries count wrong codes too, and a mail must not buy more guesses at those.
    """
    before = reception.links.answered(asking)
    account = reception.accounts.find(asking.email)
    if account is None or not is_due(asking, before):
        return
    if account.role is Role.AGENT:
        send(reception, asking, [Letter(asking.email, "many_failures_staff", {})], now)
        return
    link, token = new_link(LinkKind.UNLOCK, asking, account.person, now)
    said = {"token": token, "name": reception.name_of(account.person)}
    send_link(reception, asking, before, link, [Letter(asking.email, "many_failures", said)], now)


def answer_notice(reception: Reception, asking: Asking, now: datetime) -> None:
    """Tell the owner of an account what happened to it, where the account is."""
    account = reception.tenants_account(asking.email)
    if account is not None:
        _tell(reception, asking, reception.name_of(account.person), now)


def answer_owner_notice(reception: Reception, asking: Asking, now: datetime) -> None:
    """Tell the owner of an account, tenant or agent, what happened to it."""
    account = reception.accounts.find(asking.email)
    if account is not None:
        staff = account.role is Role.AGENT
        _tell(reception, asking, "" if staff else reception.name_of(account.person), now, staff=staff)


def answer_staff_notice(reception: Reception, asking: Asking, now: datetime) -> None:
    """Tell an agent what happened at their door."""
    account = reception.accounts.find(asking.email)
    if account is not None and account.role is Role.AGENT:
        _tell(reception, asking, "", now)


def answer_parting(reception: Reception, asking: Asking, now: datetime) -> None:
    """Tell at an address that opens no account, or no more: the portal itself knows whose it is."""
    _tell(reception, asking, reception.name_of(asking.facts["person"]), now)


def _tell(reception: Reception, asking: Asking, name: str, now: datetime, *, staff: bool = False) -> None:
    before = reception.links.answered(asking)
    if before is not None and before.id == asking.id and before.sent_at:
        return
    facts = {fact: value for fact, value in asking.facts.items() if fact != "person"}
    said = {**facts, "name": name, "at": asking.asked_at} | ({"staff": "yes"} if staff else {})
    send(reception, asking, [Letter(asking.email, asking.kind, said)], now)
