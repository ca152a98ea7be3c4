"""The demonstration landlord, as far as starting it needs to know (démonstration)."""

import os
from datetime import datetime
from pathlib import Path

from chalicelib.domain import french
from chalicelib.portal import now
from infra.demo.landlord import own_landlord
from infra.demo.loading import ensure
from infra.demo.people import people as known_people
from infra.demo.telephone import code_at
from infra.local.parts import Person

AGENT = "agent"


def prepare(homes: int, state_dir: Path) -> None:
    """Load the demonstration landlord if nobody is in the table yet; a load that was cut is taken up.

    To be done before the portal is first asked for anything: it reads its landlord's file then.
    """
    files = state_dir / "demo"
    files.mkdir(exist_ok=True)
    os.environ.setdefault("PORTAL_LANDLORD_FILE", str(own_landlord(files, french.today(now()))))
    ensure(homes, files)


def people(at: datetime) -> list[Person]:
    """Give the people to sign in as; the agent with the code that opens at that moment."""
    code, seconds = code_at(at)
    shown: Person = {"code": code, "code_seconds": seconds}
    return [{**person, **(shown if person["role"] == AGENT else {})} for person in known_people()]
