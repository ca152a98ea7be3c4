"""Papers (« documents »): every hour what waits is shared out; workers make them, home by home.

Two queues, one worker: ``documents`` is for what somebody waits for, ``papers`` for the many of a month.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.domain.charge_statements import issue_statement
from chalicelib.domain.documents import issue_ticket
from chalicelib.domain.monthly_run import Part, Pile, batch, month_of, share_out, spelled
from chalicelib.domain.monthly_run import plan_papers as plan
from chalicelib.domain.outbox import parts_to_send
from chalicelib.domain.receipts import look_at
from chalicelib.domain.rent_certificates import issue_certificate
from chalicelib.domain.rent_notices import issue_notice
from chalicelib.domain.stints import Stint
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal

Body = dict[str, Any]
# Five workers of that pace write some 1,700 units a second, of the 4,000 that a new table takes at once.
HOMES_EACH_SECOND, HEAD_START, STINT_SECONDS = 20.0, 2.0, 300.0


def plan_papers(event: CloudWatchEvent) -> int:
    """Every hour, send workers to the parts in which papers or mails wait; give to how many."""
    parts, mails = plan(portal().run_desk, now()), parts_to_send(portal().outbox, now())
    portal().paper_work.share_out([spelled(part) for part in parts])
    portal().paper_work.send_mails(mails)
    return len(parts) + len(mails)


def issue_papers(event: SQSEvent) -> dict[str, Any]:
    """Make papers, or cut a part of the work into batches; give back the messages to send again."""
    stint = Stint(STINT_SECONDS, HOMES_EACH_SECOND, HEAD_START)

    def work(record: Any) -> None:
        body = json.loads(record.body)
        (name,) = TASKS.keys() & body.keys()
        TASKS[name](body, stint)

    return each_message(event, work)


def _share(body: Body, stint: Stint) -> None:
    month_on = month_of(body["month"]) if "month" in body else None
    part = Part(Pile(body["share"]), body["part"], month_on)
    batches = share_out(portal().run_desk, part, now())
    portal().paper_work.share_out([batch(part, homes) for homes in batches])


def _notices(body: Body, stint: Stint) -> None:
    month_on = month_of(body["month"])
    _each(body["notices"], stint, lambda lease: issue_notice(portal().notice_desk, lease, month_on, now()))


def _receipts(body: Body, stint: Stint) -> None:
    _each(body["receipts"], stint, lambda lease: look_at(portal().receipt_desk, lease, now()))


def _statements(body: Body, stint: Stint) -> None:
    def issue(home: tuple[str, int]) -> None:
        issue_statement(portal().statement_desk, home[0], home[1], now())

    _each(body["statements"], stint, issue)


def _each(homes: Sequence[Any], stint: Stint, make: Callable[[Any], object]) -> None:
    """Do what is asked for each home; what fails for one is raised when all the others are done."""
    with ExitStack() as left:
        for home in reversed(homes):
            left.callback(_paced, home, stint, make)


def _paced(home: Any, stint: Stint, make: Callable[[Any], object]) -> None:
    stint.take()
    make(home)


def _ticket(body: Body, stint: Stint) -> None:
    issue_ticket(portal().registry, body["ticket"], now())


def _certificate(body: Body, stint: Stint) -> None:
    asked = body["certificate"]
    day = date.fromisoformat(asked["day"])
    issue_certificate(portal().certificate_desk, asked["lease"], asked["tenant"], day, now())


TASKS: dict[str, Callable[[Body, Stint], None]] = {
    "ticket": _ticket,
    "share": _share,
    "notices": _notices,
    "receipts": _receipts,
    "statements": _statements,
    "certificate": _certificate,
}
