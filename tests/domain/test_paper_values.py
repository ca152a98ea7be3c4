"""What papers print: rows, periods, names, amounts, from the facts alone."""

import json
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import french
from chalicelib.domain.leases import CallLine, CallLineKind
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.paper_pieces import breakable, in_a_sentence, period, window_lines
from chalicelib.domain.paper_values import (
    charge_statement_values,
    partial_receipt_values,
    rent_certificate_values,
    rent_notice_values,
    rent_receipt_values,
    transfer_reference,
    verification_path,
)
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement, Stay
from tests import papers

CENTS = st.integers(-1_000_000_00, 1_000_000_00)
CALL_LINES = st.lists(
    st.builds(CallLine, st.sampled_from(CallLineKind), st.just("Ligne"), CENTS), max_size=12
)


def _cents(amount: str) -> int:
    """Read an amount back from a paper."""
    digits = int("".join(letter for letter in amount if letter.isdigit()))
    return -digits if amount.startswith(french.MINUS) else digits


@settings(max_examples=200, deadline=None)
@given(lines=CALL_LINES, before=CENTS)
def test_the_rows_of_a_notice_add_up_to_what_is_to_be_paid(lines: list[CallLine], before: int) -> None:
    call = replace(papers.CALL, lines=tuple(lines))
    paper = replace(papers.NOTICE, call=call, balance_before_cents=before)

    values = rent_notice_values(papers.LANDLORD, paper, "")

    rows = [(row["role"], _cents(row["amounts"][0])) for row in values["rows"]]
    assert sum(cents for role, cents in rows if not role) == max(call.cents + before, 0)
    assert rows[-1] == ("total", paper.to_pay_cents)
    assert [cents for role, cents in rows if role == "sum"][-1] == call.cents
    assert values["amounts"]["to_pay_cents"] == paper.to_pay_cents
    assert values["nothing_to_pay"] == (paper.to_pay_cents == 0)


@settings(max_examples=100, deadline=None)
@given(lines=CALL_LINES, credited=st.integers(0, 100_00))
def test_the_rows_of_a_quittance_add_up_to_what_was_received(lines: list[CallLine], credited: int) -> None:
    call = replace(papers.CALL, lines=tuple(lines))
    owed = max(call.cents, 0)
    credited = min(credited, owed)
    paper = replace(papers.RECEIPT, call=call, received_cents=owed - credited, credited_cents=credited)

    rows = rent_receipt_values(papers.LANDLORD, paper, "")["rows"]

    assert sum(_cents(row["amounts"][0]) for row in rows if not row["role"]) == owed - credited
    assert (rows[-1]["role"], _cents(rows[-1]["amounts"][0])) == ("total", owed - credited)


def test_money_that_the_benefit_office_paid_is_not_said_to_come_from_the_tenant() -> None:
    paid = replace(papers.PARTIAL, entry=replace(papers.PARTIAL.entry, kind=EntryKind.BENEFIT))

    assert partial_receipt_values(papers.LANDLORD, paid, "")["benefit"]
    assert not partial_receipt_values(papers.LANDLORD, papers.PARTIAL, "")["benefit"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=8))
def test_the_rows_of_a_charge_statement_add_up_to_its_balance(lines: list[tuple[int, int]]) -> None:
    statement = ChargeStatement(
        "9126", 2025, date(2027, 1, 5), tuple(ChargeLine("Eau", None, *amounts) for amounts in lines)
    )

    values = charge_statement_values(papers.LANDLORD, replace(papers.STATEMENT, statement=statement))

    columns = [[_cents(amount) for amount in row["amounts"]] for row in values["rows"]]
    assert [sum(column) for column in zip(*columns[:-1], strict=True)] == columns[-1]
    assert columns[-1][-1] == statement.balance_cents
    assert (values["owed"], values["returned"]) == (statement.balance_cents > 0, statement.balance_cents < 0)


def test_a_statement_speaks_of_a_past_day_in_the_past() -> None:
    day = papers.STATEMENT.statement.booked_on

    values = [
        charge_statement_values(papers.LANDLORD, replace(papers.STATEMENT, issued_on=issued_on))
        for issued_on in (day.replace(year=day.year - 1), day)
    ]

    assert [one["booked"] for one in values] == ["sera", "a été"]


def test_lines_of_zero_are_not_shown_but_told_to_programs() -> None:
    values = papers.notice_values()

    assert "Ascenseur" not in [row["label"] for row in values["rows"]]
    assert "Ascenseur" in [line["label"] for line in values["amounts"]["lines"]]


def test_without_deductions_there_is_one_total_only() -> None:
    paper = replace(papers.NOTICE, call=replace(papers.CALL, lines=papers.LINES[:3]), balance_before_cents=0)

    rows = rent_notice_values(papers.LANDLORD, paper, "")["rows"]

    assert [row["label"] for row in rows[3:]] == ["Total du mois", "Net à payer"]


def test_every_value_is_plain_json() -> None:
    for values in papers.every_paper().values():
        assert json.loads(json.dumps(values | {"addressee": []})) == values | {"addressee": []}


def test_a_paper_without_anything_to_pay_shows_no_code() -> None:
    paper = replace(papers.NOTICE, balance_before_cents=-papers.CALL.cents)

    values = rent_notice_values(papers.LANDLORD, paper, "<svg/>")

    assert values["qr"] == ""
    assert values["in_favour"] == ""


def test_a_period_says_the_days_on_which_the_lease_runs() -> None:
    january = date(2026, 1, 1)

    assert period(january, Stay(date(2026, 1, 29), date(2026, 1, 31))) == (
        "Janvier 2026, du\u00a029 au\u00a031\u00a0janvier 2026"
    )
    assert period(january, Stay(january, date(2026, 1, 31))).startswith("Janvier 2026, du\u00a01er au")


def test_holders_are_named_as_in_a_sentence() -> None:
    third = replace(papers.SIR, first_name="Awa", civility=papers.MADAM.civility)

    assert in_a_sentence(()) == ""
    assert in_a_sentence((papers.MADAM,)) == "Mme Éloïse D’Aubigné-Lefèvre"
    assert in_a_sentence((papers.MADAM, papers.SIR, third)) == (
        "Mme Éloïse D’Aubigné-Lefèvre, M. Karim Benali et Mme Awa Benali"
    )


def test_codes_and_references_are_spelled_for_people() -> None:
    assert verification_path(papers.CODE) == "/verification?code=7KQ2-M9XW-4TZB-1CHR"
    assert transfer_reference(papers.LEASE, date(2026, 12, 1)) == "L/9126 décembre 2026"


def test_a_certificate_tells_arrears() -> None:
    at = papers.LANDLORD

    assert rent_certificate_values(at, papers.CERTIFICATE)["owed"] == ""
    assert rent_certificate_values(at, replace(papers.CERTIFICATE, balance_cents=-5))["owed"] == ""
    assert (
        rent_certificate_values(at, replace(papers.CERTIFICATE, balance_cents=12_34))["owed"]
        == "12,34\u00a0€"
    )


def test_a_long_word_may_be_broken_and_a_short_one_never() -> None:
    assert breakable("anticonstitutionnellement", 40) == "anticonstitutionnellement"
    assert breakable("ab " + "x" * 45, 20) == "ab " + "x" * 20 + "\u200b" + "x" * 20 + "\u200b" + "x" * 5


def test_usual_lines_are_known_to_fit_the_window_and_wide_ones_are_measured() -> None:
    lines = window_lines(
        ("Mme Éloïse D’Aubigné-Lefèvre", "  ", "Résidence des Tamaris, bâtiment C", "W" * 24), ""
    )

    assert [fits for _, fits in lines] == [True, True, False]
    assert window_lines((), "Mme X") == [("Mme X", True)]
