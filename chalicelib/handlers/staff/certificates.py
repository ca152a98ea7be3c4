"""Attestations: the insurance certificates that wait for an agent, and what the agent decides."""

import re
from collections.abc import Callable

from chalicelib.domain.certificates import REFERENCE_SHAPE, CheckDesk, accept, refuse
from chalicelib.domain.documents import LINK_SECONDS
from chalicelib.domain.errors import Absent, Conflict, Refused
from chalicelib.domain.insurance import CertificateState, InsuranceCertificate
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
PATH = "/gestion/attestations"
PLACE_SHAPE = re.compile(r"[0-9T:.+-]{20,40}#[A-Za-z0-9._-]{1,20}#[A-Za-z0-9._-]{1,40}")
LEASE_SHAPE = re.compile(r"[A-Za-z0-9._-]{1,20}")
DONE = "fait"
TAKEN = 409


@site.staff_page(PATH)
def list_certificates(visit: Visit) -> Answer:
    """List what waits, oldest first."""
    after = visit.query.get("apres", "")
    found, after = portal().certificates.to_check(visit.of_shape(after, PLACE_SHAPE) if after else "")
    done = visit.query.get(DONE, "")
    values = {
        "certificates": found,
        "after": after,
        "further": "apres" in visit.query,
        "done": done if done in {state.value for state in CertificateState} else "",
    }
    return Page("staff/certificates.html", values)


@site.staff_page(PATH + "/{lease}/{reference}")
def show_certificate(visit: Visit, lease: str, reference: str) -> Answer:
    """Show one, with what the file has to agree with."""
    return _page(visit, *_shaped(visit, lease, reference))


@site.staff_page(PATH + "/{lease}/{reference}/fichier")
def open_certificate_file(visit: Visit, lease: str, reference: str) -> Answer:
    """Send to an address of the file that lives a minute."""
    number, wanted = _shaped(visit, lease, reference)
    sent = _sent_here(portal().certificates.of_lease(number).named(wanted)).sent
    if sent is None:
        raise Absent(reference)
    return Leave(portal().files.link(sent.file, sent.file_name, LINK_SECONDS, sent.media_type))


@site.staff_form(PATH + "/{lease}/{reference}/accepter")
def accept_certificate(visit: Visit, lease: str, reference: str) -> Answer:
    """Accept it: the lease is covered."""
    number, wanted = _shaped(visit, lease, reference)
    return _decide(visit, number, wanted, lambda: accept(_desk(), number, wanted, visit.agent.id, visit.now))


@site.staff_form(PATH + "/{lease}/{reference}/refuser")
def refuse_certificate(visit: Visit, lease: str, reference: str) -> Answer:
    """Refuse it, with the reason that its sender reads."""
    number, wanted = _shaped(visit, lease, reference)
    reason, agent = visit.text("motif"), visit.agent.id
    return _decide(visit, number, wanted, lambda: refuse(_desk(), number, wanted, reason, agent, visit.now))


def _decide(visit: Visit, lease: str, reference: str, decide: Callable[[], InsuranceCertificate]) -> Answer:
    """Have it decided once; who comes second sees what was decided, and by whom."""
    try:
        judged = decide()
    except Refused as error:
        return _page(visit, lease, reference, error)
    except Conflict:
        return _page(visit, lease, reference, status=TAKEN)
    return SeeOther(f"{PATH}?{DONE}={judged.state.value}")


def _page(visit: Visit, lease: str, reference: str, error: Refused | None = None, status: int = 422) -> Page:
    found, certificates = portal().leases.with_certificates(lease)
    asked = [one for one in certificates if one.reference == reference]
    if not asked:
        raise Absent(reference)
    values = {
        "certificate": _sent_here(asked[0]),
        "lease": found,
        "others": [one for one in certificates if one.reference != reference],
        "typed": visit.form,
        "error": error,
    }
    return Page("staff/certificate.html", values, status if error or status == TAKEN else 200)


def _sent_here(certificate: InsuranceCertificate) -> InsuranceCertificate:
    """Give a certificate back if a tenant sent it here: the others are the landlord's software's own."""
    if certificate.sent is None:
        raise Absent(certificate.reference)
    return certificate


def _shaped(visit: Visit, lease: str, reference: str) -> tuple[str, str]:
    return visit.of_shape(lease, LEASE_SHAPE), visit.of_shape(reference, REFERENCE_SHAPE)


def _desk() -> CheckDesk:
    return portal().check_desk
