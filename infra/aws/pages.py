"""What API Gateway answers when no function of ours is asked (« pages d’erreur »): unknown address, too many
requests, a function that failed.  People get a page of the portal, in French; it needs nothing but the
stylesheets, which CloudFront keeps.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

from chalicelib.domain.landlord import Landlord
from chalicelib.web.statics import Statics

HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Said:
    """One page: its status and its words."""

    status: int
    title: str
    words: str


UNKNOWN = Said(
    404, "Cette page n’existe pas", "L’adresse est peut-être mal écrite, ou la page n’est pas la vôtre."
)
WRONG = Said(
    400, "Cette demande n’est pas lisible", "Rien n’a été enregistré. Revenez à la page et recommencez."
)
REFUSED = Said(403, "Cette demande est refusée", "Rien n’a été enregistré. Réessayez dans quelques minutes.")
TOO_LARGE = Said(
    413, "Ce fichier est trop lourd", "Rien n’a été enregistré. Choisissez un fichier plus petit."
)
TOO_MANY = Said(
    429, "Trop de demandes à la fois", "Rien n’a été perdu ni compté deux fois. Réessayez dans une minute."
)
BROKEN = Said(
    500,
    "Un problème est survenu chez nous",
    "Ce n’est pas votre faute. Nous en sommes prévenus. Réessayez dans quelques minutes.",
)
SLOW = Said(
    504,
    "La réponse se fait attendre",
    "Nous en sommes prévenus. Avant de recommencer, regardez si votre demande ou votre paiement est déjà là.",
)
ANSWERS = {
    "MISSING_AUTHENTICATION_TOKEN": UNKNOWN,  # so API Gateway calls an address that it does not know
    "RESOURCE_NOT_FOUND": UNKNOWN,
    "WAF_FILTERED": REFUSED,
    "REQUEST_TOO_LARGE": TOO_LARGE,
    "THROTTLED": TOO_MANY,
    "QUOTA_EXCEEDED": TOO_MANY,
    "INTEGRATION_TIMEOUT": SLOW,
    "DEFAULT_4XX": WRONG,
    "DEFAULT_5XX": BROKEN,
}


def gateway_responses(landlord: Landlord) -> dict[str, Any]:
    """Give SAM's ``GatewayResponses``; the page goes out whatever type the browser asked for.

    Header values stand between quotes, so none may hold one: the policy is in the page.
    """
    return {kind: _response(said, _page(said, landlord)) for kind, said in ANSWERS.items()}


def _response(said: Said, page: str) -> dict[str, Any]:
    headers = {
        "Content-Type": HTML,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    }
    return {
        "StatusCode": said.status,
        "ResponseTemplates": {"text/html": page, "application/json": page},
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
    }


def _page(said: Said, landlord: Landlord) -> str:
    statics = Statics(landlord)
    sheets = "".join(
        f'<link rel="stylesheet" href="{statics.path(name)}">' for name in ("landlord.css", "portal.css")
    )
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>Erreur\u00a0: {said.title[0].lower()}{said.title[1:]} – {escape(landlord.name)}</title>"
        f'{sheets}</head><body><header class="masthead"><a class="brand" href="/"><span>'
        f"<b>{escape(landlord.name)}</b> <small>Espace locataire</small></span></a></header>"
        f'<main id="contenu"><h1>{said.title}</h1><p>{said.words}</p>'
        '<p><a class="button" href="/">Retour à l’accueil</a></p>'
        f"<p>Si cela continue, appelez-nous\u00a0: {escape(landlord.phone)}. "
        f"{escape(landlord.phone_hours)}.</p></main></body></html>"
    )
