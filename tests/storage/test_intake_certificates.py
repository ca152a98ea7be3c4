"""Certificates of the landlord's files beside those that tenants send here: neither undoes the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.certificates import CheckDesk, accept, certificate_of, refuse
from chalicelib.domain.insurance import CertificateState, InsuranceCertificate, Period
from chalicelib.domain.uploads import NewCertificate, Purpose, Upload, UploadState
from chalicelib.storage import intake
from chalicelib.storage.certificates import DynamoCertificates
from chalicelib.storage.home import DynamoHomeReader
from chalicelib.storage.intake_writes import Action, commit
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.tenants import DynamoTenants, ProfileItem
from chalicelib.storage.uploads import DynamoUploads
from tests.deliveries import bring, files, only
from tests.mothers import NOW

pytestmark = pytest.mark.usefixtures("table")
AGENT = "claire@littoral-habitat.example"
YEAR_2027 = {"debut": "2027-01-01", "fin": "2027-12-31"}


class NoPost:
    """Nobody is told."""

    def tell_of_certificate(self, lease: str, reference: str) -> None:
        """Say nothing."""

    def send(self, *said: object) -> None:
        """Send nothing."""


def desk() -> CheckDesk:
    return CheckDesk(DynamoCertificates(), NoPost(), NoPost())


def send(id: str = "A" * 22) -> InsuranceCertificate:
    """Have a certificate of 2027 come from a tenant."""
    facts = {"assureur": "MAIF", "police": "P1", "nom": "Mme Éloïse", **YEAR_2027}
    asked = Upload(id, "t1", "9126", Purpose.CERTIFICATE, facts, NOW, email="t1@demo.example")
    DynamoUploads().add(asked, 20, 10**8)
    done = replace(
        asked,
        state=UploadState.ACCEPTED,
        settled_at=NOW,
        key=f"uploads/9126/{id}.jpg",
        media_type="image/jpeg",
    )
    assert DynamoUploads().settle(done, NewCertificate(done))
    return certificate_of(done)


def row(sent: InsuranceCertificate, **said: str) -> dict[str, str]:
    """Say in a file what the landlord's software took over of a certificate."""
    return {"reference": sent.reference, "assureur": "MAIF", "police": "P1", **YEAR_2027, **said}


def stored(sent: InsuranceCertificate) -> InsuranceCertificate:
    return DynamoCertificates().of_lease("9126").named(sent.reference)


def covered_until(day: date = date(2026, 11, 23)) -> tuple[date | None, bool]:
    (cover,) = DynamoHomeReader().facts(["9126"], "").covers
    return cover.until(day), cover.to_check


def test_a_row_that_says_the_same_again_does_not_take_back_what_an_agent_accepted() -> None:
    bring(files())
    sent = send()
    bring(only(attestations=[row(sent, etat="a_verifier")]))
    accept(desk(), "9126", sent.reference, AGENT, NOW)

    other = {"reference": "A9", "debut": "2024-01-01", "fin": "2024-12-31"}
    bring(only(attestations=[row(sent, etat="a_verifier"), other]))

    assert stored(sent).state is CertificateState.ACCEPTED
    assert covered_until() == (date(2027, 12, 31), False)


def test_a_late_row_does_not_have_it_checked_again() -> None:
    bring(files())
    sent = send()
    accept(desk(), "9126", sent.reference, AGENT, NOW)

    bring(only(attestations=[row(sent, etat="a_verifier")]))

    assert stored(sent).state is CertificateState.ACCEPTED
    assert covered_until() == (date(2027, 12, 31), False)
    assert DynamoCertificates().to_check() == ([], "")


@pytest.mark.parametrize(("state", "more"), [("acceptee", {}), ("refusee", {"motif": "Illisible"})])
def test_what_the_file_decides_is_told_to_who_waits(state: str, more: dict[str, str]) -> None:
    bring(files())
    sent = send()

    bring(only(attestations=[row(sent, etat=state, **more)]))

    assert stored(sent).state.value == state
    assert DynamoCertificates().to_check() == ([], "")
    (waiting,) = DynamoCertificates().to_tell(NOW.replace(year=2027))
    assert waiting.reference == sent.reference
    assert covered_until()[0] == (date(2027, 12, 31) if state == "acceptee" else date(2026, 12, 31))


def test_what_the_file_decides_bears_no_agents_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(files())
    sent = send()
    refuse(desk(), "9126", sent.reference, "Illisible", AGENT, NOW)

    def begin_the_mail() -> None:
        known = stored(sent)
        assert known.sent is not None
        DynamoCertificates().mark(known, replace(known, sent=replace(known.sent, mailing_at=NOW)))

    met = meet(monkeypatch, begin_the_mail)
    bring(only(attestations=[row(sent, etat="acceptee")]))

    assert False in met
    known = stored(sent)
    assert known.state is CertificateState.ACCEPTED
    assert known.sent is not None
    assert (known.sent.checked_by, known.sent.mailing_at, known.sent.told_at) == ("", None, None)


def test_an_import_that_meets_a_tenants_certificate_counts_both(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(files())
    met = meet(monkeypatch, lambda: accept(desk(), "9126", send().reference, AGENT, NOW))

    bring(only(attestations=[{"reference": "A9", "debut": "2028-01-01", "fin": "2028-12-31"}]))

    assert met == [False, True]
    assert covered_until()[0] == date(2028, 12, 31)
    (cover,) = DynamoHomeReader().facts(["9126"], "").covers
    assert cover.periods == (Period(date(2026, 1, 1), date(2028, 12, 31)),)


def test_an_import_that_meets_somebody_undoes_nothing_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    holders = [{}, {"locataire": "t2", "nom": "Noël-Bäcker"}]
    bring(files(titulaires=holders))
    met = meet(monkeypatch, lambda: _count_one_more("t1"))
    ProfileItem(tenant_key("t2"), "PROFILE").update([ProfileItem.mobile_phone.set("07 00 00 00 00")])
    ProfileItem(tenant_key("t1"), "PROFILE").update([ProfileItem.home_phone.set("05 46 00 00 01")])

    new = {"numero": "100999", "locataire": "t2", "ouverte_le": "2026-11-20T09:00"}
    bring(only(titulaires=[{"nom": "Lefèvre"}, holders[1]], demandes=[new]))

    assert False in met
    assert DynamoTenants().get("t2").mobile_phone == "07 00 00 00 00"
    assert DynamoTenants().get("t1").last_name == "Lefèvre"


def _count_one_more(tenant: str) -> None:
    ProfileItem(tenant_key(tenant), "PROFILE").update([ProfileItem.request_count.add(1)])


def meet(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], object]) -> list[bool]:
    """Have something happen between what the import reads and what it first writes; list what it managed."""
    managed: list[bool] = []

    def late(actions: Sequence[Action]) -> bool:
        if actions and not managed:
            happen()
        done = not actions or commit(actions)
        managed.extend([done] if actions else [])
        return done

    monkeypatch.setattr(intake, "_commit", late)
    return managed
