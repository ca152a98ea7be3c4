"""The stages, as ``infra/aws/stages`` describes them: the template's parameters, the account (« étape »)."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from infra.deploy.failure import NotReady

STAGES = Path(__file__).resolve().parents[1] / "aws" / "stages"
REHEARSAL = "rehearsal"
# Not a parameter of the template: the deployment itself looks at it.
ACCOUNT = "Account"


@dataclass(frozen=True)
class Stage:
    """One stage: its name, the parameters of its stack, and the account it belongs to (empty: any)."""

    name: str
    parameters: dict[str, str] = field(hash=False)
    account: str = ""

    @property
    def stack(self) -> str:
        """Name the stack; the stage is in it, so that a wrong account never updates another stage's."""
        return f"espace-locataire-{self.name}"


def read_stage(name: str, folder: Path = STAGES) -> Stage:
    """Read the file of a stage; ``NotReady`` when there is none, or when it is not filled in."""
    known = sorted(path.stem for path in folder.glob("*.json"))
    if not name:
        raise NotReady(f"which stage?  STAGE={' or STAGE='.join(known)}")
    if name not in known:
        raise NotReady(f"STAGE={name}: {_shown(folder)} knows {', '.join(known)}")
    file = folder / f"{name}.json"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotReady(f"{_shown(file)} cannot be read: {error}") from error
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise NotReady(f"{_shown(file)} must be one JSON object of texts")
    if told.get("StageName") != name:
        raise NotReady(f"{_shown(file)}: StageName must be {name}")
    if empty := [key for key, value in told.items() if not value.strip()]:
        raise NotReady(f"{_shown(file)}: fill in {', '.join(empty)} (docs/aws.md, First deployment)")
    return Stage(name, {key: value for key, value in told.items() if key != ACCOUNT}, told.get(ACCOUNT, ""))


def _shown(path: Path) -> str:
    root = STAGES.parents[2]
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
