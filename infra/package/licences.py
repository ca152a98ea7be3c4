"""The licences under which a library may travel (« licences acceptées »), each with what it asks of us.

A library under another one, or that does not say, stops the packaging: somebody reads the licence first, and
writes it down here, or takes another library.
"""

from infra.package.failure import PackagingFailed

_NOTICE = "permissive: the notice stays with the code, and its files do travel with it"
_FILES = "changes of its own files would have to be published; we change none"
ACCEPTED = {
    "MIT": _NOTICE,
    "MIT License": _NOTICE,
    "MIT-CMU": _NOTICE,
    "MIT-0": "permissive: it asks for nothing",
    "Apache-2.0": _NOTICE,
    "Apache License 2.0": _NOTICE,
    "Apache Software License": _NOTICE,
    "BSD-2-Clause": _NOTICE,
    "BSD-3-Clause": _NOTICE,
    "Apache-2.0 OR BSD-3-Clause": _NOTICE,
    "BSD License": _NOTICE,
    "PSF-2.0": _NOTICE,
    "MPL-2.0": _FILES,
    "Mozilla Public License 2.0 (MPL 2.0)": _FILES,
    "SIL OFL 1.1": "a font: it may be embedded in papers, and is not sold by itself",
}


def refuse_licence(library: str, name: str) -> None:
    """``PackagingFailed`` for a licence that nobody has accepted."""
    if name not in ACCEPTED:
        raise PackagingFailed(
            f"{library} is under « {name} », which infra/package/licences.py does not accept"
        )
