"""Goal ``docs``: making one paper in a warm worker, with both standards (PDF/UA-1 and PDF/A-3a)."""

import itertools
import statistics
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks import household
from benchmarks.chromium import chromium_printer
from benchmarks.figures import Line, cpu_turns
from benchmarks.scene import Scene
from chalicelib.domain import french
from chalicelib.domain.landlord import letterhead
from chalicelib.domain.leases import CallLine, CallLineKind, RentCall
from chalicelib.domain.paper_values import rent_notice_values, transfer_reference
from chalicelib.domain.rent_papers import RentNotice, Stay
from chalicelib.gateways.pdf import TypstPress
from chalicelib.gateways.qr_codes import SegnoCodes
from chalicelib.portal import portal

PER_SECOND, LARGEST_BYTES, TURNS = 100, 50_000, 10
CHROMIUM_SHARE, CHROMIUM_PAPERS = 1 / 25, 20
MONTH_ON, DUE_ON = household.TODAY.replace(month=12, day=1), household.TODAY.replace(month=12, day=5)
STAY = Stay(MONTH_ON, MONTH_ON.replace(day=31))
LINES = (
    (CallLineKind.RENT, "Loyer principal", 312_48),
    (CallLineKind.CHARGES, "Provision pour charges", 46_40),
    (CallLineKind.CHARGES, "Eau froide", 21_50),
    (CallLineKind.CHARGES, "Chauffage collectif", 29_87),
    (CallLineKind.SURCHARGE, "Supplément de loyer de solidarité (SLS)", 0),
    (CallLineKind.HOUSING_BENEFIT, "Aide personnalisée au logement (APL)", -114_63),
    (CallLineKind.SOLIDARITY_REDUCTION, "Réduction de loyer de solidarité (RLS)", -28_16),
)


def measure(_scene: Scene) -> Iterator[Line]:
    """Make tickets and notices of which no two are the same; names, homes and amounts all differ."""
    press, numbers = TypstPress(), itertools.count(1)

    def ticket() -> bytes:
        return press.press("payment_ticket", _values(next(numbers)), household.NOW)

    def notice() -> bytes:
        return press.press("rent_notice", notice_values(next(numbers)), household.NOW)

    for paper, printed in (("ticket", ticket), ("notice", notice)):
        each = statistics.median(cpu_turns({paper: printed}, TURNS, calls=5)[paper])
        what = f"{paper}s a second and core, {each:.1f} ms each"
        yield Line(f"docs.{paper}", 1000 / each, PER_SECOND, what, "/s", "≥")
        yield Line(f"docs.{paper}.bytes", len(printed()), LARGEST_BYTES, f"a {paper}", "B")
    yield from _beside_chromium(each, numbers)


def _beside_chromium(ours: float, numbers: Iterator[int]) -> Iterator[Line]:
    """Print the same notice with a browser that a server keeps warm, a page for each paper."""
    with chromium_printer() as printer:
        if printer is None:
            return
        for _ in range(3):
            printer.print(notice_values(next(numbers)))
        before = printer.cpu_seconds()
        for _ in range(CHROMIUM_PAPERS):
            printer.print(notice_values(next(numbers)))
        theirs = 1000 * (printer.cpu_seconds() - before) / CHROMIUM_PAPERS
    what = f"of the processor that Chromium takes: {ours:.1f} ms against {theirs:.0f}"
    yield Line("docs.chromium", ours / theirs, CHROMIUM_SHARE, what)


def notice_values(number: int) -> dict[str, Any]:
    """Give the values of a household's notice, from its facts to the code of its transfer."""
    home, landlord = household.LEASES[0], portal().landlord
    tenant = replace(household.TENANT, last_name=f"{household.TENANT.last_name} {number}")
    address = (
        f"Résidence des Tamaris, bâtiment {number}",
        f"{number}, rue de la Corderie",
        "17300 Rochefort",
    )
    unit = replace(home.units[0], reference=f"C{number}", address=address, description=f"T2, {number} m²")
    lease = replace(
        home, number=f"{number:06d}", billing_address=(tenant.display_name, *address), units=(unit,)
    )
    lines = tuple(CallLine(kind, label, cents and cents + number) for kind, label, cents in LINES)
    call = RentCall(lease.number, MONTH_ON, DUE_ON, lines)
    paper = RentNotice(f"A-2026-12-{lease.number}", lease, (tenant,), call, STAY, number, household.TODAY)
    text = transfer_reference(lease, MONTH_ON)
    account = (landlord.creditor_name, landlord.iban, landlord.bic)
    return rent_notice_values(landlord, paper, SegnoCodes().sepa(*account, paper.to_pay_cents, text))


def _values(number: int) -> dict[str, object]:
    lease, tenant, day = household.LEASES[0], household.TENANT, household.TODAY
    return {
        "landlord": letterhead(portal().landlord),
        "number": f"T-261123-{number:08X}",
        "lease": lease.title,
        "tenant": {"name": tenant.display_name, "address": list(lease.billing_address)},
        "dwelling": ", ".join((lease.units[0].reference, *lease.units[0].address)),
        "amount": french.euros_in_documents(48_632 + number),
        "amount_cents": 48_632 + number,
        "paid_on": french.day(day),
        "paid_hour": french.hour(household.NOW),
        "means": "Carte bancaire se terminant par 4242",
        "reference": f"ch_{number:024d}",
        "balance_after": french.euros_in_documents(0),
        "balance_word": "à jour",
        "issued_on": french.day(day),
        "issued_iso": [day.year, day.month, day.day],
    }
