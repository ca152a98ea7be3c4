"""Signing in: one answer for whoever has not the key, at one price, and never more answers than may be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.accounts import LONGEST_PASSWORD, Account, Opening, Role, same_address
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.sessions import LONGEST, MOST_SESSIONS, PROVEN, REMEMBERED, Session, new_session
from chalicelib.domain.signing_in import (
    Admission,
    Attempt,
    Doorkeeper,
    Found,
    Opened,
    change_password,
    prove,
    sign_in,
)
from chalicelib.domain.throttling import ROUNDS, Change, Subject, SubjectKind, Tally, TooManyTries
from chalicelib.domain.timeline import Action, TimelineEvent
from tests.mothers import NOW
from tests.thresholds import (
    EMAIL,
    HERE,
    RIGHT,
    FakeQueue,
    FakeThreshold,
    a_keeper,
    an_attempt,
    an_own_account,
)

ACCENTS = Account("éloïse@demo.example", Role.TENANT, "t-1", "hash of Clé-2026!é")
AGENT = Account("agent@demo.example", Role.AGENT, "a-1", "hash of Gestion-2026!")
OWN = Subject(SubjectKind.ACCOUNT, EMAIL)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def enter(keeper: Doorkeeper, attempt: Attempt, now: datetime = NOW, **changes: bool) -> Opened | None:
    options = {"remembered": False} | changes
    return sign_in(keeper, attempt, Role.TENANT, now, device="Firefox sur Linux", **options)


def known(*accounts: Account) -> FakeThreshold:
    return FakeThreshold({account.email: account for account in accounts or (an_own_account(),)})


def fail(threshold: FakeThreshold, count: int, now: datetime = NOW, device: str = "") -> None:
    """Have so many failures stand in an account's tally."""
    subject = Subject(SubjectKind.ACCOUNT, EMAIL, device)
    threshold.tallies[subject] = Tally(subject, (now,) * count, mark="before")


@pytest.mark.parametrize(
    ("email", "password", "role", "comes_in"),
    [
        ("éloïse@demo.example", "Clé-2026!é", Role.TENANT, True),
        (" E\u0301LOI\u0308SE@Demo.Example ", "Clé-2026!é", Role.TENANT, True),
        ("éloïse@demo.example", "Cle\u0301-2026!e\u0301", Role.TENANT, True),
        ("éloïse@demo.example", "clé-2026!é", Role.TENANT, False),
        ("éloïse@demo.example", "Clé-2026!é ", Role.TENANT, False),
        ("eloise@demo.example", "Clé-2026!é", Role.TENANT, False),
        ("éloïse@demo.example", "Clé-2026!é", Role.AGENT, False),
        ("agent@demo.example", "Gestion-2026!", Role.AGENT, True),
        ("agent@demo.example", "Gestion-2026!", Role.TENANT, False),
        ("x" * 5_000, "Clé-2026!é", Role.TENANT, False),
        ("", "", Role.TENANT, False),
    ],
)
def test_who_has_the_key_comes_in_and_every_try_costs_one_hash(
    email: str, password: str, role: Role, comes_in: bool
) -> None:
    keeper, hasher = a_keeper(known(ACCENTS, AGENT))

    opened = sign_in(
        keeper, Attempt(email, password, HERE), role, NOW, remembered=False, device="Firefox sur Linux"
    )

    assert (opened is not None) == comes_in
    assert len(hasher.worked) == 1


def test_the_hash_of_another_role_s_account_is_not_even_compared() -> None:
    keeper, hasher = a_keeper(known(AGENT))
    enter(keeper, Attempt(AGENT.email, "Gestion-2026!", HERE))

    assert hasher.worked == [(None, "Gestion-2026!")]


def test_a_password_is_read_up_to_128_characters() -> None:
    keeper, hasher = a_keeper(known())
    enter(keeper, an_attempt("x" * 10_000))

    assert hasher.worked == [(f"hash of {RIGHT}", "x" * LONGEST_PASSWORD)]
    assert LONGEST_PASSWORD == 128


def test_an_address_is_spelled_one_way() -> None:
    assert same_address("\t STRASSE@DEMO.example\n") == "strasse@demo.example"
    assert same_address("e\u0301") == same_address("É")


def test_an_attempt_does_not_print_its_password() -> None:
    assert RIGHT not in repr(an_attempt(RIGHT))


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_the_right_password_opens_a_session_that_was_just_proven(remembered: bool, life: timedelta) -> None:
    threshold = known()
    keeper, _ = a_keeper(threshold)

    opened = enter(keeper, an_attempt(RIGHT), remembered=remembered)

    assert opened is not None
    session = opened.session
    assert threshold.sessions == {("9126-1", session.family): session}
    assert session.holds(opened.secret)
    assert (session.email, session.ends_at) == (EMAIL, NOW + life)
    assert session.is_proven(NOW + PROVEN - SECOND)
    assert not session.is_proven(NOW + PROVEN)
    assert threshold.accounts[EMAIL].sessions == (Opening(session.family, session.ends_at),)


def test_four_failures_are_free_and_the_fifth_makes_wait() -> None:
    keeper, hasher = a_keeper(known())
    for _ in range(5):
        assert enter(keeper, an_attempt()) is None

    for password in ("wrong again", RIGHT):
        with pytest.raises(TooManyTries) as told:
            enter(keeper, an_attempt(password), NOW + 29 * SECOND)
        assert told.value.ready_at == NOW + 30 * SECOND
    assert len(hasher.worked) == 5
    assert enter(keeper, an_attempt(RIGHT), NOW + 30 * SECOND) is not None


def test_ten_thousand_guesses_in_a_day_get_a_hundred_answers_and_keep_no_known_device_out() -> None:
    threshold, queue = known(), FakeQueue()
    keeper, hasher = a_keeper(threshold, queue)
    answers: Counter[str] = Counter()
    for rank in range(10_000):
        now = NOW + rank * DAY / 10_000
        try:
            enter(keeper, an_attempt(f"guess {rank}", network=f"198.51.{rank // 250}.{rank % 250}"), now)
            answers["wrong"] += 1
        except TooManyTries:
            answers["wait"] += 1
    after = NOW + DAY - SECOND

    assert answers == {"wrong": 100, "wait": 9_900}
    assert len(hasher.worked) == 100
    assert len(queue.taken) == 1, "the owner hears of it once a day"
    assert queue.taken[0].items() >= {"kind": "many_failures", "email": EMAIL}.items()
    assert enter(keeper, an_attempt(RIGHT, device="d-1"), after) is not None
    with pytest.raises(TooManyTries) as told:
        enter(keeper, an_attempt(RIGHT), after)
    assert told.value.ready_at <= after + timedelta(minutes=15)
    assert enter(keeper, an_attempt(RIGHT), told.value.ready_at) is not None


def test_a_hundred_failures_close_the_door_for_unknown_devices_until_a_day_is_over() -> None:
    threshold = known()
    fail(threshold, 100)
    keeper, hasher = a_keeper(threshold)

    with pytest.raises(TooManyTries) as told:
        enter(keeper, an_attempt(RIGHT), NOW + DAY - SECOND)
    assert told.value.ready_at == NOW + DAY
    assert hasher.worked == []
    assert enter(keeper, an_attempt(RIGHT), NOW + DAY) is not None


def test_a_known_device_has_its_own_hundred() -> None:
    threshold = known()
    fail(threshold, 100, device="d-1")
    keeper, _ = a_keeper(threshold)

    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT, device="d-1"))
    assert enter(keeper, an_attempt(RIGHT, device="d-2")) is not None
    assert enter(keeper, an_attempt(RIGHT)) is not None


def test_the_right_password_clears_the_tally_that_it_was_tried_on_and_no_other() -> None:
    threshold = known()
    fail(threshold, 3)
    fail(threshold, 3, device="d-1")
    keeper, _ = a_keeper(threshold)

    enter(keeper, an_attempt(RIGHT, device="d-1"))
    assert threshold.tallies.keys() == {OWN}
    enter(keeper, an_attempt(RIGHT))
    assert threshold.tallies == {}


def test_one_network_gets_thirty_answers_in_five_minutes_whatever_it_tries() -> None:
    keeper, hasher = a_keeper(known())
    answers: Counter[str] = Counter()
    for rank in range(300):
        email = f"tenant-{rank}@demo.example"
        try:
            enter(keeper, an_attempt(email=email), NOW + rank * SECOND)
            answers["wrong"] += 1
        except TooManyTries:
            answers["wait"] += 1

    assert answers == {"wrong": 30, "wait": 270}
    assert len(hasher.worked) == 30
    assert enter(keeper, an_attempt(RIGHT, network="192.0.2.8"), NOW + 299 * SECOND) is not None
    assert enter(keeper, an_attempt(RIGHT, device="d-1"), NOW + 299 * SECOND) is not None
    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT), NOW + 299 * SECOND)
    assert enter(keeper, an_attempt(RIGHT), NOW + 300 * SECOND) is not None


def test_the_tenth_failure_is_told_once_a_day_and_the_same_for_addresses_without_an_account() -> None:
    queue = FakeQueue()
    keeper, _ = a_keeper(known(), queue)
    for email in (EMAIL, "nobody@demo.example"):
        now = NOW
        for _ in range(60):
            try:
                enter(keeper, an_attempt(email=email, network=email), now)
            except TooManyTries as told:
                now = told.ready_at

    told_at = {(one["email"], one["asked_at"]) for one in queue.taken}
    assert len(told_at) == len(queue.taken) == 2
    assert {email for email, _ in told_at} == {EMAIL, "nobody@demo.example"}
    assert len({one["id"] for one in queue.taken}) == 2
    assert all(one.keys() == {"id", "kind", "email", "asked_at"} for one in queue.taken)


def test_an_attack_that_goes_on_is_told_again_the_next_day() -> None:
    threshold, queue = known(), FakeQueue()
    keeper, _ = a_keeper(threshold, queue)
    threshold.tallies[OWN] = Tally(OWN, (NOW - HOUR,) * 12, NOW - DAY + SECOND, "before")

    enter(keeper, an_attempt())
    assert queue.taken == []
    enter(keeper, an_attempt(), NOW + HOUR)
    assert len(queue.taken) == 1


def test_nothing_is_answered_when_its_owner_cannot_be_told() -> None:
    class Deaf(FakeQueue):
        def ask(self, asking: Mapping[str, str]) -> None:
            raise Unavailable("queue")

    threshold = known()
    fail(threshold, 9, NOW - HOUR)
    keeper, _ = a_keeper(threshold, Deaf())

    with pytest.raises(Unavailable):
        enter(keeper, an_attempt())


class Meddling(FakeThreshold):
    """A threshold at which somebody else fails first, so many times, before anything can be written."""

    others = 0

    def _meddle(self, tallies: Sequence[Tally]) -> None:
        if self.others:
            self.others -= 1
            now = self.read([tallies[0].subject])[0]
            mine = replace(now, tried_at=(*now.tried_at, NOW), mark=f"other {self.others}")
            self.tallies[mine.subject] = mine

    def refuse(self, changes: Sequence[Change]) -> bool:
        self._meddle([change.before for change in changes])
        return super().refuse(changes)

    def admit(self, admission: Admission) -> bool:
        self._meddle(admission.tallies)
        return super().admit(admission)


@pytest.mark.parametrize("password", ["wrong", RIGHT])
def test_what_was_compared_is_told_to_nobody_once_others_used_up_the_tries(password: str) -> None:
    threshold = Meddling({EMAIL: an_own_account()})
    threshold.others = 5
    keeper, hasher = a_keeper(threshold)

    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(password))
    assert len(hasher.worked) == 1, "compared once, however often it is read again"
    assert len(threshold.tallies[OWN].tried_at) == 5
    assert threshold.sessions == {}


@pytest.mark.parametrize("password", ["wrong", RIGHT])
def test_a_few_others_at_the_same_time_change_nothing(password: str) -> None:
    threshold = Meddling({EMAIL: an_own_account()})
    threshold.others = 3
    keeper, hasher = a_keeper(threshold)

    assert (enter(keeper, an_attempt(password)) is not None) == (password == RIGHT)
    assert len(hasher.worked) == 1
    assert [len(tally.tried_at) for tally in threshold.tallies.values()] == (
        [4, 1] if password == "wrong" else []
    )


def test_a_failure_whose_answer_was_lost_is_counted_once() -> None:
    class LosingTheFirst(FakeThreshold):
        lost = False

        def refuse(self, changes: Sequence[Change]) -> bool:
            done = super().refuse(changes)
            if self.lost:
                return done
            self.lost = True
            return False

    threshold = LosingTheFirst({EMAIL: an_own_account()})
    keeper, _ = a_keeper(threshold)

    assert enter(keeper, an_attempt()) is None
    assert len(threshold.tallies[OWN].tried_at) == 1


def test_who_is_always_too_late_gets_no_answer() -> None:
    class Busy(FakeThreshold):
        looks = 0

        def look(self, email: str, subjects: Sequence[Subject]) -> Found:
            self.looks += 1
            return super().look(email, subjects)

        def refuse(self, changes: Sequence[Change]) -> bool:
            return False

    threshold = Busy({EMAIL: an_own_account()})
    keeper, _ = a_keeper(threshold)

    with pytest.raises(Unavailable):
        enter(keeper, an_attempt())
    assert threshold.looks == ROUNDS


def test_a_password_that_was_changed_meanwhile_opens_nothing() -> None:
    class ChangedMeanwhile(FakeThreshold):
        def admit(self, admission: Admission) -> bool:
            self.accounts[EMAIL] = an_own_account("hash of another")
            return super().admit(admission)

    threshold = ChangedMeanwhile({EMAIL: an_own_account()})
    keeper, hasher = a_keeper(threshold)

    assert enter(keeper, an_attempt(RIGHT)) is None
    assert [stored for stored, _ in hasher.worked] == [f"hash of {RIGHT}", "hash of another"]
    assert threshold.sessions == {}
    assert len(threshold.tallies[OWN].tried_at) == 1


def test_a_former_site_s_hash_is_replaced_when_it_opens() -> None:
    threshold = known(an_own_account(f"old hash of {RIGHT}"))
    keeper, _ = a_keeper(threshold)

    enter(keeper, an_attempt("wrong"))
    assert threshold.accounts[EMAIL].password_hash == f"old hash of {RIGHT}"
    enter(keeper, an_attempt(RIGHT))
    assert threshold.accounts[EMAIL].password_hash == f"hash of {RIGHT}"
    assert threshold.accounts[EMAIL].password_changed_at is None


def test_the_eleventh_session_closes_the_oldest_and_those_that_are_over_do_not_count() -> None:
    threshold = known()
    keeper, _ = a_keeper(threshold)
    opened = [
        enter(keeper, an_attempt(RIGHT), NOW + rank * HOUR, remembered=rank % 2 == 0) for rank in range(11)
    ]
    families = [one.session.family for one in opened if one]

    assert len(families) == len(set(families)) == 11
    assert [family for _, family in threshold.sessions] == families[1:]
    assert len(threshold.sessions) == MOST_SESSIONS

    enter(keeper, an_attempt(RIGHT), NOW + 2 * DAY)
    remembered = {family for rank, family in enumerate(families) if rank % 2 == 0 and rank}
    left = {one.family for one in threshold.accounts[EMAIL].sessions}
    assert remembered < left
    assert len(left) == len(remembered) + 1
    assert {family for _, family in threshold.sessions} == left


def signed_in(threshold: FakeThreshold, now: datetime = NOW) -> Session:
    keeper, _ = a_keeper(threshold)
    opened = enter(keeper, an_attempt(RIGHT), now)
    assert opened is not None
    return opened.session


def test_showing_the_password_again_is_good_for_a_quarter_of_an_hour() -> None:
    threshold = known()
    session = signed_in(threshold)
    fail(threshold, 2)
    keeper, _ = a_keeper(threshold)

    assert prove(keeper, an_attempt(RIGHT), session, NOW + HOUR)
    assert threshold.sessions["9126-1", session.family].proved_at == NOW + HOUR
    assert threshold.tallies == {}


def test_a_wrong_proof_counts_like_a_wrong_sign_in() -> None:
    threshold = known()
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)
    for _ in range(5):
        assert not prove(keeper, an_attempt(), session, NOW)

    with pytest.raises(TooManyTries):
        prove(keeper, an_attempt(RIGHT), session, NOW)
    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT))
    assert threshold.sessions["9126-1", session.family].proved_at == NOW


def test_the_password_of_somebody_else_proves_nothing() -> None:
    other = Account("other@demo.example", Role.TENANT, "9128-1", f"hash of {RIGHT}")
    threshold = known(an_own_account(), other)
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    assert not prove(keeper, an_attempt(RIGHT, email=other.email), session, NOW)


def test_another_password_ends_all_sessions_opens_one_and_is_written_in_the_timeline() -> None:
    threshold = known()
    first, second = signed_in(threshold), signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    opened = change_password(keeper, first, "Cle\u0301-2027!", NOW + HOUR)

    account = threshold.accounts[EMAIL]
    assert (account.password_hash, account.password_changed_at) == ("hash of Clé-2027!", NOW + HOUR)
    assert list(threshold.sessions.values()) == [opened.session]
    assert opened.session.family not in {first.family, second.family}
    assert opened.session.holds(opened.secret)
    assert opened.session.is_proven(NOW + HOUR)
    assert account.sessions == (Opening(opened.session.family, opened.session.ends_at),)
    assert threshold.events == [TimelineEvent(NOW + HOUR, Action.PASSWORD_CHANGED, "")]
    assert enter(keeper, an_attempt(RIGHT)) is None
    assert enter(keeper, an_attempt("Clé-2027!")) is not None


def test_a_session_that_is_opened_while_the_password_changes_does_not_stay() -> None:
    class Interrupted(FakeThreshold):
        interrupted = False

        def replace_password(
            self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
        ) -> bool:
            if not self.interrupted:
                self.interrupted = True
                signed_in(self)
            return super().replace_password(account, password_hash, shown, session, event)

    threshold = Interrupted({EMAIL: an_own_account()})
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    opened = change_password(keeper, session, "Autre-2027!", NOW)

    assert list(threshold.sessions.values()) == [opened.session]


def test_a_password_that_never_gets_written_is_a_conflict_and_one_of_nobody_is_absent() -> None:
    class Busy(FakeThreshold):
        def replace_password(self, *_: object) -> bool:
            return False

    session, _ = new_session("9126-1", EMAIL, remembered=False, device="", now=NOW)

    with pytest.raises(Conflict):
        change_password(a_keeper(Busy({EMAIL: an_own_account()}))[0], session, "x", NOW)
    with pytest.raises(Absent):
        change_password(a_keeper(FakeThreshold())[0], session, "x", NOW)


def test_a_session_that_was_shut_out_writes_no_password_and_tries_once() -> None:
    asked = []

    class Counting(FakeThreshold):
        def replace_password(
            self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
        ) -> bool:
            asked.append(shown.family)
            return super().replace_password(account, password_hash, shown, session, event)

    threshold = Counting({EMAIL: an_own_account()})
    shut_out = signed_in(threshold)
    threshold.sessions.clear()
    before = dict(threshold.accounts)

    with pytest.raises(Absent):
        change_password(a_keeper(threshold)[0], shut_out, "Voleur-2027!", NOW)
    assert asked == [shut_out.family]
    assert threshold.accounts == before


def test_a_session_writes_no_password_of_whom_its_address_belongs_to_by_now() -> None:
    threshold = known()
    session = signed_in(threshold)
    threshold.accounts[EMAIL] = replace(an_own_account(), person="9128-1")

    with pytest.raises(Absent):
        change_password(a_keeper(threshold)[0], session, "Autre-2027!", NOW)
    assert threshold.accounts[EMAIL].password_hash == f"hash of {RIGHT}"
