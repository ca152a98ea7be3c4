"""The stage's secret in Secrets Manager: there, whole and usable, before anything goes up (« secret »).

Its values are looked at here and never shown, written or passed on: the stack gets the version's id.
"""

import json
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.config import GUARDDUTY, SECRETS, BadSettings, read_config
from infra.aws.merge import PARTS, read_template
from infra.deploy.failure import NotReady
from infra.deploy.place import REGION, Place
from infra.deploy.stage import REHEARSAL

# What CloudFront shows to the wall; the rehearsal has neither.
ORIGIN_KEYS = ("ORIGIN_KEY", "ORIGIN_KEY_BEFORE")
TO_COME = "made by the stack"


def needed_keys(stage: str) -> tuple[str, ...]:
    """List the keys that the secret of a stage has to have."""
    return SECRETS if stage == REHEARSAL else (*SECRETS, *ORIGIN_KEYS)


def secrets_version(place: Place) -> str:
    """Check the secret and give the id of its present version; ``NotReady`` says what is missing."""
    name = place.stage.parameters["SecretsName"]
    try:
        found = place.client("secretsmanager").get_secret_value(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise NotReady(
            f"there is no secret {name} in this account (docs/aws.md, First deployment): write a JSON object "
            f"with {', '.join(needed_keys(place.stage.name))} into secret.json, then\n"
            f"  aws secretsmanager create-secret --region {REGION} --name {name} --secret-string file://secret.json"
        ) from None
    _check(place, name, found.get("SecretString", ""))
    return str(found["VersionId"])


def _check(place: Place, name: str, held: str) -> None:
    try:
        told: Any = json.loads(held)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise NotReady(f"the secret {name} must be one JSON object (docs/aws.md, First deployment)")
    missing = [key for key in needed_keys(place.stage.name) if not _is_there(told.get(key))]
    if missing:
        raise NotReady(
            f"the secret {name} lacks {', '.join(missing)}: complete secret.json, then\n"
            f"  aws secretsmanager put-secret-value --region {REGION} --secret-id {name} --secret-string file://secret.json"
        )
    _start_with(place, held)


def _is_there(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@cache
def _variables() -> tuple[str, ...]:
    """List what every function is told."""
    told = read_template(PARTS / "stage.yaml")["Globals"]["Function"]["Environment"]["Variables"]
    return tuple(told)


def _start_with(place: Place, held: str) -> None:
    """Read the settings as the functions will: what they refuse is better said now than by every page."""
    given = place.stage.parameters
    told = dict.fromkeys(_variables(), TO_COME) | {
        "PORTAL_STAGE": given["StageName"],
        "PORTAL_ADDRESS": f"https://{given['PortalDomain']}",
        "PORTAL_TABLE": given["TableName"],
        "PORTAL_MAIL_SENDER": given["MailSender"],
        "PORTAL_ACCESS_QUEUE": TO_COME,
        "PORTAL_SCANNER": given.get("Scanner", GUARDDUTY),
        "STRIPE_ADDRESS": given.get("StripeAddress", ""),
        "STRIPE_CHECKOUT_ORIGIN": given.get("StripeCheckoutOrigin", ""),
        "PORTAL_SECRETS": given["SecretsName"],
    }
    try:
        read_config(told, lambda _: held)
    except BadSettings as wrong:
        raise NotReady(f"the portal would not start: {wrong}") from None
