"""Changes of tenants' files in the table: whole or not at all, told outwards, nobody's work undone."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.domain.errors import Absent, Conflict, InvalidForm
from chalicelib.domain.profile import (
    NOT_LISTED,
    PHONES,
    PROFESSION,
    Filled,
    Overtaken,
    Part,
    Reader,
    change_part,
    line,
    listed,
)
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.gateways.phones import LibPhoneBook
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.profiles import DynamoProfiles
from chalicelib.storage.table import Item, connection
from chalicelib.storage.tenants import DynamoTenants, ProfileItem, profile_item
from chalicelib.storage.timeline import ActionItem
from tests.faults import Faults
from tests.mothers import ELOISE, NOW, TODAY, a_tenant, put
from tests.storage.books import stored_items
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
BOOK = LibPhoneBook()
OLD, NEW, OTHER = "06 12 34 56 78", "07 56 78 90 12", "06 98 76 54 32"
READERS: dict[str, Reader] = {field.name: BOOK.spelled for field in PHONES.fields} | {
    "employment": listed(("Salarié", "Retraité")),
    "occupation": line(),
    "employer": line(),
    "employer_address": line(200),
}


@pytest.fixture(autouse=True)
def eloise(table: object) -> Tenant:
    tenant = a_tenant(mobile_phone=OLD)
    put(profile_item(tenant, 3))
    return tenant


def stored() -> Tenant:
    return DynamoTenants().get(ELOISE)


def fill(tenant: Tenant, typed: Mapping[str, str], part: Part = PHONES, seen: str | None = None) -> None:
    filled = Filled(typed, part.marks(tenant) if seen is None else seen)
    change_part(DynamoProfiles(), part, tenant, filled, READERS, NOW)


def told() -> list[Change]:
    return list(DynamoChanges().made_on(TODAY))


def events() -> list[str]:
    items = [Item.from_raw_data(one) for one in stored_items().values()]
    return [one.to_domain().text for one in items if isinstance(one, ActionItem)]


def test_a_new_number_is_written_told_outwards_and_shown_in_the_timeline(eloise: Tenant) -> None:
    fill(eloise, {"telephone-mobile": "+33 7 56 78 90 12", "telephone-travail": "0546000000"})

    assert stored() == replace(eloise, mobile_phone=NEW, work_phone="05 46 00 00 00")
    (change,) = told()
    assert (change.at, change.tenant, change.lease, change.kind) == (NOW, ELOISE, "", ChangeKind.PHONES)
    assert change.before == {"telephone_mobile": OLD, "telephone_travail": ""}
    assert change.after == {"telephone_mobile": NEW, "telephone_travail": "05 46 00 00 00"}
    assert events() == ["Coordonnées modifiées\u00a0: téléphone mobile, téléphone travail"]


def test_a_number_that_is_taken_out_is_no_more_in_the_item(eloise: Tenant) -> None:
    fill(eloise, {"telephone-mobile": ""})

    assert stored().mobile_phone == ""
    assert ProfileItem.get(f"TENANT#{ELOISE}", "PROFILE").mobile_phone is None
    assert told()[0].after == {"telephone_mobile": ""}


@pytest.mark.parametrize("typed", [{}, {"telephone-mobile": OLD}, {"telephone-mobile": "+33612345678"}])
def test_the_same_again_writes_nothing(eloise: Tenant, typed: dict[str, str], counted: Counted) -> None:
    fill(eloise, typed)

    assert counted.writes == 0


def test_a_number_of_the_file_that_is_none_stays_while_another_is_changed() -> None:
    eloise = a_tenant(home_phone="05 46", work_phone="0546000000")
    put(profile_item(eloise, 3))

    fill(
        eloise,
        {"telephone-domicile": "05 46", "telephone-travail": "05 46 00 00 00", "telephone-mobile": NEW},
    )

    assert stored() == replace(eloise, mobile_phone=NEW)
    assert told()[0].after == {"telephone_mobile": NEW}


def test_what_cannot_be_taken_is_said_field_by_field_and_nothing_is_written(
    eloise: Tenant, counted: Counted
) -> None:
    with pytest.raises(InvalidForm) as phones:
        fill(eloise, {"telephone-domicile": "12", "telephone-mobile": NEW, "telephone-travail": "non"})
    with pytest.raises(InvalidForm) as profession:
        fill(
            eloise,
            {"situation-professionnelle": "Roi", "profession": "x" * 121, "employeur": "a\x00b"},
            PROFESSION,
        )

    assert list(phones.value.fields) == ["telephone-domicile", "telephone-travail"]
    assert list(profession.value.fields) == ["situation-professionnelle", "profession", "employeur"]
    told = profession.value.fields["situation-professionnelle"]
    assert told == f"Situation professionnelle\u00a0: {NOT_LISTED[0].lower()}{NOT_LISTED[1:]}"
    assert counted.writes == 0


def test_a_situation_that_the_list_does_not_know_stays_until_another_is_chosen() -> None:
    eloise = a_tenant(employment="Intermittente")
    put(profile_item(eloise, 0))
    fill(
        eloise, {"situation-professionnelle": "Intermittente", "employeur": "Cafe\u0301 du Port"}, PROFESSION
    )

    assert stored() == replace(eloise, employer="Café du Port")
    assert [(one.kind, one.after) for one in told()] == [
        (ChangeKind.PROFESSION, {"employeur": "Café du Port"})
    ]
    assert events() == ["Profession modifiée\u00a0: employeur"]


def test_a_tab_that_was_left_open_undoes_nothing_of_another(eloise: Tenant) -> None:
    seen = PHONES.marks(eloise)
    fill(eloise, {"telephone-mobile": NEW})

    fill(stored(), {"telephone-mobile": OLD, "telephone-travail": "0546000000"}, seen=seen)

    assert (stored().mobile_phone, stored().work_phone) == (NEW, "05 46 00 00 00")


def test_what_two_tabs_change_is_asked_about_again_and_then_taken(eloise: Tenant) -> None:
    seen = PHONES.marks(eloise)
    fill(eloise, {"telephone-mobile": NEW})

    with pytest.raises(Overtaken) as overtaken:
        fill(stored(), {"telephone-mobile": OTHER}, seen=seen)
    assert stored().mobile_phone == NEW
    assert NEW in overtaken.value.fields["telephone-mobile"]

    fill(overtaken.value.tenant, {"telephone-mobile": OTHER})
    assert stored().mobile_phone == OTHER
    assert [one.before["telephone_mobile"] for one in told()] in ([OLD, NEW], [NEW, OLD])


def test_a_form_that_was_sent_twice_changes_once(eloise: Tenant) -> None:
    seen = PHONES.marks(eloise)
    for _ in range(2):
        fill(stored(), {"telephone-mobile": NEW}, seen=seen)

    assert len(told()) == len(events()) == 1


@pytest.mark.parametrize(("field", "taken"), [("home_phone", True), ("mobile_phone", False)])
def test_the_landlord_s_file_coming_in_between_reading_and_writing_is_not_undone(
    eloise: Tenant, field: str, taken: bool
) -> None:
    put(profile_item(replace(eloise, **{field: OTHER}), 3))  # type: ignore[arg-type]

    if taken:
        fill(eloise, {"telephone-mobile": NEW})
        assert (stored().home_phone, stored().mobile_phone) == (OTHER, NEW)
    else:
        with pytest.raises(Overtaken):
            fill(eloise, {"telephone-mobile": NEW})
        assert (stored().mobile_phone, told(), events()) == (OTHER, [], [])


@pytest.mark.parametrize("kind", ["before", "after", "throttle"])
def test_an_answer_that_is_lost_changes_once(
    eloise: Tenant, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    broken = iter([kind])
    Faults(connection().client, lambda operation: next(broken, None))
    fill(eloise, {"telephone-mobile": NEW})

    assert stored().mobile_phone == NEW
    assert len(told()) == len(events()) == 1


def test_a_tenant_who_is_gone_is_not_written_anew(eloise: Tenant) -> None:
    ProfileItem.get(f"TENANT#{ELOISE}", "PROFILE").delete()

    with pytest.raises(Absent):
        fill(eloise, {"telephone-mobile": NEW})
    assert stored_items() == {}


class Rival(DynamoProfiles):
    """A store in which somebody else is always first."""

    def change(self, before: Tenant, after: Tenant, change: Change, event: TimelineEvent) -> bool:
        return False


def test_who_never_comes_first_is_told_so(eloise: Tenant) -> None:
    filled = Filled({"telephone-mobile": NEW}, PHONES.marks(eloise))

    with pytest.raises(Conflict):
        change_part(Rival(), PHONES, eloise, filled, READERS, NOW)
