"""A file through the deployed portal: the signed form, the quarantine, the worker with its layer, the end.

The local cloud has no GuardDuty: its verdict is told here, in its words.  What S3 tells comes by itself.
"""

import json
import urllib.request

from chalicelib.portal import portal
from infra.local.scanner import scan_result
from tests.rehearsal.people import Debtor
from tests.rehearsal.stage import LiveStage
from tests.sending import form_of, send_file
from tests.sent_files import BAD, a_heic
from tests.visitors import Seen, Visitor

ARRIVAL = {"nom": "Sarah Le Goff", "naissance": "2026-11-20", "lien": "Enfant", "arrivee": "2026-11-22"}
CHECKING = "Nous vérifions votre fichier"


def send(stage: LiveStage, visitor: Visitor, request: str, content: bytes) -> Seen:
    """Send a file for a request; give the page that follows it, once S3 has told of it."""
    page = visitor.follow(visitor.send(visitor.get(request), f"{request}/pieces"))
    status, back = send_file(form_of(page), content)
    assert status == 303
    assert back.startswith(f"{stage.deployed.outputs['PortalAddress']}{page.path}?recu=1")
    return page


def scanned(stage: LiveStage, tenant: Debtor, page: Seen) -> None:
    """Wait until the bytes were inspected, and tell GuardDuty's verdict on them."""
    upload = stage.until(
        lambda: next((one for one in [portal().uploads.get(tenant.id, page.path[8:])] if one.mark), None),
        "the worker to have seen the file",
    )
    told = scan_result(upload.quarantine_key, upload.mark, "NO_THREATS_FOUND")
    stage.queue("uploads").send(json.dumps(told))


def test_a_photo_joins_a_request_and_a_bad_file_does_not(stage: LiveStage) -> None:
    tenant = stage.debtor()
    visitor = stage.visitor(tenant)
    arrivals = "/contrat/occupants/ajout"
    request = visitor.send(visitor.get(arrivals), arrivals, **ARRIVAL).location
    good = send(stage, visitor, request, a_heic())
    bad = send(stage, visitor, request, BAD["a PDF with a script by another spelling"]())

    refused = stage.until(lambda: settled(visitor, bad), "the inspection to refuse")
    assert visitor.get(good.path).page.heading in {CHECKING, good.page.heading}, "it waits for the scanner"
    scanned(stage, tenant, good)
    accepted = stage.until(lambda: settled(visitor, good), "the file to be accepted")

    assert accepted.page.heading == "Votre fichier est bien arrivé"
    assert refused.page.heading == "Votre fichier n’a pas été accepté"
    (link,) = [one for one in visitor.get(request).page.links if "/pieces/" in one]
    with urllib.request.urlopen(visitor.ask("GET", link).location) as answer:
        assert answer.read().startswith(b"\xff\xd8\xff")
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
    told = stage.until(lambda: told_of_files(stage, tenant), "the mail that tells of the refusal")
    assert told == ["Votre fichier n’a pas été accepté"]
    bucket = stage.resources["UploadsBucket"]
    assert stage.client("s3").list_objects_v2(Bucket=bucket).get("KeyCount") == 0
    strangers = stage.visitor(stage.debtor())
    assert strangers.ask("GET", link).status == strangers.ask("GET", good.path).status == 404


def settled(visitor: Visitor, page: Seen) -> Seen | None:
    seen = visitor.get(f"{page.path}?recu=1")
    return None if seen.page.heading == CHECKING else seen


def told_of_files(stage: LiveStage, tenant: Debtor) -> list[str]:
    """Give what a tenant heard of files: the stage may write to them about the month's rent meanwhile."""
    return [one.subject for one in stage.mails(tenant.email) if "fichier" in one.subject]
