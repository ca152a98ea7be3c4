"""Outgoing changes: only what differs is told."""

from chalicelib.domain.changes import ChangeKind, new_change
from tests.mothers import NOW

BEFORE = {
    "telephone_domicile": "05 46 00 00 01",
    "telephone_mobile": "06 12 34 56 78",
    "telephone_travail": "",
}


def test_only_the_fields_that_differ_are_told() -> None:
    change = new_change(NOW, "t1", ChangeKind.PHONES, BEFORE, BEFORE | {"telephone_mobile": "06 00 00 00 00"})

    assert (change.at, change.tenant, change.lease, change.kind) == (NOW, "t1", "", ChangeKind.PHONES)
    assert change.before == {"telephone_mobile": "06 12 34 56 78"}
    assert change.after == {"telephone_mobile": "06 00 00 00 00"}


def test_what_is_new_has_no_before_and_what_is_gone_no_after() -> None:
    arrival = new_change(NOW, "t1", ChangeKind.OCCUPANT_ADDED, {}, {"nom": "Louis", "lien": ""}, lease="9126")
    departure = new_change(NOW, "t1", ChangeKind.OCCUPANT_LEFT, {"nom": "Louis"}, {})

    assert (arrival.lease, arrival.before, arrival.after) == ("9126", {}, {"nom": "Louis"})
    assert (departure.before, departure.after) == ({"nom": "Louis"}, {})


def test_two_changes_made_at_the_same_moment_are_two() -> None:
    first, second = (new_change(NOW, "t1", ChangeKind.EMAIL, {}, {"courriel": "a@b.fr"}) for _ in range(2))

    assert first.id != second.id
