"""What must hold of the books at any moment, read from the table itself."""

from collections import Counter
from typing import Any

from chalicelib.storage.table import Item, connection


def stored_items() -> dict[tuple[str, str], dict[str, Any]]:
    """Read the whole table, by key."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    scan: dict[str, Any] = {"TableName": Item.Meta.table_name, "ConsistentRead": True}
    while True:
        page = connection().dispatch("Scan", scan)
        found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in page["Items"]}
        if "LastEvaluatedKey" not in page:
            return found
        scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def check_books() -> Counter[str]:
    """Check that all lines sum to zero and each balance is the sum of its lines; give the balances."""
    lines: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for (pk, sk), item in stored_items().items():
        if sk.startswith("ENTRY#"):
            lines[pk] += int(item["cents"]["N"])
        elif sk == "TOTAL":
            totals[pk] += int(item["cents"]["N"])
    assert sum(lines.values()) == 0
    of_leases = Counter({pk: cents for pk, cents in lines.items() if pk.startswith("BOOK#lease:")})
    assert of_leases == totals
    return Counter({pk.removeprefix("BOOK#lease:"): cents for pk, cents in totals.items()})
