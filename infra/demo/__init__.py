"""The demonstration landlord «Littoral Habitat», generated from a seed number as exchange files."""

from infra.demo.generate import generate
from infra.demo.loading import ensure
from infra.demo.people import people

__all__ = ["ensure", "generate", "people"]
