"""A restart in the middle: what was acknowledged comes to its one end, whatever was under way."""

from tests.rehearsal import journeys
from tests.rehearsal.stage import LiveStage
from tests.rehearsal.waiting import PATIENCE_SECONDS
from tests.visitors import own_path

HANDED_BACK_SECONDS = 5


def test_a_restart_in_the_middle_loses_nothing_and_doubles_nothing(stage: LiveStage) -> None:
    """Stop with a ticket waiting in its queue, a payment being looked at, and a payment page open.

    On AWS a message whose function was cut comes back after six minutes; here, sooner.
    """
    payments, documents = stage.queue("payments"), stage.queue("documents")
    with documents.left_alone(), payments.handing_back_after(HANDED_BACK_SECONDS):
        waiting = journeys.pay(stage, stage.debtor())
        stage.until(lambda: journeys.booked(waiting), "the first payment in the books")
        stage.until(lambda: documents.waiting() and not payments.waiting(), "its ticket asked for, no more")
        under_way, on_the_page = [journeys.order(stage, stage.debtor()) for _ in range(2)]
        with stage.office.holding() as somebody_asks:
            stage.office.pay(under_way.page)
            assert somebody_asks.wait(PATIENCE_SECONDS)
            assert journeys.ticket(waiting) is None
            assert journeys.booked(under_way) is None

            stage.restart()

    back = stage.office.pay(on_the_page.page)
    assert on_the_page.visitor.get(own_path(back)).page.heading == "Votre paiement est accepté"
    for paying in (waiting, under_way, on_the_page):
        journeys.settled_once(stage, paying)
    stage.until(lambda: payments.waiting() + documents.waiting() == 0, "the queues to be empty")
    assert payments.dead() + documents.dead() == 0
