"""Small deliveries of exchange files for the tests: sound by default, cell by cell as a test wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.domain.documents import PDF
from chalicelib.domain.exchange.importing import import_files
from chalicelib.domain.exchange.layouts import BY_NAME
from chalicelib.domain.exchange.report import ImportReport
from chalicelib.storage.intake import DynamoIntake
from tests.mothers import NOW

TODAY = date(2026, 11, 23)
HASH = "$argon2id$v=19$m=19456,t=2,p=1$aut0fVJhjhgg8xPZ2pSBZQ$p4nVcc98I9FQ5iVQwpQQMt4i58WhFC01QlH56MDzVjY"
SOUND: Mapping[str, Mapping[str, str]] = {
    "baux.csv": {
        "contrat": "9126",
        "residence": "Les Embruns",
        "entree": "2019-04-01",
        "depot_garantie": "340,98",
        "adresse_facturation": "Mme Éloïse D’Aubigné-Lefèvre | 7, quai aux Vivres | 17300 ROCHEFORT",
    },
    "locaux.csv": {
        "contrat": "9126",
        "reference": "C317",
        "nature": "logement",
        "adresse": "7, quai aux Vivres | 17300 ROCHEFORT",
        "loyer": "312,48",
        "charges": "97,77",
    },
    "titulaires.csv": {
        "locataire": "t1",
        "contrat": "9126",
        "civilite": "Mme",
        "prenom": "Éloïse",
        "nom": "D’Aubigné-Lefèvre",
        "debut": "2019-04-01",
        "telephone_mobile": "06 12 34 56 78",
    },
    "occupants.csv": {"contrat": "9126", "reference": "1", "nom": "Anatole D’Aubigné-Lefèvre"},
    "ecritures.csv": {
        "numero": "E1",
        "contrat": "9126",
        "date": "2026-11-01",
        "nature": "appel",
        "libelle": "Avis d’échéance de novembre 2026",
        "debit": "410,25",
    },
    "avis.csv": {
        "contrat": "9126",
        "mois": "2026-11",
        "echeance": "2026-11-05",
        "nature": "loyer",
        "libelle": "Loyer du logement",
        "montant": "312,48",
    },
    "regularisations.csv": {
        "contrat": "9126",
        "annee": "2025",
        "nature": "Eau froide",
        "depense": "4820,15",
        "part": "251,30",
        "provisions": "237,60",
        "date": "2027-01-15",
    },
    "documents.csv": {
        "reference": "BAIL-9126",
        "contrat": "9126",
        "nature": "bail",
        "titre": "Contrat de location",
        "date": "2019-04-01",
        "fichier": "bail-9126.pdf",
    },
    "attestations.csv": {
        "reference": "A1",
        "contrat": "9126",
        "assureur": "La Tutélaire",
        "police": "HAB-1",
        "debut": "2026-01-01",
        "fin": "2026-12-31",
        "etat": "acceptee",
    },
    "demandes.csv": {
        "numero": "100482",
        "locataire": "t1",
        "contrat": "9126",
        "categorie": "MAJ OCCUPANTS",
        "objet": "Ajout - Nouvel occupant",
        "ouverte_le": "2026-11-02T09:42",
        "etat": "en_cours",
    },
    "messages.csv": {
        "demande": "100482",
        "locataire": "t1",
        "date": "2026-11-03T10:00",
        "auteur": "bailleur",
        "texte": "Merci de nous envoyer un acte de naissance.",
    },
    "comptes.csv": {"courriel": "eloise@exemple.fr", "locataire": "t1", "mot_de_passe": HASH},
    "agents.csv": {
        "courriel": "agent@exemple.fr",
        "nom": "Claire Morvan",
        "agence": "Rochefort",
        "mot_de_passe": HASH,
    },
}
Cells = Mapping[str, str]
A_PDF = b"%PDF-1.7 a paper"


@dataclass
class Folder:
    """The papers that come with a delivery: whatever is asked for, unless a test says what there is."""

    papers: Mapping[str, bytes] | None = None

    def read(self, name: str, most: int) -> bytes | None:
        content = A_PDF if self.papers is None else self.papers.get(name)
        return content if content is None else content[:most]


@dataclass
class Shelves:
    """The bucket of the portal in memory: the first file of a key stays; ``puts`` counts what was sent."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)

    def put(self, key: str, content: bytes, media_type: str) -> bytes:
        assert media_type == PDF
        self.puts.append(key)
        return self.kept.setdefault(key, content)


def file_of(name: str, *rows: Cells) -> bytes:
    """Spell rows of a file: each is the sound row with some cells changed."""
    headings = BY_NAME[name].headings
    lines = [";".join(headings)]
    lines += [
        ";".join((dict(SOUND[name]) | dict(row)).get(column, "") for column in headings) for row in rows
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def files(**changed: Sequence[Cells]) -> dict[str, bytes]:
    """Spell a delivery of one row a file; ``changed`` gives the rows of some files by their first name."""
    rows: dict[str, Sequence[Cells]] = {
        name: changed.pop(name.removesuffix(".csv"), [{}]) for name in BY_NAME
    }
    assert not changed
    return {name: file_of(name, *one) for name, one in rows.items()}


def only(**given: Sequence[Cells]) -> dict[str, bytes]:
    """Spell a partial delivery: only the files that are given."""
    return {f"{name}.csv": file_of(f"{name}.csv", *rows) for name, rows in given.items()}


def bring(
    contents: dict[str, bytes],
    today: date = TODAY,
    at: datetime = NOW,
    papers: Mapping[str, bytes] | None = None,
    shelves: Shelves | None = None,
) -> ImportReport:
    """Bring a delivery into the table; its papers are ``papers`` by name, or any that is asked for."""
    intake = DynamoIntake(at, shelves or Shelves())
    return import_files(contents, intake, today, lambda *_: None, Folder(papers))


def counts(report: ImportReport) -> dict[str, tuple[int, int, int, int]]:
    """Give the rows created, changed, unchanged and refused, by file."""
    return {one.file: (one.created, one.changed, one.unchanged, one.refused) for one in report.files}


def places(report: ImportReport) -> list[tuple[str, int, str]]:
    """Give where each refused row breaks its rule: file, line and column."""
    return [(one.file, one.line, one.column) for one in report.errors]
