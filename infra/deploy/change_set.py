"""What a deployment would change: worked out by CloudFormation, shown, judged (« modifications »)."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.ending import begun
from infra.deploy.failure import DeploymentFailed, NotReady
from infra.deploy.place import Place
from infra.deploy.stack import DETAILS_APART, UNDONE, Events, Standing, say_details, wait_for, wait_until_done

# Losing one of these loses what tenants entrusted to us, or work that waits.
QUEUE = "AWS::SQS::Queue"
STATEFUL = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", QUEUE}
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
NOTHING = ("didn't contain changes", "No updates are to be performed")
MARKS = {"Add": "+", "Modify": "~", "Remove": "-"}
WELL = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
PUT_BACK = {UNDONE: "; nothing stands", "UPDATE_ROLLBACK_COMPLETE": "; what stood before stands again"}
GOES_ON = "the same command goes on from there"
OVERTAKEN = {"InvalidChangeSetStatus", "ChangeSetNotFound"}


@dataclass(frozen=True)
class Change:
    """One resource that would change."""

    action: str
    name: str
    kind: str
    replacement: str = ""
    id: str = ""

    @property
    def loses(self) -> bool:
        """Tell whether what is there now would go."""
        return self.action == "Remove" or self.replacement in {"True", "Conditional"}

    def __str__(self) -> str:
        """Show it in one line."""
        replaced = {"True": "  REPLACED", "Conditional": "  perhaps replaced"}.get(self.replacement, "")
        return f"  {MARKS.get(self.action, '?')} {self.action:<8}{self.name:<44} {self.kind}{replaced}"


@dataclass(frozen=True)
class ChangeSet:
    """A change set that can be executed."""

    id: str
    stack: str
    changes: tuple[Change, ...]


def work_out(
    place: Place, standing: Standing, template_url: str, parameters: Mapping[str, str]
) -> ChangeSet | None:
    """Have CloudFormation work out what would change; ``None`` when nothing would."""
    cloudformation = place.client("cloudformation")
    try:
        made = cloudformation.create_change_set(
            StackName=place.stage.stack,
            ChangeSetName=f"deploy-{secrets.token_hex(8)}",
            ChangeSetType="UPDATE" if standing.exists else "CREATE",
            TemplateURL=template_url,
            Capabilities=CAPABILITIES,
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
            ],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise NotReady(f"CloudFormation refuses: {error.response['Error']['Message']}") from error
    found: dict[str, Any] = {}

    def worked_out() -> str:
        found.update(cloudformation.describe_change_set(ChangeSetName=made["Id"], StackName=made["StackId"]))
        return "" if found["Status"].endswith(("_PENDING", "_IN_PROGRESS")) else str(found["Status"])

    if wait_for(place, worked_out, "the change set") == "FAILED":
        reason = found.get("StatusReason", "")
        if DETAILS_APART in reason:
            say_details(place, ChangeSetName=made["Id"])
        drop(place, ChangeSet(made["Id"], made["StackId"], ()))
        if any(words in reason for words in NOTHING):
            return None
        raise DeploymentFailed(f"CloudFormation cannot work out the changes: {reason}")
    return ChangeSet(made["Id"], made["StackId"], tuple(_changes(place, made["Id"], made["StackId"])))


def _changes(place: Place, id: str, stack: str) -> Iterator[Change]:
    asked = {"ChangeSetName": id, "StackName": stack}
    while True:
        page = place.client("cloudformation").describe_change_set(**asked)
        for one in page["Changes"]:
            told = one["ResourceChange"]
            yield Change(
                told["Action"],
                told["LogicalResourceId"],
                told["ResourceType"],
                told.get("Replacement", ""),
                told.get("PhysicalResourceId", ""),
            )
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def show(place: Place, changes: ChangeSet) -> None:
    """Say what would change, one line for each resource."""
    for change in sorted(changes.changes, key=lambda one: (one.action, one.kind, one.name)):
        place.say(str(change))
    if not changes.changes:
        place.say("  no resource changes: parameters or outputs alone")


def let_empty_queues_go(place: Place, changes: ChangeSet) -> list[Change]:
    """Give the queues that would be removed and hold nothing; say so.  For the way back alone."""
    going = [one for one in changes.changes if one.kind == QUEUE and one.action == "Remove"]
    empty = [one for one in going if _is_empty(place, one.id)]
    for one in empty:
        place.say(f"  {one.name} may go: nothing waits in it")
    return empty


def _is_empty(place: Place, url: str) -> bool:
    """Tell whether nothing waits in a queue, is being worked on, or is to come."""
    asked = {"QueueUrl": url, "AttributeNames": list(COUNTS)}
    counted = place.client("sqs").get_queue_attributes(**asked)["Attributes"]
    return all(counted[name] == "0" for name in COUNTS)


def refuse_losses(place: Place, changes: ChangeSet, harmless: Collection[Change] = ()) -> None:
    """Refuse changes that would replace or delete a table, a bucket, a key or a queue."""
    lost = [one for one in changes.changes if one.kind in STATEFUL and one.loses and one not in harmless]
    if lost:
        drop(place, changes)
        raise DeploymentFailed(
            "refused, nothing was changed: this would replace or delete what must not be lost:\n"
            + "\n".join(map(str, lost))
        )


def drop(place: Place, changes: ChangeSet) -> None:
    """Forget a change set that will not be executed."""
    place.client("cloudformation").delete_change_set(ChangeSetName=changes.id, StackName=changes.stack)


def execute(place: Place, changes: ChangeSet) -> None:
    """Execute a change set and wait for the end; ``DeploymentFailed`` when CloudFormation put all back."""
    events = Events(place, changes.stack)
    try:
        place.client("cloudformation").execute_change_set(
            ChangeSetName=changes.id,
            StackName=changes.stack,
            DisableRollback=False,  # whatever the stack was made with
            RetainExceptOnCreate=True,  # what a failed deployment made does not stay in the next one's way
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in OVERTAKEN:
            raise
        raise DeploymentFailed("another deployment was quicker, nothing was changed by this one") from error
    except BotoCoreError as error:  # no answer: it may have begun
        raise DeploymentFailed(f"AWS does not answer: {error}; it may have begun: {GOES_ON}") from error
    with begun(GOES_ON):
        end = wait_until_done(place, changes.stack, events)
    if end not in WELL:
        raise DeploymentFailed(f"the stack ends in {end}: what failed is above{PUT_BACK.get(end, '')}")
