"""Goal ``items``: reading fifty entries of a lease's account, against boto3's own way to read items.

Both ask the same local AWS for the same fifty-one items.  Ours gives the domain's entries and the balance;
boto3's ``Table.query`` gives dictionaries, so it does less.
"""

from collections.abc import Iterator
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from benchmarks import household
from benchmarks.figures import Line, cpu_turns, median_ratio
from benchmarks.scene import Scene
from chalicelib.domain.ledger import lease_account
from chalicelib.portal import portal
from chalicelib.storage.keys import book_key

GOAL, TURNS = 0.65, 30
SINCE = household.postings("9126")[0].booked_on


def measure(scene: Scene) -> Iterator[Line]:
    """Compare the two, turn by turn."""
    table: Any = boto3.resource("dynamodb").Table(scene.resources.table)
    pk = book_key(lease_account("9130"))

    def by_portal() -> int:
        return len(portal().ledger.statement("9130", SINCE)[1])

    def by_boto3() -> int:
        between = Key("pk").eq(pk) & Key("sk").between(f"ENTRY#{SINCE.isoformat()}", "TOTAL")
        found = table.query(KeyConditionExpression=between, ScanIndexForward=False, ConsistentRead=True)
        return sum(item["kind"] == "entry" for item in found["Items"])

    assert by_portal() == by_boto3() == household.ENTRIES
    spent = cpu_turns({"portal": by_portal, "boto3": by_boto3}, TURNS)
    yield Line("items", median_ratio(spent["portal"], spent["boto3"]), GOAL, "50 entries, against boto3", "×")
