"""DynamoDB's answers as the plain JSON that they are (« sur le fil »): a parser for botocore, made quicker.

botocore walks every answer by its model, one call per value, only to give the same dictionaries back; with a
page of items that is most of the time a request takes.  Here the answer to a read or a write of items is
decoded and handed over.  All else, errors first, goes the way that botocore made for it.

Whoever makes the client registers ``PlainAnswers()`` with the session as ``response_parser_factory`` before.
"""

import base64
import json
from functools import cache
from typing import Any

from botocore.model import Shape
from botocore.parsers import ResponseParser, ResponseParserFactory

PROTOCOL = "json"
FIRST_ERROR = 300
ITEM_ANSWERS = frozenset(
    f"{operation}Output"
    for operation in (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    )
)
_BINARY_LETTERS = (b'"B"', b'"BS"')


class PlainAnswers(ResponseParserFactory):  # type: ignore[misc]
    """Makes the parsers of botocore's endpoint; one serves all requests, as it keeps nothing of them."""

    def create_parser(self, protocol_name: str) -> Any:
        """Give the parser of a protocol: ours for DynamoDB's, botocore's own for any other."""
        stock = _stock_parser(protocol_name)
        return PlainParser(stock) if protocol_name == PROTOCOL else stock


class PlainParser:
    """Decodes answers about items; leaves the rest to ``stock``."""

    def __init__(self, stock: ResponseParser) -> None:
        self._stock = stock

    def parse(self, response: dict[str, Any], shape: Shape | None) -> Any:
        """Give an answer as the dictionary that botocore's own parser gives, ``ResponseMetadata`` included.

        A body that is not JSON goes to that parser too, which gives what the caller is used to.
        """
        if shape is None or response["status_code"] >= FIRST_ERROR or shape.name not in ITEM_ANSWERS:
            return self._stock.parse(response, shape)
        try:
            parsed = decoded(response["body"])
        except ValueError:
            return self._stock.parse(response, shape)
        headers = {name.lower(): value for name, value in response["headers"].items()}
        metadata = {"HTTPStatusCode": response["status_code"], "HTTPHeaders": headers}
        if "x-amzn-requestid" in headers:
            metadata["RequestId"] = headers["x-amzn-requestid"]
        parsed["ResponseMetadata"] = metadata
        return parsed


def decoded(body: bytes) -> dict[str, Any]:
    """Read the JSON; values are walked only when the letter of a binary one stands somewhere in it."""
    holds_binary = any(letter in body for letter in _BINARY_LETTERS)
    found = json.loads(body, object_hook=_with_bytes if holds_binary else None) if body else {}
    if not isinstance(found, dict):
        raise ValueError("an answer is an object")
    return {name: value for name, value in found.items() if value is not None}


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decode ``{"B": text}`` and ``{"BS": [text, …]}``.

    An attribute that happens to be called B or BS is an object with a letter of its own, never a text.
    """
    if len(value) == 1:
        match value:
            case {"B": str(text)}:
                return {"B": base64.b64decode(text)}
            case {"BS": [*texts]}:
                return {"BS": [base64.b64decode(text) for text in texts]}
    return value


@cache
def _stock_parser(protocol: str) -> Any:
    return ResponseParserFactory().create_parser(protocol)
