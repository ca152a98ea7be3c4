"""The insurance renewed with a photo of the certificate: sent, checked, accepted, told; a refusal too.

# manual: ME20
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.portal import portal
from infra.local.resources import Resources, client
from tests import agents
from tests.conftest import ACCOUNT
from tests.handlers.test_jobs import call, messages
from tests.letters import letters
from tests.mothers import ELOISE, TODAY
from tests.sending import created, form_of, scanned, send_file
from tests.sent_files import a_picture
from tests.town import portal_endpoint, work
from tests.visitors import Seen, Visitor, own_path

FORM, DESK = "/contrat/assurance", "/gestion/attestations"
EMAIL = "9126-1@demo.example"
UNTIL = TODAY + timedelta(days=364)


@pytest.fixture
def agent(visitor: Visitor) -> Visitor:
    """Give the browser of somebody who works for the landlord."""
    agents.claire()
    made = Visitor(client="192.0.2.9")
    agents.enter(made)
    return made


def hear(resources: Resources, path: str) -> None:
    """Have the worker hear of the file that came: from S3, then from the scanner."""
    upload = portal().uploads.get(ELOISE, path.removeprefix("/envois/"))
    s3: Any = client("s3", portal_endpoint(resources), ACCOUNT)
    found = s3.head_object(Bucket=resources.uploads_bucket, Key=upload.quarantine_key)
    told = (created(upload.quarantine_key), scanned(upload.quarantine_key, found["ETag"]))
    call("inspect_uploads", messages(*(json.dumps(one) for one in told)))


def renew(visitor: Visitor, resources: Resources) -> Seen:
    """Send a certificate from the alert of the home page to the page that says it came."""
    (path, *_) = [link for link in visitor.get("/").page.links if link.startswith(FORM)]
    asked = visitor.send(
        visitor.get(path),
        FORM,
        assureur="MAIF",
        police="POL-9",
        debut=TODAY.isoformat(),
        fin=UNTIL.isoformat(),
    )
    status, back = send_file(form_of(visitor.follow(asked)), a_picture("JPEG"), "IMG_2041.jpg")
    assert status == 303
    waiting = visitor.get(own_path(back).partition("&")[0])
    assert waiting.page.heading == "Nous vérifions votre fichier"
    hear(resources, asked.location)
    return visitor.get(asked.location)


def test_a_photo_of_the_certificate_renews_the_insurance(
    visitor: Visitor, agent: Visitor, table: Resources
) -> None:
    assert "Alerte renouvellement assurance habitation" in visitor.get("/").page.words

    arrived = renew(visitor, table)

    assert arrived.page.heading == "Votre fichier est bien arrivé"
    assert "Nouvelle attestation à vérifier" in visitor.get("/contrat").page.words
    assert "Attestation d’assurance envoyée : contrat L/9126" in visitor.get("/").page.words
    (path,) = [link for link in agent.get(DESK).page.links if link.startswith(DESK + "/")]
    agent.follow(agent.send(agent.get(path), path + "/accepter"))
    work(table)

    assert "Alerte renouvellement" not in visitor.get("/").page.words
    assert (
        "À jour Votre attestation est valable jusqu’au 22 novembre 2027" in visitor.get("/contrat").page.words
    )
    (mail,) = letters(table, EMAIL)
    assert mail.subject == "Votre attestation d’assurance est acceptée"
    assert "du 23\u00a0novembre 2026 au 22\u00a0novembre 2027" in mail.text


def test_one_that_is_refused_says_why_at_home_and_by_mail_and_another_can_be_sent(
    visitor: Visitor, agent: Visitor, table: Resources
) -> None:
    renew(visitor, table)
    (path,) = [link for link in agent.get(DESK).page.links if link.startswith(DESK + "/")]
    agent.send(agent.get(path), path + "/refuser", motif="L’adresse n’est pas celle du logement.")
    work(table)

    (mail,) = letters(table, EMAIL)
    assert mail.subject == "Votre attestation d’assurance n’a pas pu être acceptée"
    assert "L’adresse n’est pas celle du logement." in mail.text
    assert "L’adresse n’est pas celle du logement." in visitor.get(FORM).page.words
    assert renew(visitor, table).page.heading == "Votre fichier est bien arrivé"
