"""Security check C4 (CNIL, SAN-2019-005, SERGIC): addresses with an altered id lead nowhere, by the hundred.

Five hundred are tried each time, ten thousand in the long suite.
"""

import base64
import random
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest

from chalicelib.portal import portal
from chalicelib.storage.documents import DynamoDocuments
from tests.handlers.test_strangers import without_visit
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGES_LEASE, Household, a_document
from tests.visitors import Seen, Visitor

SIGNS = "#/~%?&=.:;@$*+ \u00a0\u0660é"


@pytest.fixture
def targets(visitor: Visitor, eloise: Household) -> dict[str, str]:
    """Give the ids of what Éloïse has, by the address that takes them."""
    DynamoDocuments().add(a_document())
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
    place = dice.choice([at for at, letter in enumerate(id) if letter.isdigit()])
    step = str((int(id[place]) + dice.choice((1, 9))) % 10)
    return id[:place] + step + id[place + 1 :]


def another_letter(id: str, dice: random.Random) -> str:
    place = dice.randrange(len(id))
    return id[:place] + dice.choice(string.ascii_letters + string.digits) + id[place + 1 :]


def a_sign_in_it(id: str, dice: random.Random) -> str:
    place = dice.randrange(len(id) + 1)
    return id[:place] + dice.choice(SIGNS) + id[place:]


def another_length(id: str, dice: random.Random) -> str:
    return id[: -dice.randint(1, len(id) - 1)] if dice.random() < 0.5 else id + dice.choice("0a9z") * 3


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


def is_the_neighbours_own(answer: Seen) -> bool:
    """Tell whether it is a page of the neighbour's: an altered id may spell one of hers, or none at all."""
    return answer.status == 200 and ELOISES_LEASE not in answer.html and NADEGES_LEASE in answer.html


@pytest.mark.parametrize("tries", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_altered_ids_lead_to_nothing_that_is_hers(
    targets: dict[str, str], neighbour: Visitor, visitor: Visitor, tries: int
) -> None:
    """The neighbour tries what lies near Éloïse's ids, and the ids themselves now and then."""
    dice = random.Random(4)
    asked, nothing = (
        set(),
        {shape: without_visit(neighbour.ask("GET", shape.format("0"))) for shape in targets},
    )
    for _ in range(tries):
        shape, id = dice.choice(list(targets.items()))
        altered = id if dice.random() < 0.02 else dice.choice(WAYS)(id, dice)
        path = shape.format(quote(altered, safe=""))
        answer = neighbour.ask("GET", path)
        asked.add(path)

        assert without_visit(answer) == nothing[shape] or is_the_neighbours_own(answer), path
    for shape, id in targets.items():
        assert visitor.ask("GET", shape.format(quote(id, safe=""))).status in {200, 303}, shape
    assert len(asked) > tries / 4
