"""Settings: what the portal refuses to start with, and where its secrets come from on AWS."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.config import CHECKOUT, SECRETS, BadSettings, read_config
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, SETTINGS

PUBLIC = {name: value for name, value in SETTINGS.items() if name not in SECRETS}
HIDDEN = {name: SETTINGS[name] for name in SECRETS}
NAME = "espace-locataire/tests"
ON_AWS = PUBLIC | {"PORTAL_SECRETS": NAME}


def test_settings_are_what_the_environment_says() -> None:
    config = read_config(SETTINGS)

    assert config.stage == "local"
    assert config.stripe_webhook_secrets == ("whsec_old", "whsec_new")
    assert not config.live


@pytest.mark.parametrize("name", ["PORTAL_TABLE", "PORTAL_MAIL_SENDER", *SECRETS])
def test_a_setting_that_is_missing_is_named(name: str) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != name}

    with pytest.raises(BadSettings, match=name):
        read_config(settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PORTAL_SESSION_KEY": "short"}, "PORTAL_SESSION_KEY"),
        ({"PORTAL_DATA_KEYS": f"{'k' * 32},short"}, "PORTAL_DATA_KEYS"),
        ({"PORTAL_DATA_KEYS": ","}, "PORTAL_DATA_KEYS"),
        ({"PORTAL_STAGE": "dev"}, "PORTAL_ADDRESS"),
        ({"STRIPE_API_KEY": "rk_" + "live_1"}, "STRIPE_API_KEY"),
        ({"PORTAL_STAGE": "prod", "PORTAL_ADDRESS": "https://x.example"}, "STRIPE_API_KEY"),
    ],
)
def test_settings_under_which_money_is_not_safe_are_refused(changes: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        read_config(SETTINGS | changes)


def test_a_stand_in_for_the_payment_page_is_refused_in_prod() -> None:
    prod = {
        "PORTAL_STAGE": "prod",
        "PORTAL_ADDRESS": "https://x.example",
        "STRIPE_API_KEY": "sk_" + "live_1",
    }

    with pytest.raises(BadSettings, match="STRIPE_CHECKOUT_ORIGIN"):
        read_config(SETTINGS | prod)


def test_an_empty_origin_is_the_provider_s_own() -> None:
    assert read_config(SETTINGS | {"STRIPE_CHECKOUT_ORIGIN": ""}).stripe_checkout_origin == CHECKOUT


def test_secrets_come_from_where_the_environment_says() -> None:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        return json.dumps(HIDDEN | {"ORIGIN_KEY": "another matter"})

    assert read_config(ON_AWS, read) == read_config(SETTINGS)
    assert asked == [NAME]


def test_nobody_is_asked_for_secrets_that_are_in_the_environment() -> None:
    def read(name: str) -> str:
        raise AssertionError(name)

    assert read_config(SETTINGS, read).session_key == SETTINGS["PORTAL_SESSION_KEY"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_both_places_is_refused(name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read_config(ON_AWS | {name: HIDDEN[name]}, lambda _: json.dumps(HIDDEN))


@pytest.mark.parametrize(
    "content",
    ["", "not json whsec_1", "[]", "null", '"whsec_1"', json.dumps({"PORTAL_SESSION_KEY": "whsec_1"})],
)
def test_a_secret_of_another_shape_is_refused_and_not_shown(content: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        read_config(ON_AWS, lambda _: content)

    assert "whsec_1" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_the_secret_is_read_from_secrets_manager(
    aws: str, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets: Any = client("secretsmanager", aws, ACCOUNT)
    secrets.create_secret(Name=NAME, SecretString=json.dumps(HIDDEN))

    config = read_config(ON_AWS)
    secrets.put_secret_value(
        SecretId=NAME, SecretString=json.dumps(HIDDEN | {"STRIPE_WEBHOOK_SECRETS": "whsec_new,whsec_newer"})
    )

    assert config.stripe_webhook_secrets == ("whsec_old", "whsec_new")
    assert read_config(ON_AWS) == replace(config, stripe_webhook_secrets=("whsec_new", "whsec_newer"))
