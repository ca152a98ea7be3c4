"""The telephone of the demonstration's agent (« double authentification »), whose key is known."""

from datetime import datetime

from pynamodb.exceptions import PutError

from chalicelib.domain.accounts import same_address
from chalicelib.domain.second_factor import STEP_S, Factor, context_of, recovery_hash, step_of
from chalicelib.gateways.one_time_codes import TotpCodes
from chalicelib.portal import now, portal
from chalicelib.storage.second_steps import FactorItem, factor_item
from chalicelib.storage.table import condition_failed
from infra.demo.featured import AGENT_EMAIL
from infra.demo.passwords import AGENT_KEY, AGENT_RECOVERY


def enrol_agent() -> None:
    """Enrol the agent's telephone, unless one is."""
    email = same_address(AGENT_EMAIL)
    sealed = portal().second_lock.seal.close(AGENT_KEY, context_of(email))
    factor = Factor(sealed, 0, (recovery_hash(email, AGENT_RECOVERY),), now())
    try:
        factor_item(email, factor).save(condition=FactorItem.pk.does_not_exist())
    except PutError as error:
        if not condition_failed(error):
            raise


def is_enrolled() -> bool:
    """Tell whether the agent is there, with an account, a profile and a telephone: one request."""
    found = portal().second_lock.steps.look(same_address(AGENT_EMAIL), [])
    return found.account is not None and found.agent is not None and found.factor is not None


def code_at(at: datetime) -> tuple[str, int]:
    """Give the code that the telephone shows at a moment, and for how many seconds it still does."""
    return TotpCodes().code(AGENT_KEY, step_of(at)), STEP_S - int(at.timestamp()) % STEP_S
