"""Outages of DynamoDB (« panne ») told as what they are to the rest of the portal: ``Unavailable``.

A table that is throttled, slow, away or busy with another's transaction may answer in a moment.  What is our
own mistake (a right that is missing, a request that is badly spelled) stays an error of its own.
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from pynamodb.connection import Connection

from chalicelib.domain.errors import Unavailable

_FIRST_OF_ITS_FAULTS = 500
_BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingException",
        "ThrottlingError",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def tell_outages(connection: Connection) -> None:
    """Have a connection raise ``Unavailable`` where DynamoDB is not to be had; PynamoDB lets it through."""
    call = connection._make_api_call

    def telling(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return call(operation, asked)
        except (BotoCoreError, ClientError) as error:
            if is_outage(error):
                raise Unavailable("DynamoDB") from error
            raise

    connection._make_api_call = telling  # type: ignore[assignment, method-assign]


def is_outage(error: Exception) -> bool:
    """Tell whether DynamoDB is to blame, and may answer when it is asked again."""
    if isinstance(error, HTTPClientError | NoConnection):
        return True
    said = error.__cause__ or error  # PynamoDB's own error leaves the status out
    if not isinstance(said, ClientError):
        return False
    reasons = said.response.get("CancellationReasons", [])
    codes = {said.response["Error"].get("Code"), *(reason.get("Code") for reason in reasons)}
    status = said.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _FIRST_OF_ITS_FAULTS or bool(codes & _BUSY)
