"""Devices as their owners call them."""

import pytest

from chalicelib.domain.devices import device_in_words

MOZILLA, WEBKIT = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID, PHONE = "(Linux; Android 10; K)", "(iPhone; CPU iPhone OS 18_7 like Mac OS X)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{MOZILLA} {ANDROID} {WEBKIT} Chrome/143.0.0.0 Mobile Safari/537.36", "Chrome sur Android"),
        (f"{MOZILLA} {PHONE} {APPLE} Version/26.1 Mobile/15E148 Safari/604.1", "Safari sur iPhone"),
        (f"{MOZILLA} {PHONE} {APPLE} CriOS/143.0.7499.38 Mobile/15E148 Safari/604.1", "Chrome sur iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 15_8 like Mac OS X) {APPLE} FxiOS/145.0 Safari/605.1", "Firefox sur iPad"),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64) {WEBKIT} Chrome/143.0 Safari/537 Edg/143.0",
            "Edge sur Windows",
        ),
        (f"{MOZILLA} (Windows NT 10.0; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox sur Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/26.1 Safari/605", "Safari sur Mac"),
        (
            f"{MOZILLA} {ANDROID} {WEBKIT} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
            "Samsung Internet sur Android",
        ),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/142.0 Safari/537.36 OPR/126.0", "Opera sur Linux"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/143.0 Safari/537", "Chrome sur Chromebook"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox sur Linux"),
        ("Lynx/2.9.2 (Linux)", "Linux"),
        ("Firefox/1.0", "Firefox"),
        ("curl/8.5.0", "Appareil inconnu"),
        ("", "Appareil inconnu"),
        ("<script>alert(1)</script>" * 400, "Appareil inconnu"),
    ],
)
def test_a_browser_is_named_as_people_name_it(said: str, words: str) -> None:
    assert device_in_words(said) == words
