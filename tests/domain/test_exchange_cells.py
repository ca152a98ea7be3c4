"""Reading one cell of an exchange file."""

from datetime import UTC, date, datetime
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.exchange import cells
from chalicelib.domain.exchange.cells import Reader, WrongCell
from chalicelib.domain.leases import UnitKind
from infra.demo.passwords import FORMER_HASHES, TENANT_HASHES

IN_FIGURES = "Le montant s’écrit en chiffres, sans espace ni exposant, par exemple 512,40."
SIX_LINES = "L’adresse compte 6 lignes au plus, séparées par «\u00a0|\u00a0», aucune n’est vide."
UNPRINTABLE = "Le texte contient un caractère de contrôle ou un retour à la ligne."
ONE_OF = "La valeur doit être l’une de celles-ci\u00a0: logement, stationnement."


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        (cells.day, "2024-02-29", date(2024, 2, 29)),
        (cells.month, "2026-01", date(2026, 1, 1)),
        (cells.year, "2026", 2026),
        (cells.file_name, "Bail d’Éloïse 2019.PDF", "Bail d’Éloïse 2019.PDF"),
        (cells.moment, "2026-01-15T09:42", datetime(2026, 1, 15, 8, 42, tzinfo=UTC)),
        (cells.moment, "2026-07-15T09:42:10", datetime(2026, 7, 15, 7, 42, 10, tzinfo=UTC)),
        (cells.cents, "512,40", 51_240),
        (cells.cents, "-512.4", -51_240),
        (cells.cents, "7", 700),
        (cells.cents, "0,07", 7),
        (cells.contract, "L/9126", "9126"),
        (
            cells.lines(),
            "Mme A | 7, quai aux Vivres | 17300 ROCHEFORT",
            ("Mme A", "7, quai aux Vivres", "17300 ROCHEFORT"),
        ),
        (cells.choice(UnitKind), "stationnement", UnitKind.PARKING),
        (cells.email, "Éloïse@Exemple.FR", "éloïse@exemple.fr"),
        (cells.phone, "+33 5 46 00 00 00", "+33 5 46 00 00 00"),
        (cells.words(), "two\nlines", "two\nlines"),
    ],
)
def test_a_cell_is_read(reader: Reader, cell: str, value: Any) -> None:
    assert reader(cell) == value


@pytest.mark.parametrize(
    ("reader", "cell", "rule"),
    [
        (cells.day, "31/01/2026", "La date doit s’écrire AAAA-MM-JJ."),
        (cells.day, "2026-02-30", "Cette date n’existe pas."),
        (cells.day, "２０２６-01-01", "La date doit s’écrire AAAA-MM-JJ."),
        (cells.day, "1026-01-01", "L’année doit être comprise entre 1900 et 2199."),
        (cells.month, "2026-1", "Le mois doit s’écrire AAAA-MM."),
        (cells.month, "2026-13", "Cette date n’existe pas."),
        (cells.year, "26", "L’année doit s’écrire AAAA."),
        (cells.year, "２０２６", "L’année doit s’écrire AAAA."),
        (cells.year, "2200", "L’année doit être comprise entre 1900 et 2199."),
        (cells.moment, "2026-01-15 09:42", "La date et l’heure doivent s’écrire AAAA-MM-JJTHH:MM."),
        (cells.moment, "2026-01-15T24:42", "Cette heure n’existe pas."),
        (cells.cents, "1,005", "Le montant a deux décimales au plus."),
        (cells.cents, "1e3", IN_FIGURES),
        (cells.cents, "1 000,00", IN_FIGURES),
        (cells.cents, "NaN", IN_FIGURES),
        (cells.cents, "10000000,01", "Le montant dépasse 10\u202f000\u202f000,00\u00a0€."),
        (cells.positive_cents, "-0,01", "Le montant ne peut pas être négatif."),
        (cells.choice(UnitKind), "cave", ONE_OF),
        (cells.email, "sans-arobase.fr", "L’adresse électronique doit s’écrire nom@domaine.fr."),
        (cells.email, "a@b@c.fr", "L’adresse électronique doit s’écrire nom@domaine.fr."),
        (cells.phone, "06 12", "Le numéro de téléphone s’écrit 05 46 00 00 00 ou +33 5 46 00 00 00."),
        (cells.text(), "a\tb", UNPRINTABLE),
        (cells.text(), "a\u202eb", UNPRINTABLE),
        (cells.text(5), "abcdef", "Le texte dépasse 5 caractères."),
        (cells.words(), "a\x00b", "Le texte contient un caractère de contrôle."),
        (cells.words(5), "abcdef", "Le texte dépasse 5 caractères."),
        (cells.lines(), "a || b", SIX_LINES),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_what_was_expected(reader: Reader, cell: str, rule: str) -> None:
    with pytest.raises(WrongCell) as refused:
        reader(cell)

    assert refused.value.rule == rule


@pytest.mark.parametrize("cell", ["", "-1", "é1", "a b", "a/b", "a#b", "x" * 41])
def test_what_could_break_a_key_is_no_identifier(cell: str) -> None:
    with pytest.raises(WrongCell):
        cells.identifier()(cell)


def read(reader: Reader, cell: str) -> tuple[Any, str]:
    """Give what a cell says, or the rule that it breaks."""
    try:
        return reader(cell), ""
    except WrongCell as refused:
        return None, refused.rule


@given(st.text(alphabet="ab./\\~%\0é ", max_size=8), st.sampled_from([".pdf", ".PDF", ".exe", "", "/"]))
def test_the_name_of_a_file_leads_into_no_other_folder(stem: str, ending: str) -> None:
    name, rule = read(cells.file_name, stem + ending)

    assert bool(name) is not bool(rule)
    if name:
        assert name == stem + ending
        assert Path("documents", name).parent == Path("documents")
        assert PureWindowsPath("documents", name).parent == PureWindowsPath("documents")
        assert (name[0] != ".", name.lower().endswith(".pdf"), "\0" in name) == (True, True, False)


@given(st.text(max_size=12), st.sampled_from(["year", "month", "day", "cents", "file_name"]))
def test_whatever_is_written_is_read_or_refused_in_a_sentence(cell: str, name: str) -> None:
    value, rule = read(getattr(cells, name), cell)

    assert (value is None) is bool(rule)
    assert not rule or (rule[0].isupper() and rule[-1] == ".")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_month_and_year_is_read_back(day: date) -> None:
    assert cells.day(f"{day:%Y-%m-%d}") == day
    assert cells.month(f"{day:%Y-%m}") == day.replace(day=1)
    assert cells.year(f"{day:%Y}") == day.year


def test_the_hash_of_a_password_is_read_whatever_site_made_it() -> None:
    for cell in (*TENANT_HASHES, *FORMER_HASHES):
        assert cells.password_hash(cell) == cell


@pytest.mark.parametrize(
    "cell", ["Bonjour-2026!", "0cc175b9c0f1b6a831c399e269772661", "$2y$31$" + "a" * 53, "$1$x$y"]
)
def test_a_password_in_clear_or_a_hash_that_cannot_serve_is_refused_and_not_repeated(cell: str) -> None:
    with pytest.raises(WrongCell) as refused:
        cells.password_hash(cell)

    assert "empreinte" in refused.value.rule.lower()
    assert cell not in refused.value.rule
    assert refused.value.__cause__ is None


@given(st.integers(-10_000_000_00, 10_000_000_00))
def test_every_amount_of_cents_is_read_back_to_the_cent(cents: int) -> None:
    whole, rest = divmod(abs(cents), 100)
    typed = f"{'-' if cents < 0 else ''}{whole},{rest:02d}"

    assert cells.cents(typed) == cents
