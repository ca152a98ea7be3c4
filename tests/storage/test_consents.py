"""Consents in the table: decisions are added, never rewritten, each with its event and its change."""

from datetime import datetime, timedelta

import pytest

from chalicelib.domain import french
from chalicelib.domain.changes import ChangeKind
from chalicelib.domain.consents import Consent, Decision, decide
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.consents import DynamoConsents
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.table import backwards, connection
from tests.interleaving import Interleaving
from tests.mothers import NOW, a_document
from tests.storage.books import stored_items
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def consents() -> DynamoConsents:
    return DynamoConsents()


def agree(consents: DynamoConsents, now: datetime = NOW, tenant: str = "anna") -> Consent:
    return decide(consents, "9126", tenant, now, agreed=True)


def test_who_never_decided_has_not_agreed(consents: DynamoConsents) -> None:
    assert consents.of("9126", "anna") == Consent("9126", "anna")


def test_each_decision_is_kept_with_its_event_and_its_change(consents: DynamoConsents) -> None:
    agree(consents)
    decide(consents, "9126", "anna", LATER, agreed=False)

    decisions = (Decision(NOW, True), Decision(LATER, False))
    assert consents.of("9126", "anna") == Consent("9126", "anna", decisions)
    changes = list(DynamoChanges().made_on(french.today(NOW)))
    assert [one.kind for one in changes] == [ChangeKind.RECEIPTS_CONSENT] * 2
    assert [one.after for one in changes] == [
        {"quittances_electroniques": "oui"},
        {"quittances_electroniques": "non"},
    ]
    assert len(list(backwards(tenant_key("anna"), "ACTION#", "ACTION#~"))) == 2


def test_a_decision_on_a_consent_that_changed_meanwhile_writes_nothing(consents: DynamoConsents) -> None:
    stale = consents.of("9126", "anna")
    known = agree(consents)
    (change,) = DynamoChanges().made_on(french.today(NOW))
    event = next(backwards(tenant_key("anna"), "ACTION#", "ACTION#~")).to_domain()
    before = stored_items()

    assert not consents.decide(stale, Decision(LATER, False), event, change)
    assert not consents.decide(
        known.with_decision(Decision(LATER, False)), Decision(LATER, True), event, change
    )
    assert stored_items() == before


def test_two_devices_at_once_decide_one_after_the_other(consents: DynamoConsents) -> None:
    order = Interleaving(connection().client)
    for seed in range(6):
        tenant = f"t{seed}"
        agree(consents, NOW, tenant)
        order.run(
            seed,
            lambda: decide(consents, "9126", tenant, LATER, agreed=False),  # noqa: B023
            lambda: decide(consents, "9126", tenant, LATER + timedelta(1), agreed=False),  # noqa: B023
        )

        decisions = consents.of("9126", tenant).decisions
        assert [one.agreed for one in decisions] == [True, False], seed


def test_all_papers_of_a_lease_come_with_its_consents_and_no_paper_is_a_consent(
    consents: DynamoConsents, counted: Counted
) -> None:
    documents = DynamoDocuments()
    documents.add(a_document())
    documents.add(a_document("9128"))
    given = {tenant: agree(consents, tenant=tenant) for tenant in ("anna", "bruno")}

    assert documents.everything("9126") == ([a_document()], given)
    assert documents.everything("1") == ([], {})
    assert documents.of_lease("9126") == ([a_document()], "")
    assert counted.during(lambda: documents.of_lease("9126", limit=1)) == {"Query": 1}
