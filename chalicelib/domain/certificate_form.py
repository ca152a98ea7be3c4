"""What a tenant types of an insurance certificate (« attestation »): the insurer, the policy, the days.

Fields bear the names of the columns of the exchange files (docs/exchange.md, ``attestations.csv``).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.domain import french
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.insurance import ONE_DAY, InsuranceCertificate

INSURER, POLICY, FROM, UNTIL = "assureur", "police", "debut", "fin"
FIELDS = (INSURER, POLICY, FROM, UNTIL)
LONGEST_TEXT = 120
LONGEST_COVER, AHEAD = timedelta(days=2 * 366), timedelta(days=366)
_MISSING = {
    INSURER: "Indiquez le nom de l’assureur, par exemple MAIF.",
    POLICY: "Indiquez le numéro du contrat d’assurance, écrit sur l’attestation.",
}
_NO_DAY = {
    FROM: "Indiquez le premier jour de la période, par exemple 01/01/2026.",
    UNTIL: "Indiquez le dernier jour de la période, par exemple 31/12/2026.",
}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+")


def read_certificate(typed: Mapping[str, str], today: date) -> dict[str, str]:
    """Read what a tenant types of a certificate, by the columns of the exchange files.

    ``InvalidForm`` says what is wrong, field by field.
    """
    said = {field: plain(typed[field]) for field in (INSURER, POLICY)}
    wrong = {field: sentence for field, sentence in _MISSING.items() if not said[field]}
    wrong |= {
        field: f"Abrégez\u00a0: {LONGEST_TEXT} caractères au plus."
        for field, text in said.items()
        if len(text) > LONGEST_TEXT
    }
    from_on, until_on = french.day_from(typed[FROM].strip()), french.day_from(typed[UNTIL].strip())
    wrong |= _wrong_days(from_on, until_on, today)
    if wrong or from_on is None or until_on is None:
        raise InvalidForm({field: wrong[field] for field in FIELDS if field in wrong})
    return said | {FROM: from_on.isoformat(), UNTIL: until_on.isoformat()}


def renewal_of(latest: InsuranceCertificate) -> dict[str, str]:
    """Give what the next certificate most often says: the same insurer and policy, from the day after."""
    return {
        INSURER: latest.insurer,
        POLICY: latest.policy_number,
        FROM: (latest.until_on + ONE_DAY).isoformat(),
    }


def _wrong_days(from_on: date | None, until_on: date | None, today: date) -> dict[str, str]:
    wrong = {field: _NO_DAY[field] for field, day in ((FROM, from_on), (UNTIL, until_on)) if day is None}
    if from_on is None or until_on is None:
        return wrong
    if until_on < from_on:
        wrong[UNTIL] = f"La fin est avant le début, le {french.day(from_on)}."
    elif until_on < today:
        wrong[UNTIL] = "Cette attestation n’est plus valable\u00a0: demandez la nouvelle à votre assureur."
    elif until_on - from_on > LONGEST_COVER:
        wrong[UNTIL] = "Une attestation couvre deux ans au plus\u00a0: vérifiez les dates."
    elif from_on > today + AHEAD:
        wrong[FROM] = "Cette attestation commence dans plus d’un an\u00a0: vérifiez la date."
    return wrong


def plain(text: str) -> str:
    """Write a text on one line, composed, without what cannot be printed."""
    return " ".join(unicodedata.normalize("NFC", _UNPRINTABLE.sub(" ", text)).split())
