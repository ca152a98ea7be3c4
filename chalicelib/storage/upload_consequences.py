"""What an accepted file brings about, in DynamoDB: written in the transaction that accepts it."""

from pynamodb.transactions import TransactWrite

from chalicelib.domain.uploads import Consequence, NewAttachment
from chalicelib.storage.certificates import write_certificate
from chalicelib.storage.service_requests import attach


def write_consequence(transaction: TransactWrite, consequence: Consequence) -> None:
    """Add to a transaction what follows."""
    if isinstance(consequence, NewAttachment):
        attach(transaction, consequence.upload)
    else:
        write_certificate(transaction, consequence.upload)
