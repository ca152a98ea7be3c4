"""Phone numbers: metropolitan France, overseas, abroad; spelled the one way, as exchange files are."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.config import ROOT
from chalicelib.domain.exchange.cells import WrongCell, phone
from chalicelib.domain.phones import DEAR, NO_NUMBER
from chalicelib.gateways.phones import LibPhoneBook

BOOK = LibPhoneBook()
MOBILE = phonenumbers.PhoneNumberType.MOBILE


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("0612345678", "06 12 34 56 78"),
        ("06.12.34.56.78", "06 12 34 56 78"),
        ("06-12-34-56-78", "06 12 34 56 78"),
        ("06\u00a012\u202f34 56\t78", "06 12 34 56 78"),
        ("+33612345678", "06 12 34 56 78"),
        ("+33 (0)6 12 34 56 78", "06 12 34 56 78"),
        ("0033 6 12 34 56 78", "06 12 34 56 78"),
        ("05 46 00 00 00", "05 46 00 00 00"),
        ("0970123456", "09 70 12 34 56"),
        ("0800000017", "08 00 00 00 17"),
        ("0690001234", "06 90 00 12 34"),
        ("+590 690 00 12 34", "06 90 00 12 34"),
        ("0696201234", "06 96 20 12 34"),
        ("0594301234", "05 94 30 12 34"),
        ("0262161234", "02 62 16 12 34"),
        ("0692123456", "06 92 12 34 56"),
        ("0639012345", "06 39 01 23 45"),
        ("+508 41 12 34", "+508 41 12 34"),
        ("+687 751234", "+687 75.12.34"),
        ("+689 87123456", "+689 87 12 34 56"),
        ("+44 20 7946 0018", "+44 20 7946 0018"),
        ("0044 (0)20 7946 0018", "+44 20 7946 0018"),
        ("+1 (202) 555-0123", "+1 202-555-0123"),
        ("+49 30 123456", "+49 30 123456"),
        ("\u202a07 56 78 90 12\u202c", "07 56 78 90 12"),
        ("\uff10\uff17 56 78 90 12\u200b", "07 56 78 90 12"),
    ],
)
def test_a_number_is_spelled_the_one_way(typed: str, spelled: str) -> None:
    assert BOOK.spelled(typed) == spelled


@pytest.mark.parametrize(
    "typed",
    [
        "15", "112", "3620", "06 12 34 56 7", "06 12 34 56 789", "07 00 12 34 56", "00 00 00 00 00", "+33",
        "+999 123456789", "six douze", "0800 FLOWERS", "06 12 34 56 78 poste 3", "06 12 34 56 78;ext=3",
        "٠٦١٢٣٤٥٦٧٨", "=1+1", "06 12 34 56 78\x00", "+" * 40, "0" * 2_000, "1" * 41, "()", "+", "-", ".",
    ],
)  # fmt: skip
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(WrongCell) as refused:
        BOOK.spelled(typed)

    assert refused.value.rule == NO_NUMBER


def test_nobody_is_called_back_at_their_own_price() -> None:
    with pytest.raises(WrongCell) as refused:
        BOOK.spelled("0899 12 34 56")

    assert refused.value.rule == DEAR


def test_every_country_s_numbers_are_taken_kept_the_same_and_readable_by_the_exchange_files() -> None:
    examples = [
        phonenumbers.example_number_for_type(region, MOBILE)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    ]

    spelled = {
        BOOK.spelled(f"+{one.country_code}{phonenumbers.national_significant_number(one)}")
        for one in examples
        if one
    }

    assert len(spelled) > 200
    for one in spelled:
        assert (BOOK.spelled(one), phone(one)) == (one, one)


@given(st.text(max_size=60) | st.from_regex(r"\+?[0-9 ().\-/]{0,30}", fullmatch=True))
def test_whatever_is_typed_is_a_number_for_good_or_is_refused(typed: str) -> None:
    try:
        spelled = BOOK.spelled(typed)
    except WrongCell:
        return

    assert BOOK.spelled(spelled) == phone(spelled) == spelled


def test_the_library_is_loaded_with_the_first_number_and_not_before() -> None:
    program = "import sys; from chalicelib.gateways import phones; assert 'phonenumbers' not in sys.modules"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
