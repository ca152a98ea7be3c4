"""The command « make import »."""

import os
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.domain import french
from chalicelib.storage.files import S3Files
from infra.importer import EnclosedFolder, main
from infra.local.resources import REGION, Resources
from tests.deliveries import A_PDF, Cells, files


def write(directory: Path, **changed: list[Cells]) -> None:
    for name, content in files(**changed).items():
        (directory / name).write_bytes(content)
    (directory / "documents").mkdir()
    (directory / "documents" / "bail-9126.pdf").write_bytes(A_PDF)


@pytest.fixture
def environment(table: Resources) -> dict[str, str]:
    return dict(os.environ) | {"PORTAL_TABLE": table.table}


def test_a_sound_directory_ends_with_0_and_is_counted_file_by_file(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("not one of them")

    assert main([str(tmp_path)], environment) == 0

    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == ["fichier", "lues", "créées", "modifiées", "inchangées", "refusées"]
    assert printed[1].split() == ["baux.csv", "1", "1", "0", "0", "0"]
    assert len(printed) == 14


def test_refused_rows_end_with_2_and_are_told_apart_from_those_that_follow_them(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, baux=[{}, {"contrat": "9127", "entree": "hier"}], occupants=[{"contrat": "9127"}])

    assert main([str(tmp_path)], environment) == 2

    printed = capsys.readouterr().out
    refused, following = printed.split("Lignes refusées (1)\u00a0:")[1].split("Lignes qui dépendent")
    first = "baux.csv, ligne 3, colonne «\u00a0entree\u00a0»\u00a0: La date doit s’écrire AAAA-MM-JJ."
    assert first in refused
    assert "occupants.csv, ligne 2" in following
    assert "d’une ligne refusée (1)\u00a0:" in following


def test_a_deployed_portal_is_reached_by_the_name_of_its_table_alone(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    write(tmp_path)
    del environment["AWS_DEFAULT_REGION"]

    assert main([str(tmp_path)], environment) == 0
    assert environment["AWS_DEFAULT_REGION"] == REGION, "that of every stage"


def test_papers_are_brought_into_the_bucket(
    tmp_path: Path, environment: dict[str, str], table: Resources
) -> None:
    write(tmp_path)

    assert main([str(tmp_path)], environment) == 0

    kept = S3Files(table.files_bucket).put("landlord/9126/BAIL-9126.pdf", b"another", "application/pdf")
    assert kept == A_PDF


def test_papers_of_a_deployed_portal_ask_for_the_name_of_its_bucket(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    del environment["PORTAL_FILES_BUCKET"]

    assert main([str(tmp_path)], environment) == 1

    assert "PORTAL_FILES_BUCKET" in capsys.readouterr().err


def test_a_remark_is_printed_about_a_row_that_was_taken(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = french.today(datetime.now(UTC)) + timedelta(days=1)
    write(tmp_path, regularisations=[{"annee": "2199", "date": "2199-01-01"}, {"date": str(tomorrow)}])

    assert main([str(tmp_path)], environment) == 0

    remarks = capsys.readouterr().out.split("Lignes prises, à vérifier (1)\u00a0:")[1]
    assert "regularisations.csv, ligne 3, colonne «\u00a0date\u00a0»" in remarks


def test_only_the_files_of_the_folder_itself_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    (folder / "dossier.pdf").mkdir(parents=True)
    (tmp_path / "secret.pdf").write_bytes(A_PDF)
    (folder / "lien.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / unicodedata.normalize("NFD", "Bail d’Éloïse.pdf")).write_bytes(A_PDF)
    enclosed = EnclosedFolder(folder)

    names = ["dossier.pdf", "lien.pdf", "../secret.pdf", str(tmp_path / "secret.pdf"), "autre.pdf"]
    assert {enclosed.read(name, 9) for name in names} == {None}
    assert enclosed.read("Bail d’Éloïse.pdf", 5) == b"%PDF-"
    assert EnclosedFolder(tmp_path / "nowhere").read("bail.pdf", 9) is None


def test_a_directory_without_files_ends_with_1(
    tmp_path: Path, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)], environment) == 1

    assert "Aucun fichier d’échange" in capsys.readouterr().out


def test_files_of_which_nothing_can_be_read_end_with_1(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "baux.csv").write_bytes(b"contrat;truc\n1;2\n")

    assert main([str(tmp_path)], environment) == 1


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"], ["a", "b"], [""]])
def test_without_a_directory_the_usage_is_told(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, {}) == 1

    assert "make import DIR=" in capsys.readouterr().err


def test_without_a_portal_on_this_machine_the_reason_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)], {"STATE_DIR": str(tmp_path / "nothing")}) == 1

    assert "make run" in capsys.readouterr().err
