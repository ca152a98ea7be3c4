"""Envois: a tenant sends a file for a request; it is checked, joins the request, or is refused and told."""

import json
import urllib.request
import zlib
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.uploads import Flaw, Upload, UploadState, await_file, new_id
from chalicelib.portal import portal
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.tenants import hold_item
from chalicelib.storage.uploads import upload_item
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.handlers.test_jobs import call, left, messages
from tests.handlers.test_pages import check_names, check_order, check_structure
from tests.letters import letters
from tests.mothers import ELOISE, a_hold, a_request, an_upload, put
from tests.sending import created, form_of, scanned, send_file
from tests.sent_files import BAD, a_pdf, a_photo
from tests.town import Counted
from tests.visitors import Seen, Visitor

NUMBER = "D2026-000500"
PAGE = f"/demandes/{NUMBER}"


@dataclass
class Sender:
    """Éloïse’s browser, what S3 has, and what is told of it."""

    visitor: Visitor
    s3: Any
    bucket: str

    def ask(self) -> Seen:
        """Press « Joindre un justificatif », and come to the page that takes the file."""
        return self.visitor.follow(self.visitor.send(self.visitor.get(PAGE), f"{PAGE}/pieces"))

    def upload(self, page: Seen, content: bytes, file_name: str = "facture.pdf") -> Upload:
        """Send a file by the form of a page."""
        status, back = send_file(form_of(page), content, file_name)
        assert status == 303
        assert back.startswith(f"{portal().config.address}{page.path}?recu=1")
        return self.found(page)

    def found(self, page: Seen) -> Upload:
        return portal().uploads.get(ELOISE, page.path.rsplit("/", 1)[1])

    def mark(self, upload: Upload) -> str:
        return str(self.s3.head_object(Bucket=self.bucket, Key=upload.quarantine_key)["ETag"]).strip('"')

    def tell(self, upload: Upload) -> None:
        """Have S3 tell of the bytes that came."""
        assert left(call("inspect_uploads", messages(json.dumps(created(upload.quarantine_key))))) == []

    def scan(self, upload: Upload, verdict: str = "NO_THREATS_FOUND") -> None:
        """Have the scanner tell of the bytes that are there."""
        told = scanned(upload.quarantine_key, self.mark(upload), verdict)
        assert left(call("inspect_uploads", messages(json.dumps(told)))) == []

    def waiting(self) -> list[str]:
        """List what lies in quarantine."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [one["Key"] for one in found]


@pytest.fixture
def sender(visitor: Visitor, table: Resources, aws: str) -> Sender:
    put(*request_items(replace(a_request(NUMBER), opened_here=True)))
    return Sender(visitor, client("s3", aws, ACCOUNT), table.uploads_bucket)


def test_a_file_is_sent_checked_joined_to_the_request_and_opened(sender: Sender) -> None:
    page = sender.ask()
    upload = sender.upload(page, a_pdf())
    assert sender.visitor.get(f"{page.path}?recu=1").page.heading == "Nous vérifions votre fichier"
    sender.tell(upload)
    assert sender.visitor.get(page.path).page.heading == "Nous vérifions votre fichier"
    sender.scan(upload)

    done = sender.visitor.get(page.path)
    assert done.page.heading == "Votre fichier est bien arrivé"
    assert PAGE in done.page.links
    (link,) = [one for one in sender.visitor.get(PAGE).page.links if "/pieces/" in one]
    with urllib.request.urlopen(sender.visitor.ask("GET", link).location) as answer:
        assert answer.read() == a_pdf()
        name = "piece-jointe-2026-11-23-09h42.pdf"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Content-Type"] == "application/pdf"
    assert sender.waiting() == []
    assert "Pièce jointe ajoutée à la demande n° D2026-000500" in sender.visitor.get("/").page.words


def test_what_waits_can_be_opened_by_nobody(sender: Sender) -> None:
    page = sender.ask()
    upload = sender.upload(page, a_pdf())
    sender.tell(upload)

    assert sender.visitor.ask("GET", f"{PAGE}/pieces/{upload.id}").status == 404
    assert "/pieces/" not in "".join(sender.visitor.get(PAGE).page.links)


def test_a_photo_is_kept_without_its_place(sender: Sender) -> None:
    upload = sender.upload(sender.ask(), a_photo(), "IMG_0001.HEIC")
    sender.tell(upload)
    sender.scan(upload)

    link = next(one for one in sender.visitor.get(PAGE).page.links if "/pieces/" in one)
    with urllib.request.urlopen(sender.visitor.ask("GET", link).location) as answer:
        content = answer.read()
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert 'filename="piece-jointe-2026-11-23-09h42.jpg"' in answer.headers["Content-Disposition"]
    assert b"Exif" not in content
    assert b"Rochefort" not in content


def test_a_bad_file_is_refused_at_once_told_by_mail_and_may_be_sent_anew(
    sender: Sender, table: Resources
) -> None:
    page = sender.ask()
    upload = sender.upload(page, BAD["a PDF with a script"]())
    sender.tell(upload)

    refused = sender.visitor.get(page.path)
    assert refused.page.heading == "Votre fichier n’a pas été accepté"
    assert "Le PDF contient un programme" in refused.page.words
    assert sender.waiting() == []
    (mail,) = letters(table, "9126-1@demo.example")
    assert mail.subject == "Votre fichier n’a pas été accepté"
    assert "pour la demande n°\u00a0D2026-000500" in mail.text
    assert f"http://127.0.0.1:8000{page.path}" in mail.text
    again = sender.visitor.send(refused, f"{page.path}/recommencer")
    fresh = sender.visitor.follow(again)
    assert fresh.path != page.path
    assert form_of(fresh).fields["key"] == f"{ELOISE}/{fresh.path.rsplit('/', 1)[1]}"


def test_the_form_leads_to_one_key_of_one_type_and_size_for_ten_minutes(sender: Sender) -> None:
    page = sender.ask()
    form = form_of(page)

    policy = json.loads(b64decode(form.fields["policy"]))
    conditions = {json.dumps(one) for one in policy["conditions"]}
    assert '["content-length-range", 1, 10000000]' in conditions
    assert '["eq", "$Content-Type", "application/octet-stream"]' in conditions
    assert json.dumps({"key": f"{ELOISE}/{page.path.rsplit('/', 1)[1]}"}) in conditions
    assert not [one for one in conditions if "starts-with" in one]
    assert "csrf" not in form.fields
    assert f"form-action 'self' {portal().entrance.checkout_origin} {form.address};" in page.header(
        "content-security-policy"
    )
    assert form.address not in sender.visitor.get(PAGE).header("content-security-policy")


def test_a_page_of_a_file_is_two_trips_small_and_easy_to_find_one_s_way_on(
    sender: Sender, counted: Counted
) -> None:
    page = sender.ask()
    facts = {"number": NUMBER}
    accepted = {"state": UploadState.ACCEPTED, "key": "uploads/9126/x.pdf", "media_type": "application/pdf"}
    others = (
        an_upload("C" * 22, facts=facts, state=UploadState.CHECKING),
        an_upload("D" * 22, facts=facts, **accepted),
        an_upload("E" * 22, facts=facts, state=UploadState.REFUSED, flaw=Flaw.THREAT),
    )
    put(*(upload_item(one) for one in others))

    for path in (page.path, f"{page.path}?recu=1", *(one.path for one in others)):
        counted.calls.clear()
        seen = sender.visitor.ask("GET", path)
        assert sum(counted.calls.values()) == 2, path
        assert len(zlib.compress(seen.reply.body)) <= 4096, path
        check_structure(path, seen.page)
        check_names(path, seen.page)
        check_order(path, seen.page)


def test_what_is_somebody_else_s_or_of_another_request_is_absent(sender: Sender, neighbour: Visitor) -> None:
    page = sender.ask()
    done = an_upload("D" * 22, facts={"number": NUMBER}, state=UploadState.ACCEPTED, media_type="image/jpeg")
    put(upload_item(done), *request_items(replace(a_request("D2026-000501"), opened_here=True)))
    nothing = neighbour.ask("GET", f"/envois/{'N' * 22}")

    own = page.path.rsplit("/", 1)[1]
    assert neighbour.ask("GET", page.path).html == nothing.html.replace("N" * 22, own)
    for path in (page.path, f"{PAGE}/pieces/{done.id}", f"/envois/{done.id}x", "/envois/.."):
        assert neighbour.ask("GET", path).status == 404
    assert sender.visitor.ask("GET", f"/demandes/D2026-000501/pieces/{done.id}").status == 404
    token = neighbour.token()
    for path in (f"{PAGE}/pieces", f"{page.path}/recommencer"):
        assert neighbour.post(path, {"csrf": token, "envoi": "m" * 22}).status == 404


def test_a_request_that_is_closed_or_of_a_lease_that_is_over_takes_no_file(sender: Sender) -> None:
    closed = replace(a_request("D2026-000502"), opened_here=True, state=RequestState.DONE)
    put(*request_items(closed)[:1])
    token = sender.visitor.token()

    refused = sender.visitor.post(f"{closed.path}/pieces", {"csrf": token, "envoi": "m" * 22})

    assert refused.status == 422
    assert "Cette demande ne prend plus de pièce jointe ici" in refused.page.words
    put(hold_item(ELOISE, replace(a_hold(), lease_ends_on=date(2026, 11, 22))))
    refused = sender.visitor.post(f"{PAGE}/pieces", {"csrf": token, "envoi": "m" * 22})
    assert refused.status == 422
    assert "Ce contrat est terminé" in refused.page.words


def test_the_twenty_first_file_of_a_day_is_refused_in_words(sender: Sender, clock: Clock) -> None:
    for _ in range(20):
        await_file(portal().uploads, an_upload(new_id()), clock.at)
    token = sender.visitor.token()

    refused = sender.visitor.post(f"{PAGE}/pieces", {"csrf": token, "envoi": new_id()})

    assert refused.status == 422
    assert "20 fichiers ou 100 Mo au plus par jour" in refused.page.words


def test_a_form_of_yesterday_takes_no_file_and_leads_to_another(sender: Sender, clock: Clock) -> None:
    page = sender.ask()
    clock.at += timedelta(days=1, seconds=-1)
    sender.visitor.enter(ELOISE)
    assert form_of(sender.visitor.get(page.path)).fields["key"]
    token = sender.visitor.token()
    assert sender.visitor.post(f"{page.path}/recommencer", {"csrf": token, "envoi": new_id()}).status == 404
    clock.at += timedelta(seconds=1)

    over = sender.visitor.get(page.path)
    fresh = sender.visitor.follow(sender.visitor.send(over, f"{page.path}/recommencer"))

    assert over.page.heading == "Ce formulaire n’est plus valable"
    assert [form.action for form in over.page.forms if form.action.startswith("http")] == []
    check_structure(page.path, over.page)
    check_names(page.path, over.page)
    assert fresh.path != page.path
    assert sender.found(fresh).facts == sender.found(page).facts


def test_a_form_sent_twice_leads_to_one_page(sender: Sender) -> None:
    shown = sender.visitor.get(PAGE)

    first, second = (sender.visitor.send(shown, f"{PAGE}/pieces") for _ in range(2))

    assert first.location == second.location
    assert len(portal().uploads.due(portal().entrance.now() + timedelta(days=1))) == 1
