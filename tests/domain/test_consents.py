"""Consent to electronic receipts: express, dated, revocable, each decision written once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.domain.consents import Consent, Decision, decide
from chalicelib.domain.errors import Conflict
from chalicelib.domain.timeline import Action, TimelineEvent

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)


@dataclass
class InMemory:
    """Keeps one consent; another tab decides ``meanwhile``, so many times."""

    kept: Consent = field(default_factory=lambda: Consent("9126", "9126-1"))
    meanwhile: int = 0
    told: list[tuple[TimelineEvent, Change]] = field(default_factory=list)

    def of(self, lease: str, tenant: str) -> Consent:
        assert (lease, tenant) == ("9126", "9126-1")
        return self.kept

    def decide(self, before: Consent, decision: Decision, event: TimelineEvent, change: Change) -> bool:
        if self.meanwhile:
            self.meanwhile -= 1
            self.kept = self.kept.with_decision(Decision(NOW, not decision.agreed))
        if before != self.kept:
            return False
        self.kept = before.with_decision(decision)
        self.told.append((event, change))
        return True


def test_who_never_decided_has_not_agreed_and_refusing_writes_nothing() -> None:
    consents = InMemory()

    known = decide(consents, "9126", "9126-1", NOW, agreed=False)

    assert not known.is_given
    assert known.decided_at is None
    assert consents.told == []


def test_agreeing_is_dated_told_and_goes_out_and_a_second_click_changes_nothing() -> None:
    consents = InMemory()
    first = decide(consents, "9126", "9126-1", NOW, agreed=True)
    second = decide(consents, "9126", "9126-1", NOW + timedelta(seconds=1), agreed=True)

    assert first == second == consents.kept
    assert (first.is_given, first.decided_at) == (True, NOW)
    ((event, change),) = consents.told
    assert event == TimelineEvent(NOW, Action.RECEIPTS_AGREED, "9126")
    assert event.text == "Quittances électroniques acceptées\u00a0: contrat L/9126"
    assert event.path == "/documents?contrat=9126&type=quittances#accord"
    assert (change.kind, change.tenant, change.lease) == (ChangeKind.RECEIPTS_CONSENT, "9126-1", "9126")
    assert (change.before, change.after) == (
        {"quittances_electroniques": "non"},
        {"quittances_electroniques": "oui"},
    )


def test_withdrawing_keeps_what_was_decided_before() -> None:
    consents = InMemory()
    for hours, agreed in enumerate((True, False, True, False)):
        decide(consents, "9126", "9126-1", NOW + timedelta(hours=hours), agreed=agreed)

    assert [one.agreed for one in consents.kept.decisions] == [True, False, True, False]
    assert not consents.kept.is_given
    assert consents.told[-1][0].action is Action.RECEIPTS_WITHDRAWN
    assert consents.told[-1][1].after == {"quittances_electroniques": "non"}


def test_a_decision_that_comes_between_is_read_again_and_a_storm_of_them_is_told() -> None:
    calm = InMemory(Consent("9126", "9126-1", (Decision(NOW, True),)), meanwhile=1)
    storm = InMemory(Consent("9126", "9126-1", (Decision(NOW, True),)), meanwhile=9)

    assert not decide(calm, "9126", "9126-1", NOW, agreed=False).is_given
    with pytest.raises(Conflict):
        decide(storm, "9126", "9126-1", NOW, agreed=False)
    assert storm.told == []
