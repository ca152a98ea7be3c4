"""Agents in DynamoDB: who they are, beside their sessions; what opens their door lies with their account."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.staff import Agent
from chalicelib.storage.keys import agent_key
from chalicelib.storage.table import Item


class AgentItem(Item, discriminator="agent"):
    """An agent as written in the table; without it, or without the account, nobody comes in."""

    name = UnicodeAttribute(default="")
    agency = UnicodeAttribute(default="")

    def to_domain(self) -> Agent:
        """Give the agent as the domain knows them."""
        return Agent(self.pk.removeprefix(agent_key("")), self.name, self.agency)


def agent_item(agent: Agent) -> AgentItem:
    """Spell an agent for the table."""
    return AgentItem(agent_key(agent.id), "PROFILE", name=agent.name, agency=agent.agency)
