"""The demonstration's own landlord file: the months that have receipts move with the day it is made."""

from datetime import date
from pathlib import Path

from chalicelib.config import ROOT
from chalicelib.domain.landlord import read_landlord
from infra.demo.landlord import own_landlord
from infra.demo.loading import COMPLETE

TODAY = date(2027, 1, 31)


def test_receipts_begin_with_the_oldest_month_that_is_booked_by_its_name(tmp_path: Path) -> None:
    own = read_landlord(own_landlord(tmp_path, TODAY))
    source = read_landlord(ROOT / "landlord" / "landlord.toml")

    assert own.receipts_from == date(2026, 11, 1)
    assert {**vars(own), "receipts_from": None} == {**vars(source), "receipts_from": None}


def test_a_demonstration_that_is_whole_keeps_its_first_month_and_follows_the_landlords_file(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source.toml"
    source.write_text('name = "A"\nreceipts_from = "2020-01"\n', "utf-8")
    cut = own_landlord(tmp_path, date(2026, 11, 30), source)
    own_landlord(tmp_path, TODAY, source)
    (tmp_path / COMPLETE).touch()
    source.write_text('name = "B"\nreceipts_from = "2020-01"\n', "utf-8")

    later = own_landlord(tmp_path, date(2027, 6, 1), source)

    assert cut == later == tmp_path / "landlord.toml"
    assert later.read_text("utf-8") == 'name = "B"\nreceipts_from = "2026-11"\n'


def test_a_demonstration_from_before_there_were_receipts_has_the_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / COMPLETE).touch()

    assert own_landlord(tmp_path, TODAY) == ROOT / "landlord" / "landlord.toml"
    assert not (tmp_path / "landlord.toml").exists()
