"""The list of common passwords that travels is the one that its source gives."""

import gzip
from pathlib import Path

from chalicelib.config import ROOT
from chalicelib.domain.guessing import LONGEST_COMMON, SHORTEST_PART, common_passwords, folded
from infra.package.common_passwords import FRENCH, MOST, main, write_list

KEPT = ROOT / "chalicelib" / "domain" / "common_passwords.txt.gz"


def test_the_list_that_travels_is_what_the_pinned_library_and_ours_give() -> None:
    assert gzip.decompress(KEPT.read_bytes()).decode() == write_list()


def test_the_list_has_ten_thousand_and_the_french_ones_and_its_licence() -> None:
    text = gzip.decompress(KEPT.read_bytes()).decode()

    assert len(common_passwords()) >= MOST
    assert {folded(one) for one in FRENCH.split()} <= common_passwords()
    assert {"123456", "azerty", "motdepasse", "marseille"} <= common_passwords()
    assert {len(one) for one in common_passwords()} == set(range(SHORTEST_PART, LONGEST_COMMON + 1))
    assert "Permission is hereby granted, free of charge" in text
    assert "#" not in {one[0] for one in text.partition("\n\n")[2].splitlines()}


def test_writing_the_list_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(tmp_path / name) == 0

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert KEPT.stat().st_size < 40_000
