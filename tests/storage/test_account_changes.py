"""What links do to accounts: whole or not at all, with the link used up, and never over somebody else's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.accounts import Opening
from chalicelib.domain.changes import ChangeKind
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.links import Link, LinkKind, LinkState, hash_of
from chalicelib.domain.sessions import Session, new_session
from chalicelib.domain.throttling import PASSWORDS, Change, Subject, SubjectKind, Tally
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.account_changes import DynamoAccountChanges
from chalicelib.storage.accounts import AccountItem, DynamoAccounts, account_items
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.keys import account_key
from chalicelib.storage.links import DynamoLinks
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import DynamoTenants
from chalicelib.storage.throttling import DynamoTallies
from tests import mothers
from tests.faults import Faults
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NADEGE, NOW, TODAY, an_account
from tests.newcomers import EMAIL, account, issued, registration
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
OLD, NEW = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
LATER = NOW + timedelta(minutes=5)
HASH = "$argon2id$another"
OWN = Subject(SubjectKind.ACCOUNT, OLD)
CHANGED = TimelineEvent(LATER, Action.PASSWORD_CHANGED, "")
MOVED = TimelineEvent(LATER, Action.ADDRESS_CHANGED, NEW)


def changes() -> DynamoAccountChanges:
    return DynamoAccountChanges()


def found(path: str) -> Link:
    link = DynamoLinks().find(hash_of(path.rsplit("/", 1)[1]))
    assert link is not None
    return link


def is_used(path: str) -> bool:
    return found(path).state(LATER) is LinkState.USED


def a_session(device: str = "Chrome", minutes: int = 0) -> Session:
    """Open a session as signing in does: the account says that it is there."""
    at = NOW - timedelta(minutes=minutes)
    session, _ = new_session(ELOISE, OLD, remembered=False, device=device, now=at)
    DynamoSessions().open(session)
    own = account(OLD)
    opened = (*own.sessions, Opening(session.family, session.ends_at.replace(microsecond=0)))
    mothers.put(account_items(replace(own, sessions=tuple(sorted(opened, key=lambda one: one.family))))[0])
    return session


def families() -> set[str]:
    return {one.family for one in DynamoSessions().of(ELOISE)}


def failures(email: str = OLD) -> int:
    """Count what is counted on an account, on a device that it knows and on all others."""
    subjects = [Subject(SubjectKind.ACCOUNT, email), Subject(SubjectKind.ACCOUNT, email, "a device")]
    return sum(len(tally.tried_at) for tally in DynamoTallies().read(subjects))


@pytest.fixture
def eloise(table: object) -> None:
    """Settle Éloïse in, with two sessions and two failed tries."""
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    a_session("Chrome sur Android", 9)
    a_session("Firefox sur Windows", 3)
    for subject in (OWN, OWN._replace(device="a device")):
        nothing = Tally(subject)
        assert DynamoTallies().change([Change(nothing, nothing.with_try(PASSWORDS, NOW, "m"))])


def test_a_registration_opens_an_account_with_the_password_of_then() -> None:
    path = registration(NOW)
    link = found(path)

    assert changes().open(link, LATER) is Outcome.DONE

    opened = account(EMAIL)
    assert (opened.person, opened.password_hash, opened.sessions) == (FRANCOIS_XAVIER, link.password_hash, ())
    assert opened.opened_at == LATER
    assert DynamoAccounts().address_of(FRANCOIS_XAVIER) == EMAIL
    assert is_used(path)
    assert changes().open(link, LATER) is Outcome.SPENT


@pytest.mark.parametrize(
    "there",
    [an_account(NADEGE, EMAIL), an_account(FRANCOIS_XAVIER, "autre@exemple.fr")],
    ids=lambda a: a.email,
)
def test_a_registration_never_writes_over_an_account_or_gives_somebody_a_second(there: Any) -> None:
    path = registration(NOW)
    mothers.put(*account_items(there))
    before = stored_items()

    assert changes().open(found(path), LATER) is Outcome.TAKEN
    assert stored_items() == before


@pytest.mark.usefixtures("eloise")
def test_a_new_password_ends_every_session_and_forgets_failed_tries() -> None:
    path = issued(LinkKind.RECOVERY, OLD, NOW)
    own = account(OLD)
    assert len(families()) == len(own.sessions) == 2

    assert changes().set_password(found(path), own, HASH, CHANGED) is Outcome.DONE

    after = account(OLD)
    assert (after.password_hash, after.sessions, after.password_changed_at) == (HASH, (), LATER)
    assert families() == set()
    assert failures() == 0
    assert is_used(path)
    (event,) = [item for (_, sk), item in stored_items().items() if "mot_de_passe_modifie" in sk]
    assert event["pk"] == {"S": f"TENANT#{ELOISE}"}


@pytest.mark.usefixtures("eloise")
def test_a_session_that_is_opened_meanwhile_is_not_left_over() -> None:
    path = issued(LinkKind.RECOVERY, OLD, NOW)
    read = account(OLD)
    a_session("Safari sur iPhone")

    assert changes().set_password(found(path), read, HASH, CHANGED) is Outcome.CHANGED
    assert not is_used(path)
    assert len(families()) == 3
    assert changes().set_password(found(path), account(OLD), HASH, CHANGED) is Outcome.DONE
    assert families() == set()


@pytest.mark.usefixtures("eloise")
def test_an_account_moves_with_its_password_and_the_session_that_stays() -> None:
    staying = a_session("Safari sur iPhone")
    path = issued(LinkKind.ADDRESS, OLD, NOW, new_email=NEW)
    before = account(OLD)

    assert changes().move(found(path), before, staying.family, MOVED) is Outcome.DONE

    after = account(NEW)
    assert (after.person, after.password_hash) == (before.person, before.password_hash)
    assert [one.family for one in after.sessions] == [staying.family]
    assert DynamoAccounts().find(OLD) is None
    assert DynamoAccounts().address_of(ELOISE) == NEW
    assert DynamoTenants().get(ELOISE).email == NEW
    (left,) = DynamoSessions().of(ELOISE)
    assert (left.family, left.email, left.secret_hash) == (staying.family, NEW, staying.secret_hash)
    assert failures() == 0
    assert is_used(path)
    (told,) = DynamoChanges().made_on(TODAY)
    assert (told.at, told.tenant, told.lease, told.kind) == (MOVED.at, ELOISE, "", ChangeKind.EMAIL)
    assert (told.before, told.after) == ({"courriel": OLD}, {"courriel": NEW})


@pytest.mark.usefixtures("eloise")
def test_without_a_session_that_stays_all_end() -> None:
    for staying in ("", "0" * 24):
        path = issued(
            LinkKind.ADDRESS, OLD if not staying else NEW, NOW, new_email=NEW if not staying else OLD
        )
        own = account(found(path).email)

        assert changes().move(found(path), own, staying, MOVED) is Outcome.DONE
        assert families() == set()


@pytest.mark.usefixtures("eloise")
def test_an_account_never_moves_over_another_one() -> None:
    path = issued(LinkKind.ADDRESS, OLD, NOW, new_email=NEW)
    mothers.put(*account_items(an_account(NADEGE, NEW)))
    before = stored_items()

    assert changes().move(found(path), account(OLD), "", MOVED) is Outcome.TAKEN
    assert stored_items() == before


@pytest.mark.usefixtures("eloise")
def test_an_account_that_changed_since_it_was_read_does_not_move() -> None:
    path = issued(LinkKind.ADDRESS, OLD, NOW, new_email=NEW)
    read = account(OLD)
    mothers.put(account_items(replace(read, password_hash=HASH))[0])
    before = stored_items()

    assert changes().move(found(path), read, "", MOVED) is Outcome.CHANGED
    assert stored_items() == before


@pytest.mark.usefixtures("eloise")
def test_unlocking_forgets_the_failed_tries_and_nothing_else() -> None:
    path = issued(LinkKind.UNLOCK, OLD, NOW)
    sessions, own = families(), account(OLD)
    assert failures() == 2

    assert changes().unlock(found(path), LATER) is Outcome.DONE
    assert failures() == 0
    assert (families(), account(OLD)) == (sessions, own)
    assert changes().unlock(found(path), LATER) is Outcome.SPENT


@pytest.mark.usefixtures("eloise")
def test_a_link_forgets_no_tries_at_an_agent_s_account() -> None:
    path, before = issued(LinkKind.UNLOCK, OLD, NOW, person=OLD), failures()

    assert changes().unlock(found(path), LATER) is Outcome.SPENT
    assert failures() == before == 2
    assert found(path).state(LATER) is LinkState.LIVING


def all_changes() -> dict[LinkKind, Any]:
    """Give each change with a link of its kind that was just issued, to be done now."""
    reg, rec = found(registration(NOW)), found(issued(LinkKind.RECOVERY, OLD, NOW))
    move = found(issued(LinkKind.ADDRESS, OLD, NOW, new_email=NEW))
    lock = found(issued(LinkKind.UNLOCK, OLD, NOW))
    own = account(OLD)
    return {
        LinkKind.REGISTRATION: lambda: changes().open(reg, LATER),
        LinkKind.RECOVERY: lambda: changes().set_password(rec, own, HASH, CHANGED),
        LinkKind.ADDRESS: lambda: changes().move(move, own, "", MOVED),
        LinkKind.UNLOCK: lambda: changes().unlock(lock, LATER),
    }


@pytest.mark.usefixtures("eloise")
@pytest.mark.parametrize("kind", LinkKind)
def test_a_change_is_one_transaction(kind: LinkKind) -> None:
    change = all_changes()[kind]
    faults = Faults(connection().client)

    assert change() is Outcome.DONE
    writes = {name: n for name, n in faults.calls.items() if name not in {"Query", "GetItem"}}
    assert writes == {"TransactWriteItems": 1}


@pytest.mark.usefixtures("eloise")
@pytest.mark.parametrize("kind", LinkKind)
@pytest.mark.parametrize("fault", ["before", "throttle"])
def test_a_change_that_does_not_arrive_leaves_everything_as_it_was(
    kind: LinkKind, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    change, before = all_changes()[kind], stored_items()
    cut = [True]
    Faults(connection().client, lambda name: fault if cut[0] and name == "TransactWriteItems" else None)

    with pytest.raises((Unavailable, PynamoDBException)):
        change()
    cut[0] = False
    assert stored_items() == before
    assert change() is Outcome.DONE


@pytest.mark.usefixtures("eloise")
@pytest.mark.parametrize("kind", LinkKind)
def test_a_change_that_met_another_transaction_is_tried_again(
    kind: LinkKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    change = all_changes()[kind]
    conflicts = [4]

    def choose(name: str) -> str | None:
        if name != "TransactWriteItems" or not conflicts[0]:
            return None
        conflicts[0] -= 1
        return "conflict"

    Faults(connection().client, choose)
    assert change() is Outcome.DONE


@pytest.mark.usefixtures("eloise")
def test_a_change_that_meets_others_without_end_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    change = all_changes()[LinkKind.UNLOCK]
    Faults(connection().client, lambda name: "conflict" if name == "TransactWriteItems" else None)

    with pytest.raises(Unavailable):
        change()


@pytest.mark.usefixtures("eloise")
def test_an_account_keeps_what_it_says_of_itself_when_it_moves() -> None:
    item = AccountItem.get(account_key(OLD), "ACCOUNT")
    path = issued(LinkKind.ADDRESS, OLD, NOW, new_email=NEW)
    changes().move(found(path), account(OLD), "", MOVED)
    moved = AccountItem.get(account_key(NEW), "ACCOUNT")

    kept = set(item.attribute_values) - {"pk", "email", "sessions"}
    assert {name: getattr(moved, name) for name in kept} == {name: getattr(item, name) for name in kept}
