"""Cookies: signed for one purpose, and read only when we wrote them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.sessions import DynamoSessions
from chalicelib.web import cookies as jar
from chalicelib.web.entrance import Entrance
from tests.conftest import Clock
from tests.mothers import NOW

HERE = Entrance(
    b"k" * 32, "http://127.0.0.1:8000", "https://checkout.stripe.com", DynamoSessions(), Clock(NOW)
)
TLS = replace(HERE, address="https://locataires.littoral-habitat.example")


def value_of(line: str) -> dict[str, str]:
    name, _, value = line.partition(";")[0].partition("=")
    return {name: value}


def test_a_session_cookie_is_read_as_it_was_written() -> None:
    token = jar.read_token(HERE, value_of(jar.session_cookie(HERE, "9126-1", "secret_-", remembered=False)))

    assert token == jar.Token("9126-1", "secret_-", NOW)


def test_a_cookie_signed_with_another_key_is_nobody_s() -> None:
    other = replace(HERE, key=b"o" * 32)

    assert jar.read_token(HERE, value_of(jar.session_cookie(other, "t", "s", remembered=False))) is None


@given(st.text(max_size=200))
def test_a_cookie_that_we_did_not_write_is_nobody_s(written: str) -> None:
    assert jar.read_token(HERE, {"session": written}) is None


@given(st.text(max_size=300))
def test_any_header_of_cookies_can_be_read(header: str) -> None:
    assert isinstance(jar.read_cookies(header), dict)


def test_the_signature_of_a_form_is_not_that_of_a_session() -> None:
    said = f"t~s~{int(NOW.timestamp())}"

    assert jar.read_token(HERE, {"session": f"{said}~{jar.form_token(HERE, said)}"}) is None
    assert jar.form_token(HERE, "a") != jar.form_token(HERE, "b")


def test_a_form_is_of_one_visit() -> None:
    mark = jar.new_mark()

    assert jar.is_form_token(HERE, mark, jar.form_token(HERE, mark))
    for sent in ("", "é", mark, jar.form_token(HERE, jar.new_mark()), jar.form_token(HERE, mark)[:-1]):
        assert not jar.is_form_token(HERE, mark, sent)


def test_marks_cannot_be_guessed() -> None:
    assert len({jar.new_mark() for _ in range(2_000)}) == 2_000
    assert len(jar.new_mark()) >= 22


@pytest.mark.parametrize(
    ("held", "size"), [("0", 0), ("1", 1), ("3", 3), ("4", 0), ("-1", 0), ("x", 0), ("", 0)]
)
def test_the_size_of_the_text_is_one_of_four(held: str, size: int) -> None:
    assert jar.read_text_size(HERE, {"texte": held}) == size
    assert jar.read_text_size(TLS, {"__Host-texte": held}) == size
    assert jar.read_text_size(TLS, {"texte": "2"}) == 0


def test_only_the_cookies_of_tls_count_there() -> None:
    plain = jar.session_cookie(HERE, "t", "s", remembered=False)

    assert jar.read_token(TLS, value_of(plain)) is None
    assert jar.session_cookie(TLS, "t", "s", remembered=True).endswith(
        f"; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age={int(timedelta(days=30).total_seconds())}"
    )
    assert "Max-Age=0" in jar.no_session_cookie(TLS)
