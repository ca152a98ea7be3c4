"""Passkeys in the table: a new password leaves none, whoever hurries, and they are of one account alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.links import LinkKind, hash_of
from chalicelib.domain.passkeys import MOST_PASSKEYS, Passkey
from chalicelib.domain.recovery import set_new_password
from chalicelib.domain.sessions import Session
from chalicelib.storage.account_changes import DynamoAccountChanges
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.passkeys import DynamoPasskeys
from chalicelib.storage.table import connection
from tests.faults import Faults
from tests.mothers import ELOISE, NADEGE, NOW
from tests.newcomers import account, issued
from tests.storage.books import stored_items
from tests.storage.test_account_changes import CHANGED, HASH, LATER, OLD, a_session, eloise, found
from tests.thresholds import CountingHasher, FakeQueue

__all__ = ["eloise"]
pytestmark = pytest.mark.usefixtures("table", "eloise")


def a_passkey(name: str, session: Session, holder: str = ELOISE) -> bool:
    """Have a passkey added in a session."""
    made = Passkey(hash_of(name), holder, Role.TENANT, name, "cHVibGlj", 0, NOW)
    return DynamoPasskeys().add(made, account(OLD), session, f"challenge of {name}")


def passkeys(holder: str = ELOISE) -> list[str]:
    return [one.name for one in DynamoPasskeys().of(holder, Role.TENANT)]


def test_a_new_password_takes_every_passkey_of_the_account_out_and_nobody_elses() -> None:
    session = a_session("Safari sur iPhone")
    assert all(a_passkey(f"key {rank}", session) for rank in range(MOST_PASSKEYS))
    assert a_passkey("a neighbour's", session, NADEGE)
    path = issued(LinkKind.RECOVERY, OLD, NOW)
    faults = Faults(connection().client)

    outcome = DynamoAccountChanges().set_password(found(path), account(OLD), HASH, CHANGED)

    assert outcome is Outcome.DONE
    assert faults.calls["TransactWriteItems"] == 1
    assert passkeys() == []
    assert passkeys(NADEGE) == ["a neighbour's"]
    assert not [pk for pk, _ in stored_items() if pk == f"PASSKEY#{hash_of('key 0')}"]


def test_a_passkey_that_is_added_while_the_password_changes_is_not_left_over_and_none_follows() -> None:
    session = a_session("Safari sur iPhone")
    link, queue = found(issued(LinkKind.RECOVERY, OLD, NOW)), FakeQueue()

    def add(operation: str) -> None:
        if operation == "TransactWriteItems":
            faults.choose = lambda _: None
            assert a_passkey("a thief's", session)

    faults = Faults(connection().client, add)
    outcome = set_new_password(
        DynamoAccountChanges(), DynamoAccounts(), CountingHasher(), queue, link, "Camion-bleu-27", LATER
    )

    assert outcome is Outcome.DONE
    assert passkeys() == []
    assert not a_passkey("another", session), "its session is gone"
    assert passkeys() == []
    assert [one["kind"] for one in queue.taken] == ["password_changed"]


def test_two_passkeys_that_are_added_to_an_account_as_it_was_once_are_one() -> None:
    session, own = a_session(), account(OLD)
    keys = [Passkey(hash_of(name), ELOISE, Role.TENANT, name, "cHVibGlj", 0, NOW) for name in ("a", "b")]

    assert [DynamoPasskeys().add(key, own, session, key.name) for key in keys] == [True, False]
    assert passkeys() == ["a"]
    assert DynamoPasskeys().add(keys[1], account(OLD), session, "b")


def test_no_passkey_is_kept_for_an_account_that_is_gone() -> None:
    session, own = a_session(), account(OLD)
    made = Passkey(hash_of("a"), ELOISE, Role.TENANT, "a", "cHVibGlj", 0, NOW)
    gone = replace(own, email="nobody@exemple.fr")

    assert not DynamoPasskeys().add(made, gone, session, "a challenge")
    assert passkeys() == []
    assert DynamoAccounts().find(gone.email) is None


def test_a_passkey_that_cannot_be_taken_out_is_not_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert a_passkey("Mon téléphone", a_session())
    (known,) = DynamoPasskeys().of(ELOISE, Role.TENANT)
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults = Faults(connection().client, lambda name: "conflict" if name == "TransactWriteItems" else None)

    with pytest.raises(Unavailable):
        DynamoPasskeys().remove(known)
    faults.choose = lambda _: None
    assert passkeys() == ["Mon téléphone"]


def test_passkeys_of_an_account_before_are_not_in_the_way_of_a_new_password() -> None:
    """More than a transaction holds: those that open go, those that no account opens may stay."""
    session = a_session()
    for rank in range(MOST_PASSKEYS):
        old = Passkey(hash_of(f"old {rank}"), ELOISE, Role.TENANT, "old", "cHVibGlj", 0, NOW - timedelta(1))
        assert DynamoPasskeys().add(old, account(OLD), session, f"old {rank}")
    assert all(a_passkey(f"key {rank}", session) for rank in range(MOST_PASSKEYS))
    path = issued(LinkKind.RECOVERY, OLD, NOW)

    assert DynamoAccountChanges().set_password(found(path), account(OLD), HASH, CHANGED) is Outcome.DONE
    assert set(passkeys()) == {"old"}
