"""Where a stage goes up, who is asked before anything changes, and who is told of it (« lieu »)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import boto3
from botocore.client import Config

from infra.clock import wall_clock
from infra.deploy.failure import NotReady
from infra.deploy.stage import ACCOUNT, Stage
from infra.local.resources import Credentials
from infra.local.resources import client as local_client

REGION = "eu-west-3"
STUBBORN = Config(retries={"mode": "standard", "max_attempts": 5})


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: between two looks, for the stack, and for the portal to answer well."""

    look: float
    stack: float
    answer: float


ON_AWS = Patience(look=5, stack=90 * 60, answer=180)
NEARBY = Patience(look=0.1, stack=120, answer=15)


@dataclass(frozen=True)
class Caller:
    """Who deploys: the account, and the name that AWS knows the person or the machine by."""

    account: str
    name: str


@dataclass(frozen=True)
class Place:
    """A stage with the cloud that it goes up on.

    ``ask`` shows a question and tells whether to go on; ``say`` takes one line.  Without an ``endpoint`` the
    cloud is AWS, and the credentials are those that boto3 finds; with one it is the local cloud, and they
    are given here.
    """

    stage: Stage
    ask: Callable[[str], bool]
    say: Callable[[str], None]
    endpoint: str = ""
    credentials: Credentials | None = None
    patience: Patience = ON_AWS
    now: Callable[[], datetime] = wall_clock
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def on_aws(self) -> bool:
        """Tell AWS from an imitation of it."""
        return not self.endpoint

    def client(self, service: str) -> Any:
        """Give the client of a service."""
        if self.endpoint and self.credentials:
            return local_client(service, self.endpoint, self.credentials)
        if service not in self._clients:
            make: Any = self._session.client  # typed by literal names, which a variable is not
            self._clients[service] = make(service, region_name=REGION, config=STUBBORN)
        return self._clients[service]

    @cached_property
    def _session(self) -> boto3.Session:
        """Look for credentials now: boto3's own session would go on with those of before."""
        return boto3.Session()

    @cached_property
    def caller(self) -> Caller:
        """Ask AWS who we are."""
        found = self.client("sts").get_caller_identity()
        return Caller(found["Account"], found["Arn"])


def refuse_wrong_account(place: Place) -> None:
    """``NotReady`` when the credentials are those of another account than the stage's."""
    wanted, account = place.stage.account, place.caller.account
    if wanted and account != wanted:
        raise NotReady(
            f"wrong account: the stage {place.stage.name} belongs to {wanted} ({ACCOUNT} in its file), "
            f"these credentials to {account}"
        )
