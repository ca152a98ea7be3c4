"""Stored password hashes (« empreintes »): which we can check, and which cost more than a sign-in may.

Ours are argon2id.  Accounts of a former payment site come with the hashes that they had there: argon2 or
bcrypt as PHP writes them, PBKDF2 as Django and passlib do.  Whoever signs in with one is given ours.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_KIB, MOST_PASSES, MOST_LANES = 65_536, 10, 8
LEAST_BCRYPT_COST, MOST_BCRYPT_COST = 4, 14
LEAST_ROUNDS, MOST_ROUNDS = 1_000, 2_000_000
LEAST_SALT_BYTES, MOST_SALT_BYTES, LEAST_ARGON2_BYTES = 8, 64, 12
DIGEST_BYTES = {"sha1": 20, "sha256": 32, "sha512": 64}
LONGEST_HASH = 400

KNOWN = "argon2id, bcrypt ou PBKDF2"
IN_CLEAR = f"Un mot de passe en clair n’est jamais accepté\u00a0: il faut son empreinte {KNOWN}."
TOO_FAST = f"Une empreinte MD5 ou SHA se devine trop vite\u00a0: il faut {KNOWN}."
OTHER_KIND = f"Ce genre d’empreinte n’est pas accepté\u00a0: il faut {KNOWN}."
BAD_ARGON2 = "L’empreinte argon2 est incomplète ou mal formée\u00a0: il faut le format PHC."
DEAR_ARGON2 = "L’empreinte argon2 dépasse 64\u00a0Mio, 10 passes ou 8 voies."
BAD_BCRYPT = (
    "L’empreinte bcrypt est incomplète ou mal formée\u00a0: elle compte 60 caractères et commence par $2y$."
)
DEAR_BCRYPT = "Le coût de l’empreinte bcrypt doit être compris entre 4 et 14."
BAD_PBKDF2 = (
    "L’empreinte PBKDF2 est incomplète ou mal formée\u00a0: il faut le format de Django ou celui de passlib."
)
DEAR_PBKDF2 = "L’empreinte PBKDF2 doit compter de 1\u202f000 à 2\u202f000\u202f000 tours."

_ARGON2 = re.compile(
    r"\$argon2id?\$v=19\$m=([1-9]\d{0,8}),t=([1-9]\d{0,8}),p=([1-9]\d{0,8})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)",
    re.ASCII,
)
# The last character of a salt has two bits to say: whoever writes another than these four is misread.
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
_DJANGO = re.compile(
    r"pbkdf2_(sha1|sha256|sha512)\$([1-9]\d{0,8})\$([!-#%-~]+)\$([A-Za-z0-9+/]+={0,2})", re.ASCII
)
_PASSLIB = re.compile(
    r"\$pbkdf2(?:-(sha1|sha256|sha512))?\$([1-9]\d{0,8})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)", re.ASCII
)
_FAST = re.compile(
    r"(?:\{?(?:md5|sha\d*)\}?\W*)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128})"
)
_OTHER = re.compile(r"\$[0-9a-z-]+\$.+|\{[A-Z0-9-]+\}.+|[a-z0-9_]+\$[^$]*\$.+", re.ASCII)


class UnusableHash(ValueError):
    """A stored hash that we do not check; the rule that it breaks is a French sentence, without the hash."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True)
class Argon2Hash:
    """An argon2id hash (or argon2i, as PHP wrote first) in PHC string format."""

    text: str


@dataclass(frozen=True)
class BcryptHash:
    """A bcrypt hash of a password cut at 72 bytes; Django may have put SHA-256 before it."""

    text: str
    of_sha256: bool = False


@dataclass(frozen=True)
class Pbkdf2Hash:
    """A PBKDF2 hash: the hash function's name, how many rounds, the salt and what came out."""

    function: str
    rounds: int
    salt: bytes
    digest: bytes


StoredHash = Argon2Hash | BcryptHash | Pbkdf2Hash


def read_hash(stored: str) -> StoredHash:
    """Read a stored hash of a known kind and of a cost that a sign-in can bear; else ``UnusableHash``."""
    if len(stored) <= LONGEST_HASH:
        for start, read in _READERS.items():
            if stored.startswith(start):
                return read(stored)
    if _FAST.fullmatch(stored.lower()):
        raise UnusableHash(TOO_FAST)
    raise UnusableHash(OTHER_KIND if _OTHER.fullmatch(stored) else IN_CLEAR)


def _argon2(stored: str) -> Argon2Hash:
    found = _ARGON2.fullmatch(stored)
    salt, digest = (_unpadded(found[4]), _unpadded(found[5])) if found else (b"", b"")
    if not found or len(digest) < LEAST_ARGON2_BYTES or not _is_salt(salt):
        raise UnusableHash(BAD_ARGON2)
    kib, passes, lanes = int(found[1]), int(found[2]), int(found[3])
    if kib > MOST_KIB or passes > MOST_PASSES or lanes > MOST_LANES:
        raise UnusableHash(DEAR_ARGON2)
    if kib < 8 * lanes:  # the algorithm's own floor
        raise UnusableHash(BAD_ARGON2)
    return Argon2Hash(stored)


def _bcrypt(stored: str) -> BcryptHash:
    found = _BCRYPT.fullmatch(stored)
    if not found:
        raise UnusableHash(BAD_BCRYPT)
    if not LEAST_BCRYPT_COST <= int(found[1]) <= MOST_BCRYPT_COST:
        raise UnusableHash(DEAR_BCRYPT)
    return BcryptHash(stored)


def _django_bcrypt(stored: str) -> BcryptHash:
    before, _, within = stored.partition("$")
    return BcryptHash(_bcrypt(within).text, of_sha256=before == "bcrypt_sha256")


def _django(stored: str) -> Pbkdf2Hash:
    found = _DJANGO.fullmatch(stored)
    if not found:
        raise UnusableHash(BAD_PBKDF2)
    return _pbkdf2(found[1], found[2], found[3].encode(), _unpadded(found[4].rstrip("=")))


def _passlib(stored: str) -> Pbkdf2Hash:
    found = _PASSLIB.fullmatch(stored)
    if not found:
        raise UnusableHash(BAD_PBKDF2)
    salt, digest = (_unpadded(found[part].replace(".", "+")) for part in (3, 4))
    return _pbkdf2(found[1] or "sha1", found[2], salt, digest)


def _pbkdf2(function: str, rounds: str, salt: bytes, digest: bytes) -> Pbkdf2Hash:
    if len(digest) != DIGEST_BYTES[function] or not _is_salt(salt):
        raise UnusableHash(BAD_PBKDF2)
    if not LEAST_ROUNDS <= int(rounds) <= MOST_ROUNDS:
        raise UnusableHash(DEAR_PBKDF2)
    return Pbkdf2Hash(function, int(rounds), salt, digest)


def _is_salt(salt: bytes) -> bool:
    return LEAST_SALT_BYTES <= len(salt) <= MOST_SALT_BYTES


def _unpadded(text: str) -> bytes:
    """Decode base64 without its padding; nothing if it is not spelled the one way in which it can be."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return b""
    return found if base64.b64encode(found).decode().rstrip("=") == text else b""


_READERS: dict[str, Callable[[str], StoredHash]] = {
    "$argon2": _argon2,
    "$2": _bcrypt,
    "bcrypt": _django_bcrypt,
    "pbkdf2_": _django,
    "$pbkdf2": _passlib,
}
