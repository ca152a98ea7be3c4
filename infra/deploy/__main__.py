"""``make deploy``, ``make rollback`` and ``make migrate``: what the operator types, and what is answered."""

import argparse
import sys
from collections.abc import Callable

from infra.deploy.deploying import check, deploy
from infra.deploy.ending import ended
from infra.deploy.failure import NotReady
from infra.deploy.going_back import roll_back
from infra.deploy.place import Place
from infra.deploy.stage import REHEARSAL, Stage, read_stage
from infra.deploy.stored import migrate
from infra.migrations.migration import all_migrations
from infra.package.build import ROOT, build

YES = {"oui", "o", "yes", "y"}
STOPPED = "stopped here; AWS ends what it has begun: the same command goes on from there"
Ask = Callable[[str], bool]
MakePlace = Callable[[Stage, Ask], Place]


def main(asked: list[str], make_place: MakePlace | None = None) -> int:
    """Do what is asked; 2 when nothing could be begun, 1 when it went wrong, with a line that says why."""
    told = _read(asked)

    def do() -> bool:
        _do(told, (make_place or on_aws)(read_stage(told.stage), _ask_nobody if told.yes else _ask))
        return True

    return ended(do, STOPPED)


def on_aws(stage: Stage, ask: Ask) -> Place:
    """Give AWS as the place of a stage."""
    if stage.name == REHEARSAL:
        raise NotReady(f"the stage {REHEARSAL} is for the local cloud: it never goes up on AWS")
    return Place(stage=stage, ask=ask, say=say)


def _read(asked: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("deploy", "rollback", "migrate"):
        verb = verbs.add_parser(name)
        verb.add_argument("stage")
        verb.add_argument("--yes", action="store_true", help="ask nobody")
        if name == "rollback":
            verb.add_argument("--release", default="", help="an earlier release than the one before")
        if name == "migrate":
            verb.add_argument("--dry-run", action="store_true", help="count, and change nothing")
    return parser.parse_args(asked)


def _do(told: argparse.Namespace, place: Place) -> None:
    check(place)
    if told.verb == "deploy":
        all_migrations()  # said before the packaging, if something is wrong with them
        deploy(place, build(place.stage.name, ROOT / "build" / place.stage.name))
    elif told.verb == "rollback":
        roll_back(place, told.release)
    else:
        migrate(place, all_migrations(), dry_run=told.dry_run)


def say(line: str) -> None:
    """Write a line where the operator looks."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _ask(question: str) -> bool:
    """Ask whoever sits there; nobody there is a no."""
    sys.stdout.write(f"{question} (oui/non) ")
    sys.stdout.flush()
    answer = sys.stdin.readline()
    if not answer:
        say("\nnobody is here to answer: YES=1 does without")
    return answer.strip().lower() in YES


def _ask_nobody(question: str) -> bool:
    say(f"{question} oui (YES=1)")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
