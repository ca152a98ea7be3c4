"""Units of DynamoDB as the cost counts them, against the rules that AWS publishes."""

import pytest

from benchmarks.capacity import Item, read_units, write_units, written_keys
from benchmarks.figures import item_bytes
from benchmarks.prices import PRICES, Unit, dollars

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
NOTHING: Item = {}
LISTED = {"due_pk": {"S": "DUE"}, "due_sk": {"S": "1"}}


def weighing(size: int, **more: dict[str, str]) -> Item:
    """Write an item of so many bytes."""
    item = {**KEY, **more, "text": {"S": ""}}
    return {**item, "text": {"S": "x" * (size - item_bytes(item))}}


@pytest.mark.parametrize(("size", "units"), [(1_000, 1), (4_096, 1), (4_097, 2), (8_193, 3)])
def test_a_reading_takes_a_unit_for_each_4_kib_and_half_of_it_when_it_may_be_old(
    size: int, units: int
) -> None:
    found = {"Item": weighing(size)}

    assert read_units("GetItem", {"ConsistentRead": True}, found) == units
    assert read_units("GetItem", {}, found) == units / 2


def test_an_item_that_is_not_there_takes_as_much_as_a_small_one() -> None:
    assert read_units("GetItem", {"ConsistentRead": True}, {}) == 1
    assert read_units("Query", {"ConsistentRead": True}, {"Items": []}) == 1


def test_a_query_rounds_the_sum_and_a_batch_each_item() -> None:
    three = [weighing(1_500) for _ in range(3)]
    batch = {"RequestItems": {"t": {"Keys": [KEY] * 4, "ConsistentRead": True}}}

    assert read_units("Query", {"ConsistentRead": True}, {"Items": three}) == 2
    assert read_units("BatchGetItem", batch, {"Responses": {"t": three}}) == 4
    assert read_units("PutItem", {}, {}) == 0


@pytest.mark.parametrize(("before", "after", "units"), [(0, 1_024, 1), (0, 1_025, 2), (3_000, 200, 3)])
def test_a_writing_takes_a_unit_for_each_kib_of_the_larger_and_twice_in_a_transaction(
    before: int, after: int, units: int
) -> None:
    was, now = [weighing(before) if before else NOTHING], [weighing(after)]

    assert write_units("PutItem", was, now) == units
    assert write_units("TransactWriteItems", was, now) == 2 * units


def test_the_index_takes_a_writing_of_its_own_once_for_each_change() -> None:
    listed, moved = weighing(500, **LISTED), weighing(500, **{**LISTED, "due_sk": {"S": "2"}})
    plain, longer = weighing(500), weighing(600, **LISTED)

    assert write_units("UpdateItem", [NOTHING], [listed]) == 2
    assert write_units("UpdateItem", [listed], [longer]) == 2
    assert write_units("UpdateItem", [listed], [moved]) == 3
    assert write_units("UpdateItem", [listed], [plain]) == 2
    assert write_units("UpdateItem", [listed], [listed]) == 1
    assert write_units("TransactWriteItems", [NOTHING], [listed]) == 3


def test_every_item_that_a_request_writes_or_checks_is_named() -> None:
    put, key = {"TableName": "t", "Item": {**KEY, "text": {"S": "x"}}}, {"TableName": "t", "Key": KEY}
    together = [{"Put": put}, {"Update": key}, {"Delete": key}, {"ConditionCheck": key}]

    assert written_keys("PutItem", put) == [("t", "a", "b")]
    assert written_keys("UpdateItem", key) == written_keys("DeleteItem", key) == [("t", "a", "b")]
    assert written_keys("TransactWriteItems", {"TransactItems": together}) == 4 * [("t", "a", "b")]
    assert written_keys("Query", {}) == []
    with pytest.raises(LookupError):
        written_keys("BatchWriteItem", {})


def test_every_unit_has_its_price() -> None:
    assert set(PRICES) == set(Unit)
    assert dollars(Unit.MAIL, 3_200) == pytest.approx(0.32)
