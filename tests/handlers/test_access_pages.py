"""The pages around accounts: each can be read by anybody, by whatever way, and says what can be done next."""

from datetime import timedelta

import pytest

from chalicelib.domain.links import LIVES, LinkKind
from chalicelib.storage.accounts import account_items
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.handlers.crawling import inner_links
from tests.handlers.test_pages import check_names, check_order, check_structure
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NADEGE, an_account
from tests.newcomers import EMAIL, NEW_PASSWORD, forget, issued, register, registration
from tests.visitors import Seen, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
OWN, MOVED = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
NEW = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}
ADDRESS = "/informations-personnelles/e-mail"
PASSWORDS = {
    "mot-de-passe": "new-password",
    "confirmer": "new-password",
    "nouveau-mot-de-passe": "new-password",
}
NAMES = {"identifiant": "username", "nom": "family-name", "reference": "off", "nouvelle-adresse": "email"}


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    mothers.francois_xavier()


def use(path: str, **typed: str) -> Seen:
    visitor = Visitor()
    return visitor.post(path, {"csrf": visitor.token()} | NEW | typed)


@pytest.fixture
def pages(clock: Clock) -> dict[str, Seen]:
    """Give every page that asking for and opening links can show."""
    new = {
        kind: issued(kind, OWN, clock.at, new_email=MOVED if kind is LinkKind.ADDRESS else "")
        for kind in (LinkKind.RECOVERY, LinkKind.ADDRESS, LinkKind.UNLOCK)
    }
    new[LinkKind.REGISTRATION] = registration(clock.at)
    owner = Visitor()
    owner.enter(ELOISE)
    seen = {f"living {kind}": Visitor().get(path) for kind, path in new.items()}
    seen |= {f"living {kind}, signed in": owner.get(path) for kind, path in new.items()}
    seen["refused password"] = use(new[LinkKind.RECOVERY], confirmer="x")
    seen |= asked(owner)
    mothers.put(*account_items(an_account(NADEGE, MOVED)), *account_items(an_account(FRANCOIS_XAVIER, EMAIL)))
    seen["taken address"], seen["taken account"] = use(new[LinkKind.ADDRESS]), use(new[LinkKind.REGISTRATION])
    for kind, path in new.items():
        clock.at += LIVES[kind]
        seen[f"over {kind}"] = Visitor().get(path)
        clock.at -= LIVES[kind]
    use(new[LinkKind.UNLOCK])
    seen["used"] = Visitor().get(new[LinkKind.UNLOCK])
    issued(LinkKind.RECOVERY, OWN, clock.at + timedelta(minutes=1))
    seen["replaced"] = Visitor().get(new[LinkKind.RECOVERY])
    seen["unknown"] = Visitor().get("/confirmation/" + "A" * 43)
    return seen


def asked(owner: Visitor) -> dict[str, Seen]:
    """Give the forms, as they are, refused, and sent."""
    return {
        "registration": Visitor().get("/inscription"),
        "registration refused": register(Visitor(), nom="", confirmer="x"),
        "registration sent": register(Visitor()),
        "forgotten": Visitor().get("/mot-de-passe"),
        "forgotten refused": forget(Visitor(), "x"),
        "forgotten sent": forget(Visitor(), OWN),
        "address": owner.get(ADDRESS),
        "address refused": owner.post(ADDRESS, {"csrf": owner.token(), "nouvelle-adresse": "x"}),
        "address sent": owner.post(ADDRESS, {"csrf": owner.token(), "nouvelle-adresse": MOVED}),
        "account open": Visitor().get("/connexion?fait=compte"),
        "unheard of": Visitor().get("/connexion?fait=n’importe quoi".encode().decode("latin-1")),
    }


def test_every_page_has_one_title_labels_ids_of_its_own_and_a_way_on(pages: dict[str, Seen]) -> None:
    assert len(pages) > 25
    for name, seen in pages.items():
        check_structure(name, seen.page)
        check_names(name, seen.page)
        check_order(name, seen.page)
        assert "/connexion" in seen.page.links or seen.page.forms, name
        for link in set(inner_links(seen.page)):
            assert Visitor().ask("GET", link).status in {200, 303}, (name, link)


def test_titles_begin_with_an_error_where_something_was_refused(pages: dict[str, Seen]) -> None:
    for name, seen in pages.items():
        assert seen.page.title.startswith("Erreur") == ("refused" in name or "taken" in name), name
    assert pages["unheard of"].page.words.count("est ") == 0


def test_password_managers_know_what_each_field_is_for(pages: dict[str, Seen]) -> None:
    found: dict[str, set[str]] = {}
    for seen in pages.values():
        for control in seen.page.controls:
            name = control.attributes.get("id", "")
            found.setdefault(name, set()).add(control.attributes.get("autocomplete", ""))

    for name, expected in (PASSWORDS | NAMES).items():
        kinds = found[name] - ({"current-password"} if name == "mot-de-passe" else set())
        assert kinds == {expected}, name


def test_no_password_is_ever_shown_again(pages: dict[str, Seen]) -> None:
    for name, seen in pages.items():
        assert NEW_PASSWORD not in seen.html, name
        for control in seen.page.controls:
            if control.attributes.get("type") == "password":
                assert "value" not in control.attributes, name
