"""Goal ``cost``: what a month costs at AWS for a thousand homes, against what no portal could do without.

A home makes four visits of six pages, gets a rent notice, a ticket and a quittance, pays once, and sends a
request every fifth month.  Its journeys are counted on the running portal (``journeys``); the bound is
written below, each amount with its reason, and uses the same prices and the same figures of work and bytes.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.assumptions import BESIDE_AN_ITEM, HOMES, MONTHS_KEPT, WAIT_FOR_STRIPE_MS
from benchmarks.figures import Line
from benchmarks.journeys import MONTH, Home, notice_alone, page, payment_papers, sign_in
from benchmarks.prices import PRICES, Unit, dollars
from benchmarks.scene import Scene
from benchmarks.usage import WEB, Usage

Counted = Mapping[Callable[[Home], Usage], Usage]
GOAL, TURNS = 1.3, 3
PAGES, PAPERS, REQUESTS = 24, 3, 0.2
BELLS, STRIPE_CALLS = 1, 2
SIGN_INS, ORDERS = 1, 1
RENT_CALLED, RENT_PAID, ANSWERED = 1, 1, REQUESTS
BYTES_OF_A_FACT = 300
REPORT = Path("build/cost.json")


@dataclass(frozen=True)
class Needed:
    """What a home needs in a month, whoever writes the portal: so much of a unit, and why no less."""

    unit: Unit
    amount: float
    why: str


def measure(scene: Scene) -> Iterator[Line]:
    """Make the journeys of a month, and compare them with the bound."""
    home = Home(scene)
    made = dict.fromkeys((page, sign_in, notice_alone, payment_papers, *(journey.made for journey in MONTH)))
    counted = {one: _counted(home, one) for one in made}
    ours, least, modelled = Usage(), Usage(), Usage()
    for journey in MONTH:
        ours.add_all(counted[journey.made], journey.times * HOMES)
        if journey.modelled:
            modelled.add_all(counted[journey.made], journey.times * HOMES)
    needed = list(_needed(counted, home.meter.waiting(WEB, STRIPE_CALLS * WAIT_FOR_STRIPE_MS)))
    for one in needed:
        least.add(one.unit, one.amount * HOMES)
        assert least.units[one.unit] <= 1.01 * ours.units[one.unit], f"we do without so many {one.unit}"
    _keep(ours, needed, counted)
    told = (
        f"${ours.dollars:.2f} a month for {HOMES} homes against ${least.dollars:.2f}; "
        f"${modelled.dollars:.2f} of it modelled ({REPORT})"
    )
    yield Line("cost", ours.dollars / least.dollars, GOAL, told, "×")


def _needed(counted: Counted, waiting: float) -> Iterator[Needed]:
    """Say what one home needs in a month; time and bytes of a page or a paper are those that we count."""
    forms = SIGN_INS + ORDERS + REQUESTS + ANSWERED
    runs, facts = PAGES + forms + BELLS, RENT_CALLED + RENT_PAID + PAPERS + REQUESTS + ANSWERED + SIGN_INS
    papers = Usage()  # a notice is made in the month's run, a ticket and a quittance with their payment
    papers.add_all(counted[notice_alone])
    papers.add_all(counted[payment_papers])
    work = {one: counted[one].units[Unit.WORK] for one in (page, sign_in)}
    spent = runs * work[page] + SIGN_INS * work[sign_in] + papers.units[Unit.WORK] + waiting
    kept = facts * (BYTES_OF_A_FACT + BESIDE_AN_ITEM)
    yield Needed(Unit.MAIL, PAPERS + REQUESTS, "a notice, a ticket, a quittance, the answer to each request")
    yield Needed(
        Unit.GATEWAY,
        runs,
        "one for each page and form (one sign-in a month, an order, a request and its answer), and one by "
        "which Stripe says that it is paid; through the gateway that Chalice makes",
    )
    yield Needed(Unit.CALL, runs, "each says what is true now, so a function makes it")
    yield Needed(Unit.WORK, spent, "a home page's time for each, a password, papers, two calls to Stripe")
    yield Needed(Unit.READ, runs / 2, "one reading for each, of 4 KiB at most, a moment old")
    yield Needed(Unit.WRITE, facts, "rent called, rent paid, papers, request, answer, session: once each")
    yield Needed(Unit.PUT, PAPERS, "each paper written once")
    yield Needed(Unit.GET, PAPERS, "each paper opened once")
    yield Needed(Unit.FILE, papers.units[Unit.FILE], "the papers as they are, kept as long")
    yield Needed(Unit.ITEM, MONTHS_KEPT * kept, "the facts in 300 bytes each, kept as long")


def _counted(home: Home, made: Callable[[Home], Usage]) -> Usage:
    """Make a journey until all is loaded, then a few times; give what one of them uses."""
    made(home)
    mean = Usage()
    for _ in range(TURNS):
        mean.add_all(made(home), 1 / TURNS)
    return mean


def _keep(ours: Usage, needed: Sequence[Needed], counted: Counted) -> None:
    least = {one.unit: one for one in needed}
    units = [
        {
            "unit": unit.value,
            "amount": round(ours.units[unit], 4),
            "dollars": round(dollars(unit, ours.units[unit]), 5),
            "needed": round(HOMES * least[unit].amount, 4) if unit in least else 0,
            "needed_dollars": round(dollars(unit, HOMES * least[unit].amount), 5) if unit in least else 0,
            "why": least[unit].why if unit in least else "another portal might do without",
            "price": f"${price.dollars} for {price.per:,.0f}, aws.amazon.com/{price.page}, {price.read}",
        }
        for unit, price in PRICES.items()
    ]
    journeys = [
        {
            "journey": journey.name,
            "times": journey.times,
            "dollars": round(HOMES * journey.times * counted[journey.made].dollars, 5),
            "as": journey.modelled or "counted",
            "units": {unit.value: round(amount, 4) for unit, amount in counted[journey.made].units.items()},
        }
        for journey in MONTH
    ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"units": units, "journeys": journeys}, indent=2) + "\n", encoding="utf-8")
