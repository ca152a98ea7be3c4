"""How a change of an item is asked of DynamoDB: only if the item is still as it was read (« écriture »)."""

from typing import Any

from infra.migrations.migration import Attributes, Change


def update(table: str, item: Attributes, change: Change) -> dict[str, Any]:
    """Write the request: every attribute must be what was read, and those that come must not be there."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}

    def name(attribute: str) -> str:
        names.setdefault(attribute, f"#n{len(names)}")
        return names[attribute]

    def value(what: Any) -> str:
        values[f":v{len(values)}"] = what
        return f":v{len(values) - 1}"

    conditions = [f"{name(one)} = {value(held)}" for one, held in item.items()]
    conditions += [f"attribute_not_exists({name(one)})" for one in sorted(change.names() - item.keys())]
    said = []
    if change.given:
        said.append("SET " + ", ".join(f"{name(one)} = {value(new)}" for one, new in change.given.items()))
    if change.taken:
        said.append("REMOVE " + ", ".join(name(one) for one in sorted(change.taken)))
    return {
        "TableName": table,
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "ConditionExpression": " AND ".join(conditions),
        "UpdateExpression": " ".join(said),
        "ExpressionAttributeNames": {short: one for one, short in names.items()},
        "ExpressionAttributeValues": values,
        "ReturnConsumedCapacity": "TOTAL",
    }
