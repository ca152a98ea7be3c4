"""Addresses that take no mail: the newest of trouble and wish wins, and wishes are counted."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.mail_health import BadAddress, Trouble, in_force, mailbox

TOLD = datetime(2026, 1, 12, 8, 40, tzinfo=UTC)
BAD = BadAddress("somebody@courriel.example", Trouble.BOUNCED, TOLD)
DAY = timedelta(days=1)


def lifted(*days: float) -> BadAddress:
    """Give an address that was lifted so many days after the trouble."""
    return BadAddress(BAD.email, BAD.trouble, TOLD, tuple(TOLD + day * DAY for day in days))


@pytest.mark.parametrize(
    ("known", "held_back"),
    [
        (None, False),
        (BAD, True),
        (lifted(1), False),
        (lifted(-1), True),
        (lifted(-2, -1), True),
        (lifted(-1, 2), False),
        (lifted(0), False),
    ],
)
def test_mail_is_held_back_while_the_trouble_is_newer_than_the_last_wish(
    known: BadAddress | None, held_back: bool
) -> None:
    assert in_force(known) == (known if held_back else None)


def test_a_fourth_wish_in_thirty_days_is_one_too_many() -> None:
    first_is_thirty_days_ago = TOLD + 31 * DAY

    assert lifted(-1, 0).may_be_lifted(TOLD + DAY)
    assert not lifted(1, 2, 3).may_be_lifted(first_is_thirty_days_ago - timedelta(microseconds=1))
    assert lifted(1, 2, 3).may_be_lifted(first_is_thirty_days_ago)


def test_wishes_of_long_ago_are_forgotten_with_the_next_one() -> None:
    now = TOLD + 40 * DAY

    assert lifted(1, 2, 30).lifted(now).lifts == (TOLD + 30 * DAY, now)


def test_a_trouble_told_by_a_clock_that_is_ahead_is_lifted_as_well() -> None:
    known = BAD.lifted(TOLD - timedelta(minutes=5))

    assert in_force(known) is None


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        (" Camille@Courriel.Example ", "camille@courriel.example"),
        ("camille@Résidence.example", "camille@xn--rsidence-b1a.example"),
        ("Pas une adresse", "pas une adresse"),
    ],
)
def test_an_address_is_spelled_as_ses_tells_of_it(typed: str, spelled: str) -> None:
    assert mailbox(typed) == spelled
