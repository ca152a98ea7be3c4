"""Which stored hashes are taken, and what is said of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import password_hashes as hashes
from chalicelib.domain.password_hashes import (
    Argon2Hash,
    BcryptHash,
    Pbkdf2Hash,
    UnusableHash,
    read_hash,
)

SALT, DIGEST = "aut0fVJhjhgg8xPZ2pSBZQ", "p4nVcc98I9FQ5iVQwpQQMt4i58WhFC01QlH56MDzVjY"
ARGON2 = f"$argon2id$v=19$m=19456,t=2,p=1${SALT}${DIGEST}"
BCRYPT = "$2y$10$pEUbWxt8uGf1ZBPjLDXptuKF/8J69KBqiDQhR4mqkQ9fEuXP4Wk/O"
DJANGO = f"pbkdf2_sha256$260000$oWXT9CmaZaJV41qYRovheD${DIGEST}="
PASSLIB = f"$pbkdf2-sha256$29000${SALT}${DIGEST}"


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        (ARGON2, Argon2Hash),
        (ARGON2.replace("m=19456,t=2,p=1", "m=65536,t=10,p=8"), Argon2Hash),
        (ARGON2.replace("argon2id", "argon2i"), Argon2Hash),
        (BCRYPT, BcryptHash),
        (BCRYPT.replace("$2y$10", "$2a$04"), BcryptHash),
        (BCRYPT.replace("$2y$10", "$2b$14"), BcryptHash),
        (f"bcrypt_sha256${BCRYPT}", BcryptHash),
        (DJANGO, Pbkdf2Hash),
        (DJANGO.replace("260000", "2000000"), Pbkdf2Hash),
        (PASSLIB, Pbkdf2Hash),
        (PASSLIB.replace("29000", "1000"), Pbkdf2Hash),
    ],
)
def test_hashes_of_a_bearable_cost_are_read(stored: str, kind: type) -> None:
    assert isinstance(read_hash(stored), kind)


def test_a_salt_is_a_text_for_django_and_bytes_for_passlib() -> None:
    django, passlib = read_hash(DJANGO), read_hash(PASSLIB)

    assert isinstance(django, Pbkdf2Hash)
    assert isinstance(passlib, Pbkdf2Hash)
    assert (django.function, django.rounds, django.salt) == ("sha256", 260_000, b"oWXT9CmaZaJV41qYRovheD")
    assert (passlib.rounds, len(passlib.salt), passlib.digest) == (29_000, 16, django.digest)


@pytest.mark.parametrize(
    ("stored", "rule"),
    [
        ("", hashes.IN_CLEAR),
        ("Bonjour-2026!", hashes.IN_CLEAR),
        ("argon2id", hashes.IN_CLEAR),
        ("1" * 5_000, hashes.IN_CLEAR),
        ("0cc175b9c0f1b6a831c399e269772661", hashes.TOO_FAST),
        ("0CC175B9C0F1B6A831C399E269772661", hashes.TOO_FAST),
        ("md5:0cc175b9c0f1b6a831c399e269772661", hashes.TOO_FAST),
        ("{SHA}" + "a" * 40, hashes.TOO_FAST),
        ("b" * 64, hashes.TOO_FAST),
        ("$1$salt$qJH7.N4xYta3aEG/dfqo/0", hashes.OTHER_KIND),
        ("$6$rounds=5000$salt$" + "x" * 86, hashes.OTHER_KIND),
        ("$scrypt$ln=16,r=8,p=1$" + SALT + "$" + DIGEST, hashes.OTHER_KIND),
        ("{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", hashes.OTHER_KIND),
        ("sha1$salt$0cc175b9c0f1b6a831c399e269772661", hashes.OTHER_KIND),
        ("$argon2d$v=19$m=19456,t=2,p=1$" + SALT + "$" + DIGEST, hashes.BAD_ARGON2),
        (ARGON2.replace("v=19", "v=16"), hashes.BAD_ARGON2),
        (ARGON2[:-30], hashes.BAD_ARGON2),
        (ARGON2[:-1] + "Z", hashes.BAD_ARGON2),
        (ARGON2 + "\n", hashes.BAD_ARGON2),
        (ARGON2.replace(SALT, "c2Vs"), hashes.BAD_ARGON2),
        (ARGON2.replace("m=19456,t=2,p=1", "m=8,t=2,p=2"), hashes.BAD_ARGON2),
        (ARGON2.replace("m=19456", "m=65537"), hashes.DEAR_ARGON2),
        (ARGON2.replace("t=2", "t=11"), hashes.DEAR_ARGON2),
        (ARGON2.replace("p=1", "p=9"), hashes.DEAR_ARGON2),
        (BCRYPT[:-1], hashes.BAD_BCRYPT),
        (BCRYPT + "a", hashes.BAD_BCRYPT),
        (BCRYPT.replace("$2y$", "$2x$"), hashes.BAD_BCRYPT),
        (BCRYPT.replace("$2y$", "$2$"), hashes.BAD_BCRYPT),
        (BCRYPT[:28] + "a" + BCRYPT[29:], hashes.BAD_BCRYPT),
        (BCRYPT.replace("$10$", "$03$"), hashes.DEAR_BCRYPT),
        (BCRYPT.replace("$10$", "$15$"), hashes.DEAR_BCRYPT),
        (f"bcrypt_sha256${ARGON2}", hashes.BAD_BCRYPT),
        (DJANGO.replace("sha256", "md5"), hashes.BAD_PBKDF2),
        (DJANGO.replace("sha256", "sha1"), hashes.BAD_PBKDF2),
        (DJANGO.replace("oWXT9CmaZaJV41qYRovheD", "sel"), hashes.BAD_PBKDF2),
        (DJANGO.replace("260000", "999"), hashes.DEAR_PBKDF2),
        (DJANGO.replace("260000", "2000001"), hashes.DEAR_PBKDF2),
        (DJANGO.replace("260000", "9" * 40), hashes.BAD_PBKDF2),
        (PASSLIB.replace("$29000", ""), hashes.BAD_PBKDF2),
        (PASSLIB.replace("29000", "29000000"), hashes.DEAR_PBKDF2),
    ],
)
def test_a_hash_that_cannot_serve_is_refused_with_what_it_takes(stored: str, rule: str) -> None:
    with pytest.raises(UnusableHash) as refused:
        read_hash(stored)

    assert refused.value.rule == rule


@given(
    st.text(min_size=8, max_size=80)
    | st.from_regex(r"[$a-z0-9_]{4,12}\$[A-Za-z0-9+/$=.]{4,120}", fullmatch=True)
)
def test_no_refusal_repeats_what_was_given(stored: str) -> None:
    told = ""
    try:
        read_hash(stored)
    except UnusableHash as error:
        told = repr(error)

    assert stored not in told
