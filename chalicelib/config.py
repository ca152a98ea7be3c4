"""Settings, read once from the environment; the only module that knows variable names.

On AWS what is secret is not in the environment: ``PORTAL_SECRETS`` names where it is (Secrets Manager).
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chalicelib import cloud

ROOT = Path(__file__).resolve().parent.parent
LOCAL, PRODUCTION = "local", "prod"
CHECKOUT = "https://checkout.stripe.com"
SHORTEST_KEY = 32
GUARDDUTY, NO_SCANNER = "guardduty", "none"
SECRETS = ("PORTAL_SESSION_KEY", "PORTAL_DATA_KEYS", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS")


class BadSettings(Exception):
    """The portal cannot start with these settings; the message names the variable and what is wrong."""


@dataclass(frozen=True)
class Config:
    """One field per environment variable, all of them in docs/settings.md."""

    stage: str
    address: str
    table: str
    files_bucket: str
    uploads_bucket: str
    scanner: str
    payments_queue: str
    documents_queue: str
    access_queue: str
    uploads_queue: str
    alerts_queue: str
    papers_queue: str
    mails_queue: str
    session_key: str
    data_keys: tuple[str, ...]
    viewer_header: str
    mail_sender: str
    mail_receipts: str
    stripe_api_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_address: str
    stripe_checkout_origin: str
    landlord_file: Path

    @property
    def live(self) -> bool:
        """Tell whether real money moves."""
        return self.stripe_api_key.startswith(("sk_live_", "rk_live_"))


def read_secret(name: str) -> str:
    """Fetch the current value of a secret."""
    found: str = cloud.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return found


def read_config(
    environment: Mapping[str, str] = os.environ, read_secret: Callable[[str], str] = read_secret
) -> Config:
    """Read the settings; ``BadSettings`` at start-up rather than a surprise on the first request."""
    environment = _with_secrets(environment, read_secret)
    config = Config(
        stage=_needed(environment, "PORTAL_STAGE"),
        address=_needed(environment, "PORTAL_ADDRESS").rstrip("/"),
        table=_needed(environment, "PORTAL_TABLE"),
        files_bucket=_needed(environment, "PORTAL_FILES_BUCKET"),
        uploads_bucket=_needed(environment, "PORTAL_UPLOADS_BUCKET"),
        scanner=_needed(environment, "PORTAL_SCANNER"),
        payments_queue=_needed(environment, "PORTAL_PAYMENTS_QUEUE"),
        documents_queue=_needed(environment, "PORTAL_DOCUMENTS_QUEUE"),
        access_queue=_needed(environment, "PORTAL_ACCESS_QUEUE"),
        uploads_queue=_needed(environment, "PORTAL_UPLOADS_QUEUE"),
        alerts_queue=_needed(environment, "PORTAL_ALERTS_QUEUE"),
        papers_queue=_needed(environment, "PORTAL_PAPERS_QUEUE"),
        mails_queue=_needed(environment, "PORTAL_MAILS_QUEUE"),
        session_key=_needed(environment, "PORTAL_SESSION_KEY"),
        data_keys=_several(_needed(environment, "PORTAL_DATA_KEYS")),
        viewer_header=environment.get("PORTAL_VIEWER_HEADER", "").lower(),
        mail_sender=_needed(environment, "PORTAL_MAIL_SENDER"),
        mail_receipts=_needed(environment, "PORTAL_MAIL_RECEIPTS"),
        stripe_api_key=_needed(environment, "STRIPE_API_KEY"),
        stripe_webhook_secrets=_several(_needed(environment, "STRIPE_WEBHOOK_SECRETS")),
        stripe_address=environment.get("STRIPE_ADDRESS", ""),
        stripe_checkout_origin=environment.get("STRIPE_CHECKOUT_ORIGIN") or CHECKOUT,
        landlord_file=Path(environment.get("PORTAL_LANDLORD_FILE") or ROOT / "landlord" / "landlord.toml"),
    )
    _check(config)
    return config


def _with_secrets(environment: Mapping[str, str], read_secret: Callable[[str], str]) -> Mapping[str, str]:
    """Add what the named secret holds; a secret that is in the environment too would outlive its rotation."""
    name = environment.get("PORTAL_SECRETS", "")
    if not name:
        return environment
    for secret in SECRETS:
        if secret in environment:
            raise BadSettings(f"{secret} is in PORTAL_SECRETS: it cannot be in the environment too")
    try:
        found = json.loads(read_secret(name))
        kept = {secret: str(found[secret]) for secret in SECRETS}
    except (ValueError, TypeError, KeyError):
        raise BadSettings(f"PORTAL_SECRETS: {name} must be a JSON object with {', '.join(SECRETS)}") from None
    return {**environment, **kept}


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise BadSettings(f"{name} is missing, see docs/settings.md")
    return value


def _several(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(",") if one.strip())


def _check(config: Config) -> None:
    """Refuse settings under which money or sessions would not be safe."""
    if len(config.session_key) < SHORTEST_KEY:
        raise BadSettings(f"PORTAL_SESSION_KEY must have {SHORTEST_KEY} characters or more")
    if not config.data_keys or any(len(key) < SHORTEST_KEY for key in config.data_keys):
        raise BadSettings(f"PORTAL_DATA_KEYS: each key must have {SHORTEST_KEY} characters or more")
    if urlsplit(config.address).scheme != "https" and config.stage != LOCAL:
        raise BadSettings("PORTAL_ADDRESS must start with https:// outside the local stage")
    if config.scanner not in {GUARDDUTY, NO_SCANNER}:
        raise BadSettings(f"PORTAL_SCANNER is {GUARDDUTY} or {NO_SCANNER}")
    if config.live != (config.stage == PRODUCTION):
        raise BadSettings("STRIPE_API_KEY: live keys belong to the stage prod, and to no other")
    if config.stage == PRODUCTION and (config.stripe_address or config.stripe_checkout_origin != CHECKOUT):
        raise BadSettings("STRIPE_ADDRESS and STRIPE_CHECKOUT_ORIGIN cannot be set in the stage prod")
