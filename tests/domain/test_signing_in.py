"""Signing in: one answer for whoever has not the key, at one price, and a session for who has it."""

from datetime import timedelta

import pytest

from chalicelib.domain.accounts import LONGEST_PASSWORD, Account, Opening, Role, same_address
from chalicelib.domain.sessions import LONGEST, MOST_SESSIONS, PROVEN, REMEMBERED, Key, Session
from chalicelib.domain.signing_in import Admission, Attempt, sign_in
from chalicelib.domain.throttling import Subject, SubjectKind
from tests.mothers import NOW
from tests.thresholds import (
    EMAIL,
    HERE,
    RIGHT,
    FakeThreshold,
    a_keeper,
    an_attempt,
    an_own_account,
    enter,
    known,
    signed_in,
)

ACCENTS = Account("éloïse@demo.example", Role.TENANT, "t-1", "hash of Clé-2026!é")
AGENT = Account("agent@demo.example", Role.AGENT, "a-1", "hash of Gestion-2026!")
OWN = Subject(SubjectKind.ACCOUNT, EMAIL)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("email", "password", "role", "comes_in"),
    [
        ("éloïse@demo.example", "Clé-2026!é", Role.TENANT, True),
        (" E\u0301LOI\u0308SE@Demo.Example ", "Clé-2026!é", Role.TENANT, True),
        ("éloïse@demo.example", "Cle\u0301-2026!e\u0301", Role.TENANT, True),
        ("éloïse@demo.example", "clé-2026!é", Role.TENANT, False),
        ("éloïse@demo.example", "Clé-2026!é ", Role.TENANT, False),
        ("eloise@demo.example", "Clé-2026!é", Role.TENANT, False),
        ("éloïse@demo.example", "Clé-2026!é", Role.AGENT, False),
        ("agent@demo.example", "Gestion-2026!", Role.AGENT, True),
        ("agent@demo.example", "Gestion-2026!", Role.TENANT, False),
        ("x" * 5_000, "Clé-2026!é", Role.TENANT, False),
        ("", "", Role.TENANT, False),
    ],
)
def test_who_has_the_key_comes_in_and_every_try_costs_one_hash(
    email: str, password: str, role: Role, comes_in: bool
) -> None:
    keeper, hasher = a_keeper(known(ACCENTS, AGENT))

    opened = sign_in(
        keeper, Attempt(email, password, HERE), role, NOW, remembered=False, device="Firefox sur Linux"
    )

    assert (opened is not None) == comes_in
    assert len(hasher.worked) == 1


def test_the_hash_of_another_role_s_account_is_not_even_compared() -> None:
    keeper, hasher = a_keeper(known(AGENT))
    enter(keeper, Attempt(AGENT.email, "Gestion-2026!", HERE))

    assert hasher.worked == [(None, "Gestion-2026!")]


def test_a_password_is_read_up_to_128_characters() -> None:
    keeper, hasher = a_keeper(known())
    enter(keeper, an_attempt("x" * 10_000))

    assert hasher.worked == [(f"hash of {RIGHT}", "x" * LONGEST_PASSWORD)]
    assert LONGEST_PASSWORD == 128


def test_an_address_is_spelled_one_way() -> None:
    assert same_address("\t STRASSE@DEMO.example\n") == "strasse@demo.example"
    assert same_address("e\u0301") == same_address("É")


def test_an_attempt_does_not_print_its_password() -> None:
    assert RIGHT not in repr(an_attempt(RIGHT))


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_the_right_password_opens_a_session_that_was_just_proven(remembered: bool, life: timedelta) -> None:
    threshold = known()
    keeper, _ = a_keeper(threshold)

    opened = enter(keeper, an_attempt(RIGHT), remembered=remembered)

    assert opened is not None
    session = opened.session
    assert threshold.sessions == {("9126-1", session.family): session}
    assert session.holds(opened.secret)
    assert (session.email, session.ends_at) == (EMAIL, NOW + life)
    assert session.is_proven(NOW + PROVEN - SECOND)
    assert not session.is_proven(NOW + PROVEN)
    assert threshold.accounts[EMAIL].sessions == (Opening(session.family, session.ends_at),)


def test_a_password_that_was_changed_meanwhile_opens_nothing() -> None:
    class ChangedMeanwhile(FakeThreshold):
        def admit(self, admission: Admission) -> bool:
            self.accounts[EMAIL] = an_own_account("hash of another")
            return super().admit(admission)

    threshold = ChangedMeanwhile({EMAIL: an_own_account()})
    keeper, hasher = a_keeper(threshold)

    assert enter(keeper, an_attempt(RIGHT)) is None
    assert [stored for stored, _ in hasher.worked] == [f"hash of {RIGHT}", "hash of another"]
    assert threshold.sessions == {}
    assert len(threshold.tallies[OWN].tried_at) == 1


def test_a_former_site_s_hash_is_replaced_when_it_opens() -> None:
    threshold = known(an_own_account(f"old hash of {RIGHT}"))
    keeper, _ = a_keeper(threshold)

    enter(keeper, an_attempt("wrong"))
    assert threshold.accounts[EMAIL].password_hash == f"old hash of {RIGHT}"
    enter(keeper, an_attempt(RIGHT))
    assert threshold.accounts[EMAIL].password_hash == f"hash of {RIGHT}"
    assert threshold.accounts[EMAIL].password_changed_at is None


def test_the_eleventh_session_closes_the_oldest_and_those_that_are_over_do_not_count() -> None:
    threshold = known()
    keeper, _ = a_keeper(threshold)
    opened = [
        enter(keeper, an_attempt(RIGHT), NOW + rank * HOUR, remembered=rank % 2 == 0) for rank in range(11)
    ]
    families = [one.session.family for one in opened if one]

    assert len(families) == len(set(families)) == 11
    assert [family for _, family in threshold.sessions] == families[1:]
    assert len(threshold.sessions) == MOST_SESSIONS

    enter(keeper, an_attempt(RIGHT), NOW + 2 * DAY)
    remembered = {family for rank, family in enumerate(families) if rank % 2 == 0 and rank}
    left = {one.family for one in threshold.accounts[EMAIL].sessions}
    assert remembered < left
    assert len(left) == len(remembered) + 1
    assert {family for _, family in threshold.sessions} == left


def key_of(session: Session) -> Key:
    """Give what the browser of a session shows."""
    return Key(session.holder, session.family, "secret", NOW)


def test_the_session_that_the_browser_held_ends_when_another_one_opens() -> None:
    threshold = known()
    other, before = signed_in(threshold), signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    opened = enter(keeper, an_attempt(RIGHT, held=key_of(before)), NOW + HOUR)

    assert opened is not None
    there = {other.family, opened.session.family}
    assert {family for _, family in threshold.sessions} == there
    assert {one.family for one in threshold.accounts[EMAIL].sessions} == there


def test_somebody_else_s_session_in_the_same_browser_ends_too() -> None:
    other = Account("other@demo.example", Role.TENANT, "9128-1", f"hash of {RIGHT}")
    threshold = known(an_own_account(), other)
    theirs = enter(a_keeper(threshold)[0], an_attempt(RIGHT, email=other.email))
    assert theirs is not None

    session = signed_in(threshold, held=key_of(theirs.session))

    assert list(threshold.sessions) == [("9126-1", session.family)]


def test_a_wrong_password_ends_no_session() -> None:
    threshold = known()
    before = signed_in(threshold)

    assert enter(a_keeper(threshold)[0], an_attempt(held=key_of(before))) is None
    assert list(threshold.sessions) == [("9126-1", before.family)]


def test_the_session_that_the_browser_held_is_none_of_the_ten() -> None:
    threshold = known()
    opened = [signed_in(threshold, NOW + rank * SECOND) for rank in range(MOST_SESSIONS)]

    session = signed_in(threshold, NOW + HOUR, held=key_of(opened[4]))

    staying = [one.family for one in opened if one is not opened[4]]
    assert [family for _, family in threshold.sessions] == [*staying, session.family]
