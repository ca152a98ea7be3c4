"""A worker of papers as a process of its own, to be killed: what Lambda's poller and function are on AWS.

It works on one queue until it is killed, under a clock that stands still, and says when it begins.
"""

import sys
from datetime import datetime

from chalice.app import SQSEventConfig

import app
from chalicelib.config import read_config
from chalicelib.portal import portal, set_clock
from infra.local.loop import QueueLoop, queue_name
from infra.local.resources import PAPERS_QUEUE, client
from tests.conftest import ACCOUNT


def main(moment: str) -> None:
    """Work for ever."""
    set_clock(lambda: datetime.fromisoformat(moment))
    config = read_config()
    endpoint = config.papers_queue.rsplit("/", 2)[0]
    loop = QueueLoop(app.app, client("sqs", endpoint, ACCOUNT), {PAPERS_QUEUE: config.papers_queue})
    (queue,) = (
        one
        for one in app.app.event_sources
        if isinstance(one, SQSEventConfig) and queue_name(one) == PAPERS_QUEUE
    )
    _ = portal().notice_desk
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        loop.handle_batch(queue)


if __name__ == "__main__":
    main(sys.argv[1])
