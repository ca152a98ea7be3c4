"""What the house agreed upon, checked: guarded routes, published paths, forms, sizes, imports."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.handlers.contents import load
from chalicelib.templating import ROOT, environment
from chalicelib.web.site import Site

# Who may come in without having signed in, and why.  All other pages are for tenants.
PUBLIC = {
    "GET /connexion": "the door itself",
    "POST /connexion": "the door itself",
    "POST /connexion/cle": "the same door: the signature of a passkey says who it is",
    "POST /preferences/texte": "a choice of the reader, kept in their browser only",
    "GET /inscription": "for those who have no account",
    "POST /inscription": "the same",
    "GET /confirmation/{token}": "whoever holds the token reads the mails of the address it confirms",
    "POST /confirmation/{token}": "the same",
    "POST /confirmation/{token}/nouveau": "the same; the mail goes to that address again",
    "GET /mot-de-passe": "for those who cannot sign in",
    "POST /mot-de-passe": "the same",
    "GET /mot-de-passe/{token}": "whoever holds the token reads the mails of the account",
    "POST /mot-de-passe/{token}": "the same",
    "GET /deverrouillage/{token}": "whoever holds the token reads the mails of the account",
    "POST /deverrouillage/{token}": "the same",
    "GET /verification": "whoever is handed a receipt, and has no account",
    "GET /contacts": "whoever cannot sign in must be able to call",
    "GET /mentions-legales": "loi 2004-575, art. 6 III",
    "GET /donnees-personnelles": "RGPD, art. 13",
    "GET /accessibilite": "loi 2005-102, art. 47",
    "GET /gestion/connexion": "the agents' door itself",
    "POST /gestion/connexion": "the same",
    "POST /gestion/connexion/cle": "the same door: the signature of a passkey says who it is",
    "GET /gestion/code": "the second step: a cookie of the first says whose door is half open",
    "POST /gestion/code": "the same",
    "GET /gestion/mot-de-passe": "for agents who cannot sign in",
    "POST /gestion/mot-de-passe": "the same",
    "GET /gestion/mot-de-passe/{token}": "whoever holds the token reads the mails of the agent's account",
    "POST /gestion/mot-de-passe/{token}": "the same",
    "GET /gestion/double-authentification": "for who has no telephone yet; or an agent signed in",
    "POST /gestion/double-authentification": "the same",
    "POST /gestion/preferences/texte": "a choice of the reader, kept in their browser only",
}
STATIC = {"GET /static/{name}": "files that are the same for everybody"}
MACHINES = {
    "POST /webhooks/stripe": "the signature on the raw body says who it is",
    "GET /sante": "the monitor's question: it says nothing of anybody",
}
TENANTS = {
    "GET /",
    "GET /contrat",
    "GET /contrat/adresse-de-facturation",
    "GET /contrat/assurance",
    "GET /contrat/assurance/{lease}/{reference}",
    "GET /contrat/occupants/ajout",
    "GET /contrat/occupants/modification",
    "GET /contrat/occupants/sortie",
    "GET /demandes",
    "GET /demandes/{number}",
    "GET /demandes/{number}/pieces/{id}",
    "GET /documents",
    "GET /documents/{lease}/{id}",
    "GET /envois/{id}",
    "GET /informations-personnelles",
    "GET /informations-personnelles/cles",
    "GET /informations-personnelles/coordonnees",
    "GET /informations-personnelles/e-mail",
    "GET /informations-personnelles/mot-de-passe",
    "GET /informations-personnelles/profession",
    "GET /paiement",
    "GET /paiement/payer",
    "GET /paiement/{id}",
    "GET /sessions",
    "POST /contrat/adresse-de-facturation",
    "POST /contrat/assurance",
    "POST /contrat/occupants/ajout",
    "POST /contrat/occupants/modification",
    "POST /contrat/occupants/sortie",
    "POST /deconnexion",
    "POST /demandes/{number}/pieces",
    "POST /documents/accord",
    "POST /documents/attestation",
    "POST /envois/{id}/recommencer",
    "POST /informations-personnelles/cles",
    "POST /informations-personnelles/cles/retirer",
    "POST /informations-personnelles/coordonnees",
    "POST /informations-personnelles/e-mail",
    "POST /informations-personnelles/messages",
    "POST /informations-personnelles/mot-de-passe",
    "POST /informations-personnelles/profession",
    "POST /paiement",
    "POST /paiement/{id}/renoncer",
    "POST /sessions/fermer",
}
AGENTS = {
    "GET /gestion",
    "GET /gestion/codes-de-secours",
    "GET /gestion/attestations",
    "GET /gestion/attestations/{lease}/{reference}",
    "GET /gestion/attestations/{lease}/{reference}/fichier",
    "POST /gestion/attestations/{lease}/{reference}/accepter",
    "POST /gestion/attestations/{lease}/{reference}/refuser",
    "GET /gestion/cles",
    "GET /gestion/sessions",
    "POST /gestion/cles",
    "POST /gestion/cles/retirer",
    "POST /gestion/codes-de-secours",
    "POST /gestion/deconnexion",
    "POST /gestion/sessions/fermer",
}
# Published once, an address answers for ever: mails, bookmarks and the landlord's site lead here.
PUBLISHED = TENANTS | AGENTS | PUBLIC.keys() | STATIC.keys() | MACHINES.keys()
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
CODE = [ROOT / "app.py", *sorted(ROOT.glob("chalicelib/**/*.py")), *sorted(ROOT.glob("infra/**/*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ATTRIBUTE = re.compile(r'\b(method|action)="([^"]*)"')
ELSEWHERE = "{{ sends.address }}"  # the quarantine, by a policy that is signed for one file
ASKS = "/verification"  # what is typed makes the address that the code on paper leads to as well
SCRIPTS = ("passkeys.js", "uploads.js")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


def routes() -> Iterator[tuple[str, Any]]:
    for path, methods in app.app.routes.items():
        for method, entry in methods.items():
            yield f"{method} {path}", entry


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_route_is_guarded_or_on_the_short_list_of_public_ones() -> None:
    guards = {route: getattr(entry.view_function, "guard", "none") for route, entry in routes()}

    expected = (
        dict.fromkeys(TENANTS, "tenant") | dict.fromkeys(AGENTS, "agent") | dict.fromkeys(PUBLIC, "public")
    )
    assert guards == expected | dict.fromkeys(STATIC, "static") | dict.fromkeys(MACHINES, "none")


def test_a_page_is_for_tenants_unless_told_otherwise() -> None:
    site = Site("test", lambda: pytest.fail("not entered"))
    for register in (site.page("/nouvelle"), site.form("/nouvelle")):
        register(lambda visit: pytest.fail("not entered"))

    assert [getattr(view, "guard", "none") for view in site.views.values()] == ["tenant", "tenant"]


def test_a_page_of_agents_is_theirs_unless_told_otherwise_and_lies_under_their_address() -> None:
    site = Site("test", lambda: pytest.fail("not entered"))
    for register in (site.staff_page("/gestion/nouvelle"), site.staff_form("/gestion/nouvelle")):
        register(lambda visit: pytest.fail("not entered"))

    assert [getattr(view, "guard", "none") for view in site.views.values()] == ["agent", "agent"]
    for declare, path in (
        (site.page, "/gestion/x"),
        (site.form, "/gestion"),
        (site.staff_page, "/gestions"),
        (site.staff_form, "/"),
    ):
        with pytest.raises(ValueError, match="is not an address for"):
            declare(path)


@pytest.mark.parametrize("group", app.PAGES)
def test_the_table_of_contents_has_the_addresses_of_each_group_and_no_others(group: str) -> None:
    assert sorted(load(group).views) == sorted(app.PAGES[group])


def test_starting_loads_no_page_and_no_job() -> None:
    program = "import sys, app; print(*(name for name in sys.modules if name.startswith('chalicelib.')))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    loaded = {name for name in done.stdout.split() if name.startswith("chalicelib.handlers.")}
    kept = {"contents", "door", "statics", "webhooks"}
    assert loaded == {f"chalicelib.handlers.{name}" for name in kept}
    assert not [name for name in done.stdout.split() if name.startswith("chalicelib.storage.p")]


def test_an_address_has_one_page() -> None:
    site = Site("test", lambda: pytest.fail("not entered"))
    site.page("/nouvelle")(lambda visit: pytest.fail("not entered"))

    with pytest.raises(ValueError, match="GET /nouvelle has a page already"):
        site.page("/nouvelle")(lambda visit: pytest.fail("not entered"))


def test_no_published_address_is_lost_and_a_new_one_is_written_down() -> None:
    assert {route for route, _ in routes()} == PUBLISHED


def test_no_route_is_open_to_other_sites_or_checks_types_twice() -> None:
    for route, entry in routes():
        assert entry.cors is None, route
        assert not entry.content_types, route


def test_every_form_has_its_token_and_leads_to_a_route_that_takes_it() -> None:
    found = [
        (named(path), dict(ATTRIBUTE.findall(opening)), within)
        for path in TEMPLATES
        for opening, within in FORM.findall(path.read_text(encoding="utf-8"))
    ]
    posting = [re.sub(r"\{\w+\}", "§", route) for route, _ in routes() if route.startswith("POST")]

    assert len(found) >= 5
    for template, attributes, within in found:
        if attributes["action"] == ASKS:
            assert attributes["method"] == "get", template
            assert "csrf" not in within, "it changes nothing, and its address may be kept and passed on"
            continue
        assert attributes["method"] == "post", template
        if attributes["action"] == ELSEWHERE:
            assert "csrf" not in within, "our token goes to nobody else"
            continue
        assert "ui.csrf(visit)" in within, template
        assert "POST " + re.sub(r"\{\{.*?\}\}", "§", attributes["action"]) in posting, template


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_can_be_compiled(path: Path) -> None:
    name = str(path.relative_to(ROOT / "templates"))

    assert environment().get_template(name).name == name


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_lets_markup_through_or_styles_or_scripts_in_line(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"\|\s*safe\b|autoescape", source)
    if path.parent.name != "mail":  # mail programs read nothing but styles in line
        for name in SCRIPTS:
            source = source.replace(f"<script src=\"{{{{ asset('{name}') }}}}\" defer></script>", "")
        assert not re.search(r"<script|\bstyle=|\bon[a-z]+=|javascript:", source)


@pytest.mark.parametrize("path", CODE, ids=named)
def test_files_and_functions_stay_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert {name: length for name, length in functions(path) if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", CODE, ids=named)
def test_modules_say_what_they_are_for_and_have_a_name_that_says_it_too(path: Path) -> None:
    assert path.stem not in VAGUE
    if path.stem != "__init__":
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_entry_point_imports_the_framework_and_handlers_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module)
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)

    allowed = re.compile(r"typing|chalice(\.app)?|chalicelib\.handlers(\.\w+)?")
    assert [name for name in imported if not allowed.fullmatch(name or "")] == []


@pytest.mark.parametrize("path", CODE, ids=named)
def test_only_the_configuration_reads_the_environment(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    if named(path).startswith("chalicelib/") and path.name != "config.py":
        assert not re.search(r"\bos\.(environ|getenv)\b|from os import", source)


def test_the_package_takes_templates_static_files_and_the_landlord_along() -> None:
    for name in ("templates", "static", "landlord"):
        link = ROOT / "vendor" / name

        assert link.is_symlink(), link
        assert link.resolve() == ROOT / name


def test_every_job_of_the_entry_point_is_one_line_that_calls_its_handler() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    jobs = [node for node in tree.body if isinstance(node, ast.FunctionDef)]

    assert {job.name for job in jobs} == {source.name for source in app.app.event_sources}
    for job in jobs:
        assert [type(one) for one in job.body] == [ast.Expr, ast.ImportFrom, ast.Return], job.name
