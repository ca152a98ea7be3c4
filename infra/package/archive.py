"""Zip files whose bytes depend on what is in them alone (« archive »)."""

import hashlib
import zipfile
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows
MODE = 0o100644 << 16  # a plain file that everybody may read
UNIX = 3


def write_archive(tree: Path, target: Path, prefix: str = "") -> None:
    """Pack the files of a folder: sorted, one date, one mode."""
    names = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w") as packed:
        for name in names:
            entry = zipfile.ZipInfo(prefix + name, DATE)
            entry.create_system, entry.external_attr = UNIX, MODE
            packed.writestr(entry, (tree / name).read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=6)


def sha256(path: Path) -> str:
    """Give the fingerprint of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
