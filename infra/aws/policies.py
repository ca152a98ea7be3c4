"""What the policies of the functions allow (« droits »), and whether a call that was made is among it.

The files are read with the template's own functions filled in, for one account.  Only what our policies use
is understood: a policy that says more is refused here rather than read wrongly.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

LEADING_KEYS = "dynamodb:LeadingKeys"
UNDERSTOOD = {("ForAllValues:StringLike", LEADING_KEYS), ("StringEquals", "kms:ViaService")}
# What AWS does in the function's name, and no code of ours asks for: the log, the queue that feeds it, the
# key that a service opens, the report of a scheduled run that failed.
ON_OUR_BEHALF = frozenset(
    {
        "WriteItsLog",
        "TakeFromItsQueue",
        "OpenWhatTheKeyLocks",
        "TellOfRunsThatFailed",
    }
)


class NotUnderstood(Exception):
    """A policy says something that this module cannot judge."""


@dataclass(frozen=True)
class Call:
    """What a function asked of AWS: an IAM action on a resource; ``keys`` are the partitions it named."""

    action: str
    resource: str
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grant:
    """One statement of a policy: some actions on some resources."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...]

    def allows(self, call: Call) -> bool:
        """Tell whether a call is among what this statement allows."""
        return (
            call.action in self.actions
            and any(matches(call.resource, pattern) for pattern in self.resources)
            and (not self.keys or all(any(matches(key, one) for one in self.keys) for key in call.keys))
        )

    def permits(self) -> list[tuple[str, str]]:
        """List each action with each resource: all have to be used, or the policy is wider than needed."""
        return [(action, resource) for action in self.actions for resource in self.resources]


def read_grants(file: Path, names: Mapping[str, str]) -> list[Grant]:
    """Read a policy file; ``names`` fills in what the template would (``Table.Arn``, ``AWS::Region``)."""
    return [_grant(one, names) for one in json.loads(file.read_text(encoding="utf-8"))["Statement"]]


def refused(calls: Iterable[Call], grants: Sequence[Grant]) -> set[Call]:
    """Give the calls that no statement allows."""
    return {call for call in calls if not any(grant.allows(call) for grant in grants)}


def unused(calls: Iterable[Call], grants: Sequence[Grant]) -> set[tuple[str, str, str]]:
    """Give what is allowed and was never asked for: statement, action, resource."""
    made = list(calls)
    return {
        (grant.sid, action, resource)
        for grant in grants
        if grant.sid not in ON_OUR_BEHALF
        for action, resource in grant.permits()
        if not any(call.action == action and matches(call.resource, resource) for call in made)
    }


def matches(value: str, pattern: str) -> bool:
    """Compare as IAM does: ``*`` and ``?`` stand for anything, brackets for themselves."""
    return fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


def _grant(statement: Mapping[str, Any], names: Mapping[str, str]) -> Grant:
    if statement["Effect"] != "Allow" or not set(statement) <= {
        "Sid", "Effect", "Action", "Resource", "Condition",
    }:  # fmt: skip
        raise NotUnderstood(statement.get("Sid", ""))
    conditions = {
        (how, key): value for how, one in statement.get("Condition", {}).items() for key, value in one.items()
    }
    if not set(conditions) <= UNDERSTOOD:
        raise NotUnderstood(f"{statement['Sid']}: {sorted(conditions)}")
    resources = statement["Resource"]
    return Grant(
        statement["Sid"],
        tuple(statement["Action"]),
        tuple(fill_in(one, names) for one in (resources if isinstance(resources, list) else [resources])),
        tuple(conditions.get(("ForAllValues:StringLike", LEADING_KEYS), ())),
    )


def fill_in(value: Any, names: Mapping[str, str]) -> str:
    """Work out ``Fn::Sub``, ``Fn::GetAtt`` and ``Ref``; ``NotUnderstood`` for anything else."""
    if isinstance(value, str):
        return value
    match value:
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: names[found[1]], text)
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return names[f"{resource}.{attribute}"]
        case {"Ref": str(name)}:
            return names[name]
    raise NotUnderstood(str(value))
