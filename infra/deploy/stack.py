"""The stack as CloudFormation knows it: how it stands, and what happens to it while we wait (« pile »)."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.failure import DeploymentFailed, NotReady
from infra.deploy.place import REGION, Place
from infra.deploy.stage import REHEARSAL

ABSENT, REVIEWED = "ABSENT", "REVIEW_IN_PROGRESS"
UNDONE, HALF_UNDONE = "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"
# Its first deployment failed: it never stood, and nobody can update it.
UNBORN = {UNDONE, HALF_UNDONE}
RELEASE = "Release"
UNNAMED = "unnamed"
CANCELLED, DETAILS_APART = "cancelled", "DescribeEvents"
# What to do about a stack that CloudFormation lets nobody update.
STUCK = {
    "UPDATE_ROLLBACK_FAILED": "what stood before could not be put back.  Read its events, mend the cause, "
    "then\n  aws cloudformation continue-update-rollback {named}",
    "UPDATE_FAILED": "a change failed, and somebody had switched off that it is put back.  Read its events, "
    "then\n  aws cloudformation rollback-stack {named}",
    "CREATE_FAILED": "the first deployment failed.  Read its events, then\n"
    "  aws cloudformation delete-stack {named}",
    "DELETE_FAILED": "somebody deletes this stack, and AWS could not finish.  Read its events",
}


@dataclass(frozen=True)
class Standing:
    """How a stack stands: its status, its parameters and what it tells."""

    status: str = ABSENT
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Tell whether there is something that an update can start from."""
        return self.status not in {ABSENT, REVIEWED, *UNBORN}

    @property
    def release(self) -> str:
        """Give the name of the release that stands; empty when nobody named it."""
        told = self.parameters.get(RELEASE, "")
        return "" if told == UNNAMED else told

    def follows(self, earlier: "Standing") -> bool:
        """Tell whether nobody changed the stack since an earlier look."""
        return (self.exists, self.exists and self.release) == (
            earlier.exists,
            earlier.exists and earlier.release,
        )


def look_at(place: Place) -> Standing:
    """Look how the stack of a stage stands."""
    try:
        (found,) = place.client("cloudformation").describe_stacks(StackName=place.stage.stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return Standing()
        raise
    return Standing(
        found["StackStatus"],
        {one["ParameterKey"]: one.get("ParameterValue", "") for one in found.get("Parameters", [])},
        {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
    )


def refuse_if_busy_or_stuck(place: Place, standing: Standing) -> None:
    """Refuse a stack that something else is changing, or that CloudFormation lets nobody update."""
    status, stack = standing.status, place.stage.stack
    if status.endswith("_IN_PROGRESS") and status != REVIEWED:
        raise NotReady(
            f"the stack {stack} is being changed ({status}): wait until the other deployment is done"
        )
    if status in STUCK:
        named = f"--region {REGION} --stack-name {stack}"
        raise NotReady(f"the stack {stack} is stuck ({status}): {STUCK[status].format(named=named)}")


def protect(place: Place) -> None:
    """Keep the stack of a stage from being deleted by a slip; that of a rehearsal comes and goes."""
    if place.stage.name != REHEARSAL:
        place.client("cloudformation").update_termination_protection(
            StackName=place.stage.stack, EnableTerminationProtection=True
        )


class Events:
    """The events of a stack from now on, each once."""

    def __init__(self, place: Place, stack: str) -> None:
        self._place, self._stack, self._seen = place, stack, set[str]()
        self._before = next((one["EventId"] for one in self._all()), "")

    def fresh(self) -> list[dict[str, Any]]:
        """Give what happened since the last time, oldest first."""
        since = itertools.takewhile(lambda one: one["EventId"] != self._before, self._all())
        found = [one for one in since if one["EventId"] not in self._seen]
        self._seen.update(one["EventId"] for one in found)
        return found[::-1]

    def _all(self) -> Iterator[dict[str, Any]]:
        pages = self._place.client("cloudformation").get_paginator("describe_stack_events")
        for page in pages.paginate(StackName=self._stack):
            yield from page["StackEvents"]


def wait_until_done(place: Place, stack: str, events: Events) -> str:
    """Say what happens to a stack until nothing does any more; give the status it ends in.

    At the end, the events that failed are said once more: the first of them is the cause.
    """
    failed: list[dict[str, Any]] = []
    begun: list[str] = []

    def ended() -> str:
        found = place.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        for event in events.fresh():
            place.say(told(event))
            if event["PhysicalResourceId"] == stack:
                begun.append(event["ResourceStatus"])
            if event["ResourceStatus"].endswith("_FAILED") and CANCELLED not in _reason(event).lower():
                failed.append(event)
        # Before the stack itself has told of anything, this is how it ended the time before.
        return "" if found.endswith("_IN_PROGRESS") or not begun else str(found)

    end = wait_for(place, ended, f"the stack {stack}")
    if failed:
        place.say("what failed, the cause first:")
        for event in failed:
            place.say(told(event))
            if DETAILS_APART in _reason(event):
                say_details(place, StackName=stack)
    return end


def say_details(place: Place, **where: str) -> None:
    """Say what CloudFormation found wrong before it began: it keeps that apart from the events."""
    found = place.client("cloudformation").describe_events(**where, Filters={"FailedEvents": True})
    for one in found["OperationEvents"]:
        if reason := one.get("ValidationStatusReason"):
            place.say(f"  {one.get('LogicalResourceId', '')} {one.get('ValidationPath', '')}: {reason}")


def wait_for(place: Place, found: Callable[[], str], what: str) -> str:
    """Look again and again until something is found; ``DeploymentFailed`` when it takes too long."""
    deadline = time.monotonic() + place.patience.stack
    while not (now := found()):
        if time.monotonic() > deadline:
            raise DeploymentFailed(
                f"{what} takes longer than {place.patience.stack:.0f} s: look at it in the console"
            )
        time.sleep(place.patience.look)
    return now


def told(event: dict[str, Any]) -> str:
    """Write an event in one line."""
    at = event["Timestamp"].strftime("%H:%M:%S")
    line = f"  {at}  {event['ResourceStatus']:<28} {event['ResourceType']}  {event['LogicalResourceId']}"
    return f"{line}: {_reason(event)}" if _reason(event) else line


def _reason(event: dict[str, Any]) -> str:
    return str(event.get("ResourceStatusReason") or "")
