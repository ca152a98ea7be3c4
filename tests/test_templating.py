"""The one environment: what is escaped, what is refused, how French is written."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError

from chalicelib.templating import environment, make_environment, render, share


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a root with one template of each sort."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text("<p>{{ name }}</p>", encoding="utf-8")
    (folder / "mail.txt").write_text("Bonjour {{ name }}", encoding="utf-8")
    return tmp_path


def written(environment: Environment, source: str, **values: object) -> str:
    return environment.from_string(source).render(values)


def test_a_page_escapes_what_somebody_typed(site: Path) -> None:
    page = make_environment(site).get_template("page.html").render(name="<script>&'\"")

    assert page == "<p>&lt;script&gt;&amp;&#39;&#34;</p>"


def test_the_text_of_a_mail_keeps_names_as_they_are(site: Path) -> None:
    assert (
        make_environment(site)
        .get_template("mail.txt")
        .render(name="L'Hôte & <fils>")
        .endswith("L'Hôte & <fils>")
    )


def test_a_value_that_nobody_gave_is_an_error(site: Path) -> None:
    with pytest.raises(UndefinedError, match="name"):
        make_environment(site).get_template("page.html").render()


def test_blocks_leave_no_empty_lines(site: Path) -> None:
    source = "a\n  {% if true %}\nb\n  {% endif %}\nc"

    assert written(make_environment(site), source) == "a\nb\nc"


@pytest.mark.parametrize(
    ("source", "french"),
    [
        ("{{ 128480 | euros }}", "1\u202f284,80\u00a0€"),
        ("{{ on | day }}", "1er\u00a0février 2026"),
        ("{{ on | day_in_words }}", "Dimanche 1er\u00a0février 2026"),
        ("{{ on | short_day }}", "01/02/2026"),
        ("{{ on | month }}", "février 2026"),
        ("{{ at | hour }}", "9\u00a0h\u00a042"),
        ("{{ '05 46 00 00 00' | dialling }}", "tel:+33546000000"),
        ("{{ '#ffffff' | contrast_with_white }}", "1.0"),
    ],
)
def test_every_format_is_at_hand_in_a_template(site: Path, source: str, french: str) -> None:
    values = {"on": date(2026, 2, 1), "at": datetime(2026, 2, 1, 8, 42, tzinfo=UTC)}

    assert written(make_environment(site), source, **values) == french


def test_what_is_shared_is_known_to_templates_already_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment().globals, "weather", "pluie")
    template = environment().from_string("{{ weather }}")
    assert template.render() == "pluie"

    share(weather="soleil")

    assert template.render() == "soleil"


def test_a_template_compiled_at_packaging_is_taken_first(site: Path) -> None:
    compiled = site / "templates_compiled"
    make_environment(site).compile_templates(str(compiled), zip=None)
    (site / "templates" / "page.html").write_text("<p>source</p>", encoding="utf-8")

    assert make_environment(site).get_template("page.html").render(name="Anne") == "<p>Anne</p>"


def test_the_templates_of_the_repository_can_all_be_read() -> None:
    names = environment().list_templates(extensions=["html", "txt"])

    assert "mail/payment_ticket.txt" in names
    for name in names:
        environment().get_template(name)


def test_a_template_of_the_repository_is_found_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UndefinedError):
        render("mail/payment_ticket.txt", {})
