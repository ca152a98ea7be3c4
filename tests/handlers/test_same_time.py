"""Security check A3: whether an address has an account cannot be told from the time that an answer takes.

Known and unknown addresses take turns; the slowest and the quickest tenth are left out.  Timing needs a calm
machine, so this is in the long suite alone.
"""

import math
import statistics
import time
from collections.abc import Callable

import pytest

from tests import agents
from tests.conftest import Clock
from tests.mothers import ELOISES_LEASE, Household
from tests.visitors import Seen, Visitor

TURNS = 300
LARGEST_T, LARGEST_GAP = 4.5, 0.05
NEW = "Trois-Goélands-2026!"
AGENT = "agent1@demo.example"  # as long as the others


def sign_in(visitor: Visitor, token: str, known: str) -> Seen:
    return visitor.post("/connexion", {"csrf": token, "identifiant": known, "mot-de-passe": "faux-2026!"})


def forget(visitor: Visitor, token: str, known: str) -> Seen:
    return visitor.post("/mot-de-passe", {"csrf": token, "identifiant": known})


def forget_as_agent(visitor: Visitor, token: str, known: str) -> Seen:
    return visitor.post("/gestion/mot-de-passe", {"csrf": token, "identifiant": known})


def register(visitor: Visitor, token: str, known: str) -> Seen:
    lease = ELOISES_LEASE if known.startswith("9126") else "4711"
    typed = {"nom": "D’Aubigné-Lefèvre", "reference": lease, "identifiant": f"x{token[:8]}@exemple.fr"}
    return visitor.post("/inscription", typed | {"csrf": token, "mot-de-passe": NEW, "confirmer": NEW})


def trimmed(times: list[float]) -> list[float]:
    tenth = len(times) // 10
    return sorted(times)[tenth:-tenth]


def welch(left: list[float], right: list[float]) -> float:
    gap = statistics.fmean(left) - statistics.fmean(right)
    spread = statistics.variance(left) / len(left) + statistics.variance(right) / len(right)
    return abs(gap) / math.sqrt(spread)


@pytest.mark.long
@pytest.mark.parametrize("ask", [sign_in, forget, forget_as_agent, register])
def test_known_and_unknown_take_the_same_time_and_look_the_same(
    ask: Callable[[Visitor, str, str], Seen], eloise: Household, clock: Clock
) -> None:
    agents.claire(email=AGENT)
    known_address = AGENT if ask is forget_as_agent else eloise.email
    times: dict[bool, list[float]] = {True: [], False: []}
    seen: dict[bool, set[tuple[int, int, tuple[str, ...]]]] = {True: set(), False: set()}
    for turn in range(2 * TURNS):
        known = turn % 2 == 0
        clock.advance(hours=25)  # nobody has to wait
        visitor = Visitor()
        token = visitor.token()
        address = known_address if known else "9999-1@demo.example"
        began = time.perf_counter()
        answer = ask(visitor, token, address)
        times[known].append(time.perf_counter() - began)
        seen[known].add((answer.status, len(answer.reply.body), tuple(answer.names())))

    known_times, unknown_times = trimmed(times[True]), trimmed(times[False])
    gap = abs(statistics.median(known_times) / statistics.median(unknown_times) - 1)
    assert seen[True] == seen[False]
    assert gap < LARGEST_GAP
    assert welch(known_times, unknown_times) < LARGEST_T
