"""A neighbour's lease of which every kind of paper is written that there can be (« papiers »)."""

from dataclasses import replace
from datetime import date

from chalicelib.domain.consents import Consent, Decision
from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement
from chalicelib.storage.charge_statements import DynamoChargeStatements, statement_item
from chalicelib.storage.consents import consent_item
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.monthly_run import DynamoRuns
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import Item
from tests.mothers import NOW, a_call, a_lease
from tests.storage.paper_homes import MONTH_ON, a_paper, a_receipt

NEIGHBOURS, TENANT, REASON = "9999", "t2", "Le prélèvement a été rejeté."
NEXT = date(2027, 1, 1)


def write_papers() -> None:
    """Have notices, receipts and charge statements wait, be refused, be made, and one be taken back."""
    calls = [call_item(a_call(NEIGHBOURS, month), waits=True) for month in (MONTH_ON, NEXT)]
    agreed = Consent(NEIGHBOURS, TENANT, (Decision(NOW, True), Decision(NOW, False)))
    bare = replace(a_lease(NEIGHBOURS, (TENANT,)), units=(), occupants=())
    for item in (*lease_items(bare), *calls, consent_item(agreed)):
        item.save(Item.pk.does_not_exist())
    DynamoRuns().keep_planned(MONTH_ON, 0, 1, NOW)
    issue_notice()
    issue_statement()
    give_receipt_and_take_it_back()


def issue_notice() -> None:
    notices = DynamoRentNotices()
    case = notices.case(NEIGHBOURS, MONTH_ON)
    assert case is not None
    assert notices.issue(case, a_paper("A-2026-12-009999", NEIGHBOURS, cents=366_32, month="2026-12"), [])
    assert notices.tell_problem(NEIGHBOURS, NEXT, "Le contrat n’a pas de titulaire.")


def issue_statement() -> None:
    statements = DynamoChargeStatements()
    for year in (2024, 2025):
        line = ChargeLine("Eau froide", 4_820_15, 251_30, 237_60)
        statement = ChargeStatement(NEIGHBOURS, year, date(2027, 1, 15), (line,))
        statement_item(statement).save(Item.pk.does_not_exist())
    paper = a_paper("C-2025-009999", NEIGHBOURS, DocumentKind.CHARGE_STATEMENT)
    assert statements.issue(statement, paper, [])
    assert statements.tell_problem(NEIGHBOURS, 2024, "Le décompte n’a pas de ligne.")


def give_receipt_and_take_it_back() -> None:
    """Have one that looks like any paper of an entry, and came as a picture: it says all that a paper can."""
    receipts, paper = (
        DynamoReceipts(),
        a_receipt("Q-2026-12-009999", NEIGHBOURS, of="E9", media_type="image/png"),
    )
    case = receipts.case(NEIGHBOURS)
    assert case is not None
    assert receipts.issue(case, paper, "décembre 2026", [])
    assert receipts.void(case, paper, REASON, NOW)
