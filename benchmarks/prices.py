"""What AWS charges for each unit that the portal uses, in Paris (``eu-west-3``), without tax (« tarifs »).

On demand, first step of each price, stand of 2026.  No free allowance is taken off, as for a landlord of a
million homes, but two that are for ever and far above our use: CloudFront's (a terabyte and ten million
requests a month, some 250,000 homes) and the hundred gigabytes that leave S3 and the rest for the internet.
"""

from dataclasses import dataclass
from enum import StrEnum

MILLION = 1_000_000
GIGABYTE = 2**30
# How a figure was read: in the price list of Paris (September 2026), on an invoice of Paris, the same in
# every region, or in the list of another region of Europe, so that Paris may differ by a few per cent.
LIST, INVOICE, EVERYWHERE, ELSEWHERE = "list of Paris", "invoice of Paris", "everywhere", "another region"


class Unit(StrEnum):
    """What is counted."""

    MAIL = "mails"
    ATTACHED = "bytes attached to mails"
    GATEWAY = "requests to the API"
    WALL = "requests through the wall"
    EDGE = "runs of CloudFront's function"
    CALL = "runs of functions"
    WORK = "gigabyte-seconds of functions"
    READ = "read units"
    WRITE = "write units"
    ITEM = "bytes of items kept a month"
    PUT = "files written"
    GET = "files read"
    FILE = "bytes of files kept a month"
    EVENT = "events of the bucket"
    QUEUE = "requests to queues"
    LOG = "bytes of logs"
    SECRET = "readings of the secret"  # noqa: S105
    KEY = "requests to KMS"


@dataclass(frozen=True)
class Price:
    """So many dollars for so many units; on which page of AWS, and how the figure was read."""

    dollars: float
    per: float
    page: str
    read: str


PRICES = {
    Unit.MAIL: Price(0.10, 1_000, "ses/pricing", EVERYWHERE),
    Unit.ATTACHED: Price(0.12, GIGABYTE, "ses/pricing", EVERYWHERE),
    Unit.GATEWAY: Price(3.50, MILLION, "api-gateway/pricing (REST)", ELSEWHERE),
    Unit.WALL: Price(0.60, MILLION, "waf/pricing", EVERYWHERE),
    Unit.EDGE: Price(0.10, MILLION, "cloudfront/pricing (Functions)", EVERYWHERE),
    Unit.CALL: Price(0.20, MILLION, "lambda/pricing", EVERYWHERE),
    Unit.WORK: Price(0.0000166667, 1, "lambda/pricing (x86)", EVERYWHERE),
    Unit.READ: Price(0.1487, MILLION, "dynamodb/pricing/on-demand", LIST),
    Unit.WRITE: Price(0.7423, MILLION, "dynamodb/pricing/on-demand", LIST),
    # 0.297 for the item and 0.2376 for its recovery to any second of 35 days
    Unit.ITEM: Price(0.5346, GIGABYTE, "dynamodb/pricing/on-demand", ELSEWHERE),
    Unit.PUT: Price(0.0053, 1_000, "s3/pricing", INVOICE),
    Unit.GET: Price(0.0042, 10_000, "s3/pricing", INVOICE),
    Unit.FILE: Price(0.024, GIGABYTE, "s3/pricing", INVOICE),
    Unit.EVENT: Price(1.00, MILLION, "eventbridge/pricing (opt-in events)", EVERYWHERE),
    Unit.QUEUE: Price(0.40, MILLION, "sqs/pricing", LIST),
    # 0.5985 to take it in and 6 months at 0.0315, compressed to 15 %
    Unit.LOG: Price(0.627, GIGABYTE, "cloudwatch/pricing (logs)", ELSEWHERE),
    Unit.SECRET: Price(0.05, 10_000, "secrets-manager/pricing", EVERYWHERE),
    Unit.KEY: Price(0.03, 10_000, "kms/pricing", EVERYWHERE),
}


def dollars(unit: Unit, amount: float) -> float:
    """Say what so many units cost."""
    return PRICES[unit].dollars * amount / PRICES[unit].per
