"""The demonstration landlord's own file (« fichier du bailleur »): the real one, but for one line.

The months of the demonstration move with the day on which it is made, and so does the first one that has
receipts: that of the oldest call in the books by its month.
"""

import re
from datetime import date
from pathlib import Path

from chalicelib.config import ROOT
from infra.demo.books import MADE_HERE, months_until
from infra.demo.loading import COMPLETE

NAME = "landlord.toml"
_FROM = re.compile(r'^receipts_from = "(.*)"$', re.MULTILINE)


def own_landlord(directory: Path, today: date, source: Path = ROOT / "landlord" / NAME) -> Path:
    """Write the landlord's file of a demonstration beside its exchange files; give the file to read.

    Once the demonstration is whole its first month stays, whatever day it is; all other lines are those of
    ``source`` today.  One that was made before there were receipts has the landlord's file as it is.
    """
    own, whole = directory / NAME, (directory / COMPLETE).exists()
    if whole and not own.exists():
        return source
    known = _FROM.search(own.read_text("utf-8")) if whole else None
    month = known[1] if known else f"{months_until(today)[-MADE_HERE]:%Y-%m}"
    fresh = own.with_suffix(".new")
    fresh.write_text(_FROM.sub(f'receipts_from = "{month}"', source.read_text("utf-8")), "utf-8")
    fresh.replace(own)
    return own
