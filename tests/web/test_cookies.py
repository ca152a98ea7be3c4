"""Cookies: signed for one purpose, and read only when we wrote them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.sessions import Key, Session, new_session
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.templating import ROOT
from chalicelib.web import cookies as jar
from chalicelib.web.entrance import Entrance
from tests.conftest import Clock
from tests.mothers import NOW
from tests.thresholds import FakeQueue

HERE = Entrance(
    b"k" * 32,
    "http://127.0.0.1:8000",
    "https://checkout.stripe.com",
    DynamoSessions(),
    FakeQueue(),
    Clock(NOW),
)
TLS = replace(HERE, address="https://locataires.littoral-habitat.example")


def value_of(line: str) -> dict[str, str]:
    name, _, value = line.partition(";")[0].partition("=")
    return {name: value}


def a_session(*, remembered: bool = False) -> tuple[Session, str]:
    return new_session("9126-1", "", remembered=remembered, device="", now=NOW)


def test_a_session_cookie_is_read_as_it_was_written() -> None:
    session, secret = a_session()

    key = jar.read_key(HERE, value_of(jar.session_cookie(HERE, session, secret)))

    assert key == Key("9126-1", session.family, secret, NOW, remembered=False)
    kept = jar.read_key(HERE, value_of(jar.session_cookie(HERE, *a_session(remembered=True))))
    assert kept is not None
    assert kept.remembered


def test_a_cookie_signed_with_another_key_is_nobody_s() -> None:
    other = replace(HERE, key=b"o" * 32)

    assert jar.read_key(HERE, value_of(jar.session_cookie(other, *a_session()))) is None
    assert (
        jar.read_device(HERE, value_of(jar.device_cookie(other, "a@b.example", None, NOW)), "a@b.example")
        is None
    )


@given(st.text(max_size=200))
def test_a_cookie_that_we_did_not_write_is_nobody_s(written: str) -> None:
    assert jar.read_key(HERE, {"session": written}) is None
    assert jar.read_device(HERE, {"device": written}, "a@b.example") is None


def test_a_device_is_known_to_one_address_and_keeps_its_name() -> None:
    (first, second) = (jar.device_cookie(HERE, "a@b.example", None, NOW) for _ in range(2))
    known, other = (jar.read_device(HERE, value_of(one), "a@b.example") for one in (first, second))

    assert known is not None
    assert other is not None
    assert known.name != other.name
    assert len(known.name) >= 22
    assert known.known_at == NOW
    assert jar.read_device(HERE, value_of(first), "b@b.example") is None
    later = NOW + timedelta(microseconds=1)
    again = jar.device_cookie(HERE, "a@b.example", known, later)
    assert jar.read_device(HERE, value_of(again), "a@b.example") == known._replace(known_at=later)
    assert f"Max-Age={365 * 24 * 3600}" in first
    assert "a@b" not in first


def test_a_device_cookie_that_does_not_say_since_when_is_no_device_s() -> None:
    address, name, _, _ = value_of(jar.device_cookie(HERE, "a@b.example", None, NOW))["device"].split("~")
    said = f"{address}~{name}"

    assert (
        jar.read_device(HERE, {"device": f"{said}~{jar.sign(HERE, 'device', said)}"}, "a@b.example") is None
    )


def test_a_cookie_of_one_kind_is_not_taken_for_another() -> None:
    session = value_of(jar.session_cookie(HERE, *a_session()))["session"]
    device = value_of(jar.device_cookie(HERE, "a@b.example", None, NOW))["device"]

    assert jar.read_key(HERE, {"session": device}) is None
    assert jar.read_device(HERE, {"device": session}, "a@b.example") is None


@given(st.text(max_size=300))
def test_any_header_of_cookies_can_be_read(header: str) -> None:
    assert isinstance(jar.read_cookies(header), dict)


def test_the_signature_of_a_form_is_not_that_of_a_session() -> None:
    said = f"t~f~s~{int(NOW.timestamp())}"

    assert jar.read_key(HERE, {"session": f"{said}~{jar.form_token(HERE, said)}"}) is None
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
    assert jar.read_key(TLS, value_of(jar.session_cookie(HERE, *a_session()))) is None
    assert jar.read_key(TLS, value_of(jar.session_cookie(TLS, *a_session()))) is not None
    assert jar.session_cookie(TLS, *a_session(remembered=True)).endswith(
        f"; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age={int(timedelta(days=30).total_seconds())}"
    )
    assert "Max-Age=0" in jar.no_session_cookie(TLS)


def test_a_remembered_cookie_lasts_as_long_as_its_session() -> None:
    session, secret = a_session(remembered=True)
    later = replace(HERE, now=Clock(NOW + timedelta(days=20)))

    assert f"Max-Age={10 * 24 * 3600}" in jar.session_cookie(later, session, secret)


def test_the_privacy_page_names_every_cookie() -> None:
    page = (ROOT / "templates" / "legal" / "privacy.html").read_text(encoding="utf-8")
    names = {jar.SESSION, jar.STAFF, jar.STEP, jar.VISIT, jar.TEXT_SIZE, jar.DEVICE}

    assert set(re.findall(r"«&nbsp;(\w+)&nbsp;»", page)) == names
    constants = {value for name, value in vars(jar).items() if name.isupper() and isinstance(value, str)}
    assert {one for one in constants if one.isalpha()} <= names
