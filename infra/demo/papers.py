"""Insurance certificates of the demonstration landlord's tenants (« attestations »), in every state."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from chalicelib.domain.insurance import CertificateState
from infra.demo.names import INSURERS

YEAR = timedelta(days=365)
REASONS = (
    "L’attestation ne porte pas l’adresse du logement.",
    "Le nom de l’assuré n’est pas celui du titulaire du contrat.",
    "Le document est illisible.",
)


class Insurance(StrEnum):
    """How a home stands with its insurance."""

    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    TO_CHECK = "to_check"
    REFUSED = "refused"
    NONE = "none"


SHARES = {
    Insurance.VALID: 62,
    Insurance.ENDING: 9,
    Insurance.EXPIRED: 9,
    Insurance.TO_CHECK: 8,
    Insurance.REFUSED: 5,
    Insurance.NONE: 7,
}


@dataclass(frozen=True)
class Certificate:
    """A certificate, without the lease it is for."""

    insurer: str
    policy_number: str
    from_on: date
    until_on: date
    state: CertificateState
    reason: str = ""


def draw_insurance(random: Random) -> Insurance:
    """Draw how a home stands."""
    return random.choices(list(SHARES), list(SHARES.values()))[0]


def certificates_of(insurance: Insurance, today: date, random: Random) -> list[Certificate]:
    """Give a home's certificates: last year's, and this year's in its state."""
    if insurance is Insurance.NONE:
        return []
    insurer = random.choice(INSURERS)
    policy = f"HAB-{random.randint(10_000_000, 99_999_999)}"
    until_on = today + timedelta(days=_days_left(insurance, random))
    known = Certificate(insurer, policy, until_on - YEAR, until_on, CertificateState.ACCEPTED)
    if insurance is Insurance.TO_CHECK:
        sent = Certificate(insurer, policy, until_on, until_on + YEAR, CertificateState.TO_CHECK)
        return [known, sent]
    if insurance is Insurance.REFUSED:
        reason = random.choice(REASONS)
        sent = Certificate(insurer, policy, until_on, until_on + YEAR, CertificateState.REFUSED, reason)
        return [known, sent]
    return [known]


def _days_left(insurance: Insurance, random: Random) -> int:
    if insurance is Insurance.VALID:
        return random.randint(31, 364)
    if insurance is Insurance.ENDING:
        return random.randint(1, 30)
    return -random.randint(1, 90)
