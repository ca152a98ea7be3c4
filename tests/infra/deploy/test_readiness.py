"""Before anything begins: the stage's file, the account, the secret, the state of the stack."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.landlord import read_landlord
from infra.aws.merge import whole_template
from infra.deploy import NotReady, Stage, needed_keys, read_stage
from infra.deploy.deploying import check
from infra.deploy.stack import STUCK, Standing, refuse_if_busy_or_stuck
from tests.infra.aws.standing import SECRET, STAGE, keep_secret
from tests.infra.deploy.conftest import Operator

WHOLE = {"StageName": "prod", "PortalDomain": "a.example"}


def stages(folder: Path, **told: Any) -> Path:
    (folder / "prod.json").write_text(json.dumps(WHOLE | told), encoding="utf-8")
    (folder / "dev.json").write_text("{", encoding="utf-8")
    return folder


def test_the_file_of_a_stage_gives_parameters_and_account(tmp_path: Path) -> None:
    stage = read_stage("prod", stages(tmp_path, Account="111111111111"))

    assert stage == Stage("prod", WHOLE, "111111111111")
    assert stage.stack == "espace-locataire-prod"


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("", {}, r"which stage\?  STAGE=dev or STAGE=prod"),
        ("prdo", {}, r"STAGE=prdo: .* knows dev, prod"),
        ("../stages/prod", {}, "knows dev, prod"),
        ("dev", {}, r"dev\.json cannot be read"),
        ("prod", {"PortalDomain": "  "}, "fill in PortalDomain"),
        ("prod", {"StageName": "dev"}, "StageName must be prod"),
        ("prod", {"MonthlyBudgetDollars": 50}, "must be one JSON object of texts"),
    ],
)
def test_a_stage_that_is_not_ready_is_one_line(
    tmp_path: Path, name: str, told: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotReady, match=words):
        read_stage(name, stages(tmp_path, **told))


def test_the_wrong_account_is_refused_before_anything_is_looked_at(stranger: Operator) -> None:
    stranger.differently["stage"] = Stage(STAGE.name, STAGE.parameters, "111111111111")

    with pytest.raises(NotReady, match=r"belongs to 111111111111 .* these credentials to 000000000000"):
        check(stranger.place)
    assert stranger.client("s3").list_buckets()["Buckets"] == []


def test_a_missing_secret_is_told_with_how_to_make_it(stranger: Operator) -> None:
    with pytest.raises(NotReady) as missing:
        stranger.deploys(stranger.package("one"))

    assert "aws secretsmanager create-secret --region eu-west-3 --name espace-locataire/rehearsal" in str(
        missing.value
    )
    assert all(key in str(missing.value) for key in needed_keys("rehearsal"))
    assert stranger.client("s3").list_buckets()["Buckets"] == [], "nothing was begun"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"STRIPE_API_KEY": ""}, "lacks STRIPE_API_KEY:"),
        ({"STRIPE_API_KEY": None, "PORTAL_SESSION_KEY": 7}, "lacks PORTAL_SESSION_KEY, STRIPE_API_KEY:"),
        ({"PORTAL_SESSION_KEY": "short"}, "would not start: PORTAL_SESSION_KEY must have 32"),
        ({"STRIPE_API_KEY": "sk_" + "live_of_another_stage"}, "would not start: STRIPE_API_KEY: live keys"),
    ],
)
def test_a_secret_that_is_not_whole_is_told_without_its_values(
    stranger: Operator, changed: dict[str, Any], words: str
) -> None:
    keep_secret(stranger.endpoint, SECRET | changed)

    with pytest.raises(NotReady, match=words) as told:
        check(stranger.place)
    values = [value for value in (SECRET | changed).values() if isinstance(value, str) and value]
    assert not any(value in str(told.value) + stranger.said for value in values)


@pytest.mark.parametrize("held", ["not JSON", "[1]", '"text"'])
def test_a_secret_that_is_no_object_is_told(stranger: Operator, held: str) -> None:
    stranger.client("secretsmanager").create_secret(Name=stranger.secret_name, SecretString=held)

    with pytest.raises(NotReady, match="must be one JSON object") as told:
        check(stranger.place)
    assert held not in str(told.value)


def test_stages_on_aws_need_what_cloudfront_shows_to_the_wall() -> None:
    told = json.dumps(whole_template(read_landlord(ROOT / "landlord" / "landlord.toml")))
    shown = {name for name in ("ORIGIN_KEY", "ORIGIN_KEY_BEFORE") if f"SecretString:{name}::" in told}

    assert set(needed_keys("prod")) - set(needed_keys("rehearsal")) == shown
    assert len(shown) == 2


def test_the_guide_tells_every_key_of_the_secret_and_no_other() -> None:
    guide = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    section = guide.partition("\n## First deployment\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("   | `")]

    assert re.findall(r"`([A-Z_]+)`", " ".join(rows)) == list(needed_keys("prod"))


def test_what_cloudformation_lets_nobody_update_is_known() -> None:
    """The rest of ``*_FAILED`` is a first deployment that was undone by half, which can be removed."""
    assert set(STUCK) == {"UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
    assert all("--stack-name" not in told for told in STUCK.values()), "the region goes with the name"


@pytest.mark.parametrize("status", [*STUCK, "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_stack_that_cannot_be_updated_is_told_with_its_name(stranger: Operator, status: str) -> None:
    with pytest.raises(NotReady, match=rf"espace-locataire-rehearsal is .*\({status}\)"):
        refuse_if_busy_or_stuck(stranger.place, Standing(status))


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE"])
def test_a_stack_that_can_be_updated_is(stranger: Operator, status: str) -> None:
    refuse_if_busy_or_stuck(stranger.place, Standing(status))
