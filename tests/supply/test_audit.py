"""L2: the audit says « verified » only when a source of advisories was there, knew something, and saw all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.serving import Call, LoopbackServer, Reply
from infra.package import audit
from infra.package.audit import (
    KNOWN_BAD,
    NOT_VERIFIED,
    SOUND,
    VULNERABLE,
    NotVerified,
    judge,
    main,
    what_travels,
)

ADVISORY = {
    "id": "PYSEC-2020-96",
    "summary": "objects are made of what is read",
    "affected": [
        {"package": {"name": "x", "ecosystem": "PyPI"}, "ranges": [], "versions": [], "database_specific": {}}
    ],
}
TRAVELLING = {"thing": "1.0", "other": "2.0"}


class Source:
    """An advisory source on this machine; it has something against the libraries that it is told."""

    def __init__(self) -> None:
        self.against: set[str] = set()
        self.fails_at = ""
        self.asked: list[str] = []
        self.server = LoopbackServer(0, self._answer)
        self.server.start()

    @property
    def address(self) -> str:
        return f"{self.server.address}/v1/query"

    def _answer(self, call: Call) -> Reply:
        package = json.loads(call.body)["package"]["name"]
        self.asked.append(package)
        if package == self.fails_at:
            return Reply(503, b"{}")
        found = {"vulns": [ADVISORY]} if package in self.against else {}
        return Reply(200, json.dumps(found).encode(), (("content-type", "application/json"),))


@pytest.fixture
def source() -> Iterator[Source]:
    one = Source()
    yield one
    one.server.stop()


def test_a_source_that_knows_something_and_has_nothing_against_us_is_believed(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.against = {KNOWN_BAD[0]}

    assert main([f"--advisories={source.address}"]) == SOUND

    assert f"verified: {len(what_travels())} libraries travel" in capsys.readouterr().out
    assert set(source.asked) == {*what_travels(), KNOWN_BAD[0]}


@pytest.mark.long
def test_a_source_that_fails_for_one_library_is_not_believed(
    source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    source.against, source.fails_at = {KNOWN_BAD[0]}, "jinja2"

    assert main([f"--advisories={source.address}"]) == NOT_VERIFIED

    told = capsys.readouterr()
    assert told.err.startswith("not verified: ")
    assert "verified" not in told.out


def test_no_source_is_not_a_good_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--advisories=http://127.0.0.1:9/v1/query"]) == NOT_VERIFIED

    told = capsys.readouterr()
    assert told.err.startswith("not verified: no advisories were to be had")
    assert told.out == ""


def answer_for(libraries: dict[str, str], *against: str) -> list[dict[str, Any]]:
    vulnerable = [{"id": "PYSEC-1", "fix_versions": ["9.9"], "aliases": [], "description": ""}]
    return [
        {"name": name, "version": version, "vulns": vulnerable if name in against else []}
        for name, version in libraries.items()
    ]


def test_what_is_known_is_told_with_the_version_that_mends_it() -> None:
    answer = answer_for({**TRAVELLING, "pyyaml": "5.1"}, "pyyaml", "other")

    assert judge(answer, TRAVELLING) == ["other 2.0: PYSEC-1 (mended in 9.9)"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([], "the source knows nothing"),
        (answer_for({**TRAVELLING, "pyyaml": "5.1"}), "not even pyyaml 5.1"),
        (answer_for(TRAVELLING), "the source knows nothing"),
        (answer_for({"thing": "1.0", "pyyaml": "5.1"}, "pyyaml"), "not looked up: other"),
        (answer_for({"thing": "1.1", "other": "2.0", "pyyaml": "5.1"}, "pyyaml"), "not looked up: thing"),
        (
            [*answer_for({"thing": "1.0", "pyyaml": "5.1"}, "pyyaml"), {"name": "other", "skip_reason": "x"}],
            "not looked up: other",
        ),
    ],
)
def test_what_was_not_looked_up_is_not_verified(answer: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(NotVerified, match=why):
        judge(answer, TRAVELLING)


@pytest.mark.parametrize(
    ("outcome", "status"), [(["thing 1.0: PYSEC-1 (not mended yet)"], VULNERABLE), ([], SOUND)]
)
def test_the_status_is_what_was_found(
    monkeypatch: pytest.MonkeyPatch, outcome: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    never: Callable[..., list[Any]] = lambda *_: []  # noqa: E731
    monkeypatch.setattr(audit, "ask", never)
    monkeypatch.setattr(audit, "judge", lambda *_: outcome)

    assert main([]) == status
    assert ("vulnerable: thing" in capsys.readouterr().out) is bool(outcome)


def test_without_the_program_nothing_is_verified(tmp_path: Path) -> None:
    with pytest.raises(NotVerified, match="not installed"):
        audit.ask(TRAVELLING, "", tmp_path / "nothing")
