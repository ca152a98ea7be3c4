"""Goal ``docs``: printing one paper in a warm worker, with both standards (PDF/UA-1 and PDF/A-3a)."""

import itertools
import statistics
from collections.abc import Iterator

from benchmarks import household
from benchmarks.figures import Line, cpu_turns
from benchmarks.scene import Scene
from chalicelib.domain import french
from chalicelib.domain.documents import letterhead
from chalicelib.gateways.pdf import TypstPress
from chalicelib.portal import portal

PER_SECOND, LARGEST_BYTES, TURNS = 100, 50_000, 10


def measure(_scene: Scene) -> Iterator[Line]:
    """Print tickets of which no two are the same."""
    press, numbers = TypstPress(), itertools.count(1)

    def ticket() -> bytes:
        return press.press("payment_ticket", _values(next(numbers)), household.NOW)

    spent = statistics.median(cpu_turns({"ticket": ticket}, TURNS, calls=5)["ticket"])
    yield Line(
        "docs.ticket", 1000 / spent, PER_SECOND, f"tickets a second and core, {spent:.1f} ms each", "/s", "≥"
    )
    yield Line("docs.ticket.bytes", len(ticket()), LARGEST_BYTES, "a ticket", "B")


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
