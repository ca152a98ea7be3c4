"""The landlord's file: whole and readable, or refused by the name of the line."""

import re
from datetime import date
from pathlib import Path

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.landlord import (
    LARGEST_PAYMENT_CENTS,
    BadLandlordFile,
    contrast_with_white,
    dialling,
    is_iban,
    read_landlord,
)

FILE = ROOT / "landlord" / "landlord.toml"


def changed(folder: Path, pattern: str, replacement: str) -> Path:
    """Write the landlord's file with one change."""
    text, count = re.subn(pattern, replacement, FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count == 1
    path = folder / "landlord.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_demonstration_landlord_can_be_read() -> None:
    landlord = read_landlord(FILE)

    assert landlord.name == "Littoral Habitat"
    assert landlord.address == ("12, quai des Frégates", "17300 Rochefort")
    assert landlord.phone_link == "tel:+33546000000"
    assert landlord.emergency_link == "tel:+33800000017"


@pytest.mark.parametrize(
    ("pattern", "replacement", "told"),
    [
        (r"^siren = .*\n", "", "missing siren"),
        (r"^siren = ", "sirene = ", "missing siren"),
        (r"^# Colours", 'colour = "red"\n# Colours', "unknown colour"),
        (r'^accent = "[^"]*"', 'accent = "blue"', "accent must look like"),
        (r'^accent = "[^"]*"', 'accent = "#0B6E78"', "accent must look like"),
        (r'^accent = "[^"]*"', 'accent = "#aabbcc"', "accent #aabbcc is too pale"),
        (r'^deep = "[^"]*"', 'deep = "#0b6e78"', "deep #0b6e78 is too pale"),
        (r'^deep = "[^"]*"', 'deep = "#12355b;}"', "deep must look like"),
        (r"^largest_payment_cents = .*$", "largest_payment_cents = 0", "between 1 and"),
        (
            r"^largest_payment_cents = .*$",
            f"largest_payment_cents = {LARGEST_PAYMENT_CENTS + 1}",
            "between 1 and",
        ),
        (r"^name = .*$", "name = Littoral", "landlord.toml"),
        (r"^iban = .*$", 'iban = "FR76 3000 6000 0112 3456 7890 188"', "its check digits do not fit"),
        (r"^iban = .*$", 'iban = "FR76"', "iban FR76 is none"),
        (r"^bic = .*$", 'bic = "AGRIFRP"', "bic must have 8 or 11"),
        (r"^creditor_name = .*$", 'creditor_name = ""', "creditor_name must have 1 to 70"),
        (r"^creditor_name = .*$", f'creditor_name = "{"x" * 71}"', "creditor_name must have 1 to 70"),
        (r"^notices_day = .*$", "notices_day = 29", "notices_day must lie between 0 and 28"),
        (r"^notices_day = .*$", "notices_day = -1", "notices_day must lie between 0 and 28"),
        (r"^receipts_from = .*$", 'receipts_from = "2026-13"', "receipts_from must look like"),
        (r"^receipts_from = .*$", "receipts_from = 2026-11-01", "receipts_from must look like"),
    ],
)
def test_a_file_that_cannot_be_used_says_which_line(
    tmp_path: Path, pattern: str, replacement: str, told: str
) -> None:
    with pytest.raises(BadLandlordFile, match=re.escape(told)):
        read_landlord(changed(tmp_path, pattern, replacement))


def test_the_account_that_rents_are_transferred_to_is_written_with_spaces_or_without() -> None:
    landlord = read_landlord(FILE)

    assert landlord.iban == "FR7630006000011234567890189"
    assert landlord.iban_in_groups.split("\u00a0") == ["FR76", "3000", "6000", "0112", "3456", "7890", "189"]
    assert landlord.receipts_from == date(2026, 11, 1)


def test_a_landlord_without_an_account_has_no_transfer_code(tmp_path: Path) -> None:
    landlord = read_landlord(changed(tmp_path, r"^iban = .*$", 'iban = ""'))

    assert (landlord.iban, landlord.iban_in_groups) == ("", "")


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("GB82WEST12345698765432", True),
        ("DE89370400440532013000", True),
        ("DE89370400440532013001", False),
        ("GB82WEST12345698765423", False),
        ("gb82west12345698765432", False),
        ("", False),
    ],
)
def test_an_iban_is_known_by_its_check_digits(written: str, right: bool) -> None:
    assert is_iban(written) is right


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadLandlordFile, match=r"none\.toml"):
        read_landlord(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("phone", "address"),
    [("05 46 00 00 00", "tel:+33546000000"), ("0 800 00 00 17", "tel:+33800000017"), ("3939", "tel:3939")],
)
def test_a_number_can_be_dialled(phone: str, address: str) -> None:
    assert dialling(phone) == address


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#0000ff", 8.59), ("#777777", 4.48)],
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(ratio, abs=0.005)
