"""Loading the demonstration landlord once, whatever happens in between."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.accounts import Role, sign_in
from chalicelib.portal import portal
from chalicelib.storage.intake import DynamoIntake
from chalicelib.storage.table import connection
from infra.demo import ensure, loading, people
from tests.faults import Faults
from tests.storage.books import check_books, stored_items

pytestmark = pytest.mark.usefixtures("table")
TODAY = date(2026, 11, 23)


def test_everybody_shown_on_the_panel_can_sign_in() -> None:
    ensure(7, today=TODAY)

    accounts, passwords = portal().accounts, portal().passwords
    for one in people():
        if one["email"]:
            found = sign_in(accounts, passwords, one["email"], one["password"], Role(one["role"]))
            assert found is not None, one
    assert check_books()["9126"] == 486_32


def test_a_landlord_that_is_there_is_left_alone() -> None:
    ensure(7, today=TODAY)
    before, heard = stored_items(), Faults(connection().client)

    ensure(20, today=date(2026, 12, 24))

    assert heard.calls == {"GetItem": 1}
    assert stored_items() == before


def test_a_load_that_was_cut_is_finished_from_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(loading, "show_progress", _stop_halfway)
        with pytest.raises(KeyboardInterrupt):
            ensure(50, tmp_path, TODAY)
    half = len(stored_items())

    ensure(50, tmp_path, date(2026, 12, 24))

    assert 0 < half < len(stored_items())
    assert len(DynamoIntake().known_leases([str(9126 + rank) for rank in range(7)])) == 7
    assert check_books()["9126"] == 486_32


def _stop_halfway(done: int, total: int) -> None:
    if done > total // 3:
        raise KeyboardInterrupt
