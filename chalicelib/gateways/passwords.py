"""Password hashes: argon2id at the floor of OWASP's Password Storage Cheat Sheet: 19 MiB, t=2, p=1."""

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argon2

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1


class Argon2Passwords:
    """Implements ``chalicelib.domain.accounts.PasswordHasher``; the library is loaded on first use."""

    @cached_property
    def _hasher(self) -> "argon2.PasswordHasher":
        import argon2

        return argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this account")

    def hash(self, password: str) -> str:
        """Give a salted hash in PHC string format."""
        return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password made that hash; with no hash, work as long and say no."""
        import argon2

        try:
            self._hasher.verify(password_hash or self._nobodys, password)
        except argon2.exceptions.VerifyMismatchError:
            return False
        return password_hash is not None
