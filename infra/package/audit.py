"""``make audit``: is anything that travels known to be vulnerable? (« audit »)

An audit that looked at nothing finds nothing.  So a library that is vulnerable for ever is asked about with
the others: a source that does not know it knows nothing, and the answer is « not verified ».
"""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from infra.package.build import ROOT
from infra.package.locks import LOCKS, pinned_in

PROGRAM = ROOT / ".venv-deploy" / "bin" / "pip-audit"
SOUND, VULNERABLE, NOT_VERIFIED = 0, 1, 2
# It made objects of whatever it read: PYSEC-2020-96 and others.  It never travels.
KNOWN_BAD = ("pyyaml", "5.1")
SECONDS = 15
LONGEST = 10 * 60


class NotVerified(Exception):
    """Nobody could say whether there is anything; the message says why."""


def main(asked: list[str]) -> int:
    """Ask, and say what was answered; 0 only when all was looked up and nothing is known."""
    parser = argparse.ArgumentParser(prog="python -m infra.package.audit")
    parser.add_argument("--advisories", default="", help="another address of an OSV database")
    told = parser.parse_args(asked)
    travelling = what_travels()
    try:
        found = judge(ask({**travelling, KNOWN_BAD[0]: KNOWN_BAD[1]}, told.advisories), travelling)
    except NotVerified as reason:
        sys.stderr.write(f"not verified: {reason}\n")
        return NOT_VERIFIED
    for line in found:
        sys.stdout.write(f"vulnerable: {line}\n")
    if found:
        return VULNERABLE
    sys.stdout.write(f"verified: {len(travelling)} libraries travel, none is known to be vulnerable\n")
    return SOUND


def what_travels() -> dict[str, str]:
    """Give the version of each library that travels, Chalice's own part included."""
    locked = {name: pinned for lock in LOCKS for name, pinned in pinned_in(ROOT / lock).items()}
    return {**locked, "chalice": version("chalice")}


def ask(libraries: dict[str, str], advisories: str, program: Path = PROGRAM) -> list[dict[str, Any]]:
    """Have pip-audit look libraries up in OSV; ``NotVerified`` when it has no answer for one of them."""
    if not program.exists():
        raise NotVerified("pip-audit is not installed (requirements-deploy.txt, in .venv-deploy)")
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(
            "".join(f"{name}=={pinned}\n" for name, pinned in libraries.items()), encoding="utf-8"
        )
        command = [str(program), "--strict", "--no-deps", "--disable-pip", f"--requirement={listed}"]
        command += ["--vulnerability-service=osv", "--format=json", "--progress-spinner=off"]
        command += [f"--timeout={SECONDS}", f"--cache-dir={folder}/cache"]
        command += [f"--osv-url={advisories}"] if advisories else []
        try:
            done = subprocess.run(  # noqa: S603  the arguments are written here
                command, capture_output=True, text=True, check=False, timeout=LONGEST
            )
        except subprocess.TimeoutExpired as error:
            raise NotVerified(f"no answer within {LONGEST} seconds") from error
    try:
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        raise NotVerified(f"no advisories were to be had ({last})") from error
    return answer


def judge(answer: list[dict[str, Any]], travelling: dict[str, str]) -> list[str]:
    """Give what is vulnerable; ``NotVerified`` when something was passed over, or the known one not seen."""
    looked_up = {one["name"]: one for one in answer if "vulns" in one}
    bad = looked_up.get(KNOWN_BAD[0], {"vulns": []})
    if not bad["vulns"]:
        raise NotVerified(f"the source knows nothing: not even {' '.join(KNOWN_BAD)}")
    passed_over = [name for name, one in travelling.items() if looked_up.get(name, {}).get("version") != one]
    if passed_over:
        raise NotVerified(f"not looked up: {', '.join(passed_over)}")
    return [
        f"{name} {pinned}: {one['id']} ({_mended(one)})"
        for name, pinned in travelling.items()
        for one in looked_up[name]["vulns"]
    ]


def _mended(advisory: dict[str, Any]) -> str:
    versions = ", ".join(advisory.get("fix_versions") or [])
    return f"mended in {versions}" if versions else "not mended yet"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
