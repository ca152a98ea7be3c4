"""Security check C2: every route and every kind of stranger, made from the access matrix itself.

Each route is asked about what is Éloïse's and about what is not there (tests/belongings.py): a stranger gets
the same answer to the last byte, at the cost of the same requests to the table, or is shown the door.  A new
route is tried as soon as it has its line in docs/access.md.
"""

import re
from collections import Counter

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.templating import ROOT
from chalicelib.web.audience import DOORS, GUARDS
from tests import access_matrix, belongings
from tests.authenticators import ORIGIN
from tests.belongings import BY_FIELD, HERS, Request, Thing
from tests.mothers import ELOISE, Household
from tests.storage.books import stored_items
from tests.strangers import KINDS, Kind, Stranger, nobody
from tests.town import Counted
from tests.visitors import Seen, Visitor

ROUTES = access_matrix.addresses()
DOOR_OF = {GUARDS[role]: door for role, door in DOORS.items()}
# What any agent may see of any tenant: nobody among them is a stranger there.
FOR_ALL_AGENTS = "/gestion/attestations"
SIGN_OUT = ("POST /deconnexion", "POST /gestion/deconnexion")
# Read by pages, and names of nothing: what is typed, chosen or remembered.
WORDS = {
    "accord", "annee", "choix", "code", "confirmer", "demande", "fait", "identifiant", "montant",
    "mot-de-passe", "motif", "nom", "nouveau-mot-de-passe", "page", "reference", "retour", "secours",
    "souvenir", "suite", "taille", "type", "utilise", "voir",
}  # fmt: skip
READ = re.compile(r'(?:query|form)(?:\.get\(|\[)"([^"]+)"|visit\.(?:text|choice)\("([^"]+)"')
# A form's token, mark and challenge, and the address that was asked for.
OF_THE_VISIT = re.compile(
    r'(?<=name="csrf" value=")\w+|(?<=name="envoi" value=")[\w-]+|(?<=name="retour" value=")[^"]*'
    r"|(?<=challenge&#34;: &#34;)[\w-]+"
)
Told = tuple[int, dict[str, str], str, Counter[str]]


class Asking:
    """A stranger at work: asks a request once, and remembers what was told."""

    def __init__(self, stranger: Stranger, counted: Counted) -> None:
        self._stranger, self._counted = stranger, counted
        self._cookies: dict[str, str] = {}
        self._tokens: dict[bool, str] = {}
        self._told: dict[str, Told] = {}
        self._begin()

    def told(self, request: Request) -> Told:
        """Give the answer without what belongs to the visit, and what it cost."""
        key = repr(request)
        if key not in self._told:
            visitor = self._stranger.visitor
            visitor.cookies = dict(self._cookies)
            self._counted.calls.clear()
            seen = request.ask(visitor, self._tokens[request.path.startswith("/gestion")])
            self._told[key] = bare(seen, Counter(self._counted.calls))
            if request.route in SIGN_OUT and self._stranger.comes_in(ROUTES[request.route]):
                self._stranger.enter_again()
                self._begin()
        return self._told[key]

    def _begin(self) -> None:
        """Remember the cookies, and the tokens that forms of this visit carry, on both sides of the house."""
        visitor = self._stranger.visitor
        staff = visitor.get(DOORS[Role.AGENT]).page.form("/gestion/preferences/texte").fields["csrf"]
        self._tokens = {False: visitor.token(), True: staff}
        self._cookies = dict(visitor.cookies)


def bare(seen: Seen, calls: Counter[str]) -> Told:
    """Give an answer without what is new at each visit, and without the address that was asked for."""
    html = OF_THE_VISIT.sub("", seen.html)
    headers = dict(seen.reply.headers)
    headers.pop("Set-Cookie", "")
    headers["Location"] = re.sub(r"\?suite=.*", "", seen.location)
    return seen.status, headers, html, calls


def hers_in_the_table() -> dict[tuple[str, str], object]:
    return {key: item for key, item in stored_items().items() if any(one in f"{key}{item}" for one in HERS)}


def check_told(one: belongings.Try, asking: Asking) -> Told:
    hers, nothing = asking.told(one.hers), asking.told(one.nothing)

    assert hers == nothing, one
    assert not [word for word in HERS if word in hers[2]], one
    return hers


def check_door(told: Told, route: str) -> None:
    status, headers, html, calls = told

    assert (status, html) == (303, ""), route
    assert headers["Location"] == DOOR_OF[ROUTES[route]], route
    assert calls.keys() <= {"BatchGetItem", "Query"}, route


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the portal a name: there are no pages of passkeys for a bare number."""
    monkeypatch.setenv("PORTAL_ADDRESS", ORIGIN)


@pytest.fixture
def things(visitor: Visitor, eloise: Household, hashes: list[str]) -> dict[str, Thing]:
    return belongings.settle(visitor)


@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS.keys())
def test_no_stranger_can_tell_what_is_hers_from_nothing_on_any_route(
    things: dict[str, Thing], kinds: tuple[Kind, ...], counted: Counted
) -> None:
    for kind in kinds:
        stranger = kind()
        asking, before = Asking(stranger, counted), hers_in_the_table()
        for route, guard in ROUTES.items():
            if stranger.role is Role.AGENT and route.partition(" ")[2].startswith(FOR_ALL_AGENTS):
                continue
            at_the_door = not stranger.comes_in(guard)
            for one in belongings.tries(things, route, at_the_door=at_the_door):
                told = check_told(one, asking)
                if at_the_door:
                    check_door(told, route)
                elif "{" in route and guard == "tenant":
                    assert told[0] == 404, one
        assert before == hers_in_the_table(), kind


def test_she_herself_can_tell_wherever_it_is_hers(
    things: dict[str, Thing], visitor: Visitor, counted: Counted
) -> None:
    """Without this the strangers' answers could be the same because nothing is looked for."""
    asking = Asking(Stranger(visitor, Role.TENANT, ELOISE), counted)
    differ = set()
    for route, guard in ROUTES.items():
        for one in belongings.tries(things, route) if guard == "tenant" else ():
            if asking.told(one.hers) != asking.told(one.nothing):
                differ |= {route, *(name for name in one.hers.fields if name in BY_FIELD)}

    named = {route for route, guard in ROUTES.items() if "{" in route and guard == "tenant"}
    assert named | BY_FIELD.keys() <= differ


def test_whoever_is_nobody_costs_no_request_at_a_door(things: dict[str, Thing], counted: Counted) -> None:
    asking = Asking(nobody(), counted)
    for route, guard in ROUTES.items():
        if guard in DOOR_OF:
            for one in belongings.tries(things, route, at_the_door=True):
                assert not asking.told(one.hers)[3], route


def test_every_field_that_pages_read_is_typed_or_names_something_that_is_tried() -> None:
    folder = ROOT / "chalicelib" / "handlers"
    found = {
        name
        for path in folder.rglob("*.py")
        for names in READ.findall(path.read_text(encoding="utf-8"))
        for name in names
        if name
    }

    assert found - WORDS == BY_FIELD.keys()
