"""The demonstration landlord, as far as starting it needs to know (démonstration)."""

from pathlib import Path

from infra.demo.loading import ensure
from infra.demo.people import people as known_people
from infra.local.parts import Person


def prepare(homes: int, state_dir: Path) -> None:
    """Load the demonstration landlord if nobody is in the table yet; a load that was cut is taken up."""
    files = state_dir / "demo"
    files.mkdir(exist_ok=True)
    ensure(homes, files)


def people() -> list[Person]:
    """Give the people to sign in as."""
    return [dict(person) for person in known_people()]
