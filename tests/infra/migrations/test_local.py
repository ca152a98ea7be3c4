"""« make run » brings an older state up to date before anybody looks at it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.local.whole import Whole
from tests.conftest import ACCOUNT
from tests.infra.migrations.conftest import ACCOUNTS, Dead, Mortal, Stored, a_migration


def test_an_older_state_is_migrated_when_the_portal_starts_even_after_a_power_cut(
    aws: str, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("infra.local.whole.all_migrations", lambda: (a_migration(),))
    monkeypatch.setattr("infra.local.demonstration.prepare", lambda *given: asked.append(given))
    with pytest.raises(Dead):
        stored.whole(dynamodb=Mortal(stored.dynamodb, 6)).run([a_migration()])
    cloud = SimpleNamespace(endpoint=aws, credentials=ACCOUNT)
    part = SimpleNamespace(_cloud=cloud, _settings=SimpleNamespace(homes=1, state_dir="x"))

    Whole.prepare(cast("Whole", part))

    assert stored.in_new_shape() == ACCOUNTS
    assert stored.records()[1].by == "make run"
    assert asked == [(1, "x")], "the demonstration comes after"
