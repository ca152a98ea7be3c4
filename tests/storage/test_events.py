"""Received events in the table: each once, for ninety days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.events import ProviderEvent
from chalicelib.storage.events import KEPT, DynamoEventLog, EventItem
from chalicelib.storage.table import connection
from tests.faults import Faults
from tests.mothers import NOW

pytestmark = pytest.mark.usefixtures("table")
EVENT = ProviderEvent("evt_1", "v1.charge.succeeded", "charge", "ch_1", NOW)


def test_an_event_is_kept_once_as_it_came_first() -> None:
    log = DynamoEventLog()

    assert log.keep(EVENT)
    assert not log.keep(replace(EVENT, object_id="ch_2"))
    assert log.keep(replace(EVENT, id="evt_2"))
    assert EventItem.get("EVENT#evt_1", "EVENT").object_id == "ch_1"


def test_an_event_is_kept_longer_than_the_provider_tells_of_it() -> None:
    DynamoEventLog().keep(EVENT)

    item = EventItem.get("EVENT#evt_1", "EVENT")
    assert timedelta(days=30) < KEPT
    assert item.expires_at_epoch == int((NOW + KEPT).timestamp())


def test_a_table_that_does_not_answer_is_not_taken_for_an_event_that_came_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    Faults(connection().client, lambda _: "throttle")

    with pytest.raises(Unavailable):
        DynamoEventLog().keep(EVENT)
