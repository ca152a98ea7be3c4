"""What the house agreed upon, checked: guarded routes, published paths, forms, sizes, imports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.templating import ROOT, environment
from chalicelib.web.site import Site

# Who may come in without having signed in, and why.  All other pages are for tenants.
PUBLIC = {
    "GET /connexion": "the door itself",
    "POST /connexion": "the door itself",
    "POST /preferences/texte": "a choice of the reader, kept in their browser only",
    "GET /inscription": "for those who have no account",
    "GET /mot-de-passe": "for those who cannot sign in",
    "GET /contacts": "whoever cannot sign in must be able to call",
    "GET /mentions-legales": "loi 2004-575, art. 6 III",
    "GET /donnees-personnelles": "RGPD, art. 13",
    "GET /accessibilite": "loi 2005-102, art. 47",
    "GET /gestion": "agents have no door yet: it says so, and nothing else",
    "GET /gestion/connexion": "the same",
}
STATIC = {"GET /static/{name}": "files that are the same for everybody"}
MACHINES = {
    "POST /webhooks/stripe": "the signature on the raw body says who it is",
    "GET /sante": "the monitor's question: it says nothing of anybody",
}
TENANTS = {
    "GET /",
    "GET /contrat",
    "GET /demandes",
    "GET /demandes/{number}",
    "GET /documents",
    "GET /documents/{lease}/{id}",
    "GET /informations-personnelles",
    "GET /paiement",
    "GET /paiement/payer",
    "GET /paiement/{id}",
    "POST /deconnexion",
    "POST /paiement",
    "POST /paiement/{id}/renoncer",
}
# Published once, an address answers for ever: mails, bookmarks and the landlord's site lead here.
PUBLISHED = TENANTS | PUBLIC.keys() | STATIC.keys() | MACHINES.keys()
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
CODE = [ROOT / "app.py", *sorted(ROOT.glob("chalicelib/**/*.py")), *sorted(ROOT.glob("infra/**/*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ATTRIBUTE = re.compile(r'\b(method|action)="([^"]*)"')
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

    expected = dict.fromkeys(TENANTS, "tenant") | dict.fromkeys(PUBLIC, "public")
    assert guards == expected | dict.fromkeys(STATIC, "static") | dict.fromkeys(MACHINES, "none")


def test_a_page_is_for_tenants_unless_told_otherwise() -> None:
    site = Site("test", lambda: pytest.fail("not entered"))
    guards: list[str] = []
    site.route = lambda *_, **__: lambda view: guards.append(view.guard)  # type: ignore[method-assign]
    for register in (site.page("/nouvelle"), site.form("/nouvelle")):
        register(lambda visit: pytest.fail("not entered"))

    assert guards == ["tenant", "tenant"]


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
        assert attributes["method"] == "post", template
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


def test_the_entry_point_imports_the_framework_the_logger_and_handlers_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module)
        elif isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)

    allowed = re.compile(
        r"typing|chalice(\.app)?|aws_lambda_powertools(\.logging(\.\w+)?)?|chalicelib\.handlers(\.\w+)?"
    )
    assert [name for name in imported if not allowed.fullmatch(name or "")] == []


@pytest.mark.parametrize("path", CODE, ids=named)
def test_only_the_configuration_reads_the_environment(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    if named(path).startswith("chalicelib/") and path.name != "config.py":
        assert not re.search(r"\bos\.(environ|getenv)\b|from os import", source)


@pytest.mark.parametrize("path", CODE, ids=named)
def test_nothing_catches_everything_or_counts_money_with_floats(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"except (Base)?Exception\b|except:", source) or "raise\n" in source
    if "/domain/" in named(path) and path.name != "landlord.py":
        assert not re.search(r"\bfloat\(|\bround\(", source)


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
        assert [type(one) for one in job.body] == [ast.Expr, ast.Return], job.name
