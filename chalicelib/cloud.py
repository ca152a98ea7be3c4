"""Clients of AWS as the portal needs them: quick to give up, three tries at most, loaded on first use.

The slowest answer then stays far under the 29 s of API Gateway (boto3 alone would wait 60 s, five times).
"""

from typing import Any

CONNECT_SECONDS, READ_SECONDS, TRIES = 1, 3, 3


def client(service: str, tries: int = TRIES) -> Any:
    """Make a client of an AWS service, by the account and region of the environment.

    With one try nothing is asked twice, whatever becomes of the answer.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": tries, "mode": "standard"},
        signature_version="s3v4" if service == "s3" else None,
        s3={"addressing_style": "path"},
    )
    return boto3.client(service, config=config)
