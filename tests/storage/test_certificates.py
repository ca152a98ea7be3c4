"""Certificates that tenants send: what accepting a file writes, and what an agent decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.certificates import (
    CheckDesk,
    accept,
    certificate_of,
    refuse,
    sent_change,
    sweep_untold,
    tell,
)
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.home import HomeReader
from chalicelib.domain.insurance import CertificateState, Cover, InsuranceCertificate, cover_of
from chalicelib.domain.uploads import NewCertificate, Purpose, Upload, UploadState
from chalicelib.storage.certificates import DynamoCertificates
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.home import DynamoHomeReader
from chalicelib.storage.insurance import CertificateItem, certificate_item, cover_item
from chalicelib.storage.table import connection
from chalicelib.storage.uploads import DynamoUploads
from tests.faults import Faults
from tests.mothers import ELOISE, NOW, TODAY, a_certificate, put
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
LEASE, CLAIRE = "9126", "claire@littoral-habitat.example"
OLD = a_certificate(LEASE, TODAY + timedelta(days=10))
NEXT = TODAY + timedelta(days=375)


class Post:
    """A queue and a mailbox that remember."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.sent: list[tuple[str, str]] = []
        self.away = False

    def tell_of_certificate(self, lease: str, reference: str) -> None:
        if self.away:
            raise Unavailable("uploads queue")
        self.asked.append((lease, reference))

    def send(self, to: str, template: str, *_: object) -> None:
        self.sent.append((to, template))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def desk(post: Post) -> CheckDesk:
    return CheckDesk(DynamoCertificates(), post, post)


@pytest.fixture
def insured() -> None:
    put(certificate_item(OLD), cover_item(covers(OLD), TODAY))


def covers(*certificates: InsuranceCertificate) -> Cover:
    return cover_of(LEASE, certificates)


def an_upload(id: str = "A" * 22, **changed: object) -> Upload:
    facts = {
        "assureur": "MAIF",
        "police": "P1",
        "debut": (TODAY + timedelta(days=11)).isoformat(),
        "fin": NEXT.isoformat(),
        "nom": "Mme Éloïse D’Aubigné-Lefèvre",
    }
    made = Upload(id, ELOISE, LEASE, Purpose.CERTIFICATE, facts, NOW, email="9126-1@demo.example")
    return replace(made, **changed)  # type: ignore[arg-type]


def send(upload: Upload | None = None) -> InsuranceCertificate:
    """Have a file asked for and accepted, as the worker does."""
    asked = upload or an_upload()
    DynamoUploads().add(asked, 20, 10**8)
    accepted = replace(
        asked,
        state=UploadState.ACCEPTED,
        settled_at=NOW,
        key=f"uploads/{LEASE}/{asked.id}.jpg",
        media_type="image/jpeg",
        size_bytes=5,
    )
    assert DynamoUploads().settle(accepted, NewCertificate(accepted))
    return certificate_of(accepted)


def cover(reader: HomeReader | None = None) -> Cover:
    (found,) = (reader or DynamoHomeReader()).facts([LEASE], "").covers
    return found


def test_an_accepted_file_is_a_certificate_that_waits_and_the_home_page_knows(insured: None) -> None:
    sent = send()

    known = DynamoCertificates().of_lease(LEASE)
    assert known.named(sent.reference) == sent
    assert cover().to_check
    assert cover().until(TODAY) == OLD.until_on
    assert DynamoCertificates().to_check() == ([sent], "")
    (change,) = DynamoChanges().made_on(TODAY)
    assert (change.kind.value, change.after["assureur"], change.lease) == (
        "attestation_envoyee",
        "MAIF",
        LEASE,
    )


def test_an_accepted_certificate_prolongs_the_cover_at_once_and_its_alerts(
    insured: None, desk: CheckDesk
) -> None:
    sent = send()

    judged = accept(desk, LEASE, sent.reference, CLAIRE, NOW)

    assert (judged.state, judged.sent and judged.sent.checked_by) == (CertificateState.ACCEPTED, CLAIRE)
    assert cover().until(TODAY) == NEXT
    assert not cover().to_check
    assert DynamoCertificates().to_check() == ([], "")
    placed = [item for item in stored_items().values() if item["kind"]["S"] == "cover"]
    assert [item["due_pk"]["S"][:20] for item in placed] == [
        f"INSURANCE#{(NEXT - timedelta(days=30)).isoformat()}"
    ]


def test_a_refused_one_changes_nothing_but_that_it_waits_no_more(insured: None, desk: CheckDesk) -> None:
    sent = send()

    judged = refuse(desk, LEASE, sent.reference, "  L’adresse\n n’est pas la vôtre. ", CLAIRE, NOW)

    assert judged.reason == "L’adresse n’est pas la vôtre."
    assert cover() == covers(OLD)
    reasons = [one.after.get("motif") for one in DynamoChanges().made_on(TODAY)]
    assert sorted(reason for reason in reasons if reason) == [judged.reason]


def test_what_was_checked_cannot_be_checked_again(insured: None, desk: CheckDesk) -> None:
    sent = send()
    accept(desk, LEASE, sent.reference, CLAIRE, NOW)
    before = stored_items()

    with pytest.raises(Conflict):
        refuse(desk, LEASE, sent.reference, "Non", CLAIRE, NOW)
    assert stored_items() == before


def test_a_second_click_of_the_same_agent_changes_nothing(insured: None, desk: CheckDesk, post: Post) -> None:
    sent = send()
    first = accept(desk, LEASE, sent.reference, CLAIRE, NOW)
    before = stored_items()

    assert accept(desk, LEASE, sent.reference, CLAIRE, NOW + timedelta(seconds=1)) == first
    assert stored_items() == before
    assert len(post.asked) == 1


def test_a_decision_that_meets_another_writes_nothing(insured: None, desk: CheckDesk) -> None:
    sent = send()
    known = desk.certificates.of_lease(LEASE)
    judged = replace(sent, state=CertificateState.REFUSED)
    item = certificate_item(sent)
    CertificateItem(item.pk, item.sk).update([CertificateItem.state.set("acceptee")])
    before = stored_items()

    assert not desk.certificates.judge(known, judged, TODAY, sent_change(sent))
    assert stored_items() == before


def test_the_note_that_its_sender_was_told_leaves_the_rest_alone(insured: None, desk: CheckDesk) -> None:
    sent = send()
    known = accept(desk, LEASE, sent.reference, CLAIRE, NOW)
    item = certificate_item(known)
    CertificateItem(item.pk, item.sk).update([CertificateItem.insurer.set("MACIF")])

    tell(desk, LEASE, sent.reference, NOW)

    after = desk.certificates.of_lease(LEASE).named(sent.reference)
    assert after.insurer == "MACIF"
    assert after.sent is not None
    assert after.sent.told_at == NOW


def test_what_the_landlords_file_brought_is_not_for_this_desk(insured: None, desk: CheckDesk) -> None:
    put(certificate_item(a_certificate(LEASE, NEXT, CertificateState.TO_CHECK, "8001")))

    with pytest.raises(Absent):
        accept(desk, LEASE, "8001", CLAIRE, NOW)
    with pytest.raises(Absent):
        accept(desk, LEASE, "never", CLAIRE, NOW)


def test_two_agents_at_once_decide_once(insured: None, desk: CheckDesk, post: Post) -> None:
    sent = send()

    def decide(place: int) -> bool:
        try:
            if place % 2:
                accept(desk, LEASE, sent.reference, f"agent-{place}", NOW)
            else:
                refuse(desk, LEASE, sent.reference, "Illisible", f"agent-{place}", NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        decided = list(pool.map(decide, range(6)))

    assert decided.count(True) == 1
    assert len(post.asked) == 1
    (state,) = {one.state for one in DynamoCertificates().of_lease(LEASE).certificates if one.sent}
    assert (cover().until(TODAY) == NEXT) == (state is CertificateState.ACCEPTED)


def test_certificates_that_come_and_are_accepted_together_are_all_counted(desk: CheckDesk) -> None:
    uploads = [
        an_upload(
            letter * 22,
            facts={
                **an_upload().facts,
                "debut": date(2027 + place, 1, 1).isoformat(),
                "fin": date(2027 + place, 12, 31).isoformat(),
            },
        )
        for place, letter in enumerate("ABCD")
    ]

    def come(upload: Upload) -> InsuranceCertificate:
        while True:
            with suppress(Conflict):
                return send(upload)

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(come, uploads))
        list(pool.map(lambda one: accept(desk, LEASE, one.reference, CLAIRE, NOW), sent))

    assert cover() == covers(*(replace(one, state=CertificateState.ACCEPTED) for one in sent))


def test_its_sender_is_told_once(insured: None, desk: CheckDesk, post: Post) -> None:
    sent = send()
    accept(desk, LEASE, sent.reference, CLAIRE, NOW)
    assert post.asked == [(LEASE, sent.reference)]

    for _ in range(3):
        tell(desk, LEASE, sent.reference, NOW + timedelta(seconds=1))

    assert post.sent == [("9126-1@demo.example", "certificate_accepted")]
    assert desk.certificates.to_tell(NOW + timedelta(days=1)) == []


def test_nobody_is_told_of_what_waits(insured: None, desk: CheckDesk, post: Post) -> None:
    sent = send()

    tell(desk, LEASE, sent.reference, NOW)

    assert post.sent == []


def test_what_the_queue_did_not_take_is_told_by_the_sweep(insured: None, desk: CheckDesk, post: Post) -> None:
    sent, post.away = send(), True
    refuse(desk, LEASE, sent.reference, "Illisible", CLAIRE, NOW)
    post.away = False

    assert sweep_untold(desk, NOW + timedelta(minutes=5)) == 0
    assert sweep_untold(desk, NOW + timedelta(minutes=11)) == 1

    tell(desk, *post.asked[0], NOW + timedelta(minutes=11))
    assert post.sent == [("9126-1@demo.example", "certificate_refused")]


@pytest.mark.parametrize("fault", ["before", "after"])
def test_cut_at_any_call_and_asked_again_it_is_decided_once_and_told(
    insured: None, desk: CheckDesk, post: Post, fault: str
) -> None:
    rank = 0
    while True:
        rank += 1
        sent = send(an_upload(chr(64 + rank) * 22))
        broken = Faults(connection().client, breaking(rank, fault))
        with suppress(PynamoDBException, Unavailable, Conflict):
            accept(desk, LEASE, sent.reference, CLAIRE, NOW)
            tell(desk, LEASE, sent.reference, NOW)
        broken.choose = lambda _: None
        with suppress(Conflict):
            accept(desk, LEASE, sent.reference, CLAIRE, NOW)
        tell(desk, LEASE, sent.reference, NOW + timedelta(minutes=11))

        known = DynamoCertificates().of_lease(LEASE).named(sent.reference)
        assert known.state is CertificateState.ACCEPTED
        assert known.sent is not None
        assert known.sent.told_at is not None
        if not broken.injected:
            break
    assert rank > 4
    told_again = len(post.sent) - rank
    assert told_again <= 1  # cut between the mail and the note of it


def breaking(rank: int, fault: str) -> Callable[[str], str | None]:
    """Break the call of that rank, and no other."""
    ranks = count(1)
    return lambda _: fault if next(ranks) == rank else None


def test_the_list_goes_on_from_page_to_page(desk: CheckDesk) -> None:
    sent = [send(an_upload(letter * 22)) for letter in "ABCDE"]

    first, after = desk.certificates.to_check(limit=3)
    second, end = desk.certificates.to_check(after, limit=3)

    assert [one.reference for one in [*first, *second]] == [one.reference for one in sent]
    assert end == ""


def test_what_a_file_has_decided_meanwhile_is_passed_over(desk: CheckDesk) -> None:
    known, other = send(), send(an_upload("B" * 22))
    item = certificate_item(known)
    CertificateItem(item.pk, item.sk).update([CertificateItem.state.set("acceptee")])

    assert [one.reference for one in desk.certificates.to_check()[0]] == [other.reference]
