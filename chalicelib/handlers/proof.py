"""« Mot de passe actuel »: asked again before what is sensitive, unless typed a moment ago (15 minutes).

The forms that ask for it show ``ui.proof`` and call ``prove``; what else was typed in them is kept.
"""

from chalicelib.domain.signing_in import Attempt
from chalicelib.domain.signing_in import prove as check
from chalicelib.domain.throttling import TooManyTries
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.visit import Visit

FIELD = "mot-de-passe-actuel"
MISSING, WRONG = "Indiquez votre mot de passe actuel.", "Ce n’est pas votre mot de passe actuel."


def prove(visit: Visit) -> dict[str, str]:
    """Check that it is the account's owner who asks; give what is wrong with the field, if anything is.

    Wrong passwords count as tries at the account's door, and wait like them.
    """
    if visit.proven:
        return {}
    typed, session = visit.form.get(FIELD, ""), visit.session
    if not typed:
        return {FIELD: MISSING}
    known = jar.read_device(portal().entrance, visit.cookies, session.email)
    attempt = Attempt(session.email, typed, visit.client, known)
    try:
        right = check(portal().doorkeeper, attempt, session, visit.now)
    except TooManyTries as error:
        return {FIELD: error.reason}
    return {} if right else {FIELD: WRONG}
