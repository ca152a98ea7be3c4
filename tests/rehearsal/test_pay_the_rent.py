"""The rent paid through the deployed portal: door, bell, queues, worker, file, mail."""

from chalicelib.domain import french
from tests.rehearsal import journeys
from tests.rehearsal.journeys import plain
from tests.rehearsal.stage import LiveStage


def test_a_tenant_signs_in_pays_by_card_and_holds_the_ticket(stage: LiveStage) -> None:
    eloise, owed = stage.eloise, plain(french.euros(stage.eloise.owed_cents))
    home = stage.visitor(eloise).get("/").page
    assert home.heading == "Bienvenue Mme Éloïse D’Aubigné-Lefèvre"
    assert f"débiteur de {owed}" in home.words

    before = set(stage.office.deliveries())
    paying = journeys.pay(stage, eloise)
    stage.until(lambda: journeys.booked(paying), "the payment in the books")
    stage.until(lambda: set(stage.office.deliveries()) - before, "the bell's own note of the answer")
    assert {ring.status for ring in set(stage.office.deliveries()) - before} == {204}
    assert " 0,00 €" in paying.visitor.get("/paiement").page.words

    paper = stage.until(lambda: journeys.ticket(paying), "the ticket")
    result = paying.visitor.get(paying.path).page
    assert result.heading == "Votre paiement est accepté"
    assert paper.path in result.links
    content = journeys.download(stage, paying, paper)
    assert "L/9126" in journeys.printed(content)
    assert owed in journeys.printed(content)
    (mail,) = journeys.mailed(stage, eloise)
    assert owed in plain(mail.subject)
    assert [attached.content for attached in mail.attachments] == [content]
    journeys.settled_once(stage, paying)
