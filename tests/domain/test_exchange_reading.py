"""Reading a delivery: what is sound is kept, what is not is named."""

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.exchange.layouts import LAYOUTS
from chalicelib.domain.exchange.reading import Delivery, read_files
from chalicelib.domain.exchange.standing import keep_what_stands
from chalicelib.domain.leases import Lease
from tests.deliveries import file_of, files, only

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "exchange.md"


class Portal:
    """A portal that knows a lease, a tenant and a request."""

    def known_leases(self, numbers: Collection[str]) -> set[str]:
        return {"9001"} & set(numbers)

    def known_tenants(self, ids: Collection[str]) -> set[str]:
        return {"known"} & set(ids)

    def known_requests(self, requests: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        return {("known", "55")} & set(requests)


def delivered(contents: dict[str, bytes]) -> Delivery:
    delivery = read_files(contents)
    keep_what_stands(delivery, Portal())
    return delivery


def named(delivery: Delivery) -> list[tuple[str, int, str, bool]]:
    return [(one.file, one.line, one.column, one.follows) for one in delivery.errors]


def test_a_sound_delivery_is_read_whole() -> None:
    delivery = delivered(files())

    assert not delivery.errors
    assert delivery.read == {layout.name: 1 for layout in LAYOUTS}
    assert all(len(delivery.of(layout.name)) == 1 for layout in LAYOUTS)


def test_a_lease_is_what_its_row_says() -> None:
    delivery = delivered(only(baux=[{"contrat": "L/9126", "sortie": "2026-10-31"}]))

    address = ("Mme Éloïse D’Aubigné-Lefèvre", "7, quai aux Vivres", "17300 ROCHEFORT")
    expected = Lease("9126", "Les Embruns", date(2019, 4, 1), date(2026, 10, 31), 34_098, address)
    assert [row.value for row in delivery.of("baux.csv")] == [expected]


def test_columns_come_in_any_order_and_optional_ones_may_be_missing() -> None:
    content = b"nom;contrat;reference\nAnatole;9001;1\n"

    delivery = delivered({"occupants.csv": content})

    assert not delivery.errors
    assert delivery.of("occupants.csv")[0].value.name == "Anatole"


@pytest.mark.parametrize(
    ("content", "column", "rule"),
    [
        (b"", "", "Le fichier est vide\u00a0: il lui faut une ligne d’en-tête."),
        (b"contrat;nom\n9001;A\n", "reference", "Cette colonne manque."),
        (b"contrat;reference;nom;note\n9001;1;A;x\n", "note", "Cette colonne est inconnue."),
        (b"contrat;reference;nom;nom\n9001;1;A;B\n", "nom", "Cette colonne est là deux fois."),
        (b"\xff\xfec\0o\0", "", "La ligne n’est pas en UTF-8."),
    ],
)
def test_a_file_whose_headings_are_wrong_is_refused_at_its_first_line(
    content: bytes, column: str, rule: str
) -> None:
    delivery = delivered({"occupants.csv": content})

    assert [(one.line, one.column, one.rule) for one in delivery.errors] == [(1, column, rule)]


def test_each_wrong_cell_of_a_row_is_named() -> None:
    delivery = delivered(only(occupants=[{"contrat": "9001", "nom": "", "naissance": "hier"}]))

    assert named(delivery) == [("occupants.csv", 2, "nom", False), ("occupants.csv", 2, "naissance", False)]


def test_a_row_with_too_few_cells_is_refused() -> None:
    delivery = delivered({"occupants.csv": b"contrat;reference;nom\n9001;1\n9001;2;B\n"})

    assert [error.rule for error in delivery.errors] == ["La ligne compte 2 cellules, l’en-tête 3."]
    assert [row.line for row in delivery.of("occupants.csv")] == [3]


def test_the_second_of_two_rows_with_one_key_is_refused() -> None:
    delivery = delivered(files(baux=[{}, {"residence": "Autre"}]))

    assert named(delivery) == [("baux.csv", 3, "contrat", False)]
    assert delivery.errors[0].rule == "Cette ligne répète la ligne 2."


def test_a_refused_lease_takes_with_it_what_hangs_on_it_and_each_row_is_named() -> None:
    delivery = delivered(files(baux=[{"entree": "2026-02-30"}, {"contrat": "9200"}]))

    assert named(delivery)[0] == ("baux.csv", 2, "entree", False)
    following = named(delivery)[1:]
    assert {file for file, *_ in following} == {one.name for one in LAYOUTS} - {"baux.csv", "agents.csv"}
    assert all(follows for *_, follows in following)
    assert [row.owner for row in delivery.of("baux.csv")] == ["9200"]


def test_rows_may_name_what_is_in_the_portal_already() -> None:
    given = only(
        occupants=[{"contrat": "9001"}],
        comptes=[{"locataire": "known"}],
        messages=[{"locataire": "known", "demande": "55"}],
    )

    assert not delivered(given).errors


def test_a_row_that_names_an_unknown_lease_breaks_a_rule_itself() -> None:
    delivery = delivered(only(occupants=[{"contrat": "404"}]))

    assert named(delivery) == [("occupants.csv", 2, "contrat", False)]


def test_a_request_of_somebody_else_takes_no_message() -> None:
    delivery = delivered(only(messages=[{"locataire": "t1", "demande": "55"}]))

    assert named(delivery) == [("messages.csv", 2, "demande", False)]


def test_one_person_has_one_identity() -> None:
    rows = [{}, {"contrat": "9001"}, {"contrat": "9002", "nom": "Autre"}]
    delivery = delivered(files(titulaires=rows, baux=[{}, {"contrat": "9002"}]))

    assert named(delivery) == [("titulaires.csv", 4, "locataire", False)]


def test_a_rent_call_that_lost_a_line_is_refused_whole() -> None:
    rows = [
        {},
        {"nature": "apl", "libelle": "APL", "montant": "120,00"},
        {"mois": "2026-10", "echeance": "2026-10-05"},
    ]
    delivery = delivered(files(avis=rows))

    assert named(delivery) == [("avis.csv", 3, "montant", False), ("avis.csv", 2, "mois", True)]
    assert [row.line for row in delivery.of("avis.csv")] == [4]


def test_the_lines_of_a_rent_call_fall_due_on_one_day() -> None:
    rows = [{}, {"nature": "charges", "libelle": "Eau froide", "echeance": "2026-11-06"}]

    assert ("avis.csv", 3, "echeance", False) in named(delivered(files(avis=rows)))


@pytest.mark.parametrize(
    ("file", "cells", "column"),
    [
        ("baux", {"sortie": "2019-03-31"}, "sortie"),
        ("titulaires", {"fin": "2019-03-31"}, "fin"),
        ("attestations", {"fin": "2025-12-31"}, "fin"),
        ("attestations", {"etat": "refusee"}, "motif"),
        ("attestations", {"motif": "Illisible"}, "motif"),
        ("ecritures", {"debit": ""}, "debit"),
        ("ecritures", {"credit": "1,00"}, "credit"),
        ("ecritures", {"debit": "0,00"}, "debit"),
        ("ecritures", {"nature": "paiement", "mois": "2026-11"}, "mois"),
        ("avis", {"montant": "-1,00"}, "montant"),
        ("documents", {"fichier": "../bail.pdf"}, "fichier"),
        ("messages", {"texte": ""}, "texte"),
        ("locaux", {"loyer": "-312,48"}, "loyer"),
        ("titulaires", {"courriel": "eloise.exemple.fr"}, "courriel"),
    ],
)
def test_cells_that_do_not_go_together_are_refused(file: str, cells: dict[str, str], column: str) -> None:
    delivery = delivered(files(**{file: [cells]}))

    assert named(delivery)[0] == (f"{file}.csv", 2, column, False)


def test_the_document_lists_exactly_the_columns_of_the_code() -> None:
    parts = re.split(r"^## `([a-z]+\.csv)`", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)[1:]
    told = {
        file: re.findall(r"^\| `(\w+)` \| (yes|no) \|", part.split("\n## ")[0], flags=re.MULTILINE)
        for file, part in zip(parts[::2], parts[1::2], strict=True)
    }

    coded = {
        layout.name: [(column.name, "yes" if column.filled else "no") for column in layout.columns]
        for layout in LAYOUTS
    }
    assert told == coded


def test_a_file_spelled_with_commas_is_read_too() -> None:
    content = file_of("comptes.csv", {"locataire": "known"}).replace(b",", b"%").replace(b";", b",")
    quoted = re.sub(rb"(\$argon\S+)", rb'"\1"', content.replace(b"%", b","))

    assert not delivered({"comptes.csv": quoted}).errors
