"""The command « make notices »: it starts what the schedule would, watches, and tells what cannot be made."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.monthly_run import Progress
from chalicelib.portal import portal
from infra import rent_run
from infra.local.resources import Resources, client
from infra.rent_run import ALL_MADE, NOT_DONE, SOME_REFUSED, Run, main, watch
from tests.conftest import ACCOUNT, Clock
from tests.homes import DECEMBER, move_in
from tests.town import portal_endpoint, work

Do = Callable[..., int]


@pytest.fixture
def command(table: Resources, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Do]:
    """Give the command on the first of December; the workers work whenever it waits."""
    clock.at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    monkeypatch.setattr(rent_run, "reach_portal", lambda environment: clock.at)
    monkeypatch.setattr(rent_run, "watch", partial(watch, sleep=lambda _: work(table)))
    portal.cache_clear()

    def do(month: str = "2026-12") -> int:
        return main([month], dict(os.environ))

    yield do
    portal.cache_clear()


def waiting(resources: Resources) -> int:
    sqs = client("sqs", portal_endpoint(resources), ACCOUNT)
    asked = {"QueueUrl": resources.papers_queue, "AttributeNames": ["ApproximateNumberOfMessages"]}
    return int(sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])


def test_all_notices_of_a_month_are_made_and_counted(command: Do, capsys: pytest.CaptureFixture[str]) -> None:
    move_in(["9300", "9301", "9302"])

    assert command() == ALL_MADE
    assert command("") == ALL_MADE, "the current month; again, nothing is new"

    told = "Avis d’échéance de décembre 2026\u00a0: 3 faits sur 3.\n"
    assert capsys.readouterr().out == told + told
    assert portal().runs.progress(DECEMBER) == Progress(planned=3, waiting=0, refused=0)


def test_homes_that_cannot_be_made_are_told_with_the_reason(
    command: Do, capsys: pytest.CaptureFixture[str]
) -> None:
    move_in(["9300"])
    move_in(["9301"], lines=())

    assert command() == SOME_REFUSED

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Avis d’échéance de décembre 2026\u00a0: 1 faits sur 2."
    assert said[1] == "Impossibles à faire (1)\u00a0:"
    assert said[2].startswith("  contrat 9301\u00a0: L’appel de loyer n’a aucune ligne.")


def test_the_next_month_can_be_made_early_and_then_goes_on_by_itself(command: Do, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    move_in(["9300"])

    assert command() == ALL_MADE
    assert portal().runs.is_begun(DECEMBER)


def test_a_month_without_calls_is_told(command: Do, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("2027-01") == ALL_MADE

    assert capsys.readouterr().out == "Aucun appel de loyer de janvier 2027.\n"


def test_what_nobody_works_on_is_left_to_the_portal_after_a_minute(
    command: Do, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    move_in(["9300"])
    seconds = iter(range(0, 10_000, 40))
    monkeypatch.setattr(Run, "start", lambda run: None)
    monkeypatch.setattr(
        rent_run, "watch", partial(watch, clock=lambda: float(next(seconds)), sleep=lambda _: None)
    )

    assert command() == NOT_DONE

    assert "1 attendent encore\u00a0: le portail réessaie chaque heure" in capsys.readouterr().out


@pytest.mark.parametrize("month", ["2026-10", "2027-02", "décembre", "2026-13"])
def test_a_month_that_is_not_near_is_refused(
    command: Do, month: str, capsys: pytest.CaptureFixture[str], table: Resources
) -> None:
    move_in(["9300"])

    assert command(month) == NOT_DONE

    assert "2026-11, 2026-12, 2027-01" in capsys.readouterr().err
    assert waiting(table) == 0


def test_a_landlord_who_makes_its_own_notices_has_none_made(
    command: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = (ROOT / "landlord" / "landlord.toml").read_text("utf-8")
    (tmp_path / "landlord.toml").write_text(own.replace("notices_day = 1", "notices_day = 0"), "utf-8")
    monkeypatch.setenv("PORTAL_LANDLORD_FILE", str(tmp_path / "landlord.toml"))

    assert command() == NOT_DONE

    assert "notices_day vaut 0" in capsys.readouterr().err


def test_of_a_deployed_portal_the_queue_has_to_be_told(
    command: Do, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PORTAL_PAPERS_QUEUE")

    assert command() == NOT_DONE
    assert "PORTAL_PAPERS_QUEUE" in capsys.readouterr().err
