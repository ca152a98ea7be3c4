"""The stage of the rehearsal (« répétition »): a deployed portal on this machine, and who plays on it.

A journey asks it for what it needs::

    tenant = stage.visitor(debtor)                          # a browser in which the tenant has signed in
    stage.office.pay(order.location)                        # the payment page of the Stripe stand-in
    stage.until(lambda: stage.mails(debtor.email), "a mail")
    stage.schedule("sweep_payments").fall_due()             # EventBridge calls the function
    stage.queue("payments").waiting()
    stage.function("sync_payments").client("s3")            # with the rights of the function
    stage.restart()

The clock of functions is the machine's and cannot be moved from here: what has to be old is written as
old by the operator, to whom ``chalicelib.portal.portal()`` gives the stage's own table in each test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import app
from infra.demo.featured import TENANT_PASSWORD
from infra.deploy import Deployed, Place
from infra.local.mailbox import Mail, Mailbox
from tests.rehearsal.cloud import Cloud
from tests.rehearsal.gateway import ApiGateway
from tests.rehearsal.parts import Function, Queue, Schedule
from tests.rehearsal.people import Debtor
from tests.rehearsal.provider import Office
from tests.rehearsal.waiting import until
from tests.visitors import Visitor

Found = TypeVar("Found")
MOST_MAILS = 1_000
WEB = "api_handler"
FUNCTIONS = (WEB, *(source.name for source in app.app.event_sources))


@dataclass
class LiveStage:
    """A stack that stands."""

    cloud: Cloud
    office: Office
    place: Place
    deployed: Deployed
    debtors: list[Debtor]

    @cached_property
    def resources(self) -> dict[str, str]:
        """Tell what each name of the template became."""
        found = self.client("cloudformation").describe_stack_resources(StackName=self.deployed.stack)
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found["StackResources"]}

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.cloud.folder / "mail")

    @property
    def gateway(self) -> ApiGateway:
        return ApiGateway(self.deployed.address, self.deployed.outputs["PortalAddress"])

    def client(self, service: str) -> Any:
        """Make a client with the rights of the operator."""
        return self.place.client(service)

    def debtor(self) -> Debtor:
        """Give a tenant who owes something, and with whom no other journey has to do."""
        assert len(self.debtors) > 1, "the landlord is too small for so many journeys: HOMES"
        return self.debtors.pop(0)

    @property
    def eloise(self) -> Debtor:
        """Give the tenant that the demonstration is about."""
        return self.debtors[-1]

    def visitor(self, tenant: Debtor | None = None) -> Visitor:
        """Give a browser, in which a tenant has signed in if one is named."""
        visitor = Visitor(door=self.gateway)
        if tenant is not None:
            visitor.follow(visitor.sign_in(tenant.email, TENANT_PASSWORD))
        return visitor

    def mails(self, to: str) -> list[Mail]:
        """Give the mails to an address, newest first."""
        return self.mailbox.mails(MOST_MAILS, to)

    def function(self, name: str) -> Function:
        """Give a function by its name in ``app.py``, or ``WEB``."""
        logical = "APIHandler" if name == WEB else _camel(name)
        return Function(self.resources[logical], self.client)

    def queue(self, name: str) -> Queue:
        """Give a queue by the end of its name: ``payments``, ``documents``, ``mail-events``."""
        logical = _camel(name.replace("-", "_"))
        urls = [self._address(f"{logical}{kind}") for kind in ("Queue", "DeadQueue")]
        mappings = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        end = urls[0].rpartition("/")[2]
        (consumer,) = [one["UUID"] for one in mappings if one["EventSourceArn"].endswith(f":{end}")]
        return Queue(urls[0], urls[1], consumer, self.client)

    def schedule(self, name: str) -> Schedule:
        """Give a schedule by the name of its function in ``app.py``."""
        logical = _camel(name)
        rule = self.resources[f"{logical}{logical}Event"]
        return Schedule(rule, self.function(name), self.client, self.cloud.move_schedules)

    def until(self, see: Callable[[], Found | None], what: str) -> Found:
        """Wait until something is seen, and give it; in vain, the test fails with the cloud's last words."""
        try:
            return until(see, what)
        except AssertionError as error:
            error.add_note(self.cloud.log()[-4_000:])
            for name in FUNCTIONS:
                error.add_note(self.function(name).log()[-2_000:])
            raise

    def restart(self) -> None:
        """Stop the cloud, functions in the middle of their work included, and start it from what it kept."""
        self.cloud.stop()
        self.cloud.start()

    def _address(self, resource: str) -> str:
        """Give the address of a queue here: CloudFormation tells that of the machine's name."""
        return f"{self.cloud.endpoint}/{self.resources[resource].split('/', 3)[3]}"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
