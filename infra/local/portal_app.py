"""The portal itself, loaded with the settings of this machine (portail)."""

import importlib
import os
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any

from chalice.app import Chalice, Request, Response
from chalice.local import LambdaContext

from infra.local.cloud import Cloud
from infra.local.keys import LocalKeys
from infra.local.resources import MAIL_RECEIPTS, REGION, Resources
from infra.local.server import Event
from infra.local.settings import LocalSettings

WEBHOOKS_PATH = "/webhooks/stripe"
STRIPE_PATH = "/stripe"


def use_local_settings(
    settings: LocalSettings,
    keys: LocalKeys,
    resources: Resources,
    cloud: Cloud,
    environment: MutableMapping[str, str] = os.environ,
) -> None:
    """Fill in the variables the portal reads; to be done before it is imported."""
    environment.update(
        {
            "PORTAL_STAGE": "local",
            "PORTAL_ADDRESS": settings.portal_address,
            "PORTAL_TABLE": resources.table,
            "PORTAL_FILES_BUCKET": resources.files_bucket,
            "PORTAL_UPLOADS_BUCKET": resources.uploads_bucket,
            "PORTAL_SCANNER": "guardduty",
            **_queues(resources),
            "PORTAL_SESSION_KEY": keys.session_key,
            "PORTAL_DATA_KEYS": keys.data_key,
            "PORTAL_MAIL_SENDER": resources.mail_sender,
            "PORTAL_MAIL_RECEIPTS": MAIL_RECEIPTS,
            "STRIPE_API_KEY": "sk_test_local",
            "STRIPE_WEBHOOK_SECRETS": keys.webhook_secret,
            "STRIPE_ADDRESS": settings.panel_address + STRIPE_PATH,
            "STRIPE_CHECKOUT_ORIGIN": settings.panel_address,
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": cloud.credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": cloud.credentials.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        environment.pop(name, None)


def _queues(resources: Resources) -> dict[str, str]:
    return {
        "PORTAL_PAYMENTS_QUEUE": resources.payments_queue,
        "PORTAL_DOCUMENTS_QUEUE": resources.documents_queue,
        "PORTAL_ACCESS_QUEUE": resources.access_queue,
        "PORTAL_UPLOADS_QUEUE": resources.uploads_queue,
        "PORTAL_ALERTS_QUEUE": resources.alerts_queue,
        "PORTAL_PAPERS_QUEUE": resources.papers_queue,
        "PORTAL_MAILS_QUEUE": resources.mails_queue,
    }


def load_portal(clock: Callable[[], datetime]) -> Chalice:
    """Import the portal and give it the local clock; the settings have to be there."""
    from chalicelib.portal import set_clock

    app: Chalice = importlib.import_module("app").app
    set_clock(clock)
    return app


def not_found(event: Event) -> dict[str, Any]:
    """Answer an unknown path with the portal's own page, as the template's gateway response does."""
    from chalicelib.handlers.door import entrance
    from chalicelib.web.site import pages_for_errors

    request = Request(event, LambdaContext("portal", 1024))
    page = pages_for_errors(entrance, frozenset())
    answer: dict[str, Any] = page(request, lambda _: Response({}, status_code=404)).to_dict()
    return answer
