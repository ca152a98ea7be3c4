"""Envois: a file on its way from a tenant's browser to the lease or the request that it is for."""

from datetime import date

from chalicelib.domain.certificate_form import FROM, UNTIL
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.leases import OVER
from chalicelib.domain.once import FIELD, is_mark
from chalicelib.domain.service_requests import NUMBER_SHAPE
from chalicelib.domain.uploads import (
    DOWNLOAD_SECONDS,
    Purpose,
    Upload,
    UploadState,
    await_file,
    begin_again,
    id_of_form,
    new_id,
)
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
SENT, OVER_BY_NOW = "recu", "passe"
REQUEST_IS_CLOSED = (
    "Cette demande ne prend plus de pièce jointe ici. Ouvrez une nouvelle demande, ou appelez-nous."
)


@site.page("/envois/{id}")
def show_upload(visit: Visit, id: str) -> Answer:
    """Ask for the file, say that it is being checked, what became of it, or that its day is over."""
    upload = _mine(visit, id)
    values = {"upload": upload, "mark": new_id(), "sends": None, "state": upload.state.value}
    if upload.state is not UploadState.AWAITED:
        return Page("uploads/show.html", values, scripts=upload.state is UploadState.CHECKING)
    if SENT in visit.query:  # nobody has told us of it yet
        return Page("uploads/show.html", values | {"state": UploadState.CHECKING.value}, scripts=True)
    if upload.is_over(visit.now):
        return Page("uploads/show.html", values | {"state": OVER_BY_NOW})
    form = portal().quarantine.form(upload, f"{portal().config.address}{upload.path}?{SENT}=1")
    days = [date.fromisoformat(upload.facts[name]) for name in (FROM, UNTIL) if name in upload.facts]
    values |= {"sends": form, "days": days}
    return Page("uploads/show.html", values, scripts=True, sends_to=form.address)


@site.form("/envois/{id}/recommencer")
def ask_for_another_file(visit: Visit, id: str) -> Answer:
    """Await another file in place of one that was refused, or did not come in its day."""
    former = _mine(visit, id)
    _refuse_former(visit, former.lease)
    fresh = begin_again(portal().uploads, former, id_of_form(visit.text(FIELD)), visit.now)
    return SeeOther(fresh.path)


@site.form("/demandes/{number}/pieces")
def add_attachment(visit: Visit, number: str) -> Answer:
    """Await a file for an open request of the tenant's."""
    tenant = visit.signed_in.tenant.id
    found = portal().requests.get(tenant, visit.of_shape(number, NUMBER_SHAPE))
    if not found.takes_files:
        raise Refused(REQUEST_IS_CLOSED)
    _refuse_former(visit, found.lease)
    upload = Upload(
        id_of_form(visit.text(FIELD)),
        tenant,
        found.lease,
        Purpose.REQUEST,
        {"number": found.number},
        visit.now,
        email=visit.signed_in.email,
    )
    return SeeOther(await_file(portal().uploads, upload, visit.now).path)


@site.page("/demandes/{number}/pieces/{id}")
def open_attachment(visit: Visit, number: str, id: str) -> Answer:
    """Send to an address of the file that lives a minute."""
    upload = _mine(visit, id)
    of_request = upload.purpose is Purpose.REQUEST and upload.facts["number"] == number
    if not of_request or upload.state is not UploadState.ACCEPTED:
        raise Absent(id)
    link = portal().files.link(upload.key, upload.file_name, DOWNLOAD_SECONDS, upload.media_type)
    return Leave(link)


def _mine(visit: Visit, id: str) -> Upload:
    if not is_mark(id):
        raise Absent(id)
    return portal().uploads.get(visit.signed_in.tenant.id, id)


def _refuse_former(visit: Visit, lease: str) -> None:
    """``Refused`` for what is about a lease that is over."""
    if any(hold.lease == lease and hold.is_former(visit.today) for hold in visit.holds):
        raise Refused(OVER)
