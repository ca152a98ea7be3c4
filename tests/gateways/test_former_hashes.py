"""Hashes that a former site left: right and wrong passwords, damaged hashes, and what each costs."""

import logging
import statistics
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.password_hashes import UnusableHash, read_hash
from chalicelib.gateways.passwords import Argon2Passwords
from infra.demo.passwords import FORMER_HASHES, TENANT_HASHES

TYPED = "Clé de l’été 2026 🏠"
# Written by Django 5.2, passlib 1.7, bcrypt 5.0 and argon2-cffi 25.1, each with a cost that tests can bear.
WRITTEN = {
    "argon2id": (
        "$argon2id$v=19$m=1024,t=1,p=2$EZPOz97iXcUE2zzUJLlsXg$TlDkSjb6sAmlCPy5PjPSo8QjjEehxl80YobTzIj1qwA"
    ),
    "argon2i": (
        "$argon2i$v=19$m=1024,t=2,p=2$D9fZvga8T7RDtddi7nhscg$aRpiQ/BJHUKn5kAe5pvo7FLN9SnC6CdZ0JVAX3IGdZk"
    ),
    "bcrypt": "$2b$04$8tH1vI4MZYFy.ipT5X43peZ2qXU.H2NVs75HVU9PD07nGxUetO/pG",
    "bcrypt of PHP": "$2y$04$8tH1vI4MZYFy.ipT5X43peZ2qXU.H2NVs75HVU9PD07nGxUetO/pG",
    "bcrypt of old": "$2a$04$8tH1vI4MZYFy.ipT5X43peZ2qXU.H2NVs75HVU9PD07nGxUetO/pG",
    "Django bcrypt": "bcrypt$$2b$04$9iEaWPeKsMBZ..OkVI/oAeVZnkjXIQ1VNfxurf.R6c70EQpn6qJSO",
    "Django bcrypt of SHA-256": "bcrypt_sha256$$2b$04$b22Xva86.EobTJr1YODhH.lCgEMBziPT4pnw4LOLJDdES6eWkVHie",
    "Django sha256": "pbkdf2_sha256$1500$NLV7ezRwpmNe7Yh4ZQDYzU$XUgMpOfanbQttC4mcn32SWMrK0CQugioVWskza3U8jU=",
    "Django sha1": "pbkdf2_sha1$1500$iCCRHBZAlL3MrsMxS1f3ii$CxJCJBGQK/BTl5/qrSSH7plsX9o=",
    "passlib sha1": "$pbkdf2$1500$Tuk9R8i5977XWsu5l9I6Zw$X9qqHIUriebCBQ.bmPPLrd4HdiQ",
    "passlib sha256": (
        "$pbkdf2-sha256$1500$T4kRYuyd05qTEqI0hhDCeA$F18nsJ/NdScyCk/pHWecBRi3oGdgRBm5sjrZgAxPgGE"
    ),
    "passlib sha512": (
        "$pbkdf2-sha512$1500$L6XU.v8/RwghBECodU7pXQ$"
        "11kt6IfLNAxZTwgHIEdV1bMZoR87TFG9lS4xHhg0wvPmLKjH02Yd9j91hCvzurX0GfJuT5lHnK3pkiNlF.hgXA"
    ),
}
# Published vectors: of crypt_blowfish and of passlib.
PUBLISHED = {
    "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe": "a",
    "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i": "abc",
    "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ": "password",
}
UNREADABLE = [
    "",
    "Bonjour-2026!",
    "0cc175b9c0f1b6a831c399e269772661",
    "$2y$31$8tH1vI4MZYFy.ipT5X43peZ2qXU.H2NVs75HVU9PD07nGxUetO/pG",
    "$2x$04$8tH1vI4MZYFy.ipT5X43peZ2qXU.H2NVs75HVU9PD07nGxUetO/pG",
    "$argon2id$v=19$m=4194304,t=2,p=1$aut0fVJhjhgg8xPZ2pSBZQ$p4nVcc98I9FQ5iVQwpQQMt4i58WhFC01QlH56MDzVjY",
    "$argon2id$v=19$m=19456,t=2,p=1$aut0fVJhjhgg8xPZ2pSBZQ$",
    "pbkdf2_sha256$900000000$NLV7ezRwpmNe7Yh4ZQDYzU$XUgMpOfanbQttC4mcn32SWMrK0CQugioVWskza3U8jU=",
    "pbkdf2_sha256$1500$NLV7ezRwpmNe7Yh4ZQDYzU$XUgMpOfanbQttC4mcn32SWMrK0CQugioVWskza3U8j",
]


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


@pytest.mark.parametrize("name", WRITTEN)
def test_the_password_of_a_former_site_opens_and_no_other_does(passwords: Argon2Passwords, name: str) -> None:
    assert passwords.matches(WRITTEN[name], TYPED)
    for wrong in ("", TYPED + " ", TYPED.lower(), "a" * 200, "\x00", TYPED[:-1]):
        assert not passwords.matches(WRITTEN[name], wrong)


@pytest.mark.parametrize("kept", PUBLISHED)
def test_published_vectors_are_read(passwords: Argon2Passwords, kept: str) -> None:
    assert passwords.matches(kept, PUBLISHED[kept])
    assert not passwords.matches(kept, PUBLISHED[kept].upper())


def test_bcrypt_reads_seventy_two_bytes_as_it_did_on_the_former_site(passwords: Argon2Passwords) -> None:
    import bcrypt

    kept = bcrypt.hashpw(("é" * 36).encode(), bcrypt.gensalt(4)).decode()

    assert passwords.matches(kept, "é" * 36 + "what the former site never read")
    assert not passwords.matches(kept, "é" * 35 + "e")
    assert not passwords.matches(WRITTEN["Django bcrypt of SHA-256"], TYPED + "x" * 80)


def test_only_todays_hashes_stay(passwords: Argon2Passwords) -> None:
    todays = passwords.hash(TYPED)

    assert not passwords.needs_upgrade(todays)
    assert not any(passwords.needs_upgrade(one) for one in TENANT_HASHES)
    assert all(passwords.needs_upgrade(one) for one in (*WRITTEN.values(), *FORMER_HASHES))
    assert passwords.needs_upgrade(todays.replace("t=2", "t=3"))


@pytest.mark.parametrize("kept", UNREADABLE)
def test_a_hash_that_cannot_be_read_opens_nothing_and_raises_an_alarm_without_it(
    passwords: Argon2Passwords, kept: str, caplog: pytest.LogCaptureFixture
) -> None:
    for typed in (TYPED, kept):
        assert not passwords.matches(kept, typed)

    assert {record.__dict__["alarm"] for record in caplog.records} == {"hash_unreadable"}
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    told = " ".join(str(vars(record)) for record in caplog.records)
    assert not any(part in told for part in kept.split("$") if len(part) > 8)


def test_a_hash_that_cannot_be_read_takes_the_time_of_one_that_can(passwords: Argon2Passwords) -> None:
    kept = {"ours": passwords.hash(TYPED), "dear": UNREADABLE[5], "clear": UNREADABLE[1]}
    passwords.matches(None, "x")
    times: dict[str, list[float]] = {name: [] for name in kept}
    for _ in range(3):
        for name, one in kept.items():
            began = time.process_time()
            passwords.matches(one, "wrong")
            times[name].append(time.process_time() - began)

    ours = statistics.median(times["ours"])
    assert all(0.5 < statistics.median(taken) / ours < 2 for taken in times.values())


@settings(deadline=None)
@given(st.sampled_from(list(WRITTEN.values())), st.integers(0, 140), st.characters(codec="utf-8"))
def test_whatever_is_read_is_checked_without_a_stumble(kept: str, place: int, letter: str) -> None:
    damaged = kept[:place] + letter + kept[place + 1 :]
    with suppress(UnusableHash):
        read_hash(damaged)

        assert not Argon2Passwords().matches(damaged, "the password of none of them")


def test_libraries_are_loaded_by_the_hashes_that_need_them() -> None:
    code = f"""
import sys
from chalicelib.gateways.passwords import Argon2Passwords
passwords = Argon2Passwords()
passwords.matches({WRITTEN["Django sha256"]!r}, "x")
print("argon2" in sys.modules, "bcrypt" in sys.modules)
passwords.matches({WRITTEN["argon2id"]!r}, "x")
print("argon2" in sys.modules, "bcrypt" in sys.modules)
"""
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout

    assert seen.split() == ["False", "False", "True", "False"]
