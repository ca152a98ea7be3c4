"""The stand-in as an HTTP client of stripe-python (« sans réseau »): the library's own code, no socket."""

import urllib.parse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import stripe

if TYPE_CHECKING:
    from infra.local.stripe.core import StandIn


class StandInHTTPClient(stripe.HTTPClient):
    """Hand every request of a ``StripeClient`` to a stand-in in the same process.

    ``lose_requests`` and ``lose_answers``: how many of the next calls break before, or after, they are done.
    """

    name: ClassVar[str] = "stand-in"

    def __init__(self, core: "StandIn") -> None:
        super().__init__()
        self._core = core
        self.lose_requests = 0
        self.lose_answers = 0

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Carry out one request; ``stripe.APIConnectionError`` when a loss was asked for."""
        if self.lose_requests > 0:
            self.lose_requests -= 1
            raise _lost("The request was lost.")
        address = urllib.parse.urlsplit(url)
        target = address.path + (f"?{address.query}" if address.query else "")
        answer = self._core.handle(method.upper(), target, headers or {}, post_data or "")
        if self.lose_answers > 0:
            self.lose_answers -= 1
            raise _lost("The answer was lost.")
        return answer.body.decode(), answer.status, answer.headers

    def close(self) -> None:
        """Close nothing: there is no connection."""


def client(core: "StandIn", api_key: str = "sk_test_demo") -> stripe.StripeClient:
    """Make a client of the library that speaks to a stand-in in this process."""
    return stripe.StripeClient(api_key, http_client=StandInHTTPClient(core), max_network_retries=0)


def _lost(message: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(message, should_retry=True)  # type: ignore[no-untyped-call]
