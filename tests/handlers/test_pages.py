"""Every page that can be reached: it exists, and anybody can find their way on it."""

from datetime import date
from itertools import pairwise

import pytest

from chalicelib.templating import ROOT
from tests import mothers
from tests.folders import keep
from tests.handlers.crawling import broken_anchors, crawl
from tests.mothers import NOW, Household, a_document, a_request, a_tenant
from tests.reading import UNLABELLED, ReadPage
from tests.town import Provider
from tests.visitors import Seen, Visitor

WALKED: dict[str, dict[str, Seen]] = {}
PUBLIC = ("/connexion", "/gestion", "/gestion/connexion")


@pytest.fixture
def rich(provider: Provider) -> Visitor:
    """Give the browser of a tenant with two leases, papers, requests, and a payment under way."""
    household = mothers.settle_in(
        a_tenant(),
        ("9126", "9127"),
        requests=[a_request(f"D2026-{number:06}", days_ago=number) for number in range(1, 24)],
        actions=[mothers.an_action(days, f"D2026-{days:06}") for days in range(1, 8)],
        certificates=[mothers.a_certificate(), mothers.a_certificate("9127", date(2026, 12, 1))],
    )
    for day in range(1, 27):
        for mark in "ab":
            keep(a_document(mark=mark, on=date(2026, 2, day)))
    visitor = Visitor()
    visitor.sign_in(household.email)
    order = visitor.send(visitor.get("/paiement/payer?contrat=9127"), "/paiement")
    assert order.location.startswith(provider.address)
    return visitor


@pytest.fixture
def of_tenant(request: pytest.FixtureRequest) -> dict[str, Seen]:
    """Walk through the site once for all the tests that look at it."""
    if "tenant" not in WALKED:
        WALKED["tenant"] = crawl(request.getfixturevalue("rich"), "/")
    return WALKED["tenant"]


@pytest.fixture
def of_nobody(request: pytest.FixtureRequest) -> dict[str, Seen]:
    if "nobody" not in WALKED:
        request.getfixturevalue("eloise")
        WALKED["nobody"] = crawl(Visitor(), *PUBLIC)
    return WALKED["nobody"]


def check_structure(path: str, page: ReadPage) -> None:
    """Check what every page must have, by whatever way it is read."""
    assert page.unclosed == [], path
    assert page.open_tags == [], path
    assert page.count("h1") == 1, path
    assert page.heading, path
    assert page.title.endswith(" – Littoral Habitat"), path
    assert len(page.title) > len(" – Littoral Habitat"), path
    assert page.count("main") == 1, path
    assert len(page.ids) == len(set(page.ids)), path
    assert dict(page.tags)["html"]["lang"] == "fr", path


def check_names(path: str, page: ReadPage) -> None:
    """Check that whatever can be filled in, pressed or seen says what it is."""
    for control in page.controls:
        if control.attributes.get("type") not in UNLABELLED:
            assert control.within_label or control.attributes["id"] in page.label_targets, (path, control)
    for button in page.buttons:
        assert "".join(button).strip(), path
    for tag, attributes in page.tags:
        if tag == "img":
            assert "alt" in attributes, path
        for name in ("aria-labelledby", "aria-describedby"):
            for id in attributes.get(name, "").split():
                assert id in page.ids, (path, name, id)


def check_order(path: str, page: ReadPage) -> None:
    """Check that no level of title is jumped over."""
    levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
    inside = levels[levels.index(1) :]

    assert all(after - before <= 1 for before, after in pairwise(inside)), path


def test_no_link_of_a_tenant_is_dead(of_tenant: dict[str, Seen]) -> None:
    dead = {
        path: seen.status
        for path, seen in of_tenant.items()
        if seen.status != 200 and not (seen.status == 303 and path.startswith("/documents/"))
    }

    assert len(of_tenant) > 80
    assert dead == {}
    assert broken_anchors(of_tenant) == []


def test_no_link_of_nobody_is_dead(of_nobody: dict[str, Seen]) -> None:
    asked_to_sign_in = {path: seen.location for path, seen in of_nobody.items() if seen.status == 303}

    assert {seen.status for seen in of_nobody.values()} == {200, 303}
    assert asked_to_sign_in == {"/": "/connexion", "/gestion": "/gestion/connexion"}
    assert broken_anchors(of_nobody) == []


def test_every_page_has_one_title_labels_and_ids_of_its_own(
    of_tenant: dict[str, Seen], of_nobody: dict[str, Seen]
) -> None:
    pages = {path: seen.page for found in (of_tenant, of_nobody) for path, seen in found.items() if seen.html}

    assert len(pages) > 20
    for path, page in pages.items():
        check_structure(path, page)
        check_names(path, page)
        check_order(path, page)


def test_pages_of_errors_are_pages_too(visitor: Visitor) -> None:
    token = visitor.token()
    wrong = {
        "404": visitor.get("/rien"),
        "403": visitor.post("/deconnexion", {"csrf": "autre"}),
        "415": visitor.ask("POST", "/paiement", b"{}", content_type="application/json"),
        "422": visitor.post("/paiement", {"csrf": token, "choix": "tout"}),
        "422 form": visitor.post("/paiement", {"csrf": token, "choix": "autre", "montant": "abc"}),
        "422 sign-in": Visitor().sign_in("nobody@demo.example", "wrong"),
    }

    for name, seen in wrong.items():
        assert seen.status == int(name[:3]), name
        assert seen.header("content-type") == "text/html; charset=utf-8"
        check_structure(name, seen.page)
        check_names(name, seen.page)
    assert wrong["404"].page.heading == "Cette page n’existe pas"


def test_every_static_file_that_a_page_names_is_there(of_tenant: dict[str, Seen], provider: Provider) -> None:
    icons = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
    sources = {source for seen in of_tenant.values() if seen.html for source in seen.page.sources}
    sources |= set(Visitor().get("/connexion").page.sources)

    assert len(sources) > 5
    for source in sources:
        path, _, mark = source.partition("#")
        assert Visitor().ask("GET", path).status == 200, source
        assert not mark or f'id="{mark}"' in icons, source


def test_a_static_file_under_another_mark_or_of_another_folder_is_absent() -> None:
    for path in ("/static/portal.000000000000.css", "/static/portal.css", "/static/..%2fapp.py", "/static/x"):
        assert Visitor().ask("GET", path).status == 404, path


def test_the_menu_says_where_one_is(visitor: Visitor) -> None:
    for path in ("/", "/informations-personnelles", "/contrat", "/documents", "/paiement", "/demandes"):
        current = [a["href"] for tag, a in visitor.get(path).page.tags if a.get("aria-current") == "page"]

        assert current[0] == path

    inside = [a["href"] for _, a in visitor.get("/paiement/payer").page.tags if "aria-current" in a]
    assert inside == ["/paiement"]


def test_a_page_with_an_id_leads_back_to_itself_when_the_text_grows(visitor: Visitor) -> None:
    seen = visitor.get("/demandes/D2026-000123")

    answer = visitor.send(seen, "/preferences/texte", taille="plus")

    assert answer.location == "/demandes/D2026-000123"
    assert visitor.follow(answer).page.tags[0][1]["data-text"] == "1"


def test_the_text_grows_three_times_and_not_more_and_shrinks_again(eloise: Household) -> None:
    visitor = Visitor()
    sizes = []
    for step in ("plus", "plus", "plus", "plus", "moins"):
        visitor.send(visitor.get("/contacts"), "/preferences/texte", taille=step)
        sizes.append(visitor.get("/contacts").page.tags[0][1].get("data-text"))

    assert sizes == ["1", "2", "3", "3", "2"]


def test_home_says_what_matters_now(visitor: Visitor) -> None:
    words = visitor.get("/").page.words

    assert "Bienvenue Mme Éloïse D’Aubigné-Lefèvre" in words
    assert "Votre assurance habitation pour le contrat L/9126 a expiré le 31 octobre 2026." in words
    assert "Votre compte est débiteur de 486,32 €" in words
    assert "Lundi 23 novembre 2026" in words
    assert "Historique de mes demandes (2)" in words
    assert "Hier 9 h 42 Demande n° D2026-000123 envoyée : ASCENSEURS" in words


def test_a_tenant_without_a_lease_finds_useful_pages_and_no_dead_end(provider: Provider) -> None:
    household = mothers.settle_in(a_tenant(), ())
    visitor = Visitor()
    visitor.sign_in(household.email)

    found = crawl(visitor, "/")

    assert {seen.status for seen in found.values()} == {200}
    assert "Aucun contrat n’est rattaché à votre compte" in found["/"].page.words
    assert visitor.get("/paiement/payer").status == 404


def test_who_owes_nothing_is_not_asked_to_pay(provider: Provider) -> None:
    household = mothers.settle_in(a_tenant(), owed_cents=0)
    visitor = Visitor()
    visitor.sign_in(household.email)

    assert "Payer en ligne" not in visitor.get("/").page.words
    assert visitor.get("/paiement/payer").page.heading == "Vous n’avez rien à payer"
    answer = visitor.post("/paiement", {"csrf": visitor.token(), "contrat": "9126", "choix": "solde"})
    assert answer.page.heading == "Vous n’avez rien à payer"


def test_the_statement_can_be_read_by_year_and_a_strange_year_shows_the_last_twelve_months(
    visitor: Visitor,
) -> None:
    usual = visitor.get("/paiement").page.words

    assert "01/11/2026 Avis d’échéance de novembre 2026 486,32 €" in usual
    assert "Aucune écriture en 2024" in visitor.get("/paiement?annee=2024").page.words
    for year in ("2020", "2027", "-1", "abc", "²", "٢٠٢٦", "9" * 5000, "2026.0"):
        assert visitor.get(f"/paiement?annee={year}".encode().decode("latin-1")).page.words == usual, year


def test_a_lease_shows_what_is_rented_and_its_insurance(visitor: Visitor) -> None:
    dwelling = visitor.get("/contrat").page.words
    parking = visitor.get("/contrat?contrat=9126&objet=P-04").page.words

    assert "Logement T3, 2e étage" in dwelling
    assert "Stationnement" in parking
    assert "Louis D’Aubigné Enfant, depuis le 1er mars 2021" in dwelling
    assert "Votre attestation était valable jusqu’au 31 octobre 2026." in dwelling


def test_older_requests_and_papers_are_pages_further(of_tenant: dict[str, Seen]) -> None:
    assert [path for path in of_tenant if "apres=" in path and path.startswith("/demandes")]
    assert [path for path in of_tenant if "page=3" in path and path.startswith("/documents")]
    opened = {path.partition("?")[0] for path in of_tenant if path.startswith("/documents/9126/")}
    assert len(opened) == 52
    assert {path for path in of_tenant if path.startswith("/demandes/D")} == {
        f"/demandes/D2026-{number:06}" for number in range(1, 24)
    }


def test_what_tenants_write_is_shown_as_they_wrote_it_and_never_run(provider: Provider) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
    household = mothers.settle_in(
        a_tenant(last_name=hostile, employer=hostile), requests=[a_request(hostile)]
    )
    visitor = Visitor()
    visitor.sign_in(household.email)

    for path in ("/", "/informations-personnelles", "/demandes"):
        seen = visitor.get(path)
        assert seen.page.count("script") == 0, path
        assert all("onerror" not in attributes for _, attributes in seen.page.tags), path
        assert "49" not in seen.page.heading


def test_the_clock_of_these_pages_stands_still() -> None:
    assert NOW.isoformat() == "2026-11-23T08:42:00+00:00"
