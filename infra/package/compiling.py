"""What is compiled here rather than at each cold start: templates and modules (« compilation »).

Run as a program of its own, with its own settled environment: the same sources then give the same bytes.
"""

import compileall
import os
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

from infra.package.commands import run_python

COMPILED_TEMPLATES = "templates_compiled"
_TEMPLATES = (".html", ".txt", ".svg", ".xml")


def compile_templates(tree: Path) -> None:
    """Write each template of ``tree/templates`` as a module, with the portal's filters and escaping."""
    _run("templates", tree)


def compile_modules(tree: Path, unpacked_at: str) -> None:
    """Add the bytecode of every module; ``unpacked_at`` is the folder that tracebacks name on Lambda.

    The bytecode is never compared with its source (« unchecked »): the folder is read-only there, and all
    its dates are the same.
    """
    _run("modules", tree, unpacked_at)


def _run(what: str, tree: Path, *arguments: str) -> None:
    settled = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}
    program = ("-m", "infra.package.compiling", what, str(tree), *arguments)
    run_python(f"compiling {what}", *program, cwd=Path(__file__).parents[2], environment=settled)


def _write_templates(tree: Path) -> None:
    from chalicelib.templating import make_environment

    make_environment(tree).compile_templates(
        str(tree / COMPILED_TEMPLATES),
        filter_func=lambda name: name.endswith(_TEMPLATES),
        zip=None,
        ignore_errors=False,
    )


def _write_bytecode(tree: Path, unpacked_at: str) -> bool:
    compiled = compileall.compile_dir(
        tree,
        quiet=1,
        force=True,
        stripdir=str(tree),
        prependdir=unpacked_at,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    return bool(compiled)


if __name__ == "__main__":
    if sys.argv[1] == "templates":
        _write_templates(Path(sys.argv[2]))
    else:
        sys.exit(not _write_bytecode(Path(sys.argv[2]), sys.argv[3]))
