"""``make drill STAGE=…``: restore the table of a stage beside itself, and see whether all is there."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime

from infra.deploy.__main__ import say
from infra.deploy.ending import ended
from infra.deploy.failure import NotReady
from infra.deploy.place import Place, refuse_wrong_account
from infra.deploy.stack import look_at
from infra.deploy.stage import REHEARSAL, Stage, read_stage
from infra.restore.drilling import Asked, drill

STOPPED = "stopped here; AWS goes on: the same command with AT=… takes the copy up again"


def main(asked: list[str], make_place: Callable[[Stage], Place] | None = None) -> int:
    """Do the drill; 0 when all is there, 1 when something is wrong, 2 when it could not be begun."""
    told = _read(asked)

    def do() -> bool:
        at = moment(told.at) if told.at else None
        place = (make_place or _on_aws)(read_stage(told.stage))
        table, bucket = what_stands(place, told.table)
        return not drill(place, Asked(table, bucket, at, told.keep, told.files)).wrong

    return ended(do, STOPPED)


def moment(text: str) -> datetime:
    """Read a moment with its zone, as in 2026-11-23T08:00:00Z; ``NotReady`` for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotReady(f"AT={text} is no moment: AT=2026-11-23T08:00:00Z") from error
    if at.tzinfo is None:
        raise NotReady(
            f"AT={text} does not say where: AT={text}Z for UTC, AT={text}+01:00 for winter in Paris"
        )
    return at.replace(microsecond=0)


def what_stands(place: Place, named: str = "") -> tuple[str, str]:
    """Give the table (the one that is named, if one is) and the bucket of files that the stack uses.

    ``NotReady`` when no stack stands, or when the stage's file tells of another table than the stack.
    """
    refuse_wrong_account(place)
    standing, told = look_at(place), place.stage.parameters["TableName"]
    if not standing.exists:
        raise NotReady(f"there is no stack {place.stage.stack}: nothing tells which table and files it uses")
    table = standing.parameters["TableName"]
    if not named and table != told:
        raise NotReady(
            f"the file of {place.stage.name} says {told}, but {table} stands: deploy first, or name one: "
            f"python -m infra.restore {place.stage.name} --table NAME"
        )
    return named or table, standing.outputs["FilesBucketName"]


def _on_aws(stage: Stage) -> Place:
    if stage.name == REHEARSAL:
        raise NotReady(f"the stage {REHEARSAL} is on no account of AWS")
    return Place(stage=stage, ask=_yes, say=say)


def _yes(question: str) -> bool:
    """Take FILES=1 for the answer."""
    say(f"  {question} oui (FILES=1)")
    return True


def _read(asked: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.restore")
    parser.add_argument("stage")
    parser.add_argument(
        "--at", default="", help="the moment, with its zone; the latest possible when not told"
    )
    parser.add_argument("--table", default="", help="another table than the one that stands")
    parser.add_argument("--keep", action="store_true", help="leave the copy")
    parser.add_argument("--files", action="store_true", help="bring the papers' files back too")
    return parser.parse_args(asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
