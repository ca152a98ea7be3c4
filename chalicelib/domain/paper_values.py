"""What each paper of a lease prints: facts become the texts and rows of its template (« documents »).

Everything here is plain JSON, whole and in French; ``amounts`` holds the same for a program, in whole cents.
The same facts give the same values, hence the same file.
"""

from datetime import date

from chalicelib.domain import french
from chalicelib.domain.landlord import Landlord
from chalicelib.domain.leases import Lease
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.paper_pieces import (
    IN_A_CELL,
    IN_A_NARROW_CELL,
    Values,
    amount,
    breakable,
    common_amounts,
    days,
    dwelling,
    letter,
    line_amounts,
    month_rows,
    period,
    row,
    verification,
    way,
    window_lines,
)
from chalicelib.domain.rent_papers import (
    ChargeLine,
    ChargeStatementPaper,
    PartialReceipt,
    RentCertificate,
    RentNotice,
    RentReceipt,
    SepaMandate,
)
from chalicelib.domain.verification_codes import code_in_groups

_MEANS = {
    EntryKind.CARD_PAYMENT: "Par carte bancaire",
    EntryKind.DIRECT_DEBIT: "Par prélèvement SEPA",
    EntryKind.BENEFIT: "Aide versée au bailleur",
}


def transfer_reference(lease: Lease, month_on: date) -> str:
    """Give the words by which a transfer is known: « L/9126 décembre 2026 »."""
    return f"{lease.title} {french.month(month_on)}"


def verification_path(code: str) -> str:
    """Give the page that checks a receipt."""
    return f"/verification?code={code_in_groups(code)}"


def rent_notice_values(landlord: Landlord, paper: RentNotice, qr: str) -> Values:
    """Give what an « avis d'échéance » prints; ``qr`` is the transfer's code as SVG, or nothing."""
    after = paper.call.cents + paper.balance_before_cents
    before = paper.balance_before_cents
    rows = month_rows(paper.lease, paper.call.lines)
    rows.append(row("Total du mois", "", paper.call.cents, "sum"))
    if before:
        rows.append(row("Solde antérieur", way(before), before))
    if after < 0:
        rows.append(row("Solde en votre faveur après cet avis", "Reporté sur le mois suivant", -after))
    rows.append(row("Net à payer", "", paper.to_pay_cents, "total"))
    return letter(landlord, paper.lease, paper.holders, paper.number, paper.issued_on) | {
        "period": period(paper.call.month_on, paper.stay),
        "rows": rows,
        "to_pay": amount(paper.to_pay_cents),
        "nothing_to_pay": paper.to_pay_cents == 0,
        "in_favour": amount(-after) if after < 0 else "",
        "due_on": french.day(paper.call.due_on),
        "dwelling": dwelling(paper.lease),
        "transfer_reference": transfer_reference(paper.lease, paper.call.month_on),
        "qr": qr if paper.to_pay_cents else "",
        "amounts": _month_amounts(paper)
        | {
            "balance_before_cents": before,
            "to_pay_cents": paper.to_pay_cents,
            "due_on": paper.call.due_on.isoformat(),
        },
    }


def rent_receipt_values(landlord: Landlord, paper: RentReceipt, qr: str) -> Values:
    """Give what a « quittance » prints; ``qr`` leads to the page that checks it, as SVG."""
    rows = month_rows(paper.lease, paper.call.lines)
    if paper.credited_cents:
        rows.append(row("Total du mois", "", paper.call.cents, "sum"))
        rows.append(row("Avoirs du bailleur", "Déjà portés à votre compte", -paper.credited_cents))
    if paper.call.cents < 0:
        rows.append(row("Reporté en votre faveur", "Déduit de ce qui suit", -paper.call.cents))
    rows.append(row("Total acquitté par le locataire", "", paper.received_cents, "total"))
    return letter(landlord, paper.lease, paper.holders, paper.number, paper.issued_on) | {
        "period": period(paper.call.month_on, paper.stay),
        "days": days(paper.stay),
        "rows": rows,
        "received": amount(paper.received_cents),
        "credited": amount(paper.credited_cents) if paper.credited_cents else "",
        "nothing_due": paper.received_cents == 0,
        "settled_on": french.day(paper.settled_on),
        "dwelling": dwelling(paper.lease),
        "verification": verification(landlord, paper.code),
        "qr": qr,
        "amounts": _month_amounts(paper)
        | {
            "received_cents": paper.received_cents,
            "credited_cents": paper.credited_cents,
            "settled_on": paper.settled_on.isoformat(),
            "code": code_in_groups(paper.code),
        },
    }


def partial_receipt_values(landlord: Landlord, paper: PartialReceipt, qr: str) -> Values:
    """Give what a « reçu » prints: a payment, or the part of it that no quittance holds."""
    whole = -paper.entry.cents
    rows = [row(share.label, "", share.cents) for share in paper.shares if share.cents]
    return letter(landlord, paper.lease, paper.holders, paper.number, paper.issued_on) | {
        "rows": [*rows, row("Somme reçue", "", paper.cents, "total")],
        "received": amount(paper.cents),
        "paid_on": french.day(paper.entry.booked_on),
        "means": breakable(_MEANS.get(paper.entry.kind, paper.entry.label), IN_A_CELL),
        "whole": amount(whole) if whole != paper.cents else "",
        "benefit": paper.entry.kind is EntryKind.BENEFIT,
        "dwelling": dwelling(paper.lease),
        "verification": verification(landlord, paper.code),
        "qr": qr,
        "amounts": common_amounts(paper.number, paper.lease, paper.issued_on)
        | {
            "received_cents": paper.cents,
            "payment_cents": whole,
            "paid_on": paper.entry.booked_on.isoformat(),
            "shares": [{"label": share.label, "cents": share.cents} for share in paper.shares],
            "code": code_in_groups(paper.code),
        },
    }


def charge_statement_values(landlord: Landlord, paper: ChargeStatementPaper) -> Values:
    """Give what a « décompte de régularisation » prints; what the building paid is shown if it is known."""
    statement = paper.statement
    with_building = any(line.building_cents is not None for line in statement.lines)
    share, provision = (
        sum(line.share_cents for line in statement.lines),
        sum(line.provision_cents for line in statement.lines),
    )
    rows = [_charge_row(line, with_building) for line in statement.lines]
    total = [*([""] if with_building else []), *map(amount, (share, provision, statement.balance_cents))]
    rows.append({"label": "Total", "beside": "", "amounts": total, "role": "total"})
    return letter(landlord, paper.lease, paper.holders, paper.number, paper.issued_on) | {
        "year": statement.year,
        "with_building": with_building,
        "rows": rows,
        "balance": amount(abs(statement.balance_cents)),
        "way": _sign(statement.balance_cents),
        "owed": statement.balance_cents > 0,
        "returned": statement.balance_cents < 0,
        "booked_on": french.day(statement.booked_on),
        "booked": "a été" if statement.booked_on <= paper.issued_on else "sera",
        "dwelling": dwelling(paper.lease),
        "amounts": common_amounts(paper.number, paper.lease, paper.issued_on)
        | {
            "year": statement.year,
            "lines": [_charge_amounts(line) for line in statement.lines],
            "balance_cents": statement.balance_cents,
            "booked_on": statement.booked_on.isoformat(),
        },
    }


def rent_certificate_values(landlord: Landlord, paper: RentCertificate) -> Values:
    """Give what an « attestation de loyer » prints."""
    cents = sum(line.cents for line in paper.lines)
    rows = [*month_rows(paper.lease, paper.lines), row("Total du mois", "", cents, "total")]
    return letter(landlord, paper.lease, paper.holders, paper.number, paper.issued_on) | {
        "month": french.month(paper.month_on),
        "of_month": french.of_month(paper.month_on),
        "rows": rows,
        "total": amount(cents),
        "starts_on": french.day(paper.lease.starts_on),
        "ends_on": french.day(paper.lease.ends_on) if paper.lease.ends_on else "",
        "owed": amount(paper.balance_cents) if paper.balance_cents > 0 else "",
        "dwelling": dwelling(paper.lease),
        "amounts": common_amounts(paper.number, paper.lease, paper.issued_on)
        | {
            "month": f"{paper.month_on:%Y-%m}",
            "lines": line_amounts(paper.lines),
            "total_cents": cents,
            "balance_cents": paper.balance_cents,
        },
    }


def mandate_values(landlord: Landlord, paper: SepaMandate) -> Values:
    """Give what a « mandat de prélèvement SEPA » prints; of the IBAN only the end is known."""
    lease, signed_on = paper.lease, french.today(paper.signed_at)
    values = letter(landlord, lease, (), paper.reference, paper.issued_on)
    return values | {
        "addressee": window_lines(lease.billing_address, paper.debtor),
        "reference": breakable(paper.reference, IN_A_CELL),
        "creditor_identifier": breakable(paper.creditor_identifier, IN_A_CELL),
        "debtor": breakable(paper.debtor, IN_A_CELL),
        "debtor_address": breakable(", ".join(lease.billing_address[1:]), IN_A_CELL),
        "iban": f"•••• •••• •••• {paper.iban_last4}",
        "bank": breakable(paper.bank, IN_A_CELL),
        "bic": paper.bic,
        "day": "1er" if paper.day == 1 else str(paper.day),
        "signed_on": french.day(signed_on),
        "signed_hour": french.hour(paper.signed_at),
        "amounts": common_amounts(paper.reference, lease, paper.issued_on)
        | {
            "creditor_identifier": paper.creditor_identifier,
            "creditor": landlord.creditor_name,
            "debtor": paper.debtor,
            "iban_last4": paper.iban_last4,
            "bic": paper.bic,
            "signed_at": paper.signed_at.isoformat(),
            "type": "recurrent",
        },
    }


def _charge_row(line: ChargeLine, with_building: bool) -> Values:
    building = ["—" if line.building_cents is None else amount(line.building_cents)] if with_building else []
    amounts = map(amount, (line.share_cents, line.provision_cents, line.share_cents - line.provision_cents))
    return {
        "label": breakable(line.label, IN_A_NARROW_CELL),
        "beside": "",
        "amounts": [*building, *amounts],
        "role": "",
    }


def _charge_amounts(line: ChargeLine) -> Values:
    return {
        "label": line.label,
        "building_cents": line.building_cents,
        "share_cents": line.share_cents,
        "provision_cents": line.provision_cents,
    }


def _month_amounts(paper: RentNotice | RentReceipt) -> Values:
    return common_amounts(paper.number, paper.lease, paper.issued_on) | {
        "month": f"{paper.call.month_on:%Y-%m}",
        "from_on": paper.stay.from_on.isoformat(),
        "until_on": paper.stay.until_on.isoformat(),
        "lines": line_amounts(paper.call.lines),
        "month_cents": paper.call.cents,
    }


def _sign(cents: int) -> str:
    return way(cents) if cents else "Rien à régler"
