"""Sealed texts: they open with our key, in their own place, unaltered, and tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.second_factor import Unreadable
from chalicelib.gateways.sealing import AesSeal

OLD, NEW = "an old key of thirty-two letters or more", "a new key of thirty-two letters or more"
SEAL = AesSeal([OLD])


def altered(sealed: str, place: int) -> str:
    return sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]


@given(st.text(max_size=80))
def test_what_was_sealed_is_given_back_and_does_not_show(text: str) -> None:
    sealed = SEAL.close(text, "here")

    assert SEAL.open(sealed, "here") == text
    assert len(text) < 8 or text not in sealed


def test_the_same_text_is_sealed_otherwise_each_time() -> None:
    assert len({SEAL.close("text", "here") for _ in range(100)}) == 100


def test_it_opens_in_its_place_only_and_with_its_key_only() -> None:
    sealed = SEAL.close("text", "account:a")

    for seal, context in ((SEAL, "account:b"), (SEAL, ""), (AesSeal([NEW]), "account:a")):
        with pytest.raises(Unreadable):
            seal.open(sealed, context)


def test_one_letter_that_is_altered_is_enough_to_keep_it_shut() -> None:
    sealed = SEAL.close("LITTORAL", "here")

    for place in range(len(sealed) - 2):  # the last letters of base 64 hold bits that mean nothing
        with pytest.raises(Unreadable):
            SEAL.open(altered(sealed, place), "here")


@pytest.mark.parametrize("written", ["", ".", "1..", "1.x.y", "2.00000000.AAAA", "é", "1"])
def test_what_was_never_sealed_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        SEAL.open(written, "here")


def test_a_cut_text_is_refused() -> None:
    sealed = SEAL.close("LITTORAL", "here")

    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            SEAL.open(sealed[:length], "here")


def test_a_key_is_replaced_without_losing_what_the_one_before_sealed() -> None:
    both, before = AesSeal([NEW, OLD]), SEAL.close("text", "here")
    after = both.close(both.open(before, "here"), "here")

    assert (both.is_fresh(before), both.is_fresh(after)) == (False, True)
    assert AesSeal([NEW]).open(after, "here") == "text"
    with pytest.raises(Unreadable):
        SEAL.open(after, "here")


def test_what_is_derived_depends_on_the_key_and_the_context_and_on_nothing_else() -> None:
    made = {AesSeal([key]).derive(context) for key in (OLD, NEW) for context in ("a", "b")}

    assert len(made) == 4
    assert {len(one) for one in made} == {32}
    assert SEAL.derive("a") == AesSeal([OLD]).derive("a")
