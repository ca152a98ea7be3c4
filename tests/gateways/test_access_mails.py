"""The mails about accounts, files and papers: both versions say the same, lead to us alone, load nothing."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from chalicelib.domain.insurance import CertificateState
from chalicelib.domain.mail import Mailer
from chalicelib.domain.uploads import FLAWS, Flaw
from chalicelib.templating import ROOT
from tests.gateways.test_mail import SITE, Outbox, Words, mail, outbox, part, shared, words
from tests.mothers import a_certificate_sent

__all__ = ["mail", "outbox", "shared"]
TO = "camille@courriel.example"
TOKEN = "Z" * 43
NAME, AT = "Mme Éloïse D’Aubigné-Lefèvre", datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
REFUSED = replace(
    a_certificate_sent(), state=CertificateState.REFUSED, reason="L’adresse n’est pas la vôtre."
)
TOLD = {"name": NAME, "at": AT}
HOME = {"lease": "L/9126", "path": "/documents/x", "name": NAME}
MAILS: dict[str, dict[str, Any]] = {
    "open_account": {"token": TOKEN},
    "account_exists": {"same": False},
    "address_taken": {},
    "new_password": {"token": TOKEN, "name": NAME, "staff": False},
    "password_changed": TOLD,
    "many_failures": {"token": TOKEN, "name": NAME},
    "many_failures_staff": {},
    "session_replayed": TOLD | {"device": "Chrome sur Android"},
    "address_change_asked": TOLD | {"masked": "e…@nouvelle.example"},
    "confirm_address": {"token": TOKEN},
    "address_changed": TOLD | {"masked": "e…@nouvelle.example"},
    "account_opened": TOLD,
    "second_factor_added": {"at": AT, "device": "Firefox sur Windows"},
    "recovery_code_used": {"at": AT, "device": "Firefox sur Windows"},
    "recovery_codes_renewed": {"at": AT, "device": "Firefox sur Windows"},
    "passkey_added": TOLD | {"device": "Téléphone"},
    "passkey_removed": TOLD | {"device": "Téléphone"},
    "passkey_copied": TOLD | {"device": "Téléphone"},
    "upload_refused": {"what": "La pièce jointe", "reason": FLAWS[Flaw.LOCKED], "path": "/envois/x"},
    "certificate_accepted": {"certificate": a_certificate_sent(), "name": NAME, "lasting": True},
    "certificate_refused": {"certificate": REFUSED, "name": NAME},
    "rent_notice": HOME
    | {"month": "septembre 2026", "amount": "1\u202f612,40\u00a0€", "due_on": "5 septembre 2026"},
    "receipt": HOME
    | {
        "title": "Quittance de loyer de septembre 2026",
        "period": "du 1er au 30 septembre 2026",
        "amount": "1\u202f612,40\u00a0€",
    },
    "charge_statement": HOME
    | {"year": "2025", "balance": "84,12\u00a0€", "word": "à payer", "booked_on": "15 septembre 2026"},
}
LEADS_TO = {
    "open_account": f"/confirmation/{TOKEN}",
    "account_exists": "/connexion",
    "address_taken": "/connexion",
    "new_password": f"/mot-de-passe/{TOKEN}",
    "password_changed": "/mot-de-passe",
    "many_failures": f"/deverrouillage/{TOKEN}",
    "many_failures_staff": "/gestion/mot-de-passe",
    "session_replayed": "/mot-de-passe",
    "address_change_asked": "/mot-de-passe",
    "confirm_address": f"/confirmation/{TOKEN}",
    "second_factor_added": "/gestion/codes-de-secours",
    "recovery_code_used": "/gestion/codes-de-secours",
    "recovery_codes_renewed": "/gestion/codes-de-secours",
    "upload_refused": "/envois/x",
    "certificate_accepted": "/contrat/assurance?contrat=9126",
    "certificate_refused": "/contrat/assurance?contrat=9126",
    "rent_notice": "/documents/x",
    "receipt": "/documents/x",
    "charge_statement": "/documents/x",
}
LONGEST_SUBJECT = 60


def test_every_mail_is_tried_here_or_with_the_tickets_or_the_alerts() -> None:
    there = {path.stem for path in (ROOT / "templates" / "mail").glob("*.txt")}

    assert there == MAILS.keys() | {"base", "payment_ticket", "insurance_alert"}
    assert there - {"base"} <= {path.stem for path in (ROOT / "templates" / "mail").glob("*.html")}


@pytest.mark.parametrize("template", MAILS)
def test_the_text_says_the_same_words_as_the_page_in_the_same_order(
    mail: Mailer, outbox: Outbox, template: str
) -> None:
    mail.send(TO, template, MAILS[template])

    message = outbox.message()
    page = "".join(Words(part(message, "html")).found)
    assert words(page) == words(part(message, "plain"))
    assert page.count(message["Subject"]) >= 1
    assert len(message["Subject"]) <= LONGEST_SUBJECT


@pytest.mark.parametrize("template", MAILS)
def test_a_mail_leads_to_one_place_of_ours_and_loads_nothing(
    mail: Mailer, outbox: Outbox, template: str
) -> None:
    mail.send(TO, template, MAILS[template])

    page, text = part(outbox.message(), "html"), part(outbox.message(), "plain")
    led = {address for address in re.findall(r'href="([^"]*)"', page) if not address.startswith("tel:")}
    assert led == ({SITE + LEADS_TO[template]} if template in LEADS_TO else set())
    assert set(re.findall(r"https?://\S+", text)) == led
    assert re.findall(r'src="([^"]*)"', page) == ["cid:logo@portal"]
    assert page.count("<h1") == 1
    assert "url(" not in page


@pytest.mark.parametrize("template", MAILS)
def test_french_is_written_with_its_own_signs(mail: Mailer, outbox: Outbox, template: str) -> None:
    mail.send(TO, template, MAILS[template])
    text = part(outbox.message(), "plain")

    prose = re.sub(r"https?://\S+", "", text)
    assert "'" not in prose
    assert not re.search(r"(?<![\u00a0\u202f]):(?!\d)|(?<!\u202f)[?!;]|«(?!\u00a0)|(?<!\u00a0)»", prose)
    assert "  " not in prose.replace("\r\n", "\n")
    assert "tu " not in prose


@pytest.mark.parametrize("template", [name for name in MAILS if MAILS[name]])
def test_a_value_that_is_missing_is_an_error_and_never_a_hole(mail: Mailer, template: str) -> None:
    for missing in MAILS[template]:
        left = {name: value for name, value in MAILS[template].items() if name != missing}
        with pytest.raises(UndefinedError, match=missing):
            mail.send(TO, template, left)


@pytest.mark.parametrize("template", [name for name in MAILS if "name" in MAILS[name]])
def test_who_is_known_is_greeted_by_name_and_who_is_not_is_greeted_too(
    mail: Mailer, outbox: Outbox, template: str
) -> None:
    mail.send(TO, template, MAILS[template] | {"name": ""})
    mail.send(TO, template, MAILS[template] | {"name": "<b>M. Noël</b>"})

    unnamed, named = (outbox_message(call) for call in outbox.calls)
    assert "Bonjour,\r\n" in unnamed
    assert "Bonjour <b>M. Noël</b>," in named


def outbox_message(call: dict[str, Any]) -> str:
    one = Outbox()
    one.calls = [call]
    assert "<b>M." not in part(one.message(), "html")
    return part(one.message(), "plain").replace("\r\n", "\n").replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("template", "values", "path"),
    [
        ("new_password", {"token": TOKEN, "name": "", "staff": True}, f"/gestion/mot-de-passe/{TOKEN}"),
        ("password_changed", TOLD | {"forgotten": "yes", "staff": "yes"}, "/gestion/mot-de-passe"),
    ],
)
def test_an_agent_s_mail_speaks_of_their_account_and_leads_to_their_page(
    mail: Mailer, outbox: Outbox, template: str, values: dict[str, Any], path: str
) -> None:
    mail.send(TO, template, values)

    message = outbox.message()
    page, text = part(message, "html"), part(message, "plain")
    assert words("".join(Words(page).found)) == words(text)
    assert re.findall(r"https?://\S+", text) == [SITE + path]
    assert f'href="{SITE + path}"' in page
    assert "votre compte de gestion" in " ".join(text.split())
    assert "votre espace locataire" not in " ".join(text.split())


@pytest.mark.parametrize("template", ["passkey_added", "passkey_removed", "passkey_copied"])
@pytest.mark.parametrize(
    ("staff", "whom"), [({}, "appelez-nous"), ({"staff": "yes"}, "prévenez qui a ouvert")]
)
def test_who_did_not_do_it_is_told_whom_to_tell(
    mail: Mailer, outbox: Outbox, template: str, staff: dict[str, str], whom: str
) -> None:
    mail.send(TO, template, MAILS[template] | staff)

    page, text = part(outbox.message(), "html"), part(outbox.message(), "plain")
    assert words("".join(Words(page).found)) == words(text)
    assert whom in " ".join(text.split())
    assert ("appelez-nous" in " ".join(text.split())) != bool(staff)


def test_whose_account_it_is_makes_another_mail(mail: Mailer, outbox: Outbox) -> None:
    mail.send(TO, "account_exists", {"same": True})

    assert "à cette adresse" in part(outbox.message(), "plain")
    assert "à une autre adresse" not in part(outbox.message(), "plain")


def written(mail: Mailer, outbox: Outbox, template: str, **changes: str) -> str:
    """Write a mail with some values changed; give its text in one line."""
    mail.send(TO, template, MAILS[template] | changes)
    message = outbox.message()
    page, text = part(message, "html"), part(message, "plain")
    assert words("".join(Words(page).found)) == words(text)
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("template", "facts"),
    [
        ("rent_notice", ["À payer : 1 612,40 €", "Échéance : 5 septembre 2026", "Contrat : L/9126"]),
        (
            "receipt",
            [
                "Montant : 1 612,40 €",
                "Concerne : du 1er au 30 septembre 2026",
                "Vous pouvez revenir sur cet accord",
            ],
        ),
        ("charge_statement", ["Solde : 84,12 € à payer", "15 septembre 2026", "pendant six mois"]),
    ],
)
def test_a_mail_about_a_paper_says_what_is_in_it_and_how_to_do_without_internet(
    mail: Mailer, outbox: Outbox, template: str, facts: list[str]
) -> None:
    text = written(mail, outbox, template)

    for fact in [*facts, "appelez-nous au 05 46 00 00 00", "à l’agence"]:
        assert fact in text
    assert "papier" in text


@pytest.mark.parametrize(
    ("template", "changes", "said"),
    [
        ("rent_notice", {"amount": "0,00\u00a0€"}, "À payer : rien ce mois-ci Contrat : L/9126"),
        ("charge_statement", {"word": "en votre faveur"}, "Solde : 84,12 € en votre faveur"),
    ],
)
def test_who_owes_nothing_is_not_asked_whether_they_can_pay(
    mail: Mailer, outbox: Outbox, template: str, changes: dict[str, str], said: str
) -> None:
    text = written(mail, outbox, template, **changes)

    assert said in text
    assert "du mal à payer" not in text
    assert "Échéance :" not in text
