"""Mails that come back: the address takes no more, and nothing else is the worse for it."""

from tests.infra.aws.mails import bounce
from tests.rehearsal import journeys
from tests.rehearsal.stage import LiveStage


def test_an_address_that_bounced_gets_no_more_mail_and_the_ticket_is_there_all_the_same(
    stage: LiveStage,
) -> None:
    tenant = stage.debtor()
    stage.queue("mail-events").send(bounce(tenant.email))
    stage.until(lambda: stage.queue("mail-events").waiting() == 0, "the bounce to be recorded")

    paying = journeys.pay(stage, tenant)

    paper = stage.until(lambda: journeys.ticket(paying), "the ticket")
    assert "L/" + tenant.lease in journeys.printed(journeys.download(stage, paying, paper))
    assert journeys.mailed(stage, tenant) == []
