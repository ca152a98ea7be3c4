"""Settings, read once from the environment; the only module that knows variable names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LOCAL, PRODUCTION = "local", "prod"
CHECKOUT = "https://checkout.stripe.com"
SHORTEST_KEY = 32


class BadSettings(Exception):
    """The portal cannot start with these settings; the message names the variable and what is wrong."""


@dataclass(frozen=True)
class Config:
    """One field per environment variable, all of them in docs/settings.md."""

    stage: str
    address: str
    table: str
    files_bucket: str
    payments_queue: str
    documents_queue: str
    session_key: str
    mail_sender: str
    stripe_api_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_address: str
    stripe_checkout_origin: str
    landlord_file: Path

    @property
    def live(self) -> bool:
        """Tell whether real money moves."""
        return self.stripe_api_key.startswith(("sk_live_", "rk_live_"))


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; ``BadSettings`` at start-up rather than a surprise on the first request."""
    config = Config(
        stage=_needed(environment, "PORTAL_STAGE"),
        address=_needed(environment, "PORTAL_ADDRESS").rstrip("/"),
        table=_needed(environment, "PORTAL_TABLE"),
        files_bucket=_needed(environment, "PORTAL_FILES_BUCKET"),
        payments_queue=_needed(environment, "PORTAL_PAYMENTS_QUEUE"),
        documents_queue=_needed(environment, "PORTAL_DOCUMENTS_QUEUE"),
        session_key=_needed(environment, "PORTAL_SESSION_KEY"),
        mail_sender=_needed(environment, "PORTAL_MAIL_SENDER"),
        stripe_api_key=_needed(environment, "STRIPE_API_KEY"),
        stripe_webhook_secrets=tuple(_needed(environment, "STRIPE_WEBHOOK_SECRETS").split(",")),
        stripe_address=environment.get("STRIPE_ADDRESS", ""),
        stripe_checkout_origin=environment.get("STRIPE_CHECKOUT_ORIGIN", CHECKOUT),
        landlord_file=Path(environment.get("PORTAL_LANDLORD_FILE") or ROOT / "landlord" / "landlord.toml"),
    )
    _check(config)
    return config


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise BadSettings(f"{name} is missing, see docs/settings.md")
    return value


def _check(config: Config) -> None:
    """Refuse settings under which money or sessions would not be safe."""
    if len(config.session_key) < SHORTEST_KEY:
        raise BadSettings(f"PORTAL_SESSION_KEY must have {SHORTEST_KEY} characters or more")
    if urlsplit(config.address).scheme != "https" and config.stage != LOCAL:
        raise BadSettings("PORTAL_ADDRESS must start with https:// outside the local stage")
    if config.live != (config.stage == PRODUCTION):
        raise BadSettings("STRIPE_API_KEY: live keys belong to the stage prod, and to no other")
    if config.stage == PRODUCTION and (config.stripe_address or config.stripe_checkout_origin != CHECKOUT):
        raise BadSettings("STRIPE_ADDRESS and STRIPE_CHECKOUT_ORIGIN cannot be set in the stage prod")
