"""The drill, in its order: restore beside, make safe, compare, tell how long it took (« exercice »)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.deploy.ending import begun
from infra.deploy.failure import NotReady
from infra.deploy.place import Place
from infra.migrations.pace import Pace
from infra.restore.copies import begin, is_there, make_safe, name_of_copy, remove, restorable, unsafe, wait
from infra.restore.pictures import ENTRY, Picture, all_items, picture_of
from infra.restore.versions import bring_back, look_at_files

SHOWN = 5


@dataclass(frozen=True)
class Asked:
    """What the operator asks for; without a moment, the last one that can be restored.

    ``keep`` leaves the copy, ``files`` brings the papers' files back.
    """

    table: str
    bucket: str
    at: datetime | None = None
    keep: bool = False
    files: bool = False


@dataclass(frozen=True)
class Drilled:
    """What came of it; ``wrong`` is empty when all is well."""

    copy: str
    took: timedelta
    wrong: list[str]
    kept: bool


def drill(place: Place, asked: Asked) -> Drilled:
    """Restore the table beside itself, compare, and delete the copy unless it is wanted or wrong.

    A copy that was there before is never deleted: it may be the one that an accident made necessary.
    """
    at = _moment(place, asked)
    name, began = name_of_copy(asked.table, at), place.now()
    place.say(f"{asked.table} as it was at {at.isoformat()}, beside it: {name}")
    ours = begin(place, asked.table, at)
    place.say("  restoring" if ours else "  it is there, or on its way")
    with begun(f"the same command with AT={at:%Y-%m-%dT%H:%M:%SZ} takes the copy up again"):
        return _look_at_copy(place, asked, name, at, began, ours=ours)


def _look_at_copy(
    place: Place, asked: Asked, name: str, at: datetime, began: datetime, *, ours: bool
) -> Drilled:
    wait(place, name)
    make_safe(place, name)
    took = place.now() - began
    place.say(f"  restored in {_in_words(took)}")
    wrong = [f"the copy has not {what}" for what in unsafe(place, asked.table, name)]
    wrong += _compare(place, asked, name, at)
    for line in wrong:
        place.say(f"  WRONG  {line}")
    kept = asked.keep or bool(wrong) or not ours
    if not kept:
        remove(place, asked.table, name)
    place.say("  the copy stays" if kept else "  the copy is deleted")
    return Drilled(name, took, wrong, kept)


def _moment(place: Place, asked: Asked) -> datetime:
    """Choose the moment, in UTC; ``NotReady`` when the table cannot be restored as it was then."""
    first, last = restorable(place, asked.table)
    at = (asked.at or last).astimezone(UTC)
    if at > last:
        raise NotReady(f"{at.isoformat()} is too late: the last moment is {last.isoformat()}")
    copy = name_of_copy(asked.table, at)
    if at < first and not is_there(place, copy):
        of_then = asked.table if asked.table.endswith(copy.removeprefix(asked.table)) else copy
        raise NotReady(
            f"{at.isoformat()} is before {asked.table} can be restored ({first.isoformat()}); "
            f"the copy of that moment is {of_then}, if one was made"
        )
    return at


def _compare(place: Place, asked: Asked, name: str, at: datetime) -> list[str]:
    dynamodb = place.client("dynamodb")
    pace = Pace()
    copy = picture_of(all_items(dynamodb, name, pace))
    live = picture_of(all_items(dynamodb, asked.table, pace))
    place.say(f"  items    {copy.count} in the copy, {live.count} in the live table: {_since(copy, live)}")
    place.say(f"  books    {len(copy.totals)} accounts, {len(copy.prints[ENTRY])} entries")
    return [
        *([] if copy.count else ["the copy is empty"]),
        *_unreadable(copy),
        *_books(copy),
        *_entries(copy, live),
        *_files(place, asked, copy, at),
    ]


def _since(copy: Picture, live: Picture) -> str:
    """Tell what became of the copy's items since."""
    then = {(kind, key): said for kind, all in copy.prints.items() for key, said in all.items()}
    now = {(kind, key): said for kind, all in live.prints.items() for key, said in all.items()}
    came, went = len(now.keys() - then.keys()), len(then.keys() - now.keys())
    changed = sum(now[key] != said for key, said in then.items() if key in now)
    return f"{came} came since, {changed} changed, {went} went"


def _unreadable(copy: Picture) -> list[str]:
    found = copy.unreadable
    return [f"{len(found)} items that this version cannot read: {_some(found)}"] if found else []


def _books(copy: Picture) -> list[str]:
    """Check that each balance is the sum of its lines, and that all lines together are nothing.

    A restored table has whole seconds, not whole transactions: a payment of that very second may be there by
    half.
    """
    wrong, rest = copy.wrong_accounts(), sum(copy.lines.values())
    advice = "take a moment some seconds earlier"
    found = [f"{len(wrong)} accounts do not add up: {_some(wrong)}; {advice}"] if wrong else []
    return [*found, f"all entries together give {rest} cents, not 0; {advice}"] if rest else found


def _entries(copy: Picture, live: Picture) -> list[str]:
    """Check that the live table has each entry of the copy as it was: entries are written once."""
    lost = sum(live.prints[ENTRY].get(key) != said for key, said in copy.prints[ENTRY].items())
    return [f"{lost} entries of the copy are not in the live table as they were"] if lost else []


def _files(place: Place, asked: Asked, copy: Picture, at: datetime) -> list[str]:
    s3 = place.client("s3")
    files = look_at_files(s3, asked.bucket, copy.papers, at)
    place.say(f"  files    {len(files.sound)} of {len(copy.papers)} papers have theirs")
    found = [f"{len(files.lost)} files are lost: {_some(files.lost)}"] if files.lost else []
    gone = len(files.recoverable)
    if not gone:
        return found
    if asked.files and place.ask(f"bring {gone} files back into {asked.bucket}?"):
        bring_back(s3, asked.bucket, files.recoverable)
        place.say(f"  files    {gone} brought back")
        return found
    names = [one.key for one in files.recoverable]
    return [*found, f"{gone} files are gone or changed, and can come back (FILES=1): {_some(names)}"]


def _some(found: list[str]) -> str:
    more = len(found) - SHOWN
    return ", ".join(found[:SHOWN]) + (f", and {more} more" if more > 0 else "")


def _in_words(took: timedelta) -> str:
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {seconds:02} s" if hours else f"{minutes} min {seconds:02} s"
