"""Bringing accounts in: a former site's passwords, one account per person, and nothing in clear anywhere."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Account, Role
from chalicelib.gateways import passwords
from chalicelib.gateways.passwords import Argon2Passwords
from chalicelib.storage.accounts import (
    AccountItem,
    DynamoAccounts,
    PersonAccountItem,
    account_item,
    account_items,
)
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.table import connection
from infra.demo.passwords import BCRYPT_HASH, FORMER_HASHES
from infra.importer import in_words
from tests.deliveries import HASH, bring, counts, files, only
from tests.faults import Faults
from tests.mothers import NOW, put
from tests.newcomers import account
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
TWO_HOLDERS = [{}, {"locataire": "t2", "nom": "Noël-Bäcker", "prenom": "François-Xavier"}]
ADDRESS = "eloise@exemple.fr"
CLEAR = "Mouette-1976-Phare!"


def address_of(person: str) -> str:
    return str(PersonAccountItem.get(tenant_key(person), "ACCOUNT").email)


def test_an_account_is_brought_in_with_whose_it_is_in_one_transaction() -> None:
    heard = Faults(connection().client)
    before = heard.calls["TransactWriteItems"]

    report = bring(files(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    assert counts(report)["comptes.csv"] == (1, 0, 0, 0)
    assert DynamoAccounts().find(ADDRESS) == Account(ADDRESS, Role.TENANT, "t1", BCRYPT_HASH, opened_at=NOW)
    assert address_of("t1") == ADDRESS
    assert heard.calls["TransactWriteItems"] - before == 5  # leases, books, papers, tenants, accounts


def test_agents_have_a_name_and_an_agency_and_no_tenant_s_item() -> None:
    bring(files())

    agent = AccountItem.get("EMAIL#agent@exemple.fr", "ACCOUNT")
    assert (agent.name, agent.agency, agent.role) == ("Claire Morvan", "Rochefort", "agent")
    assert [key for key in stored_items() if "agent@exemple.fr" in key[0]] == [
        ("AGENT#agent@exemple.fr", "PROFILE"),
        ("EMAIL#agent@exemple.fr", "ACCOUNT"),
    ]
    tenants = AccountItem.get(f"EMAIL#{ADDRESS}", "ACCOUNT")
    assert not tenants.name
    assert not tenants.agency


def test_accounts_say_since_when_they_are_open_and_one_that_was_removed_says_it_anew() -> None:
    later = NOW + timedelta(days=1)
    bring(files())
    moments = {email: account(email).opened_at for email in (ADDRESS, "agent@exemple.fr")}
    assert set(moments.values()) == {NOW}
    bring(files(), at=later)
    assert account(ADDRESS).opened_at == NOW
    for item in account_items(account(ADDRESS)):
        item.delete()

    bring(files(), at=later)

    assert account(ADDRESS).opened_at == later
    assert account("agent@exemple.fr").opened_at == NOW


@pytest.mark.parametrize("kept", FORMER_HASHES)
def test_the_former_site_s_password_opens_the_account_and_no_other_does(kept: str) -> None:
    bring(files(comptes=[{"mot_de_passe": kept}]))

    account = DynamoAccounts().find(ADDRESS)

    assert account is not None
    assert Argon2Passwords().matches(account.password_hash, "Bonjour-2026!")
    assert not Argon2Passwords().matches(account.password_hash, "Bonjour-2027!")


def test_the_former_door_stays_shut_once_the_hash_is_ours_or_the_password_another() -> None:
    bring(files(comptes=[{"mot_de_passe": BCRYPT_HASH}]))
    put(account_item(Account(ADDRESS, Role.TENANT, "t1", HASH)))

    report = bring(files(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    assert (report.changes, report.exit_code) == (0, 0)
    account = DynamoAccounts().find(ADDRESS)
    assert account is not None
    assert account.password_hash == HASH


def test_a_second_address_of_one_person_is_refused_by_its_line() -> None:
    report = bring(files(comptes=[{}, {"courriel": "autre@exemple.fr"}]))

    assert [(one.file, one.line, one.column, one.rule) for one in report.errors] == [
        ("comptes.csv", 3, "locataire", "Cette personne a déjà un compte à la ligne 2.")
    ]
    assert DynamoAccounts().find("autre@exemple.fr") is None
    assert address_of("t1") == ADDRESS


def test_a_person_who_has_an_account_gets_no_second_one_from_a_later_file() -> None:
    bring(files())
    before = stored_items()

    report = bring(only(comptes=[{"courriel": "autre@exemple.fr"}]))

    assert [(one.file, one.line, one.column, one.rule) for one in report.errors] == [
        ("comptes.csv", 2, "locataire", "Cette personne a déjà un compte, à une autre adresse.")
    ]
    assert ADDRESS not in str(report.errors)
    assert stored_items() == before


def test_one_address_for_two_people_opens_the_first_s_account_alone() -> None:
    report = bring(files(titulaires=TWO_HOLDERS, comptes=[{}, {"locataire": "t2"}]))

    assert [(one.line, one.column, one.rule) for one in report.errors] == [
        (3, "courriel", "Cette ligne répète la ligne 2.")
    ]
    account = DynamoAccounts().find(ADDRESS)
    assert account is not None
    assert account.person == "t1"
    assert (tenant_key("t2"), "ACCOUNT") not in stored_items()


def test_an_agent_at_a_tenant_s_address_is_refused() -> None:
    report = bring(files(agents=[{"courriel": ADDRESS}]))

    assert [(one.file, one.line, one.column, one.rule) for one in report.errors] == [
        ("agents.csv", 2, "courriel", "Cette adresse est celle d’un locataire à la ligne 2 de comptes.csv.")
    ]
    assert counts(report)["comptes.csv"] == (1, 0, 0, 0)


def test_an_account_from_before_is_told_whose_it_is_and_left_alone() -> None:
    bring(files())
    before = stored_items()
    PersonAccountItem(tenant_key("t1"), "ACCOUNT").delete()

    report = bring(only(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    assert counts(report) == {"comptes.csv": (0, 1, 0, 0)}
    assert stored_items() == before


@pytest.mark.parametrize("registered", [ADDRESS, "autre@exemple.fr"])
def test_who_registers_while_a_file_comes_in_keeps_the_account_they_opened(registered: str) -> None:
    bring(files(comptes=[], agents=[]))
    waiting = [Account(registered, Role.TENANT, "t1", HASH)]

    def register_first(operation: str) -> None:
        if operation == "TransactWriteItems" and waiting:
            put(*account_items(waiting.pop()))

    Faults(connection().client, register_first)
    report = bring(only(comptes=[{"mot_de_passe": BCRYPT_HASH}]))

    assert report.changes == 0
    assert [one.column for one in report.errors] == ([] if registered == ADDRESS else ["locataire"])
    account = DynamoAccounts().find(address_of("t1"))
    assert account == Account(registered, Role.TENANT, "t1", HASH)
    assert [key for key in stored_items() if key[0].startswith("EMAIL#")] == [
        (f"EMAIL#{registered}", "ACCOUNT")
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"courriel;locataire;mot_de_passe\n{ADDRESS};t1;{CLEAR}\n",
        f"courriel;locataire;mot_de_passe\n{ADDRESS};t1;{CLEAR};\n",
        f"{ADDRESS};t1;{CLEAR}\n",
        f'courriel;locataire;mot_de_passe\n{ADDRESS};t1;"{CLEAR}\n',
        f"courriel;locataire;mot_de_passe\n{ADDRESS};{CLEAR};{HASH}\n",
        f"courriel;locataire;mot_de_passe\n{CLEAR};t1;{HASH}\n",
    ],
    ids=["cell", "one cell more", "no headings", "open quote", "wrong column", "wrong column too"],
)
def test_a_password_in_clear_is_neither_kept_nor_repeated(content: str) -> None:
    bring(files(comptes=[], agents=[]))

    report = bring({"comptes.csv": content.encode(), "agents.csv": content.encode()})

    assert report.changes == 0
    assert report.errors
    assert CLEAR not in in_words(report) + repr(report)
    assert CLEAR not in json.dumps(list(stored_items().values()))


def test_a_hundred_sign_ups_leave_a_hundred_salts_and_nothing_in_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)  # the cost is looked at where it is hashed
    hasher = Argon2Passwords()
    for rank in range(100):
        account = Account(f"{rank}@exemple.fr", Role.TENANT, f"t{rank}", hasher.hash(f"{CLEAR}{rank % 3}"))
        put(*account_items(account))

    dumped = json.dumps(list(stored_items().values()))

    kept = [item["password_hash"]["S"] for item in stored_items().values() if "password_hash" in item]
    assert len({one.split("$")[4] for one in kept}) == len({one.split("$")[5] for one in kept}) == 100
    assert all(one.startswith("$argon2id$v=19$") for one in kept)
    assert CLEAR[:7] not in dumped


def test_opening_an_account_spells_both_its_items() -> None:
    tenants = account_items(Account(ADDRESS, Role.TENANT, "t1", HASH))
    agents = account_items(Account(ADDRESS, Role.AGENT, ADDRESS, HASH), "Claire Morvan", "Rochefort")

    assert [(one.pk, one.sk) for one in tenants] == [
        (f"EMAIL#{ADDRESS}", "ACCOUNT"),
        ("TENANT#t1", "ACCOUNT"),
    ]
    assert [(one.pk, one.sk) for one in agents] == [
        (f"EMAIL#{ADDRESS}", "ACCOUNT"),
        (f"AGENT#{ADDRESS}", "PROFILE"),
    ]
