"""One's own passkeys (« clés d’accès »): added and removed by their owner, who is asked first, and told."""

import base64
from dataclasses import replace

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.links import LinkKind
from chalicelib.domain.passkeys import MOST_PASSKEYS
from chalicelib.domain.sessions import PROVEN
from chalicelib.portal import now, portal
from chalicelib.storage.table import connection
from infra.local.resources import Resources
from tests import agents
from tests.authenticators import Authenticator, options_on
from tests.conftest import Clock
from tests.faults import Faults
from tests.handlers.test_passkeys import (
    ADDED,
    DOOR,
    KEYS,
    REFUSED,
    REMOVED,
    add,
    enter,
    named,
    telephone,
)
from tests.letters import letters
from tests.mothers import ELOISE, Household
from tests.newcomers import NEW_PASSWORD, issued
from tests.town import forget_portal, work
from tests.visitors import PASSWORD, Visitor

__all__ = ["named", "telephone"]


def test_a_new_password_is_said_to_be_set_and_no_passkey_is_left_though_the_table_is_away_right_after(
    visitor: Visitor, eloise: Household, telephone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, other, written = issued(LinkKind.RECOVERY, eloise.email, now()), Visitor(), list[str]()
    monkeypatch.setattr("time.sleep", lambda _: None)
    page = other.get(link)

    def away(operation: str) -> str | None:
        if written:
            return "before"
        written.extend([operation] if operation == "TransactWriteItems" else [])
        return None

    faults = Faults(connection().client, away)
    done = other.send(page, link, nouveau_mot_de_passe=NEW_PASSWORD, confirmer=NEW_PASSWORD)

    assert done.location == "/connexion?fait=mot-de-passe"
    assert not faults.injected
    faults.choose = lambda _: None
    assert portal().key_desk.passkeys.of(ELOISE, Role.TENANT) == ()
    assert enter(Visitor(), telephone).location == REFUSED


@pytest.mark.parametrize("role", Role)
def test_who_loses_a_passkey_is_told_once_and_nobody_hears_of_one_that_is_not_there(
    visitor: Visitor, table: Resources, role: Role
) -> None:
    agents.claire()
    claire, path = Visitor(), "/gestion/cles" if role is Role.AGENT else KEYS
    agents.enter(claire)
    owner = claire if role is Role.AGENT else visitor
    add(owner, Authenticator(), "La clé du bureau", path)
    holder = agents.CLAIRE if role is Role.AGENT else ELOISE
    (known,) = portal().key_desk.passkeys.of(holder, role)
    work(table)
    page = owner.get(path)
    for _ in range(2):
        assert owner.send(page, f"{path}/retirer", cle=known.mark).location == path + REMOVED
    assert portal().key_desk.passkeys.of(holder, role) == ()

    assert work(table) == 1
    told = letters(table)[-1]
    assert told.subject == "Une clé d’accès a été retirée de votre compte"
    assert "La clé d’accès «\u00a0La clé du bureau\u00a0» a été retirée" in told.text
    assert "Elle ne l’ouvre plus." in told.text
    assert ("prévenez qui a ouvert votre compte" in told.text) == (role is Role.AGENT)


def test_a_passkey_that_is_removed_opens_no_more_and_its_device_may_make_another(
    visitor: Visitor, telephone: Authenticator
) -> None:
    page = visitor.get(KEYS)
    (known,) = portal().key_desk.passkeys.of(ELOISE, Role.TENANT)
    removed = visitor.send(page, f"{KEYS}/retirer", cle=known.mark)

    assert removed.location == KEYS + REMOVED
    assert enter(Visitor(), telephone).location == REFUSED
    assert add(visitor, telephone).location == KEYS + ADDED


def test_somebody_else_s_passkey_is_not_removed(neighbour: Visitor, telephone: Authenticator) -> None:
    (known,) = portal().key_desk.passkeys.of(ELOISE, Role.TENANT)
    token = neighbour.token("/")
    answer = neighbour.post(f"{KEYS}/retirer", {"csrf": token, "cle": known.mark})

    assert answer.location == KEYS + REMOVED
    assert enter(Visitor(), telephone).location == "/"


def test_the_password_is_asked_for_after_a_quarter_of_an_hour(
    visitor: Visitor, telephone: Authenticator, clock: Clock
) -> None:
    clock.advance(seconds=PROVEN.total_seconds())
    page = visitor.get(KEYS)
    (known,) = portal().key_desk.passkeys.of(ELOISE, Role.TENANT)
    token = visitor.token("/")
    refused = visitor.post(f"{KEYS}/retirer", {"csrf": token, "cle": known.mark})
    wrong = visitor.send(page, KEYS, mot_de_passe_actuel="wrong")
    right = visitor.send(page, KEYS, mot_de_passe_actuel=PASSWORD)

    assert "data-passkey" not in page.html
    assert refused.status == wrong.status == 422
    assert right.location == KEYS
    assert "data-passkey" in visitor.follow(right).html


def test_who_has_ten_passkeys_has_enough(visitor: Visitor) -> None:
    for number in range(MOST_PASSKEYS):
        device = replace(Authenticator(), id=f"{number:032}".encode())
        assert add(visitor, device).location == KEYS + ADDED

    assert add(visitor, replace(Authenticator(), id=b"one too many 0000000000000000000")).status == 422


def test_scripts_run_on_the_pages_that_need_them_and_on_no_other(visitor: Visitor) -> None:
    nobody = Visitor()
    for seen in (nobody.get(DOOR), nobody.get(agents.DOOR), visitor.get(KEYS)):
        policy = seen.header("content-security-policy")
        assert "script-src 'self';" in policy
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        assert seen.html.count("<script") == 1
    for seen in (visitor.get("/"), nobody.get("/inscription"), visitor.get("/sessions")):
        assert "script-src" not in seen.header("content-security-policy")
        assert "<script" not in seen.html


def test_where_the_portal_has_no_name_nothing_is_offered(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ADDRESS", "http://127.0.0.1:8000")
    forget_portal()

    assert "data-passkey" not in Visitor().get(DOOR).html
    assert visitor.get(KEYS).status == 404
    assert KEYS not in visitor.get("/informations-personnelles").html


def test_the_user_that_devices_keep_is_nobody_s_name(visitor: Visitor, neighbour: Visitor) -> None:
    options = [options_on(one.get(KEYS)) for one in (visitor, visitor, neighbour)]
    users = [base64.urlsafe_b64decode(one["user"]["id"]) for one in options]

    assert users[0] == users[1] != users[2]
    assert ELOISE.encode() not in users[0]
    assert len({one["challenge"] for one in options}) == 3
    assert all(one["authenticatorSelection"]["userVerification"] == "required" for one in options)
