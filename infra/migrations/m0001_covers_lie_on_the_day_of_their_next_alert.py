"""Covers that were written before there were alerts lie in the index, on the day of their next one.

Their periods stay as older versions wrote them; those pass over what is added.
"""

from datetime import UTC, datetime

from chalicelib.domain import french
from chalicelib.storage.insurance import CoverItem, cover_item
from infra.migrations.migration import Attributes, Change, Migration


def lay(item: Attributes) -> Change | None:
    """Find the day of a cover's next alert, from today on; nothing if it has one, or none is to come."""
    if "due_pk" in item:
        return None
    known = CoverItem.from_raw_data(dict(item))
    laid = cover_item(known.to_domain(), french.today(datetime.now(UTC)), known.version)
    if not laid.due_pk:
        return None
    return Change({"due_pk": {"S": laid.due_pk}, "due_sk": {"S": laid.due_sk}})


MIGRATION = Migration(1, "covers_lie_on_the_day_of_their_next_alert", ("cover",), lay, readable_by_older=True)
