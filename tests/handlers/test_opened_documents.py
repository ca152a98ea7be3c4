"""A paper opened: an address of a minute, shown or downloaded, once it is sure that its file is there."""

import logging
import urllib.request
from datetime import date

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.portal import portal
from tests.folders import CONTENT, a_paper, a_rent_receipt, keep
from tests.mothers import Household
from tests.visitors import Visitor

NAMES = [
    "../../etc/passwd", "..\\..\\boot.ini", "a/b/c.pdf", "quittance\r\nSet-Cookie: x=1.pdf",
    'a"; filename="b.exe', "x.pdf\x00.exe", ".htaccess", "-rf", "\u202efdp.exe", "é" * 200 + ".pdf", "",
    ".", "..", "a;b.pdf", "a,b.pdf", "a%00b.pdf", "a%0d%0ab.pdf", "CON", "a\tb.pdf", "a\nb.pdf",
    "<script>.pdf", "a&b=c.pdf", "a?b.pdf", "a#b.pdf", "\ufeff.pdf", "😀.pdf", "مستند.pdf", "文件.pdf",
    "a b c.pdf", "'a'.pdf", "`id`.pdf", "$(id).pdf", "a|b.pdf", "~/.ssh/id", "file:///etc/passwd",
    "http://ailleurs.example/x", "a\\", "a\"", "a" * 5000, " .pdf", "\u2028.pdf", "=cmd()", "a.pdf ",
    "a.pdf.", "a..pdf", "%2e%2e%2f", "\x7f", "a\x1fb", "filename*=UTF-8''x", "Ⅻ.pdf",
]  # fmt: skip


@pytest.fixture
def paper(visitor: Visitor) -> Document:
    keep(a_rent_receipt())
    return a_rent_receipt()


def disposition(visitor: Visitor, path: str) -> str:
    answer = visitor.ask("GET", path)
    assert answer.status == 303
    with urllib.request.urlopen(answer.location) as file:
        assert file.read() == CONTENT
        return str(file.headers["Content-Disposition"])


def test_a_paper_is_downloaded_or_shown_from_an_address_of_a_minute(
    visitor: Visitor, paper: Document
) -> None:
    assert disposition(visitor, paper.path) == 'attachment; filename="Q-2026-10-009126.pdf"'
    assert disposition(visitor, f"{paper.path}?voir=1") == 'inline; filename="Q-2026-10-009126.pdf"'
    answer = visitor.ask("GET", paper.path)
    assert "X-Amz-Expires=60&" in answer.location
    assert answer.header("cache-control") == "no-store"


def test_what_a_browser_could_run_is_never_shown(visitor: Visitor) -> None:
    for media_type, way in (
        ("image/png", "inline"),
        ("image/jpeg", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
    ):
        made = a_paper(DocumentKind.LEASE, media_type, date(2021, 3, 1), media_type=media_type)
        keep(made)

        assert disposition(visitor, f"{made.path}?voir=1").startswith(way), media_type


def test_fifty_hostile_names_are_plain_names_of_files(visitor: Visitor) -> None:
    assert len(set(NAMES)) == 50
    for rank, name in enumerate(NAMES):
        made = a_paper(DocumentKind.LEASE, f"Bail {rank}", date(2021, 3, 1), file_name=name)
        keep(made)
        told = disposition(visitor, made.path)

        given = told.removeprefix('attachment; filename="').removesuffix('"')
        assert given, name
        assert set(given) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"), name
        assert given[0] not in ".-", name
        assert len(given) <= 100, name


def test_a_file_that_is_missing_is_a_calm_page_and_an_alarm_and_nothing_is_lost(
    visitor: Visitor, paper: Document, caplog: pytest.LogCaptureFixture
) -> None:
    portal().files.remove(paper.key)
    for path in (paper.path, f"{paper.path}?voir=1"):
        caplog.clear()
        with caplog.at_level(logging.ERROR, "portal.alarm"):
            seen = visitor.ask("GET", path)

        assert seen.status == 503
        assert seen.page.heading == "Quittance d’octobre 2026"
        assert "Ce document ne s’ouvre pas pour le moment" in seen.page.words
        assert "donnant son numéro, Q-2026-10-009126" in seen.page.words
        assert "05 46 00 00 00" in seen.page.words
        (line,) = caplog.records
        assert line.__dict__["alarm"] == "file_missing"
        assert line.__dict__["document"] == paper.id
    assert paper.path in visitor.get("/documents?type=quittances").page.links
    keep(paper)
    assert visitor.ask("GET", paper.path).status == 303


def test_a_neighbour_does_not_learn_that_a_file_is_missing(
    visitor: Visitor, paper: Document, nadege: Household, caplog: pytest.LogCaptureFixture
) -> None:
    portal().files.remove(paper.key)
    neighbour = Visitor()
    neighbour.enter(nadege.tenant.id)

    seen = neighbour.ask("GET", paper.path)

    nothing = neighbour.ask("GET", paper.path.replace("9126", "9999"))
    assert seen.without_visit() == nothing.without_visit()
    assert not [record for record in caplog.records if record.name == "portal.alarm"]


def test_while_files_cannot_be_looked_up_nobody_is_sent_anywhere(
    visitor: Visitor, paper: Document, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _: None)
    del portal().files
    seen = visitor.ask("GET", paper.path)

    assert seen.status == 503
    assert "Un service ne répond pas" in seen.page.words
    assert not [record for record in caplog.records if record.name == "portal.alarm"]
