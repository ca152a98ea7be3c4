"""Links: tokens that nobody guesses, and what becomes of a link with time."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.askings import Asking
from chalicelib.domain.links import (
    KEPT_AFTER_ITS_END,
    LIVES,
    TOKEN_SHAPE,
    Link,
    LinkKind,
    LinkState,
    hash_of,
    new_link,
)

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ASKING = Asking("a-1", "recovery", "eloise@exemple.fr", NOW - timedelta(minutes=2))
TOKENS = 100_000
BITS = 256


def a_link(kind: LinkKind = LinkKind.RECOVERY) -> tuple[Link, str]:
    return new_link(kind, ASKING, "t-1", NOW)


def test_no_two_of_a_hundred_thousand_tokens_are_alike_and_each_has_256_bits() -> None:
    made = [a_link() for _ in range(TOKENS)]
    tokens, hashes = {token for _, token in made}, {link.hash for link, _ in made}

    assert len(tokens) == len(hashes) == TOKENS
    assert not tokens & hashes
    some = sorted(tokens)[::50]
    assert all(TOKEN_SHAPE.fullmatch(token) for token in some)
    assert 6 * len(some[0]) >= BITS
    for place in range(1, 42):  # the last sign carries four bits only
        assert len({token[place] for token in some}) == 64


def test_what_is_kept_of_a_token_is_its_sha_256_and_is_no_token_itself() -> None:
    link, token = a_link()

    assert link.hash == hash_of(token) == hashlib.sha256(token.encode()).hexdigest()
    assert token not in repr(link)
    assert not TOKEN_SHAPE.fullmatch(link.hash)


def test_a_token_ends_with_a_letter_or_a_digit_so_that_mail_programs_keep_it_whole() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9]", a_link()[1][-1]) for _ in range(1_000))


@pytest.mark.parametrize(
    ("kind", "life"),
    [
        (LinkKind.REGISTRATION, timedelta(hours=24)),
        (LinkKind.RECOVERY, timedelta(hours=1)),
        (LinkKind.ADDRESS, timedelta(hours=24)),
        (LinkKind.UNLOCK, timedelta(hours=24)),
    ],
)
def test_a_link_lives_to_the_second_before_its_end(kind: LinkKind, life: timedelta) -> None:
    link, _ = a_link(kind)

    assert LIVES[kind] == life
    assert link.state(NOW) is LinkState.LIVING
    assert link.state(NOW + life - SECOND) is LinkState.LIVING
    assert link.state(NOW + life) is LinkState.OVER
    assert link.kept_until == NOW + life + KEPT_AFTER_ITS_END


def test_a_link_is_an_agents_where_the_id_is_the_address() -> None:
    tenants, _ = a_link()
    agents, _ = new_link(LinkKind.RECOVERY, ASKING, ASKING.email, NOW)

    assert (tenants.role, agents.role) == (Role.TENANT, Role.AGENT)


def test_used_comes_before_replaced_and_replaced_before_over() -> None:
    link, _ = a_link()
    used = Link(**vars(link) | {"used_at": NOW, "replaced_at": NOW})
    replaced = Link(**vars(link) | {"replaced_at": NOW})

    late = link.ends_at + SECOND
    assert [one.state(late) for one in (used, replaced, link)] == [
        LinkState.USED,
        LinkState.REPLACED,
        LinkState.OVER,
    ]


def test_a_link_remembers_when_it_was_asked_for() -> None:
    link, _ = a_link()

    assert (link.email, link.person, link.asked_at) == (ASKING.email, "t-1", ASKING.asked_at)
