"""The mail of insurance alerts: what it says before, on and after the last day, and its receipt."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib import cloud
from chalicelib.domain.insurance_alerts import Alert
from chalicelib.domain.insurance_calendar import Stage
from chalicelib.domain.insurance_mailing import TEMPLATE, AlertMail, mail_values
from chalicelib.domain.mail import NotSent, NotTaken, Refused
from chalicelib.gateways.mail import SesMail
from infra.local.resources import MAIL_RECEIPTS, Resources
from tests.gateways.test_mail import SENDER, SITE, Healthy, Outbox, Words, part, shared, words
from tests.mothers import a_tenant

__all__ = ["shared"]
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
AGENCY = "Agence de Rochefort, 12, quai des Frégates, 17300 Rochefort"


def written(*ends: tuple[str, int]) -> tuple[str, str, str]:
    """Write the mail about some leases, each ending in so many days: subject, text and page."""
    alerts = [Alert(lease, TODAY + timedelta(days=days), Stage.LAST_DAY, "t1", AT) for lease, days in ends]
    mail = AlertMail("m", "t1", "a@b.example", TODAY, tuple(alerts), AT)
    outbox = Outbox()
    SesMail(SENDER, Healthy(), outbox, MAIL_RECEIPTS).send(
        "a@b.example", TEMPLATE, mail_values(mail, a_tenant()), receipt="m"
    )
    message = outbox.message()
    return message["Subject"], part(message, "plain"), part(message, "html")


@pytest.mark.parametrize(
    ("days", "subject", "said"),
    [
        (15, "Votre assurance habitation expire le 8\u00a0décembre 2026", "(dans 15\u00a0jours)"),
        (1, "Votre assurance habitation expire le 24\u00a0novembre 2026", "(demain)"),
        (0, "Votre assurance habitation expire aujourd’hui", "votre assurance s’arrête ce soir"),
        (-15, "Votre attestation d’assurance a expiré le 8\u00a0novembre 2026", "(il y a 15\u00a0jours)"),
    ],
)
def test_the_mail_says_when_the_insurance_ends_and_what_can_be_done(
    days: int, subject: str, said: str
) -> None:
    title, text, page = written(("91/26", days))

    assert title == subject
    assert words("".join(Words(page).found)) == words(text)
    for fact in (said, "Contrat\u00a0: L/91/26", AGENCY, "05 46 00 00 00", "article\u00a07\u00a0g"):
        assert fact in text
    assert f"{SITE}/contrat/assurance?contrat=91/26" in text
    assert ("Si votre assurance s’est arrêtée" in text) == (days < 0)


def test_several_leases_are_told_of_in_one_mail_each_with_its_day() -> None:
    title, text, page = written(("9126", 30), ("9127", -15))

    assert title == "Vos attestations d’assurance habitation à renouveler"
    assert words("".join(Words(page).found)) == words(text)
    first, second = (
        "Contrat L/9127\u00a0: 8\u00a0novembre 2026",
        "Contrat L/9126\u00a0: 23\u00a0décembre 2026",
    )
    assert 0 < text.index(first) < text.index(second)
    assert f"{SITE}/contrat\r\n" in text
    assert "sont assurés" not in text
    assert "Si l’une de vos assurances s’est arrêtée, appelez-nous." in text
    assert "s’est arrêtée" not in written(("9126", 30), ("9127", 15))[1]


@pytest.mark.parametrize(
    ("code", "message", "status", "kind"),
    [
        ("MessageRejected", "Invalid recipient", 400, Refused),
        ("BadRequestException", "Illegal address", 400, Refused),
        ("MessageRejected", "Email address is not verified", 400, NotTaken),
        ("TooManyRequestsException", "Maximum sending rate exceeded", 429, NotTaken),
        ("SendingPausedException", "", 400, NotTaken),
        ("InternalFailure", "", 500, NotSent),
    ],
)
def test_what_ses_answers_tells_whether_a_mail_may_have_left(
    code: str, message: str, status: int, kind: type[NotSent]
) -> None:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    outbox = Outbox()

    with (
        patch.object(outbox, "send_email", side_effect=ClientError(answer, "SendEmail")),
        pytest.raises(NotSent) as caught,
    ):
        SesMail(SENDER, Healthy(), outbox, MAIL_RECEIPTS).send(
            "a@b.example", TEMPLATE, _values(), receipt="abc"
        )

    assert caught.type is kind


def test_a_mail_with_a_receipt_goes_by_the_settings_that_tell_of_it() -> None:
    outbox = Outbox()
    mail = SesMail(SENDER, Healthy(), outbox, MAIL_RECEIPTS)

    mail.send("a@b.example", TEMPLATE, _values(), receipt="abc")
    mail.send("a@b.example", TEMPLATE, _values())

    told, plain = outbox.calls
    assert told["ConfigurationSetName"] == MAIL_RECEIPTS
    assert told["EmailTags"] == [{"Name": "receipt", "Value": "abc"}]
    assert not {"ConfigurationSetName", "EmailTags"} & plain.keys()


def test_a_mail_with_a_receipt_and_a_hole_is_refused_alone_and_the_log_says_which(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Any other error would keep the mails behind it in the outbox waiting."""
    outbox = Outbox()

    with pytest.raises(Refused):
        SesMail(SENDER, Healthy(), outbox, MAIL_RECEIPTS).send("a@b.example", TEMPLATE, {}, receipt="abc")

    assert not outbox.calls
    (record,) = caplog.records
    assert (record.name, record.__dict__["template"]) == ("portal.mail", TEMPLATE)
    assert "is undefined" in caplog.text
    assert "a@b.example" not in caplog.text


@pytest.mark.parametrize("wrong", [{"leases": 3}, {"name": "\ud800"}])
def test_a_mail_with_a_receipt_that_cannot_be_spelled_is_refused_alone(wrong: dict[str, Any]) -> None:
    outbox = Outbox()
    mail = SesMail(SENDER, Healthy(), outbox, MAIL_RECEIPTS)
    values = _values() | wrong

    with pytest.raises(Refused):
        mail.send("a@b.example", TEMPLATE, values, receipt="abc")
    with pytest.raises((TypeError, UnicodeError)):
        mail.send("a@b.example", TEMPLATE, values)

    assert not outbox.calls


@pytest.fixture
def deaf(resources: Resources) -> Iterator[list[str]]:
    """Have SES take each mail and never be heard; give what it was asked."""
    asked: list[str] = []

    def lose(request: Any, **_: Any) -> None:
        asked.append(request.url)
        raise ReadTimeoutError(endpoint_url=request.url)

    make = cloud.client

    def client(service: str, tries: int = cloud.TRIES) -> Any:
        made = make(service, tries)
        made.meta.events.register_first("before-send.sesv2.*", lose)
        return made

    with patch.object(cloud, "client", client), patch("time.sleep"):
        yield asked


@pytest.mark.parametrize(("receipt", "times"), [("abc", 1), ("", 3)])
def test_a_mail_with_a_receipt_is_never_asked_for_twice(deaf: list[str], receipt: str, times: int) -> None:
    mail = SesMail(SENDER, Healthy(), receipts=MAIL_RECEIPTS)

    with pytest.raises(NotSent if receipt else ReadTimeoutError):
        mail.send("a@b.example", TEMPLATE, _values(), receipt=receipt)

    assert len(deaf) == times


def _values() -> dict[str, Any]:
    alert = Alert("9126", TODAY, Stage.LAST_DAY, "t1", AT)
    return mail_values(AlertMail("m", "t1", "a@b.example", TODAY, (alert,), AT), a_tenant())
