"""Tries at passwords, many at once and with faults: what is answered is counted."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.devices import KnownDevice
from chalicelib.domain.signing_in import Found
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.storage.accounts import account_item
from chalicelib.storage.signing_in import DynamoThreshold
from chalicelib.storage.table import connection
from tests.faults import Faults
from tests.mothers import NOW, put
from tests.storage.doors import NET, TableThreshold, a_session, admission, enter, proving
from tests.thresholds import EMAIL, RIGHT, an_attempt, an_own_account


@pytest.fixture
def in_the_table(table: None) -> TableThreshold:
    made = TableThreshold()
    made.keep(an_own_account())
    return made


def at_once(acts: list[Callable[[], str]]) -> Counter[str]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(lambda act: act(), acts))


def test_of_fifty_tries_at_once_none_is_answered_and_not_counted(in_the_table: TableThreshold) -> None:
    guesses = [an_attempt(RIGHT if rank == 49 else f"guess {rank}") for rank in range(50)]

    answers = at_once([partial(enter, in_the_table, guess) for guess in guesses])

    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert answers["wrong"] == len(network.tried_at) <= 9, "five, and four more if the right one came between"
    assert answers["in"] == len(in_the_table.open_sessions()) <= 1
    assert answers["wait"] + answers["nothing"] >= 40


def test_of_many_accounts_tried_at_once_from_one_network_as_many_are_answered_as_are_left(
    in_the_table: TableThreshold,
) -> None:
    in_the_table.keep(an_own_account(email="other@demo.example"))
    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert in_the_table.refuse([Change(network, replace(network, tried_at=(NOW,) * 26, mark="26"))])
    guesses = [an_attempt(email=f"{rank}@demo.example") for rank in range(19)]
    guesses.append(an_attempt(RIGHT, email="other@demo.example"))

    answers = at_once([partial(enter, in_the_table, guess) for guess in guesses])

    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert answers["wrong"] == len(network.tried_at) - 26 == 4
    assert answers["wait"] + answers["nothing"] >= 15


STEP = st.sampled_from(["wrong", "right", "device", "proof", "together"])
FAULT = st.sampled_from(["", "", "before", "after", "throttle", "conflict"])
names = itertools.count()


@pytest.mark.usefixtures("table")
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(STEP, FAULT, st.integers(0, 2)), min_size=2, max_size=7), dice=st.randoms())
def test_a_tally_never_falls_below_the_failures_that_were_answered(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, int]], dice: random.Random
) -> None:
    """Try in any order, two at once too, with calls that fail before, after, or are told to wait."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    email, threshold, faults = (
        f"{next(names)}@demo.example",
        DynamoThreshold(),
        Faults(connection().client),
    )
    put(account_item(an_own_account(email=email)))
    own = Subject(SubjectKind.ACCOUNT, email)
    account = Account(email, Role.TENANT, "9126-1", f"hash of {RIGHT}")
    session = a_session(f"family-of-{email}")
    assert threshold.admit(admission(Found(account, (Tally(own),)), replace(session, email=email)))
    answered = 0
    for step, kind, place in steps:
        left = [place]

        def choose(_: str, kind: str = kind, left: list[int] = left) -> str | None:
            left[0] -= 1
            return kind or None if left[0] == -1 else None

        faults.choose = choose
        attempt = an_attempt(RIGHT if step == "right" else "wrong", email, f"net of {email}")
        if step == "together":
            answers = at_once([partial(enter, threshold, attempt)] * 2)
        elif step == "proof":
            answers = Counter([proving(threshold, attempt, replace(session, email=email))])
        else:
            attempt = replace(attempt, device=KnownDevice("d-1", NOW) if step == "device" else None)
            answers = Counter([enter(threshold, attempt)])
        faults.choose = lambda _: None
        answered = 0 if answers["in"] else answered + (step != "device") * answers["wrong"]

        (tally,) = threshold.look(email, [own]).tallies
        assert len(tally.tried_at) >= answered, (step, kind, place)
