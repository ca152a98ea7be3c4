"""The parts of the stage that a journey holds in its hands: a function, a queue, a schedule."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from infra.local.resources import REGION
from infra.local.schedules import next_due

Clients = Callable[[str], Any]
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True)
class Function:
    """A function of the stack; ``role`` is the name of its role."""

    name: str
    clients: Clients

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = self.clients("lambda").get_function_configuration(FunctionName=self.name)
        return found

    @property
    def role(self) -> str:
        return str(self.settings["Role"]).rpartition("/")[2]

    def log(self) -> str:
        """Give what the function has said."""
        group = self.settings["LoggingConfig"]["LogGroup"]
        events = self.clients("logs").filter_log_events(logGroupName=group)["events"]
        return "\n".join([group, *(event["message"].rstrip() for event in events)])

    def call(self, event: Any) -> Any:
        """Call the function with an event, and give its answer."""
        answer = self.clients("lambda").invoke(FunctionName=self.name, Payload=json.dumps(event))
        told = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return told

    def client(self, service: str) -> Any:
        """Make a client with the rights of the function."""
        sts = self.clients("sts")
        given = sts.assume_role(RoleArn=self.settings["Role"], RoleSessionName="rehearsal")["Credentials"]
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=sts.meta.endpoint_url,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    @contextmanager
    def without_its_layers(self) -> Iterator[None]:
        """Take away the libraries that the function alone has, and give them back."""
        carried = [layer["Arn"] for layer in self.settings["Layers"]]
        change = self.clients("lambda").update_function_configuration
        change(FunctionName=self.name, Layers=[])
        try:
            yield
        finally:
            change(FunctionName=self.name, Layers=carried)

    @contextmanager
    def without_its_policy(self) -> Iterator[None]:
        """Take away what the function may do, and give it back."""
        iam, role = self.clients("iam"), self.role
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        kept = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
        assert kept
        for name in kept:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        try:
            yield
        finally:
            for name, document in kept.items():
                iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


@dataclass(frozen=True)
class Queue:
    """A queue of the stack, its dead letters, and what feeds its function from it."""

    url: str
    dead_url: str
    consumer: str
    clients: Clients

    def waiting(self) -> int:
        """Count the messages that wait or are being handled."""
        return self._count(self.url)

    def dead(self) -> int:
        """Count the messages that were given up."""
        return self._count(self.dead_url)

    def send(self, body: str) -> None:
        """Put a message into it, as whoever feeds it does."""
        self.clients("sqs").send_message(QueueUrl=self.url, MessageBody=body)

    @contextmanager
    def handing_back_after(self, seconds: int) -> Iterator[None]:
        """Hand a message whose function was cut back after so many seconds: the template has minutes."""
        asked = {"QueueUrl": self.url, "AttributeNames": ["VisibilityTimeout"]}
        usual = self.clients("sqs").get_queue_attributes(**asked)["Attributes"]
        change = self.clients("sqs").set_queue_attributes
        change(QueueUrl=self.url, Attributes={"VisibilityTimeout": str(seconds)})
        try:
            yield
        finally:
            change(QueueUrl=self.url, Attributes=usual)

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Have no function take messages meanwhile."""
        switch = self.clients("lambda").update_event_source_mapping
        switch(UUID=self.consumer, Enabled=False)
        try:
            yield
        finally:
            switch(UUID=self.consumer, Enabled=True)

    def _count(self, url: str) -> int:
        asked = {"QueueUrl": url, "AttributeNames": list(COUNTS)}
        return sum(int(n) for n in self.clients("sqs").get_queue_attributes(**asked)["Attributes"].values())


@dataclass(frozen=True)
class Schedule:
    """A rule of EventBridge that calls a function."""

    rule: str
    function: Function
    clients: Clients
    move_schedules: Callable[[timedelta], None]

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = self.clients("events").describe_rule(Name=self.rule)
        return found

    def targets(self) -> list[str]:
        found = self.clients("events").list_targets_by_rule(Rule=self.rule)["Targets"]
        return [target["Arn"] for target in found]

    def may_call(self) -> bool:
        """Tell whether the function lets EventBridge call it for this rule, and for no other."""
        told = self.clients("lambda").get_policy(FunctionName=self.function.name)["Policy"]
        return any(
            statement["Principal"] == {"Service": "events.amazonaws.com"}
            and statement["Action"] == "lambda:InvokeFunction"
            and statement["Condition"]["ArnLike"]["AWS:SourceArn"] == self.settings["Arn"]
            for statement in json.loads(told)["Statement"]
        )

    def fall_due(self) -> None:
        """Move the clock of schedules to where this one is due: the cloud then calls the function itself."""
        now = datetime.now(UTC)
        self.move_schedules(next_due(self.settings["ScheduleExpression"], now) - now)
