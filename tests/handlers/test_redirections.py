"""Where forms lead to: a path of this site, whatever was asked for."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.mothers import Household
from tests.visitors import PASSWORD, Visitor

OURS = "http://127.0.0.1:8000"
ELSEWHERE = [
    "https://ailleurs.example", "http://ailleurs.example/", "//ailleurs.example", "///ailleurs.example",
    "////ailleurs.example", "\\\\ailleurs.example", "/\\ailleurs.example", "\\/ailleurs.example",
    "/\\/ailleurs.example", "//ailleurs.example\\@127.0.0.1", "https:ailleurs.example",
    "https:/ailleurs.example",
    "https:///ailleurs.example", "HTTPS://AILLEURS.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "vbscript:x", "ftp://ailleurs.example", "mailto:x@y.example", "ailleurs.example",
    "@ailleurs.example", "127.0.0.1:8000@ailleurs.example", "http://127.0.0.1:8000@ailleurs.example",
    "http://127.0.0.1:8000.ailleurs.example", ".ailleurs.example", "/\t/ailleurs.example",
    "/\n/ailleurs.example",
    "/\r/ailleurs.example", "\t//ailleurs.example", "\n//ailleurs.example", " //ailleurs.example",
    "/ /ailleurs.example", "\x00//ailleurs.example", "/\x00/ailleurs.example", "\u2028//ailleurs.example",
    "//ailleurs\u3002example", "/\u2044/ailleurs.example", "//%61illeurs.example", "//ailleurs.example/%2f..",
    "/\r\nSet-Cookie: session=x", "/%0d%0aSet-Cookie: x=y", "/contacts\r\nLocation: //ailleurs.example",
    "//[::1]", "//127.0.0.1:1", "http:\\\\ailleurs.example", "https://ailleurs.example#/contacts",
    "?//ailleurs.example", "#//ailleurs.example", "", "é", "/é", "/\x7f/ailleurs.example",
    "\\ailleurs.example",
]  # fmt: skip
LEADS = (
    "//", "///", "/\\", "\\\\", "\\/", "/\\/", "/\t/", "/%09/", "/\x0b/", "/\u3000/", "https://", "https:/",
    "https:", "HtTpS://", "//user@", "//127.0.0.1:8000@", "https://127.0.0.1:8000%40", "https://127.0.0.1:8000.",
    "https://127.0.0.1:8000\\@",
)  # fmt: skip
HOSTS = ("ailleurs.example", "xn--ailleurs-cva.example", "aılleurs.example", "ailleurs。example", "①②⑦.0.0.1")
TAILS = ("", "/contacts", "?/contacts")
ELSEWHERE += [
    lead + host + tail for lead in LEADS for host in HOSTS for tail in TAILS if lead.isascii() or not tail
]
OWN = [
    "/",
    "/paiement",
    "/demandes/D2026-000123",
    "/paiement?contrat=9126",
    "/%2f%2failleurs.example",
    "/x//y",
]


def lands_here(location: str) -> bool:
    """Tell whether a browser would stay on this site, read as browsers read addresses."""
    read = location.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "").strip()
    return (
        location.startswith("/") and urlsplit(urljoin(f"{OURS}/connexion", read)).netloc == "127.0.0.1:8000"
    )


def test_there_are_two_hundred_ways_to_ask_for_elsewhere() -> None:
    assert len(set(ELSEWHERE)) >= 200
    assert not lands_here("//ailleurs.example")
    assert not lands_here("/\\ailleurs.example")
    assert lands_here("/paiement")


def test_making_the_text_larger_never_leads_elsewhere(eloise: Household) -> None:
    visitor = Visitor()
    token = visitor.token()
    for asked in ELSEWHERE + OWN:
        answer = visitor.post("/preferences/texte", {"csrf": token, "taille": "plus", "retour": asked})

        assert answer.status == 303, asked
        assert lands_here(answer.location), asked
        assert answer.location == (asked if asked in OWN else answer.location), asked
        assert not [line for line in answer.set_cookies if not line.startswith("texte=")], asked


def test_the_sign_in_page_keeps_only_where_to_go_on_this_site(eloise: Household) -> None:
    for asked in ELSEWHERE + OWN:
        kept = Visitor().get(f"/connexion?suite={quote(asked)}").page.form("/connexion").fields["suite"]

        assert kept in {"", "/", asked}, asked
        assert not kept or lands_here(kept), asked


@pytest.mark.parametrize(
    "asked", ["//ailleurs.example", "https://ailleurs.example", "/\\ailleurs.example", "/\t/a.b"]
)
def test_signing_in_never_leads_elsewhere(eloise: Household, asked: str) -> None:
    visitor = Visitor()
    fields = {"csrf": visitor.token(), "identifiant": eloise.email, "mot-de-passe": PASSWORD, "suite": asked}

    answer = visitor.post("/connexion", fields)

    assert answer.status == 303
    assert lands_here(answer.location)


def test_the_door_keeps_strange_paths_harmless(eloise: Household) -> None:
    for path in (
        "/demandes/%0d%0aSet-Cookie:x",
        "/demandes/%5c%5cailleurs",
        "/demandes/a%3Fb",
        "/demandes/%00",
    ):
        answer = Visitor().ask("GET", path)

        assert answer.status == 303, path
        assert answer.location.startswith("/connexion?suite=/demandes/"), path
        assert "\n" not in answer.location
        assert "\r" not in answer.location
