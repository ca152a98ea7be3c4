"""Going back: a release that stood before, with today's settings, if it can read what is stored."""

import json
from typing import Any

import pytest

from infra.deploy import DeploymentFailed, NotReady, Stage
from infra.deploy.stored import refuse_unreadable
from infra.migrations.migration import Change, Migration
from infra.migrations.records import Record
from tests.infra.aws.standing import STAGE
from tests.infra.deploy.conftest import BUCKET, Operator, new_operator, step

Story = dict[str, Any]


def migration(*, needed: bool = False) -> Migration:
    """Give a migration to a shape that older code cannot read."""

    def change(item: Any) -> Change | None:
        return None if "mark" in item else Change({"mark": {"BOOL": True}})

    return Migration(1, "mark", ("account",), change, readable_by_older=False, needed=needed)


@pytest.fixture(scope="module")
def story(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Change a shape release by release, and try every way back."""
    operator = new_operator(aws, tmp_path_factory.mktemp("shapes"))
    packages = {name: operator.package(name) for name in ("zero", "one", "two", "three")}
    shape, told = migration(), dict[str, Any]()
    told["zero"] = step(operator, operator.deploys, packages["zero"], [])
    told["before zero"] = step(operator, operator.goes_back)
    told["one"] = step(operator, operator.deploys, packages["one"], [])
    told["dropped"] = step(operator, operator.deploys, packages["three"], [migration(needed=True)])
    told["one knows"] = step(operator, operator.deploys, packages["one"], [shape])
    told["two"] = step(operator, operator.deploys, packages["two"], [shape])
    told["two steps"] = step(operator, operator.goes_back, told["zero"].release)
    told["older code"] = step(operator, operator.deploys, packages["zero"], [])
    told["three"] = step(operator, operator.deploys, packages["three"], [migration(needed=True)])
    told["back to one"] = step(operator, operator.goes_back, told["one"].release)
    told["runs one"] = operator.runs(packages["one"])
    told["back again"] = step(operator, operator.goes_back)
    told["stranger"] = step(operator, operator.goes_back, "20261123T084200Z-000000000000")
    return told


def test_before_the_first_release_there_is_none(story: Story) -> None:
    assert f"{story['zero'].release} is the first release" in story["before zero"].refused


def test_a_migration_waits_until_the_release_before_can_read_what_it_leaves(story: Story) -> None:
    assert "m0001_mark waits" in story["one knows"].said
    assert "m0001_mark: 0 of 0 items changed" in story["two"].said


def test_a_migration_that_comes_later_with_the_same_code_belongs_to_its_release(story: Story) -> None:
    assert story["one knows"].release == story["one"].release
    assert story["two"].release != story["one"].release
    assert "waits" not in story["two"].said


def test_code_that_has_dropped_a_shape_is_refused_until_the_migration_has_run(story: Story) -> None:
    assert "needs the migration m0001_mark to have run" in story["dropped"].refused
    assert story["dropped"].release == story["one"].release
    assert story["three"].deployed is not None


def test_one_step_back_is_always_safe_and_two_are_refused_where_the_shape_is_unknown(story: Story) -> None:
    assert "cannot read what is stored since the migration 0001 (mark, " in story["two steps"].refused
    assert story["two steps"].asked == 0
    assert story["back to one"].release == story["one"].release, "two steps by name, and it knows the shape"
    assert story["runs one"]
    assert f"{story['zero'].release} cannot read" in story["back again"].refused


def test_older_code_is_not_deployed_over_a_shape_that_it_cannot_read(story: Story) -> None:
    assert story["older code"].refused.startswith("NotReady: this code cannot read what is stored")
    assert story["older code"].release == story["two"].release


def test_a_release_that_never_stood_is_no_way_back(story: Story) -> None:
    assert f"never stood before {story['one'].release}" in story["stranger"].refused


def test_without_a_stack_there_is_nothing_to_go_back_from(operator: Operator) -> None:
    with pytest.raises(NotReady, match="nothing to go back from"):
        operator.goes_back()


def test_a_migration_that_only_added_stands_in_nobody_s_way(operator: Operator) -> None:
    ran = Record(1, "mark", "done", True, "", "", "2026-11-23", "2026-11-23", 0, 0, None)

    refuse_unreadable({1: ran}, [], "an older release")


def test_the_settings_and_the_secret_of_today_stay_and_forward_is_a_deployment(operator: Operator) -> None:
    one, two = operator.package("one"), operator.package("two")
    first = operator.deploys(one)
    version = operator.renews_the_secret()
    operator.differently["stage"] = Stage(STAGE.name, STAGE.parameters | {"OperatorEmail": "new@b.example"})
    second = operator.deploys(two)
    operator.goes_back()

    assert operator.runs(one)
    assert operator.parameters["SecretsVersion"] == version
    assert operator.parameters["OperatorEmail"] == "new@b.example"
    third = operator.deploys(two)
    assert third.release not in {first.release, second.release}
    assert operator.goes_back().release == first.release, "the one that stood before this deployment"


def test_a_release_whose_code_is_gone_is_told(operator: Operator) -> None:
    first, two = operator.deploys(operator.package("one")), operator.package("two")
    operator.deploys(two)
    key = f"releases/{first.release}.json"
    told = json.loads(operator.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())
    operator.client("s3").delete_object(Bucket=BUCKET, Key=told["files"]["code"])

    with pytest.raises(DeploymentFailed, match=r"is not whole: .* lost code/"):
        operator.goes_back()
    assert operator.runs(two)
