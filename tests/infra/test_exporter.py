"""The command « make export »."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.domain import french
from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import Unavailable
from chalicelib.storage.changes import DynamoChanges, change_item
from infra.exporter import main
from infra.local.resources import Resources
from tests.mothers import put

TODAY = french.today(datetime.now(UTC))


@pytest.fixture
def environment(table: Resources) -> dict[str, str]:
    return dict(os.environ) | {"PORTAL_TABLE": table.table}


def change_on(day: date, after: str = "06 12 34 56 78") -> Change:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    change = new_change(at, "t1", ChangeKind.PHONES, {}, {"telephone_mobile": after})
    put(change_item(change))
    return change


def ids(directory: Path) -> list[str]:
    lines = (directory / "modifications.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id;date;heure;locataire;contrat;nature;champ;avant;apres"
    return [line.partition(";")[0] for line in lines[1:]]


def test_the_days_asked_for_are_written_both_included_the_earliest_first(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = [change_on(TODAY - timedelta(days=back)) for back in (4, 3, 2, 1)]
    days = [f"--from={TODAY - timedelta(days=3)}", f"--to={TODAY - timedelta(days=2)}"]

    assert main([str(tmp_path / "new" / "folder"), *days], environment) == 0

    assert ids(tmp_path / "new" / "folder") == [made[1].id, made[2].id]
    assert capsys.readouterr().out.startswith("2 modifications, du ")


def test_without_days_it_is_the_last_month_today_included(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    made = [change_on(TODAY - timedelta(days=back)) for back in (31, 30, 0)]

    assert main([str(tmp_path)], environment) == 0
    assert ids(tmp_path) == [made[1].id, made[2].id]


def test_the_same_days_twice_are_the_same_bytes(tmp_path: Path, environment: dict[str, str]) -> None:
    for _ in range(5):
        change_on(TODAY, "+44 20 7946 0018")
    written = []
    for _ in range(2):
        assert main([str(tmp_path)], environment) == 0
        written.append((tmp_path / "modifications.csv").read_bytes())

    assert written[0] == written[1]
    assert written[0].count(b";'+44 20 7946 0018\r\n") == 5
    assert [path.name for path in tmp_path.iterdir()] == ["modifications.csv"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((f"--from={TODAY}", f"--to={TODAY - timedelta(days=1)}"), "FROM ne peut pas venir après TO."),
        ((f"--from={TODAY - timedelta(days=401)}",), "gardées 400 jours"),
    ],
)
def test_days_that_cannot_be_had_leave_the_file_as_it_was(
    tmp_path: Path,
    environment: dict[str, str],
    days: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "modifications.csv").write_text("before")

    assert main([str(tmp_path), *days], environment) == 1
    assert said in capsys.readouterr().err
    assert (tmp_path / "modifications.csv").read_text() == "before"


def test_a_file_that_is_cut_in_the_middle_is_not_left_lying_about(
    tmp_path: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def cut(_: DynamoChanges, day: date) -> Iterator[Change]:
        if day == TODAY:
            raise Unavailable("DynamoDB")
        yield change_on(day)

    (tmp_path / "modifications.csv").write_text("before")
    monkeypatch.setattr(DynamoChanges, "made_on", cut)

    assert main([str(tmp_path), f"--from={TODAY - timedelta(days=1)}"], environment) == 1
    assert capsys.readouterr().err == "Le portail ne répond pas\u00a0: DynamoDB\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("modifications.csv", "before")]


def test_without_a_portal_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "out")], {"STATE_DIR": str(tmp_path / "nowhere")}) == 1
    assert "make run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["out", "--from=hier"], ["out", "more"]])
def test_what_cannot_be_understood_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(arguments, {})

    assert told.value.code == 2
    assert "usage: make export" in capsys.readouterr().err
