"""Password hashes: argon2id at the floor of OWASP's Password Storage Cheat Sheet: 19 MiB, t=2, p=1.

Hashes that a former site left are checked too (``chalicelib.domain.password_hashes`` says which), so that an
account opens with the password it had there.  Each library is loaded when it is first needed.
"""

import hashlib
import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.password_hashes import (
    Argon2Hash,
    BcryptHash,
    Pbkdf2Hash,
    StoredHash,
    UnusableHash,
    read_hash,
)

if TYPE_CHECKING:
    import argon2

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
TODAY_S = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"
BCRYPT_READS_BYTES = 72


class Argon2Passwords:
    """Implements ``chalicelib.domain.accounts.PasswordHasher``."""

    @cached_property
    def _hasher(self) -> "argon2.PasswordHasher":
        import argon2

        return argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

    @cached_property
    def _nobodys(self) -> Argon2Hash:
        return Argon2Hash(self._hasher.hash("nobody has this account"))

    def hash(self, password: str) -> str:
        """Give a salted hash in PHC string format."""
        return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password made that hash; with none that can be read, work as long and say no."""
        kept = None if password_hash is None else _readable(password_hash)
        if kept is None:
            self._fits(self._nobodys, password)
            return False
        return self._fits(kept, password)

    def needs_upgrade(self, password_hash: str) -> bool:
        """Tell whether a hash is another than ``hash`` makes today: a former site's, or of another cost."""
        return not password_hash.startswith(TODAY_S)

    def _fits(self, kept: StoredHash, password: str) -> bool:
        match kept:
            case Argon2Hash(text):
                return self._fits_argon2(text, password)
            case BcryptHash(text, of_sha256):
                return _fits_bcrypt(text, password.encode(), of_sha256=of_sha256)
            case Pbkdf2Hash(function, rounds, salt, digest):
                made = hashlib.pbkdf2_hmac(function, password.encode(), salt, rounds)
                return hmac.compare_digest(made, digest)

    def _fits_argon2(self, text: str, password: str) -> bool:
        from argon2.exceptions import VerifyMismatchError

        try:
            return self._hasher.verify(text, password)
        except VerifyMismatchError:
            return False


def _fits_bcrypt(text: str, password: bytes, *, of_sha256: bool) -> bool:
    """Compare as the sites did that made the hash: what comes after 72 bytes was never read."""
    import bcrypt

    read = hashlib.sha256(password).hexdigest().encode() if of_sha256 else password[:BCRYPT_READS_BYTES]
    return bcrypt.checkpw(read, text.encode())


def _readable(password_hash: str) -> StoredHash | None:
    """Read a hash; one that cannot be read opens nothing, and an operator hears of it, not what it is."""
    try:
        return read_hash(password_hash)
    except UnusableHash as error:
        raise_alarm(Alarm.HASH_UNREADABLE, rule=error.rule)
        return None
