"""Alerts about insurance in DynamoDB: killed at each call, by two workers at once, and by lost answers."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from chalicelib.domain.insurance import CertificateState, Period
from chalicelib.domain.insurance_alerts import AlertState, Step, Task, file_alerts
from chalicelib.domain.insurance_mailing import AlertDesk, mail_alerts
from chalicelib.domain.mail import Told
from chalicelib.storage.accounts import PersonAccountItem
from chalicelib.storage.certificates import DynamoCertificates, write_cover
from chalicelib.storage.insurance import CoverItem, certificate_item
from chalicelib.storage.keys import lease_key, tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import connection
from infra.local.resources import Resources
from tests.faults import Faults
from tests.insured import InTable, Killed, Letters, endless, fire, noon, parts, somebody
from tests.interleaving import Interleaving
from tests.mothers import a_certificate, put
from tests.town import Counted

ON = date(2027, 3, 1)
LAST = ON + timedelta(days=30)
YEAR = Period(LAST - timedelta(days=364), LAST)
HOUR = timedelta(hours=1)


@pytest.fixture
def place(table: Resources, monkeypatch: pytest.MonkeyPatch) -> InTable:
    parts(monkeypatch, 1)
    return InTable()


def work(place: InTable, letters: Letters, hours: float) -> None:
    """Do what the schedule would find at that hour, without its own look."""
    at = noon(ON) + hours * HOUR
    file_alerts(place.calendar, Task(Step.FILE, 0, (ON,)), at, endless())
    mail_alerts(AlertDesk(place.outbox, letters), Task(Step.MAIL, 0), lambda: at, endless())


class Death:
    """Kills the process at one of its calls: before it leaves, or when it was answered."""

    def __init__(self) -> None:
        self.moment, self.calls = 0, 0
        self._http = URLLib3Session()
        connection().client.meta.events.register_first("before-send.*.*", self._pass)

    def strike(self, moment: int) -> None:
        """Choose the moment: two for each call."""
        self.moment, self.calls = moment, 0

    def around(self, _: str) -> None:
        """Pass a moment of a call that is not DynamoDB's."""
        self.calls += 1
        if self.calls == self.moment:
            raise Killed

    def _pass(self, request: AWSRequest, event_name: str, **_: Any) -> None:
        self.around("before")
        self.calls += 1
        if self.calls == self.moment:
            self._http.send(request)
            raise Killed


def test_killed_at_each_call_and_run_again_one_mail_leaves_and_all_is_on_file(place: InTable) -> None:
    death = Death()
    moment, died = 0, True
    while died:
        moment += 1
        death.strike(0)
        lease, letters = str(moment), Letters(around=death.around)
        place.insure(lease, YEAR, today=ON - timedelta(days=60))
        death.strike(moment)
        died = is_killed(lambda: work(place, letters, 0))  # noqa: B023
        death.strike(0)
        for _, _, receipt in letters.sent:
            place.outbox.note(receipt, Told.SENT, noon(ON))
        for hours in (0.5, 1.6):
            work(place, letters, hours)

        assert letters.named() == [(f"t{lease}@demo.example", lease, LAST)], moment
        ((alert, mail),) = place.read_file(lease)
        assert alert.state is AlertState.SENT, moment
        assert mail is not None
        assert mail.sent_at is not None, moment
    assert moment > 20


def is_killed(act: Callable[[], None]) -> bool:
    try:
        act()
    except Killed:
        return True
    return False


@pytest.mark.parametrize("fault", ["after", "conflict", "throttle"])
def test_an_answer_that_is_lost_or_late_doubles_nothing(
    place: InTable, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    place.insure("9126", YEAR, today=ON - timedelta(days=60))
    faults, letters, broken = Faults(connection().client), Letters(), Counter[str]()

    def once_each(operation: str) -> str | None:
        broken[operation] += 1
        return fault if broken[operation] == 1 else None

    faults.choose = once_each
    for hours in (0, 1.5, 3):
        work(place, letters, hours)

    assert faults.injected.total() >= 3
    assert letters.named() == [("t9126@demo.example", "9126", LAST)]
    assert [alert.state for alert, _ in place.read_file("9126")] == [AlertState.SENT]


def test_workers_at_once_on_the_same_part_send_one_mail(place: InTable) -> None:
    order = Interleaving(connection().client)
    for seed in range(8):
        lease, letters = str(seed), Letters()
        place.insure(lease, YEAR, today=ON - timedelta(days=60))

        order.run(seed, *[lambda: work(place, letters, 0) for _ in range(3)])  # noqa: B023
        work(place, letters, 0.1)

        assert letters.named() == [(f"t{lease}@demo.example", lease, LAST)], seed
        assert [alert.state for alert, _ in place.read_file(lease)] == [AlertState.SENT], seed


def test_a_renewal_at_the_same_moment_is_never_undone(place: InTable) -> None:
    """Whichever comes first, the lease lies on the day of the alert that its cover asks for."""
    order = Interleaving(connection().client)
    longer = Period(YEAR.from_on, LAST + timedelta(days=365))
    for seed in range(6):
        lease = str(seed)
        place.insure(lease, YEAR, today=ON - timedelta(days=60))

        order.run(
            seed,
            lambda: work(place, Letters(), 0),
            lambda: place.cover(lease, longer, today=ON),  # noqa: B023
        )
        work(place, Letters(), 0.1)

        known = place.calendar.insured(lease)
        assert known is not None
        assert known.cover.periods == (longer,)
        assert known.due_on == longer.until_on - timedelta(days=30)


def test_a_cover_of_before_covers_had_versions_is_filed_too(place: InTable) -> None:
    place.insure("9126", YEAR, today=ON - timedelta(days=60))
    CoverItem(lease_key("9126"), "COVER").update([CoverItem.version.remove()])

    work(place, letters := Letters(), 0)

    assert len(letters.sent) == 1


def test_a_certificate_that_comes_during_an_outage_leaves_the_missed_alert_to_come(place: InTable) -> None:
    place.insure("9126", YEAR, today=ON - timedelta(days=60))
    known = a_certificate("9126", LAST, reference="c-1", from_on=YEAR.from_on)
    put(certificate_item(known))
    sent = a_certificate("9126", LAST + timedelta(days=365), CertificateState.TO_CHECK, reference="c-2")
    insured = DynamoCertificates().of_lease("9126")

    commit(lambda transaction: write_cover(transaction, insured, sent, ON + timedelta(days=2)))

    lease = place.calendar.insured("9126")
    assert lease is not None
    assert (lease.due_on, lease.cover.to_check) == (ON, True)


def test_a_mail_takes_ten_calls_and_none_of_them_scans(place: InTable, counted: Counted) -> None:
    place.insure("9126", YEAR, today=ON - timedelta(days=60))

    asked = counted.during(lambda: work(place, Letters(), 0))

    assert asked == {
        "Query": 3,  # the day, the lease, who waits
        "TransactWriteItems": 2,  # filed; claimed
        "GetItem": 1,  # the tenant's turn
        "BatchGetItem": 1,  # all that the mail says
        "UpdateItem": 3,  # sent, the alert, the turn
    }


def test_a_tenant_with_an_account_is_written_to_where_they_sign_in(place: InTable) -> None:
    letters = Letters()
    place.insure("9126", YEAR, today=ON, holders=[somebody("t9126", "")])
    PersonAccountItem(tenant_key("t9126"), "ACCOUNT", email="chez-elle@exemple.fr").save()

    for hour in (0, 1):
        fire(place, letters, noon(ON) + hour * HOUR)

    assert [name for name, *_ in letters.named()] == ["chez-elle@exemple.fr"]


def test_an_association_that_rents_thirty_homes_gets_one_mail_of_all(place: InTable) -> None:
    for number in range(30):
        place.insure(str(number), YEAR, today=ON - timedelta(days=60), holders=[somebody("asso")])
    letters = Letters()

    work(place, letters, 0)

    assert len(letters.sent) == 1
    assert len(letters.named()) == 30
    assert not place.outbox.has_waiting(0)


@pytest.mark.long
def test_twenty_deaths_among_four_hundred_leases_of_one_day(table: Resources) -> None:
    """Q6 on the real store, smaller: all parts, by the schedule's own look."""
    place, death, dice = InTable(), Death(), random.Random(6)
    for number in range(400):
        place.insure(str(number), YEAR, today=ON - timedelta(days=60))
    place.calendar.keep_seen(ON)
    letters, deaths = Letters(around=death.around), 0
    for hours in (0, 1, 2.1, 3.2, 4.3):
        done = False
        while not done:
            death.strike(dice.randrange(400) + 200 if deaths < 20 else 0)
            done = not is_killed(lambda: fire(place, letters, noon(ON) + hours * HOUR))  # noqa: B023
            deaths += not done
            death.strike(0)
            for _, _, receipt in letters.sent:
                place.outbox.note(receipt, Told.SENT, noon(ON))

    assert deaths == 20
    assert sorted(letters.named()) == sorted(
        (f"t{number}@demo.example", str(number), LAST) for number in range(400)
    )
