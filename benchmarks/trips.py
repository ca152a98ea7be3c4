"""Goal ``trips``: how often pages, signing in and a paid card go to DynamoDB, and what they bring back."""

from collections.abc import Iterator

from benchmarks.browser import Browser
from benchmarks.card import Till
from benchmarks.figures import Line
from benchmarks.meter import Count, Meter
from benchmarks.scene import Scene

PER_PAGE, SIGN_IN, HOME_BYTES = 2, 2, 4_096
FORBIDDEN = ("Scan", "DescribeTable")


def measure(scene: Scene) -> Iterator[Line]:
    """Visit every page once; sign in; follow one payment through the webhook and its workers."""
    meter = Meter(scene.client)
    with meter.counting() as sign_in:
        Browser(scene.app).sign_in()
    browser, till = scene.browser, scene.till
    paid = till.order("9126")
    yield from _payment(meter, browser, till)
    scene.payments = [paid, till.order("9130")]
    counts = _visits(meter, browser, scene.targets())
    worst = max(counts, key=lambda target: counts[target].requests)
    yield Line(
        "trips.page",
        counts[worst].requests,
        PER_PAGE,
        f"requests of the worst of {len(counts)} pages, {worst}",
    )
    yield Line("trips.home", counts["/"].requests, PER_PAGE, "requests of the home page, session included")
    yield Line(
        "trips.home.bytes", counts["/"].bytes, HOME_BYTES, f"{counts['/'].items} items of the home page", "B"
    )
    yield Line("trips.sign-in", sign_in.requests, SIGN_IN, "requests of the sign-in form")
    forbidden = sum(meter.total[name] for name in FORBIDDEN)
    yield Line(
        "trips.scan", forbidden, 0, f"Scan, DescribeTable among {meter.total.total()} requests", bound="="
    )


def _visits(meter: Meter, browser: Browser, targets: list[str]) -> dict[str, Count]:
    counts = {}
    for target in targets:
        with meter.counting() as counts[target]:
            browser.get(target)
    return counts


def _payment(meter: Meter, browser: Browser, till: Till) -> Iterator[Line]:
    bells = till.pay()
    rung = []
    for bell in bells:
        with meter.counting() as count:
            browser.send(bell)
        rung.append(count.requests)
    with meter.counting() as work:
        messages = till.work()
    till.issue()
    what = f"transactions of {messages} messages about one paid card ({work.requests} requests in all)"
    yield Line("trips.webhook", max(rung), 1, f"requests of the webhook's answer, {len(bells)} events")
    yield Line("trips.worker", work.operations["TransactWriteItems"], 1, what, bound="=")
