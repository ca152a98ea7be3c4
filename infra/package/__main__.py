"""``make package STAGE=…``: package a stage into ``build/<stage>``, and say what came of it."""

import json
import sys
from pathlib import Path

from infra.package.build import MANIFEST, ROOT, build
from infra.package.failure import PackagingFailed


def main(asked: list[str]) -> int:
    """Package the stage that is asked for; 1 when there is no package, 2 when no stage was named."""
    if len(asked) != 1 or not asked[0]:
        sys.stderr.write("which stage?  make package STAGE=dev\n")
        return 2
    try:
        folder = build(asked[0], ROOT / "build" / asked[0])
    except PackagingFailed as failure:
        sys.stderr.write(f"nothing was packaged: {failure}\n")
        return 1
    sys.stdout.writelines(_told(folder))
    return 0


def _told(folder: Path) -> list[str]:
    made = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    lines = [f"{folder.relative_to(ROOT)}: {made['runtime']}, {made['architecture']}\n"]
    for name, file in made["files"].items():
        lines.append(f"  {name:22} {file['bytes'] / 1e6:6.2f} MB  sha256 {file['sha256']}\n")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
