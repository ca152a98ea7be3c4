"""Assurance habitation: where a lease stands, and the form that renews its certificate."""

from chalicelib.domain.certificate_form import FIELDS, read_certificate, renewal_of
from chalicelib.domain.certificates import NAME, REFERENCE_SHAPE
from chalicelib.domain.documents import LINK_SECONDS
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.insurance import cover_of, last_refused, latest_accepted
from chalicelib.domain.once import FIELD, is_mark, new_mark
from chalicelib.domain.uploads import Purpose, Upload, await_file, id_of_form
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
PATH = "/contrat/assurance"


@site.page(PATH)
def show_insurance(visit: Visit) -> Answer:
    """Show how a lease is insured, and ask for the next certificate."""
    if not visit.holds:
        return Page("leases/none.html")
    return _page(visit, visit.lease(visit.query.get("contrat", "")))


@site.form(PATH)
def receive_insurance(visit: Visit) -> Answer:
    """Take what the certificate says, then wait for its file; the same form sent twice asks once."""
    number = visit.lease(visit.text("contrat"))
    try:
        portal().leases.get(number).check_running(visit.today)
        mark = id_of_form(visit.text(FIELD))
        facts = read_certificate({field: visit.text(field) for field in FIELDS}, visit.today)
        visitor = visit.signed_in
        facts[NAME] = visitor.tenant.display_name
        asked = Upload(
            mark, visitor.tenant.id, number, Purpose.CERTIFICATE, facts, visit.now, email=visitor.email
        )
        return SeeOther(await_file(portal().uploads, asked, visit.now).path)
    except Refused as error:
        return _page(visit, number, error)


@site.page(PATH + "/{lease}/{reference}")
def open_certificate(visit: Visit, lease: str, reference: str) -> Answer:
    """Send to an address of a certificate's file that lives a minute."""
    number, wanted = visit.lease(lease), visit.of_shape(reference, REFERENCE_SHAPE)
    sent = portal().certificates.of_lease(number).named(wanted).sent
    if sent is None:
        raise Absent(reference)
    return Leave(portal().files.link(sent.file, sent.file_name, LINK_SECONDS, sent.media_type))


def _page(visit: Visit, number: str, error: Refused | None = None) -> Page:
    lease, certificates = portal().leases.with_certificates(number)
    cover, mark = cover_of(number, certificates), visit.form.get(FIELD, "")
    known = sorted(certificates, key=lambda one: (one.until_on, one.from_on), reverse=True)
    latest = latest_accepted(known, visit.today)
    values = {
        "lease": lease,
        "over": lease.is_over(visit.today),
        "cover": cover,
        "covered_until": cover.until(visit.today),
        "certificates": known,
        "refused": last_refused(known),
        "typed": visit.form or (renewal_of(latest) if latest else {}),
        "mark": mark if is_mark(mark) else new_mark(),
        "error": error,
    }
    return Page("leases/insurance_renewal.html", values, 422 if error else 200)
