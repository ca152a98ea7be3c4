"""Fixtures of the journeys: the town of the pages' tests."""

from tests.handlers.conftest import counted, eloise, nadege, neighbour, provider, visitor

__all__ = ["counted", "eloise", "nadege", "neighbour", "provider", "visitor"]
