"""Security check C4 (CNIL, SAN-2019-005, SERGIC): addresses with an altered id lead nowhere, by the hundred.

Five hundred different ones are tried each time, ten thousand in the long suite.
"""

import base64
import random
import string
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from chalicelib.portal import portal
from tests.folders import keep
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGES_LEASE, Household, a_document
from tests.visitors import Seen, Visitor

SIGNS = "#/~%?&=.:;@$*+ \u00a0\u0660é"


@pytest.fixture
def targets(visitor: Visitor, eloise: Household) -> dict[str, str]:
    """Give the ids of what Éloïse has, by the address that takes them."""
    keep(a_document())
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account(ELOISES_LEASE).pending
    assert pending is not None
    return {
        "/paiement/{}": pending.payment,
        f"/documents/{ELOISES_LEASE}/{{}}": a_document().id,
        f"/documents/{{}}/{a_document().id}": ELOISES_LEASE,
        "/demandes/{}": "D2026-000123",
        "/contrat?contrat={}": ELOISES_LEASE,
        "/paiement?contrat={}": ELOISES_LEASE,
        "/paiement/payer?contrat={}": ELOISES_LEASE,
        "/documents?contrat={}": ELOISES_LEASE,
    }


def one_more(id: str, dice: random.Random) -> str:
    digits = [at for at, letter in enumerate(id) if letter in string.digits]
    if not digits:
        return id + "1"
    place = dice.choice(digits)
    step = str((int(id[place]) + dice.choice((1, 9))) % 10)
    return id[:place] + step + id[place + 1 :]


def another_letter(id: str, dice: random.Random) -> str:
    place = dice.randrange(len(id))
    return id[:place] + dice.choice(string.ascii_letters + string.digits) + id[place + 1 :]


def a_sign_in_it(id: str, dice: random.Random) -> str:
    place = dice.randrange(len(id) + 1)
    return id[:place] + dice.choice(SIGNS) + id[place:]


def another_length(id: str, dice: random.Random) -> str:
    if len(id) > 1 and dice.random() < 0.5:
        return id[: -dice.randint(1, len(id) - 1)]
    return id + dice.choice("0a9z") * 3


def another_case(id: str, _: random.Random) -> str:
    return id.swapcase() if id.swapcase() != id else id.zfill(len(id) + 1)


def another_prefix(id: str, dice: random.Random) -> str:
    return dice.choice((f"LEASE#{id}", f"TENANT#{ELOISE}", f"PAYMENT#{id}", f"L/{id}", f"../{id}", f"{id}#~"))


def in_base64(id: str, _: random.Random) -> str:
    return base64.urlsafe_b64encode(id.encode()).decode()


WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    one_more,
    another_letter,
    a_sign_in_it,
    another_length,
    another_case,
    another_prefix,
    in_base64,
)


def near(targets: dict[str, str], tries: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Give so many different addresses with their shapes: the ids themselves, then what lies near them."""
    asked = {shape.format(id): shape for shape, id in targets.items()}
    yield from ((shape, path) for path, shape in asked.items())
    while len(asked) < tries:
        shape, altered = dice.choice(list(targets.items()))
        for _ in range(dice.choice((1, 1, 2, 3))):
            altered = dice.choice(WAYS)(altered, dice)
        path = shape.format(quote(altered, safe=""))
        if path not in asked:
            asked[path] = shape
            yield shape, path


def is_the_neighbours_own(answer: Seen) -> bool:
    """Tell whether it is a page of the neighbour's: an altered id may spell one of hers, or none at all."""
    return answer.status == 200 and ELOISES_LEASE not in answer.html and NADEGES_LEASE in answer.html


@pytest.mark.parametrize("tries", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_altered_ids_lead_to_nothing_that_is_hers(
    targets: dict[str, str], neighbour: Visitor, visitor: Visitor, tries: int
) -> None:
    """The neighbour tries Éloïse's ids, and what lies near them; Éloïse then opens them all."""
    nothing = {shape: neighbour.ask("GET", shape.format("0")).without_visit() for shape in targets}
    asked = 0
    for shape, path in near(targets, tries, random.Random(4)):
        answer = neighbour.ask("GET", path)
        asked += 1

        assert answer.without_visit() == nothing[shape] or is_the_neighbours_own(answer), path
    assert asked == tries
    for shape, id in targets.items():
        assert visitor.ask("GET", shape.format(quote(id, safe=""))).status in {200, 303}, shape
