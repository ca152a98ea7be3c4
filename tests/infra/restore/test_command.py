"""The command « make drill »: what is typed, what it ends with."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from chalicelib.config import ROOT
from infra.deploy import Place, Stage
from infra.deploy.failure import NotReady
from infra.restore.__main__ import main, moment, what_stands
from infra.restore.copies import RECOVERY_DAYS
from infra.restore.drilling import Asked, drill
from infra.restore.pictures import print_of
from tests.infra.aws.standing import STAGE, place_at
from tests.infra.restore.conftest import TABLE, Landlord


def test_all_is_well_ends_with_0_and_something_wrong_with_1(
    landlord: Landlord, capsys: pytest.CaptureFixture[str]
) -> None:
    def here(_: Stage) -> Place:
        return landlord.place

    landlord.settle(1, 1)
    landlord.stands()
    assert main([STAGE.name], here) == 0
    assert landlord.tables() == {"espace-locataire", TABLE}

    s3 = landlord.client("s3")
    (paper,) = s3.list_objects_v2(Bucket=landlord.bucket)["Contents"]
    s3.delete_object(Bucket=landlord.bucket, Key=paper["Key"])
    assert main([STAGE.name], here) == 1
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert main([STAGE.name, f"--at={at}", "--keep", "--files"], here) == 0
    assert "1 brought back" in landlord.said
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([""], "which stage?"),
        (["nowhere"], "STAGE=nowhere"),
        (["rehearsal"], "on no account of AWS"),
        (["rehearsal", "--at=yesterday"], "AT=yesterday is no moment"),
        (["rehearsal", "--at=2026-11-23T08:00:00"], "AT=2026-11-23T08:00:00Z for UTC"),
    ],
)
def test_what_cannot_be_begun_ends_with_2_and_says_why(
    asked: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asked) == 2

    assert said in capsys.readouterr().err


def test_what_aws_refuses_is_told_in_one_line(landlord: Landlord, capsys: pytest.CaptureFixture[str]) -> None:
    landlord.stands()

    assert main([STAGE.name, "--table=gone"], lambda _: landlord.place) == 1

    told = capsys.readouterr().err
    assert "gone" in told
    assert len(told.splitlines()) == 1


def test_the_guide_brings_the_files_back_before_it_names_the_copy() -> None:
    guide = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8").partition("\nAfter an accident:\n")[2]

    order = ["--no-enabled", "KEEP=1", "FILES=1", "Set `TableName`", "--enabled", "money_in_suspense"]
    assert [guide.index(one) for one in order] == sorted(map(guide.index, order))


def test_a_moment_says_where() -> None:
    assert moment("2026-11-23T09:00:00+01:00") == moment("2026-11-23T08:00:00.7Z")


def test_the_table_and_the_bucket_are_those_that_the_stack_uses(landlord: Landlord) -> None:
    with pytest.raises(NotReady, match="there is no stack espace-locataire-rehearsal"):
        what_stands(landlord.place)

    landlord.stands()
    assert what_stands(landlord.place) == (TABLE, landlord.bucket)
    assert what_stands(landlord.place, "another") == ("another", landlord.bucket)
    repointed = replace(STAGE, parameters={**STAGE.parameters, "TableName": "copy"})
    with pytest.raises(NotReady, match=f"says copy, but {TABLE} stands: deploy first"):
        what_stands(place_at(landlord.endpoint, stage=repointed))


def test_another_account_than_the_stage_s_is_refused(aws: str) -> None:
    with pytest.raises(NotReady, match="belongs to 111111111111"):
        what_stands(place_at(aws, stage=replace(STAGE, account="111111111111")))


def test_the_copy_that_stands_now_is_not_restored_to_the_moment_of_the_accident(
    landlord: Landlord, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an accident the stage names the copy, which cannot be restored from before it was made."""
    landlord.settle(1, 0)
    at = datetime.now(UTC).replace(microsecond=0)
    copy = drill(landlord.place, Asked(TABLE, landlord.bucket, at, keep=True)).copy
    repointed = replace(STAGE, parameters={**STAGE.parameters, "TableName": copy})
    landlord.stands(copy)
    landlord.first = at + timedelta(minutes=10)

    then = at.isoformat()
    assert (
        main([STAGE.name, f"--at={then}", "--files"], lambda _: replace(landlord.place, stage=repointed)) == 2
    )
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"{then} is before {copy} can be restored" in told
    assert f"the copy of that moment is {copy}, if" in told
    assert landlord.tables() == {"espace-locataire", TABLE, copy}


def test_what_fails_after_the_copy_was_begun_does_not_say_that_nothing_was(
    landlord: Landlord, capsys: pytest.CaptureFixture[str]
) -> None:
    landlord.settle(1, 0)
    landlord.stands()

    def expires(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ExpiredToken"}}, "Scan")

    events = landlord.client("dynamodb").meta.events
    events.register("before-call.dynamodb.Scan", expires)
    try:
        assert main([STAGE.name], lambda _: landlord.place) == 1
    finally:
        events.unregister("before-call.dynamodb.Scan", expires)
    told = capsys.readouterr().err.splitlines()[-1]
    assert re.search(r"sign in again, then the same command with AT=\S+Z takes the copy up again$", told)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": {"SS": ["x", "y"]}}, {"a": {"SS": ["y", "x"]}}, True),
        ({"a": {"S": "x"}, "b": {"S": "y"}}, {"b": {"S": "y"}, "a": {"S": "x"}}, True),
        ({"a": {"L": [{"S": "x"}, {"S": "y"}]}}, {"a": {"L": [{"S": "y"}, {"S": "x"}]}}, False),
        ({"a": {"N": "1"}}, {"a": {"S": "1"}}, False),
        ({"a": {"B": b"\x01"}}, {"a": {"B": b"\x01"}}, True),
        ({"a": {"S": "x"}}, {"a": {"S": "x"}, "b": {"NULL": True}}, False),
    ],
)
def test_a_print_is_that_of_what_an_item_says(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert (print_of(one) == print_of(other)) is same


def test_the_recovery_that_is_switched_on_is_the_template_s() -> None:
    text = (ROOT / "infra/aws/template/store.yaml").read_text(encoding="utf-8")
    table = yaml.safe_load(re.sub(r"!\w+", "", text.split("\n  FilesBucket:")[0]))["Resources"]["Table"]
    kept = table["Properties"]["PointInTimeRecoverySpecification"]
    assert kept == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": RECOVERY_DAYS}
