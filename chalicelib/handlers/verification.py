"""Vérification: whoever holds a receipt finds out by its code whether we made it, and whether it holds."""

from chalicelib.domain.errors import InvalidForm, Refused, Unavailable
from chalicelib.domain.throttling import VERIFICATIONS, Subject, SubjectKind, TooManyTries, take
from chalicelib.domain.verification_codes import code_in_groups, read_code
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import LONGEST_TEXT, Visit

site = new_site(__name__)
MANY = "Beaucoup de codes viennent d’être vérifiés depuis ce réseau."
UNREADABLE = "Un code compte 16 lettres et chiffres, par exemple 7Q4X-M2ZA-K09T-H5CE."
UNKNOWN = (
    "Ce code n’est celui d’aucun document. S’il est bien celui du papier, ce papier ne vient pas de nous."
)
AWAY = "Nous n’avons pas pu vérifier ce code. Réessayez dans quelques minutes."
WRONG, NOWHERE, TOO_MANY, NOT_NOW = 422, 404, 429, 503


@site.page("/verification", public=True)
def verify(visit: Visit) -> Answer:
    """Ask for a code, or say what is known of it: that is the same for anybody, and names nobody.

    Each look counts on the network, before anything is looked up.
    """
    typed = visit.query.get("code", "")[:LONGEST_TEXT].strip()
    if not typed:
        return _page(typed)
    if not (code := read_code(typed)):
        return _page(typed, InvalidForm({"code": UNREADABLE}), WRONG)
    network = Subject(SubjectKind.VERIFICATION, visit.client)
    try:
        if wait := take(portal().front.tallies, {network: VERIFICATIONS}, visit.now):
            return _page(typed, TooManyTries(wait, visit.now, MANY), TOO_MANY)
        paper = portal().codes.find(code)
    except Unavailable:
        return _page(typed, Refused(AWAY), NOT_NOW)
    if paper is None:
        return _page(typed, InvalidForm({"code": UNKNOWN}), NOWHERE)
    return Page("verification/genuine.html", {"paper": paper, "code": code_in_groups(code)})


def _page(typed: str, error: Refused | None = None, status: int = 200) -> Page:
    return Page("verification/ask.html", {"typed": typed, "error": error}, status)
