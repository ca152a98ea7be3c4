"""Facts of one household's papers, and their values (« jeu d'essai »)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain import paper_values as values
from chalicelib.domain.landlord import read_landlord
from chalicelib.domain.leases import CallLine, CallLineKind, Lease, RentCall, RentedUnit, UnitKind
from chalicelib.domain.ledger import EntryKind, LedgerEntry
from chalicelib.domain.rent_papers import (
    ChargeLine,
    ChargeStatement,
    ChargeStatementPaper,
    PartialReceipt,
    RentCertificate,
    RentNotice,
    RentReceipt,
    SepaMandate,
    Share,
    Stay,
)
from chalicelib.domain.tenants import Civility, Tenant
from chalicelib.gateways.qr_codes import SegnoCodes

NOW = datetime(2026, 11, 23, 8, 42, 10, tzinfo=UTC)
LANDLORD = read_landlord(Path(__file__).parents[1] / "landlord" / "landlord.toml")
CODES = SegnoCodes()
CODE = "7KQ2M9XW4TZB1CHR"
MADAM = Tenant("9126-1", Civility.MADAM, "Éloïse", "D’Aubigné-Lefèvre")
SIR = Tenant("9126-2", Civility.SIR, "Karim", "Benali")
ADDRESS = ("Résidence des Tamaris, bâtiment C", "14, rue de la Corderie", "17300 ROCHEFORT")
LEASE = Lease(
    number="9126",
    residence="Les Tamaris",
    starts_on=date(2019, 3, 1),
    ends_on=None,
    deposit_cents=312_48,
    billing_address=("Mme Éloïse D’Aubigné-Lefèvre", *ADDRESS),
    units=(RentedUnit("C317", UnitKind.DWELLING, ADDRESS, "Appartement T2, 49 m², 3e étage", 312_48, 97_77),),
)
LINES = (
    CallLine(CallLineKind.RENT, "Loyer principal", 1023_45),
    CallLine(CallLineKind.CHARGES, "Provision pour charges", 86_40),
    CallLine(CallLineKind.CHARGES, "Eau froide", 21_50),
    CallLine(CallLineKind.CHARGES, "Ascenseur", 0),
    CallLine(CallLineKind.SURCHARGE, "Supplément de loyer de solidarité (SLS)", 30_00),
    CallLine(CallLineKind.HOUSING_BENEFIT, "Aide personnalisée au logement (APL)", -214_63),
    CallLine(CallLineKind.SOLIDARITY_REDUCTION, "Réduction de loyer de solidarité (RLS)", -48_16),
)
CALL = RentCall("9126", date(2026, 12, 1), date(2026, 12, 5), LINES)  # 898,56 €
STAY = Stay(date(2026, 12, 1), date(2026, 12, 31))
NOTICE = RentNotice("A-2026-12-009126", LEASE, (MADAM,), CALL, STAY, 125_40, date(2026, 11, 23))
RECEIPT = RentReceipt(
    "Q-2026-12-009126", LEASE, (MADAM,), CALL, STAY, 898_56, 0, date(2026, 12, 8), date(2026, 12, 9), CODE
)
PARTIAL = PartialReceipt(
    "R-2026-12-009126",
    LEASE,
    (MADAM, SIR),
    LedgerEntry("p1", date(2026, 12, 8), EntryKind.CARD_PAYMENT, "Paiement par carte", -1_500_00, "p1"),
    500_00,
    (Share("Loyer de décembre 2026, en partie", 374_60), Share("Régularisation des charges 2025", 125_40)),
    date(2026, 12, 9),
    CODE,
)
STATEMENT = ChargeStatementPaper(
    "C-2025-009126",
    LEASE,
    (MADAM,),
    ChargeStatement(
        "9126",
        2025,
        date(2027, 1, 5),
        (
            ChargeLine("Eau froide", 18_432_10, 312_48, 258_00),
            ChargeLine("Chauffage collectif", None, 902_15, 878_52),
            ChargeLine("Ascenseur", 7_120_00, 98_20, 102_00),
        ),
    ),
    date(2026, 11, 23),
)
CERTIFICATE = RentCertificate(
    "T-20261123-009126", LEASE, (MADAM, SIR), date(2026, 11, 1), LINES, 0, date(2026, 11, 23)
)
MANDATE = SepaMandate(
    "LH-009126-7F3A",
    "FR12ZZZ123456",
    LEASE,
    "Mme Éloïse D’Aubigné-Lefèvre",
    "0189",
    "Banque de l’Estuaire",
    "AGRIFRPP",
    5,
    NOW,
    date(2026, 11, 23),
)


def notice_values(paper: RentNotice = NOTICE) -> dict[str, Any]:
    """Give the values of a notice, its code drawn if there is something to pay."""
    cents, text = paper.to_pay_cents, values.transfer_reference(paper.lease, paper.call.month_on)
    qr = CODES.sepa(LANDLORD.creditor_name, LANDLORD.iban, LANDLORD.bic, cents, text) if cents else ""
    return values.rent_notice_values(LANDLORD, paper, qr)


def link() -> str:
    """Draw the code that leads to the page of verification."""
    return CODES.link(f"https://{LANDLORD.portal_host}{values.verification_path(CODE)}")


def every_paper() -> dict[str, dict[str, Any]]:
    """Give the values of one paper of each kind, by template."""
    return {
        "rent_notice": notice_values(),
        "rent_receipt": values.rent_receipt_values(LANDLORD, RECEIPT, link()),
        "partial_receipt": values.partial_receipt_values(LANDLORD, PARTIAL, link()),
        "charge_statement": values.charge_statement_values(LANDLORD, STATEMENT),
        "rent_certificate": values.rent_certificate_values(LANDLORD, CERTIFICATE),
        "mandate": values.mandate_values(LANDLORD, MANDATE),
    }
