"""What the portal needs of AWS, described once and created where it is missing (ressources).

The same description serves ``make run`` and the tests; on AWS itself the template in ``infra/aws`` says the
same things.  Creating is safe to run again: everything that is there stays as it is.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

REGION = "eu-west-3"
TABLE = "espace-locataire"
FILES_BUCKET = "espace-locataire-files"
UPLOADS_BUCKET = "espace-locataire-uploads"
PAYMENTS_QUEUE = "espace-locataire-payments"
DOCUMENTS_QUEUE = "espace-locataire-documents"
MAIL_EVENTS_QUEUE = "espace-locataire-mail-events"
ACCESS_QUEUE = "espace-locataire-access"
UPLOADS_QUEUE = "espace-locataire-uploads"
ALERTS_QUEUE = "espace-locataire-alerts"
PAPERS_QUEUE = "espace-locataire-papers"
MAILS_QUEUE = "espace-locataire-mails"
SCANNER_QUEUE = "espace-locataire-scanner"  # GuardDuty listens by itself on AWS
QUEUES = (
    *(PAYMENTS_QUEUE, DOCUMENTS_QUEUE, MAIL_EVENTS_QUEUE, ACCESS_QUEUE, UPLOADS_QUEUE, ALERTS_QUEUE),
    *(PAPERS_QUEUE, MAILS_QUEUE),
)
DEAD_SUFFIX = "-dead"
EXPIRY_ATTRIBUTE = "expires_at_epoch"
MAX_RECEIVES = 5
MAIL_DOMAIN = "littoral-habitat.example"
MAIL_RECEIPTS = "espace-locataire-receipts"
MAIL_SENDER = f"ne-pas-repondre@{MAIL_DOMAIN}"

_KEYS = ("pk", "sk", "due_pk", "due_sk")
TABLE_DESCRIPTION: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in _KEYS],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "due_pk", "KeyType": "HASH"},
                {"AttributeName": "due_sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class Credentials(NamedTuple):
    """An AWS key pair."""

    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True)
class Resources:
    """The names and addresses the portal's settings are filled with."""

    table: str
    files_bucket: str
    uploads_bucket: str
    payments_queue: str
    documents_queue: str
    mail_events_queue: str
    access_queue: str
    uploads_queue: str
    alerts_queue: str
    papers_queue: str
    mails_queue: str
    mail_sender: str

    def queue_urls(self) -> dict[str, str]:
        """Give the address of each queue by its name."""
        return {
            PAYMENTS_QUEUE: self.payments_queue,
            DOCUMENTS_QUEUE: self.documents_queue,
            MAIL_EVENTS_QUEUE: self.mail_events_queue,
            ACCESS_QUEUE: self.access_queue,
            UPLOADS_QUEUE: self.uploads_queue,
            ALERTS_QUEUE: self.alerts_queue,
            PAPERS_QUEUE: self.papers_queue,
            MAILS_QUEUE: self.mails_queue,
        }


def known_resources(endpoint: str, account: str, table: str = TABLE) -> Resources:
    """Give the addresses the resources have, or will have, at an endpoint: they follow from the names."""

    def url(name: str) -> str:
        return f"{endpoint}/{account}/{name}"

    return Resources(
        table=table,
        files_bucket=FILES_BUCKET,
        uploads_bucket=UPLOADS_BUCKET,
        payments_queue=url(PAYMENTS_QUEUE),
        documents_queue=url(DOCUMENTS_QUEUE),
        mail_events_queue=url(MAIL_EVENTS_QUEUE),
        access_queue=url(ACCESS_QUEUE),
        uploads_queue=url(UPLOADS_QUEUE),
        alerts_queue=url(ALERTS_QUEUE),
        papers_queue=url(PAPERS_QUEUE),
        mails_queue=url(MAILS_QUEUE),
        mail_sender=MAIL_SENDER,
    )


@cache
def client(service: str, endpoint: str, credentials: Credentials) -> Any:
    """Give the boto3 client of the local AWS; patient with a slow machine, made once: it costs 30 ms."""
    make: Any = boto3.client  # typed by literal names, which a variable is not
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        config=Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}),
    )


def create_resources(
    endpoint: str, credentials: Credentials, *, table: str = TABLE, visibility_seconds: int = 10
) -> Resources:
    """Create the table, the buckets, the queues and the sender where they are missing.

    ``visibility_seconds`` is short here (180 on AWS) so that a message whose handler crashed comes back while
    somebody is still looking.
    """
    create_table(client("dynamodb", endpoint, credentials), table)
    s3 = client("s3", endpoint, credentials)
    for bucket in (FILES_BUCKET, UPLOADS_BUCKET):
        _create_bucket(s3, bucket)
    sqs = client("sqs", endpoint, credentials)
    for name in (*QUEUES, SCANNER_QUEUE):
        _create_queue(sqs, name, visibility_seconds)
    events = client("events", endpoint, credentials)
    _tell_of_uploads(s3, events, credentials.access_key_id)
    _create_sender(client("sesv2", endpoint, credentials))
    _tell_of_mails(events, credentials.access_key_id)
    return known_resources(endpoint, credentials.access_key_id, table)


def create_table(dynamodb: Any, name: str) -> None:
    """Create the portal's table and its expiry if it is not there."""
    try:
        dynamodb.create_table(TableName=name, **TABLE_DESCRIPTION)
    except ClientError as error:
        _unless(error, "ResourceInUseException")
        return
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRY_ATTRIBUTE}
    )


def _create_bucket(s3: Any, name: str) -> None:
    try:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    except ClientError as error:
        _unless(error, "BucketAlreadyOwnedByYou")


def _tell_of_uploads(s3: Any, events: Any, account: str) -> None:
    """Have what arrives in the quarantine told to who inspects it, and to the stand-in for the scanner."""
    s3.put_bucket_notification_configuration(
        Bucket=UPLOADS_BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    arrived = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [UPLOADS_BUCKET]}},
    }
    events.put_rule(Name=UPLOADS_BUCKET, EventPattern=json.dumps(arrived))
    queues = (UPLOADS_QUEUE, SCANNER_QUEUE)
    targets = [{"Id": name, "Arn": f"arn:aws:sqs:{REGION}:{account}:{name}"} for name in queues]
    events.put_targets(Rule=UPLOADS_BUCKET, Targets=targets)


def _create_queue(sqs: Any, name: str, visibility_seconds: int) -> None:
    dead = sqs.create_queue(QueueName=name + DEAD_SUFFIX)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "VisibilityTimeout": str(visibility_seconds),
            "RedrivePolicy": f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"{MAX_RECEIVES}"}}',
        },
    )


def _create_sender(ses: Any) -> None:
    try:
        ses.create_email_identity(EmailIdentity=MAIL_DOMAIN)
    except ClientError as error:
        _unless(error, "AlreadyExistsException")
    try:
        ses.create_configuration_set(ConfigurationSetName=MAIL_RECEIPTS)
    except ClientError as error:
        _unless(error, "AlreadyExistsException")


def _tell_of_mails(events: Any, account: str) -> None:
    """Have what became of mails with a receipt told to who records it."""
    told = {"source": ["aws.ses"], "detail-type": ["Email Sent", "Email Delivered"]}
    events.put_rule(Name=MAIL_RECEIPTS, EventPattern=json.dumps(told))
    arn = f"arn:aws:sqs:{REGION}:{account}:{MAIL_EVENTS_QUEUE}"
    events.put_targets(Rule=MAIL_RECEIPTS, Targets=[{"Id": MAIL_EVENTS_QUEUE, "Arn": arn}])


def _unless(error: ClientError, accepted: str) -> None:
    """Let one refusal pass: the thing is already there."""
    if error.response["Error"]["Code"] != accepted:
        raise error
