"""Strangers to Éloïse: tenants, agents and nobody, in all the ways of having no right, or none any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain import french
from chalicelib.domain.accounts import Role
from chalicelib.portal import now
from chalicelib.storage.accounts import AccountItem, account_item
from chalicelib.storage.keys import account_key, agent_key, tenant_key
from chalicelib.storage.staff import AgentItem
from chalicelib.storage.tenants import HoldItem, hold_item
from chalicelib.web.audience import GUARDS
from tests import agents, mothers
from tests.agents import CLAIRE
from tests.mothers import ELOISES_LEASE, a_hold, a_tenant, an_account
from tests.visitors import Visitor


@dataclass(frozen=True)
class Stranger:
    """Somebody with a browser; ``role`` is whose pages they come in to, ``id`` under which name."""

    visitor: Visitor
    role: Role | None = None
    id: str = ""

    def comes_in(self, guard: str) -> bool:
        """Tell whether pages with this guard let them in."""
        return guard not in GUARDS.values() or (self.role is not None and GUARDS[self.role] == guard)

    def enter_again(self) -> None:
        """Open another session, where the one of before was closed."""
        if self.role is Role.AGENT:
            agents.enter(self.visitor, self.id)
        else:
            self.visitor.enter(self.id)


Kind = Callable[[], Stranger]


def another_tenant() -> Stranger:
    return _tenant(mothers.nadege().tenant.id)


def who_left_the_lease() -> Stranger:
    """Give a co-holder until yesterday."""
    id, yesterday = "9150-1", french.today(now()) - timedelta(days=1)
    mothers.settle_in(a_tenant(id, first_name="Parti"), ())
    mothers.put(hold_item(id, a_hold(ELOISES_LEASE, yesterday)))
    return _tenant(id)


def who_was_taken_off_the_lease() -> Stranger:
    """Give a co-holder who had the lease on the screen a moment ago."""
    id = "9151-1"
    mothers.settle_in(a_tenant(id, first_name="Ancien"), ())
    mothers.put(hold_item(id, a_hold(ELOISES_LEASE)))
    removed = _tenant(id)
    assert removed.visitor.get(f"/contrat?contrat={ELOISES_LEASE}").status == 200
    HoldItem(tenant_key(id), f"HOLD#{ELOISES_LEASE}").delete()
    return removed


def an_agent(email: str = CLAIRE) -> Stranger:
    """Give an agent, who has no right to see anything of a tenant."""
    agents.claire(email=email)
    visitor = Visitor(client="192.0.2.9")
    agents.enter(visitor, email)
    return Stranger(visitor, Role.AGENT, email)


def nobody() -> Stranger:
    return Stranger(Visitor())


def a_tenant_with_the_cookie_of_an_agent() -> Stranger:
    return Stranger(Visitor({"gestion": another_tenant().visitor.cookies["session"]}))


def an_agent_with_the_cookie_of_a_tenant() -> Stranger:
    return Stranger(Visitor({"session": an_agent().visitor.cookies["gestion"]}))


def an_agent_who_gave_the_password_alone() -> Stranger:
    agents.claire()
    visitor = Visitor(client="192.0.2.10")
    agents.open_half(visitor)
    assert "etape" in visitor.cookies
    return Stranger(visitor)


def an_agent_whose_account_is_gone() -> Stranger:
    former = an_agent("partie@littoral-habitat.example")
    AccountItem(account_key(former.id), "ACCOUNT").delete()
    return Stranger(former.visitor)


def an_agent_who_is_none_any_more() -> Stranger:
    former = an_agent("ancienne@littoral-habitat.example")
    mothers.put(account_item(an_account(former.id, former.id, Role.TENANT)))
    return Stranger(former.visitor)


def an_agent_without_an_agency() -> Stranger:
    former = an_agent("mutée@littoral-habitat.example")
    AgentItem(agent_key(former.id), "PROFILE").delete()
    return Stranger(former.visitor)


def _tenant(id: str) -> Stranger:
    visitor = Visitor(client="192.0.2.8")
    visitor.enter(id)
    return Stranger(visitor, Role.TENANT, id)


KINDS: dict[str, tuple[Kind, ...]] = {
    "tenants": (another_tenant, who_left_the_lease, who_was_taken_off_the_lease),
    "nobody": (nobody, a_tenant_with_the_cookie_of_an_agent),
    "agents": (
        an_agent,
        an_agent_with_the_cookie_of_a_tenant,
        an_agent_who_gave_the_password_alone,
        an_agent_whose_account_is_gone,
        an_agent_who_is_none_any_more,
        an_agent_without_an_agency,
    ),
}
