"""DynamoDB's answers as plain JSON: the same as botocore's own, for items, bytes, refusals and retries."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import JSONParser

from chalicelib.storage.wire import PlainAnswers, PlainParser, decoded
from infra.local.resources import Resources
from tests.faults import Faults

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
RICH: dict[str, Any] = {
    **KEY,
    "B": {"S": "an attribute called B"},
    "BS": {"L": [{"S": "one called BS"}]},
    "bytes": {"B": b"\x00\xff\x10"},
    "many": {"BS": [b"\x01", b"\x02"]},
    "map": {"M": {"B": {"M": {}}, "deep": {"L": [{"B": b"\xfe"}]}}},
    "nothing": {"NULL": True},
    "number": {"N": "-1284.8"},
    "text": {"S": 'Éloïse "B" and "BS" ’'},
    "yes": {"BOOL": True},
}


def a_client(aws: str, factory: Any = None) -> Any:
    session = botocore.session.get_session()
    if factory is not None:
        session.register_component("response_parser_factory", factory)
    config = Config(retries={"total_max_attempts": 3, "mode": "standard"})
    return session.create_client("dynamodb", endpoint_url=aws, config=config)


@pytest.fixture
def stock(aws: str, resources: Resources) -> Iterator[Any]:
    client = a_client(aws)
    yield client
    client.close()


@pytest.fixture
def plain(aws: str, resources: Resources) -> Iterator[Any]:
    client = a_client(aws, PlainAnswers())
    yield client
    client.close()


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def query(client: Any, table: str, pk: str = "A", **more: Any) -> dict[str, Any]:
    values = {":pk": {"S": pk}}
    answer: dict[str, Any] = client.query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values, **more
    )
    return answer


def test_every_kind_of_value_is_read_as_botocore_reads_it(
    stock: Any, plain: Any, resources: Resources
) -> None:
    plain.put_item(TableName=resources.table, Item=RICH)
    table = resources.table
    calls: list[Callable[[Any], dict[str, Any]]] = [
        lambda client: query(client, table),
        lambda client: dict(client.get_item(TableName=table, Key=KEY, ReturnConsumedCapacity="TOTAL")),
        lambda client: dict(client.batch_get_item(RequestItems={table: {"Keys": [KEY]}})),
        lambda client: dict(
            client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": KEY}}])
        ),
        lambda client: dict(client.put_item(TableName=table, Item=RICH, ReturnValues="ALL_OLD")),
    ]

    assert query(plain, table)["Items"] == [RICH]
    for call in calls:
        assert without_metadata(call(plain)) == without_metadata(call(stock))


def test_metadata_tell_the_status_the_request_and_the_attempts(plain: Any, resources: Resources) -> None:
    metadata = query(plain, resources.table)["ResponseMetadata"]

    assert metadata["HTTPStatusCode"] == 200
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    assert metadata["RetryAttempts"] == 0


def test_an_empty_page_and_an_absent_item_are_empty(plain: Any, resources: Resources) -> None:
    page = query(plain, resources.table, pk="nobody")

    assert page["Items"] == []
    assert "LastEvaluatedKey" not in page
    assert "Item" not in plain.get_item(TableName=resources.table, Key=KEY)


def test_pages_follow_each_other(plain: Any, resources: Resources) -> None:
    for number in range(5):
        plain.put_item(TableName=resources.table, Item={"pk": {"S": "A"}, "sk": {"S": str(number)}})
    pages = plain.get_paginator("query").paginate(
        TableName=resources.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "A"}},
        PaginationConfig={"PageSize": 2},
    )

    assert [[item["sk"]["S"] for item in page["Items"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


def test_a_refused_condition_is_botocores_own_error(plain: Any, resources: Resources) -> None:
    plain.put_item(TableName=resources.table, Item=KEY)

    with pytest.raises(plain.exceptions.ConditionalCheckFailedException):
        plain.put_item(TableName=resources.table, Item=KEY, ConditionExpression="attribute_not_exists(pk)")
    with pytest.raises(plain.exceptions.ResourceNotFoundException):
        query(plain, "no-such-table")


def test_a_cancelled_transaction_gives_its_reasons(plain: Any, resources: Resources) -> None:
    plain.put_item(TableName=resources.table, Item=RICH)
    put = {"TableName": resources.table, "ConditionExpression": "attribute_not_exists(pk)"}
    other = {"pk": {"S": "A"}, "sk": {"S": "2"}}

    with pytest.raises(ClientError) as cancelled:
        plain.transact_write_items(TransactItems=[{"Put": {**put, "Item": one}} for one in (other, KEY)])

    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]


def test_a_throttled_read_is_tried_again(
    plain: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    plain.put_item(TableName=resources.table, Item=KEY)
    kinds = iter(["throttle", "after"])
    faults = Faults(plain, lambda _: next(kinds, None))

    answer = query(plain, resources.table)

    assert answer["Items"] == [KEY]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert faults.calls["Query"] == 3


def test_what_is_not_about_items_keeps_botocores_types(plain: Any, resources: Resources) -> None:
    table = plain.describe_table(TableName=resources.table)["Table"]

    assert table["CreationDateTime"].tzinfo is not None


def test_a_body_that_is_not_an_object_is_left_to_botocore(plain: Any) -> None:
    shape = plain.meta.service_model.operation_model("GetItem").output_shape
    response = {"status_code": 200, "headers": {}, "body": b""}

    assert without_metadata(PlainParser(JSONParser()).parse(response, shape)) == {}
    with pytest.raises(ValueError, match="object"):
        decoded(b"[]")
    with pytest.raises(json.JSONDecodeError):
        decoded(b'{"Item": ')


def test_what_is_null_is_not_there() -> None:
    assert decoded(b'{"Items": [], "LastEvaluatedKey": null}') == {"Items": []}


def test_other_protocols_keep_botocores_parsers() -> None:
    assert not isinstance(PlainAnswers().create_parser("rest-xml"), PlainParser)
    assert isinstance(PlainAnswers().create_parser("json"), PlainParser)
