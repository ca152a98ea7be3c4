"""What the import has to write for one lease or one tenant: the difference between rows and table."""

from dataclasses import replace
from datetime import date

from chalicelib.domain.certificates import decided_by_the_file
from chalicelib.domain.exchange.grouping import LeaseRows, TenantRows, kept_hold, merged_thread, still_holds
from chalicelib.domain.exchange.layouts import (
    CERTIFICATES,
    HOLDERS,
    LEASES,
    MESSAGES,
    OCCUPANTS,
    REQUESTS,
    UNITS,
)
from chalicelib.domain.exchange.report import Outcome
from chalicelib.domain.insurance import Cover, InsuranceCertificate, cover_of
from chalicelib.domain.leases import Lease
from chalicelib.domain.service_requests import RequestMessage, ServiceRequest
from chalicelib.domain.timeline import Action as Doing
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.insurance import CertificateItem, CoverItem, certificate_item, cover_item
from chalicelib.storage.intake_calls import bring_calls
from chalicelib.storage.intake_difference import Difference, LeaseEnd, Plan, Taken
from chalicelib.storage.intake_writes import (
    Raw,
    Shelf,
    change,
    put,
    raw,
)
from chalicelib.storage.leases import HolderItem, OccupantItem, lease_items
from chalicelib.storage.service_requests import WIDTH, RequestItem, request_items
from chalicelib.storage.tenants import hold_item, profile_item
from chalicelib.storage.timeline import action_item

CERTIFICATE_MAY_EMPTY = ("reason", "checked_by", "mailing_at", "told_at", "due_pk", "due_sk")
COVER_MAY_EMPTY = ("until_on", "to_check", "due_pk", "due_sk")


def plan_lease(number: str, rows: LeaseRows, shelf: Shelf, taken: Taken) -> Plan:
    """Find what to write in a lease's partition.

    The lease's own item comes last: as long as it is missing, whatever was cut is done again.
    """
    work = Difference(shelf)
    bare = rows.lease or Lease(number, "", taken.today, None, 0, ())
    own, *hanging = lease_items(replace(bare, units=tuple(rows.units), occupants=tuple(rows.occupants)))
    for item in hanging:
        if isinstance(item, OccupantItem):
            work.bring(raw(item), OCCUPANTS, stays=item.until_on is None or taken.today <= item.until_on)
        else:
            work.bring(raw(item), UNITS)
    for tenant, hold in rows.holders:
        stays = still_holds(hold, taken.lease_end(number) if hold.until_on else None, taken.today)
        signed = HolderItem(shelf.pk, f"HOLDER#{tenant.id}", tenant=tenant.id)
        work.bring(raw(signed), HOLDERS, rows=0, stays=stays)
    bring_calls(work, number, rows, taken.today)
    _bring_certificates(work, number, rows.certificates, taken)
    own_news = rows.lease is not None and work.is_news("LEASE", own)
    work.remember()
    if rows.lease is not None:
        outcome = work.write(raw(own), alone=True) if own_news else Outcome.UNCHANGED
        work.plan.tally[LEASES, outcome] += 1
    return work.plan


def _bring_certificates(
    work: Difference, number: str, certificates: list[InsuranceCertificate], taken: Taken
) -> None:
    """Bring certificates in, and the cover that follows from all that the lease then has."""
    kept: dict[str, InsuranceCertificate] = {}
    news = [one for one in certificates if work.is_news(*_said_of(one))]
    work.plan.tally[CERTIFICATES, Outcome.UNCHANGED] += len(certificates) - len(news)
    if work.shelf.exists and not news:
        return
    for sk, item in work.shelf.items.items():
        if sk.startswith("CERTIFICATE#"):
            kept[sk] = CertificateItem.from_raw_data(item).to_domain()
    for one in news:
        sk, _ = _said_of(one)
        kept[sk] = decided_by_the_file(one, kept.get(sk), taken.now)
        still = "mailing_at" if kept[sk].sent else ""  # nobody is writing to who sent it meanwhile
        item = raw(certificate_item(kept[sk]))
        outcome = work.write(item, if_still=still, may_empty=CERTIFICATE_MAY_EMPTY)
        work.plan.tally[CERTIFICATES, outcome] += 1
    _bring_cover(work, cover_of(number, kept.values()), taken.today)


def _said_of(certificate: InsuranceCertificate) -> tuple[str, object]:
    item = raw(certificate_item(certificate))
    return item["sk"]["S"], (item, True)


def _bring_cover(work: Difference, cover: Cover, today: date) -> None:
    """Write a cover in place of the one that was read, and of no other: tenants send certificates too."""
    stored = work.shelf.items.get("COVER")
    if stored is None:
        work.plan.actions.append(put(raw(cover_item(cover, today)), absent=True))
        return
    known = CoverItem.from_raw_data(stored)
    if known.to_domain() == cover:
        return
    spelled = raw(cover_item(cover, today, known.version + 1, known.due_on))
    changed = change(stored, spelled, "version", COVER_MAY_EMPTY)
    work.plan.actions += [changed] if changed else []


def plan_tenant(
    id: str, rows: TenantRows, shelf: Shelf, requests: Shelf, today: date, lease_end: LeaseEnd
) -> Plan:
    """Find what to write for a tenant: who they are, what they hold, their requests.

    The profile comes last: as long as it is missing, whatever was cut is done again.
    """
    work = Difference(shelf)
    for _, hold in rows.holders:
        ends_on = lease_end(hold.lease)
        kept = hold_item(id, replace(kept_hold(hold, ends_on), lease_ends_on=ends_on))
        work.bring(raw(kept), HOLDERS, stays=still_holds(hold, ends_on, today))
    count = _bring_requests(work, requests, rows)
    news = bool(rows.holders) and work.is_news("PROFILE", rows.holders[0].tenant)
    work.remember()
    if not news and count is None:
        return work.plan
    profile = raw(profile_item(rows.holders[0].tenant, count or 0)) if news else dict(shelf.items["PROFILE"])
    if count is None and "PROFILE" in shelf.items:
        profile["request_count"] = shelf.items["PROFILE"]["request_count"]
    elif count is not None:
        profile["request_count"] = {"N": str(count)}
    if work.write(profile, if_still="request_count", alone=True) is Outcome.CHANGED and news:
        work.plan.tally[HOLDERS, Outcome.CHANGED] += work.plan.tally.pop((HOLDERS, Outcome.UNCHANGED), 0)
    return work.plan


def _bring_requests(work: Difference, requests: Shelf, rows: TenantRows) -> int | None:
    """Bring requests and their threads in; give how many the tenant then has, if that was looked at."""
    opened, looked = 0, False
    for number in {**rows.requests, **rows.replies}:
        row, replies = rows.requests.get(number), rows.replies.get(number, [])
        row_news = row is not None and work.is_news(f"REQUEST#{number}", row)
        replies_news = bool(replies) and work.is_news(f"MESSAGES#{number}", replies)
        outcome = Outcome.UNCHANGED
        if row_news or replies_news:
            looked = True
            # The profile's count is read first: a tenant who opens a request meanwhile makes it another.
            _ = work.shelf.items
            stored = requests.items.get(number.zfill(WIDTH))
            outcome = _bring_request(work, row if row_news else None, replies, stored)
            opened += outcome is Outcome.CREATED
        work.plan.tally[REQUESTS, outcome if row_news else Outcome.UNCHANGED] += row is not None
        work.plan.tally[MESSAGES, outcome if replies_news else Outcome.UNCHANGED] += len(replies)
    return len(requests.items) + opened if looked else None


def _with_what_is_ours(request: ServiceRequest, old: ServiceRequest | None) -> ServiceRequest:
    """Keep what the files know nothing of when they send back a request that was opened here."""
    if old is None or not old.opened_here:
        return request
    return replace(request, about=old.about, opened_here=True, comment=request.comment or old.comment)


def _bring_request(
    work: Difference, row: ServiceRequest | None, replies: list[RequestMessage], stored: Raw | None
) -> Outcome:
    """Write a request whole, its short copy while it is open, and the event of its sending when it is new."""
    old = RequestItem.from_raw_data(stored).to_domain() if stored else None
    said = row or old
    if said is None:
        return Outcome.UNCHANGED
    request = _with_what_is_ours(replace(said, thread=merged_thread(old.thread if old else (), replies)), old)
    whole, short = request_items(request)
    spelled = raw(whole)
    if stored is None:
        event = TimelineEvent(request.opened_at, Doing.REQUEST_SENT, request.number, request.detail)
        work.plan.actions.append(put(spelled, absent=True))
        work.plan.actions.append(put(raw(action_item(request.tenant, event))))
        work.write(raw(short), stays=request.is_open)
        return Outcome.CREATED
    if old and "thread" in stored:
        as_stored = dict(zip(old.thread, stored["thread"]["L"], strict=True))
        lines = zip(request.thread, spelled["thread"]["L"], strict=True)
        spelled["thread"] = {"L": [as_stored.get(message, line) for message, line in lines]}
    # A file that a tenant sent may join the thread meanwhile.
    changed = change(stored, spelled, "thread" if "thread" in stored else "")
    if changed is None:
        return Outcome.UNCHANGED
    work.plan.actions.append(changed)
    work.write(raw(short), stays=request.is_open)
    return Outcome.CHANGED
