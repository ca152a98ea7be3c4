"""The telephone of the demonstration's agent: what the panel shows opens the door, and for how long."""

from datetime import UTC, datetime, timedelta

from infra.demo.telephone import code_at
from infra.local import demonstration

AT = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)


def test_a_code_lasts_thirty_seconds_and_the_panel_counts_them() -> None:
    codes = [code_at(AT + timedelta(seconds=second)) for second in range(31)]

    assert [seconds for _, seconds in codes] == [*range(30, 0, -1), 30]
    assert len({code for code, _ in codes[:30]}) == 1
    assert codes[30][0] != codes[0][0]


def test_the_agent_alone_has_a_code() -> None:
    shown = demonstration.people(AT)

    (agent,) = [person for person in shown if "code" in person]
    assert agent["role"] == "agent"
    assert (agent["code"], agent["code_seconds"]) == code_at(AT)
