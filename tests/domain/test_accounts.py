"""Signing in: one answer for whoever has not the key, at one price."""

from dataclasses import dataclass, field

import pytest

from chalicelib.domain.accounts import LONGEST_PASSWORD, Account, Role, same_address, sign_in

TENANT = Account("éloïse@demo.example", Role.TENANT, "t-1", "hash of Clé-2026!é")
AGENT = Account("agent@demo.example", Role.AGENT, "a-1", "hash of Gestion-2026!")


@dataclass
class KnownAccounts:
    """Two accounts."""

    asked: list[str] = field(default_factory=list)

    def find(self, email: str) -> Account | None:
        self.asked.append(email)
        return {account.email: account for account in (TENANT, AGENT)}.get(email)


@dataclass
class CountingHasher:
    """Hashes that can be read, and how often one was worked out."""

    worked: list[tuple[str | None, str]] = field(default_factory=list)

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def matches(self, password_hash: str | None, password: str) -> bool:
        self.worked.append((password_hash, password))
        return password_hash == self.hash(password)


@pytest.mark.parametrize(
    ("email", "password", "role", "found"),
    [
        ("éloïse@demo.example", "Clé-2026!é", Role.TENANT, TENANT),
        (" E\u0301LOI\u0308SE@Demo.Example ", "Clé-2026!é", Role.TENANT, TENANT),
        ("éloïse@demo.example", "Cle\u0301-2026!e\u0301", Role.TENANT, TENANT),
        ("éloïse@demo.example", "clé-2026!é", Role.TENANT, None),
        ("éloïse@demo.example", "Clé-2026!é ", Role.TENANT, None),
        ("eloise@demo.example", "Clé-2026!é", Role.TENANT, None),
        ("éloïse@demo.example", "Clé-2026!é", Role.AGENT, None),
        ("agent@demo.example", "Gestion-2026!", Role.AGENT, AGENT),
        ("agent@demo.example", "Gestion-2026!", Role.TENANT, None),
        ("x" * 5_000, "Clé-2026!é", Role.TENANT, None),
        ("", "", Role.TENANT, None),
    ],
)
def test_who_has_the_key_comes_in_and_every_try_costs_one_hash(
    email: str, password: str, role: Role, found: Account | None
) -> None:
    hasher = CountingHasher()

    assert sign_in(KnownAccounts(), hasher, email, password, role) == found
    assert len(hasher.worked) == 1


def test_the_hash_of_another_role_s_account_is_not_even_compared() -> None:
    hasher = CountingHasher()
    sign_in(KnownAccounts(), hasher, AGENT.email, "Gestion-2026!", Role.TENANT)

    assert hasher.worked == [(None, "Gestion-2026!")]


def test_a_password_is_read_up_to_128_characters() -> None:
    hasher = CountingHasher()
    sign_in(KnownAccounts(), hasher, TENANT.email, "x" * 10_000, Role.TENANT)

    assert hasher.worked == [(TENANT.password_hash, "x" * LONGEST_PASSWORD)]
    assert LONGEST_PASSWORD == 128


def test_an_address_is_spelled_one_way() -> None:
    assert same_address("\t STRASSE@DEMO.example\n") == "strasse@demo.example"
    assert same_address("e\u0301") == same_address("É")
