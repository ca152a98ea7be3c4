"""Accounts of a former payment site, from the landlord's file to the door: they open, and become ours."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.signing_in import Doorkeeper, Opened, sign_in
from chalicelib.domain.throttling import TooManyTries
from chalicelib.gateways.passwords import Argon2Passwords
from chalicelib.storage.accounts import AccountItem, DynamoAccounts
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.signing_in import DynamoThreshold
from infra.demo.passwords import BCRYPT_HASH, FORMER_HASHES
from tests.deliveries import bring, files
from tests.mothers import NOW
from tests.thresholds import RIGHT, WRONG, FakeQueue, an_attempt

pytestmark = pytest.mark.usefixtures("table")
ADDRESS, TENANT = "eloise@exemple.fr", "t1"
PASSWORDS = Argon2Passwords()


def enter(password: str) -> Opened | None:
    keeper = Doorkeeper(DynamoThreshold(), PASSWORDS, FakeQueue())
    attempt = an_attempt(password, ADDRESS)
    return sign_in(keeper, attempt, Role.TENANT, NOW, remembered=False, device="Firefox")


def kept_hash() -> str:
    account = DynamoAccounts().find(ADDRESS)
    assert account is not None
    return account.password_hash


@pytest.mark.parametrize("former", FORMER_HASHES)
def test_who_signs_in_with_a_former_site_s_password_is_given_a_hash_of_ours(former: str) -> None:
    bring(files(comptes=[{"mot_de_passe": former}]))

    assert enter(WRONG) is None
    assert kept_hash() == former
    assert enter(RIGHT) is not None
    ours = kept_hash()
    assert not PASSWORDS.needs_upgrade(ours)
    assert enter(RIGHT) is not None
    assert kept_hash() == ours


def test_the_former_site_s_file_does_not_bring_its_door_back() -> None:
    delivery = files(comptes=[{"mot_de_passe": BCRYPT_HASH}])
    bring(delivery)
    enter(RIGHT)
    ours = kept_hash()

    assert bring(delivery).changes == 0
    assert kept_hash() == ours


def test_two_who_sign_in_at_once_are_both_let_in_and_one_hash_is_kept() -> None:
    bring(files(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(enter, [RIGHT, RIGHT]))

    assert all(opened)
    assert len(DynamoSessions().of(TENANT)) == 2
    assert not PASSWORDS.needs_upgrade(kept_hash())


def test_a_former_account_has_the_limits_of_all_others() -> None:
    bring(files(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    refused = [enter(WRONG) for _ in range(5)]

    assert refused == [None] * 5
    with pytest.raises(TooManyTries):
        enter(RIGHT)
    assert kept_hash() == BCRYPT_HASH


@pytest.mark.parametrize("damaged", [BCRYPT_HASH[:-1], BCRYPT_HASH.replace("$10$", "$31$"), RIGHT, ""])
def test_a_hash_that_was_damaged_shuts_the_account_and_breaks_nothing(damaged: str) -> None:
    bring(files())
    AccountItem.get(f"EMAIL#{ADDRESS}", "ACCOUNT").update([AccountItem.password_hash.set(damaged)])

    assert enter(RIGHT) is None
    assert kept_hash() == damaged
