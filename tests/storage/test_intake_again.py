"""Bringing files in again: what changed, what stays, what ends."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.domain.documents import PDF
from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.tenants import Hold
from chalicelib.domain.uploads import UploadState, await_file, consequence_of
from chalicelib.storage import intake_plans
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.insurance import CoverItem
from chalicelib.storage.intake_writes import change
from chalicelib.storage.keys import lease_key, tenant_key
from chalicelib.storage.leases import DynamoLeases, OccupantItem
from chalicelib.storage.service_requests import DynamoServiceRequests, OpenRequestItem
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import DynamoTenants, HoldItem, ProfileItem
from chalicelib.storage.uploads import DynamoUploads
from tests.deliveries import HASH, bring, counts, files, only
from tests.mothers import NOW, an_upload

pytestmark = pytest.mark.usefixtures("table")


def test_what_the_portal_changed_stays_when_the_row_says_the_same_again() -> None:
    bring(files())
    ProfileItem(tenant_key("t1"), "PROFILE").update([ProfileItem.mobile_phone.set("07 00 00 00 00")])
    OccupantItem(lease_key("9126"), "OCCUPANT#1").delete()

    report = bring(files())

    assert report.changes == 0
    assert DynamoTenants().get("t1").mobile_phone == "07 00 00 00 00"
    assert DynamoLeases().get("9126").occupants == ()


def test_a_row_that_says_something_else_is_applied_and_only_it() -> None:
    bring(files())
    ProfileItem(tenant_key("t1"), "PROFILE").update([Item.due_sk.set("something the files know nothing of")])

    report = bring(files(titulaires=[{"nom": "Lefèvre", "telephone_mobile": ""}]))

    assert counts(report)["titulaires.csv"] == (0, 1, 0, 0)
    assert report.changes == 1
    profile = ProfileItem.get(tenant_key("t1"), "PROFILE")
    tenant = profile.to_domain()
    assert (tenant.last_name, tenant.mobile_phone, profile.request_count) == ("Lefèvre", "", 1)
    assert profile.due_sk == "something the files know nothing of"


def test_a_holder_who_left_sees_the_lease_no_more() -> None:
    bring(files(titulaires=[{}, {"locataire": "t2", "nom": "Noël-Bäcker"}]))

    bring(only(titulaires=[{"locataire": "t2", "nom": "Noël-Bäcker", "fin": "2026-11-22"}]))

    assert DynamoLeases().get("9126").holders == ("t1",)
    assert HoldItem.count(tenant_key("t2"), Item.sk.startswith("HOLD#")) == 0
    assert HoldItem.count(tenant_key("t1"), Item.sk.startswith("HOLD#")) == 1


def test_a_holder_whose_lease_ended_keeps_it_to_read_their_papers() -> None:
    bring(files())

    bring(only(baux=[{"sortie": "2026-10-31"}], titulaires=[{"fin": "2026-10-31"}]))

    hold = HoldItem.get(tenant_key("t1"), "HOLD#9126").to_domain()
    assert hold == Hold("9126", date(2019, 4, 1), lease_ends_on=date(2026, 10, 31))
    assert hold.is_former(date(2026, 11, 1))
    assert DynamoLeases().get("9126").holders == ("t1",)


def test_a_hold_says_when_its_lease_ends_and_no_more_when_it_goes_on_after_all() -> None:
    bring(files())
    ended = {"sortie": "2026-10-31"}

    bring(only(baux=[ended]))
    before = HoldItem.get(tenant_key("t1"), "HOLD#9126").to_domain()
    bring(only(titulaires=[{}]))
    known = HoldItem.get(tenant_key("t1"), "HOLD#9126").to_domain()
    again = bring(files(baux=[ended]))
    bring(files())

    assert before.lease_ends_on is None, "until the holders come along"
    assert known.lease_ends_on == date(2026, 10, 31)
    assert again.changes == 0
    assert HoldItem.get(tenant_key("t1"), "HOLD#9126").to_domain() == Hold("9126", date(2019, 4, 1))


def test_an_occupant_leaves_the_list_when_the_files_say_that_they_left() -> None:
    bring(files())
    leaving = files(occupants=[{"fin": "2026-11-30"}])

    bring(leaving)
    (still_there,) = DynamoLeases().get("9126").occupants
    bring(leaving, date(2026, 12, 1))

    (refused,) = bring(only(occupants=[{"depuis": "2026-12-01", "fin": "2026-11-30"}])).errors
    assert (refused.file, refused.column) == ("occupants.csv", "fin")
    assert still_there.until_on == date(2026, 11, 30)
    assert still_there.lives_there_on(date(2026, 11, 30))
    assert not still_there.lives_there_on(date(2026, 12, 1))
    assert DynamoLeases().get("9126").occupants == ()


def test_an_end_to_come_takes_effect_on_its_day_by_the_same_file() -> None:
    leaving = files(titulaires=[{"fin": "2026-11-30"}])
    bring(leaving)
    assert HoldItem.count(tenant_key("t1"), Item.sk.startswith("HOLD#")) == 1

    bring(leaving, date(2026, 12, 1))

    assert HoldItem.count(tenant_key("t1"), Item.sk.startswith("HOLD#")) == 0


def test_a_request_that_is_closed_leaves_the_home_page() -> None:
    bring(files())

    report = bring(only(demandes=[{"etat": "terminee"}]))

    assert counts(report) == {"demandes.csv": (0, 1, 0, 0)}
    assert OpenRequestItem.count(tenant_key("t1"), Item.sk.startswith("OPEN#")) == 0
    request = DynamoServiceRequests().get("t1", "100482")
    assert (request.state, len(request.thread)) == (RequestState.DONE, 1)


def test_new_messages_and_requests_join_those_that_are_there() -> None:
    bring(files())
    more: dict[str, Any] = {"texte": "C’est fait.", "date": "2026-11-04T10:00"}

    report = bring(only(messages=[more], demandes=[{}, {"numero": "100483", "etat": "annulee"}]))

    assert counts(report) == {"demandes.csv": (1, 0, 1, 0), "messages.csv": (0, 1, 0, 0)}
    assert len(DynamoServiceRequests().get("t1", "100482").thread) == 2
    assert ProfileItem.get(tenant_key("t1"), "PROFILE").request_count == 2


def test_an_account_that_is_open_is_never_changed_by_a_file() -> None:
    bring(files())

    report = bring(only(comptes=[{"mot_de_passe": HASH.replace("t=2", "t=3")}]))

    account = DynamoAccounts().find("eloise@exemple.fr")
    assert (report.changes, account and account.password_hash) == (0, HASH)


def test_an_address_that_opens_somebody_elses_account_is_refused() -> None:
    bring(files(titulaires=[{}, {"locataire": "t2", "nom": "Noël-Bäcker"}]))

    report = bring(only(comptes=[{"locataire": "t2"}]))

    assert [(one.file, one.column) for one in report.errors] == [("comptes.csv", "courriel")]
    account = DynamoAccounts().find("eloise@exemple.fr")
    assert account is not None
    assert account.person == "t1"


def test_a_certificate_that_comes_later_renews_the_cover() -> None:
    bring(files())

    bring(only(attestations=[{"reference": "A2", "debut": "2027-01-01", "fin": "2027-12-31"}]))

    assert CoverItem.get(lease_key("9126"), "COVER").to_domain() == Cover(
        "9126", (Period(date(2026, 1, 1), date(2027, 12, 31)),)
    )


def test_a_file_that_joins_a_thread_while_messages_come_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it accepted between the reading of the thread and its writing."""
    bring(files())
    uploads, sent = DynamoUploads(), an_upload(tenant="t1", facts={"number": "100482"})
    await_file(uploads, sent, NOW)
    done = replace(sent, state=UploadState.ACCEPTED, media_type=PDF, settled_at=NOW)

    def meanwhile(*asked: Any) -> Any:
        if "thread" in asked[1]:
            uploads.settle(done, consequence_of(done))
        return change(*asked)

    monkeypatch.setattr(intake_plans, "change", meanwhile)
    bring(only(messages=[{"date": "2026-11-05T10:00", "texte": "Et son livret de famille."}]))

    thread = DynamoServiceRequests().get("t1", "100482").thread
    assert [one.text or one.upload for one in thread].count(sent.id) == 1
    assert len(thread) == 3
