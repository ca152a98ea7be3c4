"""Static files: ours only, each under the mark of its content."""

import re
from dataclasses import replace

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.errors import Absent
from chalicelib.domain.landlord import read_landlord
from chalicelib.web.statics import FOLDER, TYPES, Statics

LANDLORD = read_landlord(ROOT / "landlord" / "landlord.toml")


@pytest.fixture
def statics() -> Statics:
    return Statics(LANDLORD)


def asked(statics: Statics, name: str) -> str:
    return statics.path(name).removeprefix("/static/")


def test_every_file_of_the_folder_can_be_had_under_its_mark(statics: Statics) -> None:
    names = [path.name for path in FOLDER.iterdir() if path.is_file()]

    assert len(names) >= 4
    for name in names:
        content, media_type = statics.find(asked(statics, name))
        assert content == (FOLDER / name).read_text(encoding="utf-8")
        assert media_type == TYPES["." + name.rpartition(".")[2]]


def test_the_mark_changes_with_the_content(statics: Statics) -> None:
    other = Statics(replace(LANDLORD, accent="#7a1f5c"))

    assert statics.path("landlord.css") != other.path("landlord.css")
    assert statics.path("portal.css") == other.path("portal.css")
    assert LANDLORD.accent in statics.find(asked(statics, "landlord.css"))[0]


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "portal.css", "portal.0.css", "../app.py", "..%2fapp.py", "portal..css", "x.y.z",
     "landlord.css",
     "town.000000000000.svg", "__init__.0.py", "\x00.a.css", "é.a.css", "landlord.toml", "a" * 5_000],
)  # fmt: skip
def test_anything_else_is_absent(statics: Statics, name: str) -> None:
    with pytest.raises(Absent):
        statics.find(name)


def test_no_style_or_drawing_asks_another_host_for_anything() -> None:
    for path in FOLDER.iterdir():
        text = re.sub(r'xmlns(:\w+)?="[^"]*"', "", path.read_text(encoding="utf-8"))
        assert not re.search(r"https?://|@import|url\(\s*['\"]?//|<script", text), path.name
