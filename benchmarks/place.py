"""The place where measures are taken: the local AWS, the portal on it, and the household's items in it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import household
from infra.local.keys import free_port
from infra.local.resources import MAIL_RECEIPTS, REGION, Credentials, Resources, create_resources

ACCOUNT = Credentials("000000000000", "not-a-secret")
WEBHOOK_SECRET = "whsec_benchmarks"  # noqa: S105
ADDRESS = "http://localhost:8000"  # a name: passkeys are made for no bare number


@contextmanager
def open_place(stripe_address: str) -> Iterator[Resources]:
    """Start the local AWS, fill it, and set the portal's environment; all is gone afterwards."""
    with _local_aws() as endpoint:
        resources = create_resources(endpoint, ACCOUNT)
        os.environ.update(_settings(endpoint, resources, stripe_address))
        _fill(resources)
        yield resources


def _settings(endpoint: str, resources: Resources, stripe_address: str) -> dict[str, str]:
    return {
        "PORTAL_STAGE": "local",
        "PORTAL_ADDRESS": ADDRESS,
        "PORTAL_SESSION_KEY": "a key of the benchmarks, and of nothing else",
        "PORTAL_DATA_KEYS": "a key of the benchmarks that seals what is kept",
        "PORTAL_TABLE": resources.table,
        "PORTAL_FILES_BUCKET": resources.files_bucket,
        "PORTAL_PAYMENTS_QUEUE": resources.payments_queue,
        "PORTAL_DOCUMENTS_QUEUE": resources.documents_queue,
        "PORTAL_ACCESS_QUEUE": resources.access_queue,
        "PORTAL_ALERTS_QUEUE": resources.alerts_queue,
        "PORTAL_PAPERS_QUEUE": resources.papers_queue,
        "PORTAL_MAILS_QUEUE": resources.mails_queue,
        "PORTAL_MAIL_RECEIPTS": MAIL_RECEIPTS,
        "PORTAL_UPLOADS_BUCKET": resources.uploads_bucket,
        "PORTAL_UPLOADS_QUEUE": resources.uploads_queue,
        "PORTAL_SCANNER": "guardduty",
        "PORTAL_MAIL_SENDER": f"Littoral Habitat <{resources.mail_sender}>",
        "STRIPE_API_KEY": "sk_test_demo",
        "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "STRIPE_ADDRESS": stripe_address,
        "STRIPE_CHECKOUT_ORIGIN": stripe_address.rpartition("/")[0],
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def _local_aws() -> Iterator[str]:
    """Run the local AWS as a process of its own: its time is not ours."""
    port = free_port()
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health").close()
        except OSError:
            if process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the local AWS does not answer")


def _fill(resources: Resources) -> None:
    """Write the household through the stores' own spelling."""
    from chalicelib.domain.accounts import Account, Role
    from chalicelib.gateways.passwords import Argon2Passwords
    from chalicelib.storage.accounts import account_item
    from chalicelib.storage.insurance import certificate_item, cover_item
    from chalicelib.storage.leases import lease_items
    from chalicelib.storage.ledger import DynamoLedger
    from chalicelib.storage.service_requests import request_items
    from chalicelib.storage.table import Item, use_table
    from chalicelib.storage.tenants import hold_item, profile_item
    from chalicelib.storage.timeline import action_item
    from chalicelib.storage.uploads import upload_item

    use_table(resources.table)
    tenant, asked = household.TENANT, household.requests()
    account = Account(tenant.email, Role.TENANT, tenant.id, Argon2Passwords().hash(household.PASSWORD))
    items: list[Item] = [account_item(account), profile_item(tenant, len(asked))]
    items += [hold_item(tenant.id, hold) for hold in household.HOLDS]
    items += [item for lease in household.LEASES for item in lease_items(lease)]
    items += [certificate_item(one) for one in household.CERTIFICATES]
    items += [cover_item(one, household.TODAY) for one in household.COVERS]
    items += [upload_item(one) for one in household.UPLOADS]
    items += [action_item(tenant.id, one) for one in household.actions()]
    for request in asked:
        whole, in_short = request_items(request)
        items += [whole, in_short] if request.is_open else [whole]
    for item in items:
        item.save()
    ledger = DynamoLedger()
    for lease in household.LEASE_NUMBERS:
        for posting in household.postings(lease):
            ledger.post(posting)
