"""Passwords: argon2id at OWASP's floor, salted, whole, and as long for nobody as for somebody."""

import statistics
import subprocess
import sys
import time

import pytest

from chalicelib.gateways.passwords import Argon2Passwords

LONG = "x" * 127


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


def test_the_cost_is_the_floor_that_owasp_gives(passwords: Argon2Passwords) -> None:
    assert passwords.hash("Bonjour-2026!").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_never_gives_the_same_hash(passwords: Argon2Passwords) -> None:
    made = [passwords.hash("Bonjour-2026!") for _ in range(4)]

    assert len({one.split("$")[4] for one in made}) == 4
    assert all(passwords.matches(one, "Bonjour-2026!") for one in made)


@pytest.mark.parametrize(
    ("kept", "typed", "fits"),
    [
        ("Bonjour-2026!", "Bonjour-2026!", True),
        ("Bonjour-2026!", "bonjour-2026!", False),
        ("Bonjour-2026!", "Bonjour-2026! ", False),
        ("Bonjour-2026!", "", False),
        (LONG + "a", LONG + "a", True),
        (LONG + "a", LONG + "b", False),
        (" des mots et des blancs ", " des mots et des blancs ", True),
        ("clé\u202f🏠", "clé\u202f🏠", True),
        ("a\x00b", "a\x00c", False),
    ],
)
def test_every_character_of_a_password_counts(
    passwords: Argon2Passwords, kept: str, typed: str, fits: bool
) -> None:
    assert passwords.matches(passwords.hash(kept), typed) is fits


def test_nobody_s_password_is_never_right(passwords: Argon2Passwords) -> None:
    for typed in ("", "nobody has this account", "Bonjour-2026!"):
        assert not passwords.matches(None, typed)


def test_saying_no_takes_as_long_for_nobody_as_for_somebody(passwords: Argon2Passwords) -> None:
    kept = passwords.hash("Bonjour-2026!")
    passwords.matches(None, "x")
    somebody: list[float] = []
    nobody: list[float] = []
    for _ in range(9):
        for found, times in ((kept, somebody), (None, nobody)):
            began = time.process_time()
            passwords.matches(found, "wrong")
            times.append(time.process_time() - began)

    assert 0.5 < statistics.median(nobody) / statistics.median(somebody) < 2
    assert min(nobody) > 0.005


def test_the_library_is_loaded_when_somebody_signs_in_and_not_before() -> None:
    code = (
        "import sys, chalicelib.gateways.passwords as p; p.Argon2Passwords(); print('argon2' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"
