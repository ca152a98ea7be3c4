"""The local AWS of the tests: ministack, which also goes back to how it was laid out, in one question.

Creating a table, a bucket and six queues takes twenty requests, and hundreds of tests want them empty.  So
they are created once through the real interface, ministack's services remember that moment with the functions
that they save and load their state with, and each test begins there.
"""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

REMEMBER, GO_BACK = "/_tests/remember", "/_tests/go-back"

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class RememberingAws:
    """Puts two questions of the tests before ministack's own."""

    def __init__(self) -> None:
        from ministack import app as ministack
        from ministack.services import dynamodb, s3, ses, ses_v2, sqs

        self._ministack = ministack
        self._services = (dynamodb, s3, sqs, ses, ses_v2)
        self._remembered: tuple[Any, ...] = ()

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        """Answer the tests' questions, and pass all others on."""
        act = {REMEMBER: self._remember, GO_BACK: self._go_back}.get(scope.get("path", ""))
        if act is None:
            await self._ministack.app(scope, receive, send)
            return
        act()  # nothing is awaited within: no other request sees it half done
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    def _remember(self) -> None:
        self._remembered = tuple(service.get_state() for service in self._services)

    def _go_back(self) -> None:
        self._ministack._reset_all_state()
        for service, state in zip(self._services, self._remembered, strict=True):
            service.load_persisted_state(deepcopy(state))


def main() -> None:
    """Serve until killed, or until who started it is gone: there is nothing to save."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout, config.loglevel = 75, "ERROR"
    threading.Thread(target=_end_with_parent, daemon=True).start()
    aws: Any = RememberingAws()
    gc.freeze()  # what was imported stays
    asyncio.run(serve(aws, config))


def _end_with_parent() -> None:
    """Wait for the other end of our standard input to close."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
