"""Receipts: a quittance for a settled month and no other, a receipt for what is on none; never rewritten."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.leases import CallLine, CallLineKind
from chalicelib.domain.ledger import EntryKind, LedgerEntry
from tests.generated_accounts import a_call, an_entry, asked
from tests.mothers import ELOISE, FRANCOIS_XAVIER, a_lease, a_tenant
from tests.paper_bench import ADDRESS, KeptReceipts, PlainCodes, ReceiptBench

NOV, DEC = a_call(date(2026, 11, 1), 412_18, 74_14), a_call(date(2026, 12, 1), 412_18, 74_14)
NET = 486_32
DEBIT, CARD, REJECTED = EntryKind.DIRECT_DEBIT, EntryKind.CARD_PAYMENT, EntryKind.REJECTED_DEBIT


def paid(id: str, on: date, cents: int, kind: EntryKind = DEBIT) -> LedgerEntry:
    return an_entry(id, on, kind, -cents)


@pytest.fixture
def bench() -> ReceiptBench:
    return ReceiptBench(KeptReceipts(a_lease(), (NOV, DEC)))


def test_a_month_has_its_quittance_once_it_is_settled(bench: ReceiptBench) -> None:
    bench.post(asked(NOV))
    assert bench.valid == []

    bench.post(paid("debit", date(2026, 11, 5), NET))

    (quittance,) = bench.valid
    assert (quittance.number, quittance.cents, quittance.month) == ("Q-2026-11-009126", NET, "2026-11")
    assert quittance.kind is DocumentKind.RENT_RECEIPT
    assert quittance.title == "Quittance de loyer de novembre 2026"
    assert quittance.code == PlainCodes().code(f"9126|{quittance.number}")
    assert quittance.size_bytes == len(bench.files.kept[quittance.key])
    assert bench.store.periods == {quittance.number: "du 1er au 30\u00a0novembre 2026"}
    assert not bench.store.due


def test_a_part_of_a_month_has_a_receipt_until_the_month_is_settled(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("some", date(2026, 11, 5), 100_00, CARD))
    (part,) = bench.valid
    assert (part.number, part.cents, part.kind) == (
        "R-2026-11-009126",
        100_00,
        DocumentKind.PARTIAL_RECEIPT,
    )
    assert part.title == "Reçu de 100,00\u00a0€"

    bench.post(paid("rest", date(2026, 11, 20), NET - 100_00))

    assert bench.said == [("Q-2026-11-009126", NET)]
    assert bench.store.papers[part.number].void_reason == "Ce paiement figure maintenant sur une quittance."


def test_a_month_paid_twice_has_one_quittance_and_a_receipt_for_what_is_ahead(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("one", date(2026, 11, 5), NET), paid("two", date(2026, 11, 6), NET, CARD))
    assert bench.said == [("Q-2026-11-009126", NET), ("R-2026-11-009126", NET)]
    _, (_, printed) = bench.press.printed
    assert printed["rows"][0]["label"] == "Avance sur les prochaines échéances"

    bench.post(asked(DEC))

    assert bench.said == [("Q-2026-11-009126", NET), ("Q-2026-12-009126", NET)]
    assert bench.valid[1].of == "two"
    assert bench.press.printed[-1][1]["settled_on"] == "6\u00a0novembre 2026"


def test_a_rejected_debit_takes_the_quittance_back_and_the_next_one_has_a_new_number(
    bench: ReceiptBench,
) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    first = bench.valid[0]

    bench.post(an_entry("back", date(2026, 11, 9), REJECTED, NET))

    assert bench.valid == []
    void = bench.store.papers[first.number]
    assert void.void_reason == "Un paiement a été rejeté par la banque\u00a0: ce mois n’est plus réglé."
    assert replace(void, void_at=None, void_reason="") == first

    bench.post(paid("card", date(2026, 11, 20), NET, CARD))

    assert bench.said == [("Q-2026-11-009126-2", NET)]
    assert bench.valid[0].code != first.code


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (REJECTED, "Ce paiement a été rejeté par la banque."),
        (EntryKind.DISPUTE, "Ce paiement a été contesté auprès de la banque."),
        (EntryKind.REFUND, "Ce paiement a été remboursé."),
        (EntryKind.PAYMENT, "Ce paiement a été annulé."),
    ],
)
def test_a_receipt_of_money_that_was_taken_back_says_why_it_is_void(
    bench: ReceiptBench, kind: EntryKind, reason: str
) -> None:
    bench.post(paid("some", date(2026, 11, 5), 100_00))
    bench.post(an_entry("back", date(2026, 11, 9), kind, 100_00))

    assert [paper.void_reason for paper in bench.store.papers.values()] == [reason]


def test_a_part_that_changes_has_a_new_receipt(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("much", date(2026, 11, 5), NET + 50_00))
    bench.post(an_entry("back", date(2026, 11, 9), REJECTED, 20_00))

    assert bench.said == [("Q-2026-11-009126", NET), ("R-2026-11-009126-2", 30_00)]
    void = bench.store.papers["R-2026-11-009126"]
    assert void.void_reason.startswith("La part de ce paiement")


def test_a_month_settled_by_another_payment_has_another_quittance(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    bench.post(an_entry("back", date(2026, 11, 9), REJECTED, NET), paid("card", date(2026, 11, 9), NET, CARD))

    assert bench.said == [("Q-2026-11-009126-2", NET)]
    assert bench.store.papers["Q-2026-11-009126"].void_reason.startswith("Ce mois a été réglé autrement")
    assert bench.press.printed[-1][1]["settled_on"] == "9\u00a0novembre 2026"


def test_a_month_that_the_books_ask_more_for_later_is_settled_no_more(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    bench.post(an_entry("a-late", date(2026, 10, 31), EntryKind.OTHER, 10_00))

    assert [paper.number for paper in bench.valid] == ["R-2026-11-009126"]
    void = bench.store.papers["Q-2026-11-009126"]
    assert void.void_reason == "Le compte a été corrigé\u00a0: ce mois n’est plus réglé."


def test_what_the_landlord_credits_settles_a_month_but_was_not_received(bench: ReceiptBench) -> None:
    statement = an_entry("statement", date(2026, 11, 2), EntryKind.CHARGE_STATEMENT, -86_32)

    bench.post(asked(NOV), statement, paid("debit", date(2026, 11, 5), 400_00))

    assert bench.said == [("Q-2026-11-009126", 400_00)]
    assert bench.press.printed[0][1]["amounts"]["credited_cents"] == 86_32


@pytest.mark.parametrize("benefit", [-486_32, -500_00])
def test_a_month_that_apl_covers_whole_is_settled_at_once(benefit: int) -> None:
    call = a_call(date(2026, 11, 1), 412_18, 74_14, benefit)
    bench = ReceiptBench(KeptReceipts(a_lease(), (call,)))

    bench.post(asked(call))

    assert bench.said == [("Q-2026-11-009126", 0)]


def test_the_first_month_counts_from_the_day_the_lease_starts() -> None:
    lease = replace(a_lease(), starts_on=date(2026, 11, 29))
    bench = ReceiptBench(KeptReceipts(lease, (NOV,)))

    bench.post(asked(NOV), paid("debit", date(2026, 12, 5), NET))

    assert bench.store.periods == {"Q-2026-11-009126": "du 29 au 30\u00a0novembre 2026"}


def test_a_call_whose_lines_are_not_what_is_in_the_books_makes_no_quittance(bench: ReceiptBench) -> None:
    bench.post(replace(asked(NOV), cents=NET + 1), paid("debit", date(2026, 11, 5), NET + 1))

    assert bench.said == [("R-2026-11-009126", NET + 1)]
    assert bench.press.printed[0][1]["rows"][0]["label"] == "Échéance de novembre 2026"


@pytest.mark.parametrize(
    "lines",
    [(), (CallLine(CallLineKind.HOUSING_BENEFIT, "APL", 0),)],
    ids=["no line", "only deductions"],
)
def test_a_call_of_which_no_right_paper_can_be_made_makes_no_quittance(lines: tuple[CallLine, ...]) -> None:
    call = replace(NOV, lines=lines)
    bench = ReceiptBench(KeptReceipts(a_lease(), (call,)))

    bench.post(asked(call))

    assert bench.valid == []


def test_a_month_whose_call_was_corrected_loses_its_quittance(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    bench.store.calls = (replace(NOV, lines=NOV.lines[:1]), DEC)
    bench.look(date(2026, 11, 6))

    assert bench.said == [("R-2026-11-009126", NET)]
    assert bench.store.papers["Q-2026-11-009126"].void_reason.startswith("L’appel de loyer")


def test_months_before_the_first_one_are_the_landlords_own() -> None:
    october = a_call(date(2026, 10, 1), 100_00)
    bench = ReceiptBench(KeptReceipts(a_lease(), (october, NOV)))

    bench.post(asked(october), asked(NOV), paid("early", date(2026, 10, 5), 60_00))
    assert bench.valid == []

    bench.post(paid("late", date(2026, 11, 5), 40_00 + NET))

    assert bench.said == [("Q-2026-11-009126", NET), ("R-2026-11-009126", 40_00)]
    assert bench.press.printed[1][1]["rows"][0]["label"] == "Échéance d’octobre 2026, en partie"


def test_many_payments_found_at_once_have_a_number_each(bench: ReceiptBench) -> None:
    bench.post(*(paid(f"p{rank:02}", date(2026, 11, 5), 10_00 + rank) for rank in range(12)))

    first, *others = [number for number, _ in bench.said]
    assert first == "R-2026-11-009126"
    assert others == [f"{first}-{rank}" for rank in range(2, 13)]


def test_a_receipt_names_what_the_money_went_to(bench: ReceiptBench) -> None:
    statement = an_entry("regul", date(2026, 10, 2), EntryKind.CHARGE_STATEMENT, 50_00)

    bench.post(statement, asked(NOV), paid("some", date(2026, 11, 5), 80_00))

    rows = bench.press.printed[0][1]["rows"]
    assert [row["label"] for row in rows[:2]] == ["Écriture regul", "Échéance de novembre 2026, en partie"]


def test_only_holders_who_agreed_hear_of_a_receipt(bench: ReceiptBench) -> None:
    bench.store.holders = (a_tenant(ELOISE), a_tenant(FRANCOIS_XAVIER))
    bench.store.consenting = frozenset({FRANCOIS_XAVIER, "somebody-else"})

    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    (mail,) = bench.store.mails
    assert (mail.tenant, mail.template) == (FRANCOIS_XAVIER, "receipt")
    assert mail.values == {
        "title": "Quittance de loyer de novembre 2026",
        "period": "du 1er au 30\u00a0novembre 2026",
        "amount": "486,32\u00a0€",
        "lease": "L/9126",
        "path": bench.valid[0].path,
    }


def test_the_code_on_a_receipt_leads_to_its_check(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    said = bench.press.printed[0][1]["qr"]
    assert said.startswith(f"{ADDRESS}/verification?code=")
    assert said.partition("=")[2].replace("-", "") == bench.valid[0].code


def test_receipts_of_the_landlords_own_software_are_left_alone(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    theirs = replace(bench.valid[0], id="quittance-2026-10-01-" + "0" * 32, number="", code="")
    bench.store.papers["theirs"] = theirs

    bench.look(date(2026, 11, 6))

    assert not bench.store.papers["theirs"].is_void
