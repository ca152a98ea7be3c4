"""Registering: what is a contract's number, how often it may be tried, and the same price for everybody."""

from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.domain.askings import Answered, Asking, FrontDesk, read_asking
from chalicelib.domain.links import Link, LinkKind
from chalicelib.domain.registration import (
    CONFIRMATIONS,
    Registration,
    ask_for_account,
    contract_number,
    is_chosen,
)
from chalicelib.domain.throttling import CONTRACT, REGISTRATIONS, Subject, SubjectKind, TooManyTries
from tests.mothers import NOW
from tests.thresholds import HERE, CountingHasher, FakeQueue, FakeThreshold

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NUMBERS = {
    "9126": ("9126", "L/9126", "l/9126", " 9126 ", "L / 91 26", "L9126", "l-9126", "L.9126", "L\\9126",
             "L:9126", "9\u00a0126", "９１２６", "L//9126"),
    "A-12": ("A-12", "L/A-12"),
    "LOT12": ("LOT12",),
    "l12b": ("l12b",),
}  # fmt: skip
NO_NUMBERS = (
    "",
    " ",
    "L/",
    "9126;",
    "91/26",
    "é",
    "n° 9126",
    "x" * 21,
    "-9126",
    "9126\x00",
    "#",
    "٩١٢٦",
    "L/L/9126",
)


class Desk:
    """The front desk in memory: what was asked, what had to wait, and how often a password was hashed."""

    def __init__(self) -> None:
        self.queue, self.threshold, self.hasher = FakeQueue(), FakeThreshold(), CountingHasher()
        self.hashed = 0
        self.front = FrontDesk(self.queue, self.threshold)

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"hash of {password}"

    def matches(self, password_hash: str | None, password: str) -> bool:
        raise AssertionError("nobody's password is compared here")

    def needs_upgrade(self, password_hash: str) -> bool:
        raise AssertionError

    def ask(
        self, reference: str, email: str = "a@b.fr", network: str = HERE, after: timedelta = 0 * HOUR
    ) -> bool:
        """Ask for an account; tell whether it was taken."""
        typed = Registration("Noël", reference, email, "Camion-bleu-27")
        try:
            ask_for_account(self.front, self, typed, network, NOW + after)
        except TooManyTries:
            return False
        return True


@pytest.mark.parametrize(
    ("number", "typed"), [(number, typed) for number, all_typed in NUMBERS.items() for typed in all_typed]
)
def test_a_contract_s_number_is_read_with_and_without_its_letter(number: str, typed: str) -> None:
    assert contract_number(typed) == number


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_what_cannot_be_a_contract_s_number_is_none(typed: str) -> None:
    assert contract_number(typed) == ""


def test_a_thousand_contract_numbers_in_a_row_from_one_network_are_ten_tries() -> None:
    desk = Desk()
    taken = [number for number in range(9_000, 10_000) if desk.ask(str(number), f"a{number}@b.fr")]

    assert taken == list(range(9_000, 9_010))
    assert len(desk.queue.taken) == desk.hashed == REGISTRATIONS.most == 10
    assert not desk.ask("9126", after=HOUR - SECOND)
    assert desk.ask("9126", after=HOUR)


def test_a_thousand_networks_try_one_contract_five_times_an_hour_and_leave_the_next_alone() -> None:
    desk = Desk()
    taken = [
        place
        for place in range(1_000)
        if desk.ask("9126", f"a{place}@b.fr", f"198.51.{place // 250}.{place % 250}")
    ]

    assert len(taken) == len(desk.queue.taken) == desk.hashed == CONTRACT.most == 5
    assert desk.ask("9127", network="203.0.113.9")
    assert not desk.ask("9126", network="203.0.113.9", after=HOUR - SECOND)
    assert desk.ask("9126", network="203.0.113.9", after=HOUR)


def test_however_a_number_is_spelled_it_is_one_contract() -> None:
    desk = Desk()
    taken = [
        desk.ask(contract_number(typed), network=f"198.51.100.{place}")
        for place, typed in enumerate(NUMBERS["9126"])
    ]
    cases = [
        desk.ask(typed, network=f"203.0.113.{place}") for place, typed in enumerate(["A-12", "a-12"] * 3)
    ]

    assert taken.count(True) == cases.count(True) == CONTRACT.most


def test_a_try_that_waits_is_counted_nowhere() -> None:
    desk = Desk()
    for place in range(50):
        desk.ask("9126", network=f"198.51.100.{place}")
    counted = Counter(
        subject.kind for subject, tally in desk.threshold.tallies.items() for _ in tally.tried_at
    )

    assert counted == {SubjectKind.LEASE: 5, SubjectKind.ASKING: 5}
    assert len(desk.threshold.tallies[Subject(SubjectKind.LEASE, "9126")].tried_at) == 5


def test_what_is_asked_travels_whole_and_shows_no_password() -> None:
    desk = Desk()
    desk.ask("9126", "FX@Exemple.fr")
    (said,) = desk.queue.taken
    asking = read_asking(said)

    assert (asking.kind, asking.email, asking.asked_at) == ("registration", "fx@exemple.fr", NOW)
    assert asking.facts == {"name": "Noël", "lease": "9126", "password_hash": "hash of Camion-bleu-27"}
    assert asking.spelled() == said
    assert "Camion" not in repr(asking)
    assert "Camion" not in repr(Registration("n", "r", "e", "Camion-bleu-27"))


@pytest.mark.parametrize("lost", ["id", "kind", "email", "asked_at"])
def test_what_is_no_asking_cannot_be_read(lost: str) -> None:
    said = {"id": "1", "kind": "registration", "email": "a@b.fr", "asked_at": NOW.isoformat()}
    del said[lost]

    with pytest.raises(KeyError):
        read_asking(said)
    with pytest.raises(ValueError, match="isoformat"):
        read_asking({"id": "1", "kind": "x", "email": "a@b.fr", "asked_at": "yesterday"})


def test_an_asking_wants_an_answer_until_it_has_one_or_a_newer_one_came() -> None:
    asking = Asking("a", "recovery", "a@b.fr", NOW)

    assert Answered("a", NOW).leaves(asking)
    assert not Answered("a", NOW, sent_at=NOW).leaves(asking)
    assert Answered("b", NOW - SECOND, sent_at=NOW).leaves(asking)
    assert not Answered("b", NOW + SECOND).leaves(asking)


def test_the_password_on_the_page_of_a_link_is_tried_ten_times_an_hour_and_counted_on_nothing_else() -> None:
    threshold, hasher, email = FakeThreshold(), CountingHasher(), "a@b.fr"
    kept = hasher.hash("Chosen-2026!")
    link = Link("hash", LinkKind.REGISTRATION, email, "t-1", NOW, NOW + 24 * HOUR, kept)

    tried = [is_chosen(threshold, hasher, link, typed, NOW) for typed in ["wrong"] * 9 + ["Chosen-2026!"]]

    assert tried == [False] * 9 + [True]
    with pytest.raises(TooManyTries):
        is_chosen(threshold, hasher, link, "Chosen-2026!", NOW + HOUR - SECOND)
    assert threshold.tallies.keys() == {Subject(SubjectKind.CONFIRMATION, email)}
    assert (CONFIRMATIONS.most, CONFIRMATIONS.within, len(hasher.worked)) == (10, HOUR, 10)
