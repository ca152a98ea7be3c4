"""Fixtures of the journeys: the town of the pages' tests."""

from tests.handlers.conftest import counted, eloise, kept_clients, nadege, neighbour, provider, visitor

__all__ = ["counted", "eloise", "kept_clients", "nadege", "neighbour", "provider", "visitor"]
