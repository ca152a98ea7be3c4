"""Sessions: secrets that nobody guesses, and lives that end."""

from datetime import timedelta

import pytest

from chalicelib.domain.sessions import LONGEST, REMEMBERED, hash_of, new_session
from tests.mothers import NOW


def test_secrets_are_long_and_never_the_same() -> None:
    made = [new_session("t-1", "a@b.example", remembered=False, device="", now=NOW) for _ in range(2_000)]
    secrets = {secret for _, secret in made}

    assert len(secrets) == 2_000
    assert min(map(len, secrets)) >= 43
    assert all(session.secret_hash == hash_of(secret) for session, secret in made)
    assert all(secret not in session.secret_hash for session, secret in made)


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_a_session_is_over_from_its_last_moment_on(remembered: bool, life: timedelta) -> None:
    session, _ = new_session("t-1", "a@b.example", remembered=remembered, device="", now=NOW)

    assert not session.is_over(NOW + life - timedelta(microseconds=1))
    assert session.is_over(NOW + life)


def test_the_lives_are_those_that_were_agreed_upon() -> None:
    assert (timedelta(hours=12), timedelta(days=30)) == (LONGEST, REMEMBERED)


def test_the_name_of_a_device_is_cut() -> None:
    session, _ = new_session("t-1", "a@b.example", remembered=False, device="x" * 5_000, now=NOW)

    assert len(session.device) == 80
