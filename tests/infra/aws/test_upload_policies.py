"""Least privilege of those who look at the files that tenants send, both ways."""

import json
from dataclasses import replace

from chalicelib.domain.insurance import CertificateState
from chalicelib.domain.uploads import Purpose, Upload, await_file, new_id
from chalicelib.portal import portal
from chalicelib.storage.insurance import certificate_item
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.handlers.conftest import eloise, provider
from tests.handlers.test_insurance import TYPED
from tests.handlers.test_jobs import EVERY_QUARTER, call, messages
from tests.infra.aws.test_policies import (
    CERTIFICATE,
    OWN_REQUEST,
    Listen,
    listen,
    same_both_ways,
    town,
    with_a_file,
)
from tests.mothers import an_upload, put
from tests.sending import created, scanned
from tests.sent_files import a_pdf
from tests.town import Provider

__all__ = ["eloise", "listen", "provider", "town"]


def test_the_worker_of_uploads_may_do_what_it_does(
    town: Provider, listen: Listen, resources: Resources, clock: Clock, aws: str
) -> None:
    """Accept a file that an earlier try had kept already, refuse another, forget one that never came.

    One is a certificate, and another certificate was checked: its sender is told.
    """
    s3, uploads = client("s3", aws, ACCOUNT), portal().uploads
    good, bad, asked, lost = (
        await_file(uploads, an_upload(new_id(), facts={"number": OWN_REQUEST}), clock.at) for _ in range(4)
    )
    insured = await_file(uploads, an_upload(new_id(), purpose=Purpose.CERTIFICATE, facts=TYPED), clock.at)
    with_a_file()
    put(certificate_item(replace(CERTIFICATE, state=CertificateState.ACCEPTED)))
    for upload, content in ((good, a_pdf()), (bad, b"no PDF"), (asked, a_pdf()), (insured, a_pdf())):
        s3.put_object(Bucket=resources.uploads_bucket, Key=upload.quarantine_key, Body=content)
    kept = {"Bucket": resources.files_bucket, "Key": f"uploads/9126/{good.id}.pdf", "Body": a_pdf()}
    mark = s3.put_object(**kept)["ETag"]  # the same bytes have the same mark

    def look() -> None:
        told = [
            created(bad.quarantine_key),
            scanned(good.quarantine_key, mark),
            scanned(insured.quarantine_key, mark),
            {"certificate": {"lease": CERTIFICATE.lease, "reference": CERTIFICATE.reference}},
        ]
        assert call("inspect_uploads", messages(*map(json.dumps, told))) == {"batchItemFailures": []}
        clock.advance(minutes=31)
        look_again(asked)
        clock.advance(days=1)
        look_again(lost)

    def look_again(upload: Upload) -> None:
        told = json.dumps({"look_again": {"tenant": upload.tenant, "id": upload.id}})
        assert call("inspect_uploads", messages(told)) == {"batchItemFailures": []}

    same_both_ways("inspect_uploads", listen(look), resources)


def test_the_sweep_of_uploads_may_do_what_it_does(
    town: Provider, listen: Listen, resources: Resources, clock: Clock
) -> None:
    await_file(portal().uploads, an_upload(new_id()), clock.at)
    clock.advance(minutes=31)

    def sweep() -> None:
        assert call("sweep_uploads", EVERY_QUARTER) == 1

    same_both_ways("sweep_uploads", listen(sweep), resources)
