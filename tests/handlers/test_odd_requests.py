"""Security check I1: whatever is sent, the portal answers, never with a fault of its own (« fuzzing »).

Requests go through the door as events of API Gateway: five hundred each time, ten thousand in the long suite.
"""

import random
import string
from urllib.parse import quote, urlencode

import pytest

import app
from tests.mothers import Household
from tests.visitors import FORM, Visitor

SPELLED = ("text/html; charset=utf-8", "text/css; charset=utf-8", "image/", "font/", "application/json")
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "BREW")
TYPES = (
    FORM,
    "text/plain",
    "application/json",
    "multipart/form-data; boundary=x",
    "",
    "é",
    FORM + "; charset=x",
)
NAMES = (
    "csrf", "identifiant", "mot-de-passe", "contrat", "choix", "montant", "suite", "retour", "taille",
    "annee", "objet", "nom", "reference", "e-mail", "confirmation", "code", "famille", "role", "tenant",
    "apres", "cents",
)  # fmt: skip
ODD = (
    "", " ", "0", "-1", "1e400", "NaN", "null", "true", "[]", "{}", "\x00", "\r\nSet-Cookie: a=b",
    "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --", "#", "~", "%", "%00", "%zz",
    "٣", "é", "𝕏", "\ud7ff", "\u202e", "a" * 5_000, "9" * 400, "2026-02-30", "//evil.example", "TENANT#1",
)  # fmt: skip
ADDRESSES = [path for path in app.app.routes if path != "/webhooks/stripe"]


def a_value(dice: random.Random) -> str:
    if dice.random() < 0.6:
        return dice.choice(ODD)
    return "".join(dice.choices(string.printable, k=dice.randrange(40)))


def a_target(dice: random.Random) -> str:
    address = dice.choice([*ADDRESSES, "/nulle-part", "/connexion/", "/{", "/."])
    while "{" in address and "}" in address:
        opening, closing = address.index("{"), address.index("}")
        address = address[:opening] + (quote(a_value(dice), safe="") or "x") + address[closing + 1 :]
    if dice.random() < 0.4:
        address += "?" + urlencode({dice.choice(NAMES): a_value(dice) for _ in range(dice.randrange(4))})
    return address


def a_body(dice: random.Random, token: str) -> bytes:
    kind = dice.random()
    if kind < 0.1:
        return dice.randbytes(dice.randrange(200))
    fields = {dice.choice(NAMES): a_value(dice) for _ in range(dice.randrange(8))}
    if kind < 0.8:
        fields["csrf"] = token
    return urlencode(fields).encode()


@pytest.mark.parametrize("tries", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_no_request_at_all_makes_the_portal_fail(
    visitor: Visitor, nadege: Household, quick_hashes: None, tries: int
) -> None:
    dice = random.Random(7)
    statuses = set()
    for number in range(tries):
        if number % 50 == 0:  # it may have signed itself out
            visitor = Visitor()
            visitor.enter("9126-1")
            token = visitor.token()
        method, target = dice.choices(METHODS, weights=(40, 45, 3, 2, 2, 2, 2, 2, 2))[0], a_target(dice)
        headers = {"content_type": dice.choices(TYPES, weights=(80, 4, 4, 4, 3, 2, 3))[0]}
        if dice.random() < 0.9:
            headers["origin"] = visitor.door.address
        if dice.random() < 0.1:
            headers[dice.choice(("cookie", "accept", "referer", "sec_fetch_site", "x_forwarded_for"))] = (
                "é;=\x7f"
            )
        answer = visitor.ask(method, target, a_body(dice, token) if method == "POST" else b"", **headers)
        statuses.add(answer.status)

        said = (number, method, target, headers)
        assert answer.status < 500, said
        assert b"Traceback" not in answer.reply.body, said
        assert not answer.reply.body or answer.header("content-type").startswith(SPELLED), said
    assert {200, 303, 403, 404, 415, 422} <= statuses
