"""Agents (« gestionnaires »): who works for the landlord, and for which agency."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Agent:
    """Somebody of the landlord's; ``id`` is the address that opens their account."""

    id: str
    name: str
    agency: str
