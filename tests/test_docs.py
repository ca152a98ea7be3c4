"""Documentation that says what is: settings, jobs, alarms, commands, links, compared both ways."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import app
from chalicelib.domain.alarms import Alarm
from chalicelib.domain.landlord import Landlord
from chalicelib.templating import ROOT
from infra.local.settings import read_settings

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
VERB = re.compile(r"\bmake ([a-z][a-z-]*)")
OUTSIDE = re.compile(r"\]\((?:/|(?:\.\./){2}|file:)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> list[str]:
    """Give the first cells of the table under a title."""
    found = read(name).partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return ROW.findall(found)


def variables_of(source: str) -> set[str]:
    return set(re.findall(r'"((?:PORTAL|STRIPE)_[A-Z_]+)"', read(source)))


def verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.MULTILINE))


def test_every_variable_of_the_portal_is_explained_and_no_other() -> None:
    explained = section("docs/settings.md", "The portal")

    assert set(explained) == variables_of("chalicelib/config.py")
    assert len(explained) == len(set(explained)) >= 13


def test_which_variables_are_needed_is_what_the_code_says() -> None:
    needed = set(re.findall(r'_needed\(environment, "([A-Z_]+)"\)', read("chalicelib/config.py")))
    rows = re.findall(r"^\| `([A-Z_]+)` \| (yes|no) \|", read("docs/settings.md"), re.MULTILINE)

    assert {name for name, answer in rows if answer == "yes"} == needed
    assert {name for name, answer in rows if answer == "no"} == variables_of("chalicelib/config.py") - needed


def test_every_variable_of_make_run_is_explained_with_its_value() -> None:
    source, settings = read("infra/local/settings.py"), read_settings({})
    named = set(re.findall(r'(?:environment, |environment\.get\()"([A-Z_]+)"', source))
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", read("docs/settings.md"), re.MULTILINE))

    assert set(section("docs/settings.md", "make run")) == named == rows.keys()
    assert rows["PORT"] == str(settings.port)
    assert rows["PANEL_PORT"] == str(settings.panel_port)
    assert rows["HOMES"] == str(settings.homes)
    assert Path(rows["STATE_DIR"]).absolute() == settings.state_dir
    assert all(f"{name}='$({name})'" in read("Makefile") for name in named)


def test_every_line_of_the_landlord_s_file_is_explained_and_no_other() -> None:
    names = [field.name for field in fields(Landlord)]

    assert section("docs/settings.md", "The landlord's file") == names
    assert list(tomllib.loads(read("landlord/landlord.toml"))) == names


def test_every_job_is_explained_and_no_other() -> None:
    assert set(section("docs/running.md", "Jobs")) == {source.name for source in app.app.event_sources}


def test_every_alarm_is_explained_and_no_other() -> None:
    assert sorted(section("docs/running.md", "Alarms")) == sorted(Alarm)


def test_every_alarm_is_raised_somewhere() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))

    for alarm in Alarm:
        assert f"raise_alarm(Alarm.{alarm.name}" in sources


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_are_named_are_verbs_of_the_makefile(path: Path) -> None:
    code = re.findall(
        r"```.*?```|`[^`\n]+`|^ {4}[^\n]*$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )

    assert {verb for one in code for verb in VERB.findall(one)} - verbs() == set()


def test_the_readme_shows_the_two_commands_with_which_to_start() -> None:
    assert {"run", "test"} <= set(VERB.findall(read("README.md")))
    assert {"help", "run", "test", "test-long", "check", "fix", "bench", "import"} <= verbs()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_documents_lead_nowhere_outside_the_repository(path: Path) -> None:
    assert not OUTSIDE.search(path.read_text(encoding="utf-8"))


def test_the_way_ci_takes_is_the_readme_s() -> None:
    lines = [line for line in read(".ci/run").splitlines() if line.startswith("make ")]

    assert lines == ["make check", "make test", "make rehearse"]
    assert all(line in read("README.md") for line in lines[1:])
