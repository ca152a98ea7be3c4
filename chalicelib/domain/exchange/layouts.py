"""The exchange files and their columns, in the order of reading; docs/exchange.md explains them.

A file's name and its columns are the landlord's: once published they are not renamed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.exchange import rows
from chalicelib.domain.exchange.cells import (
    Column,
    cents,
    choice,
    contract,
    day,
    email,
    file_name,
    identifier,
    lines,
    moment,
    month,
    password_hash,
    phone,
    positive_cents,
    text,
    words,
    year,
)
from chalicelib.domain.insurance import CertificateState
from chalicelib.domain.leases import CallLineKind, UnitKind
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.tenants import Civility

LEASES, UNITS, HOLDERS, OCCUPANTS = "baux.csv", "locaux.csv", "titulaires.csv", "occupants.csv"
ENTRIES, CALLS, CERTIFICATES = "ecritures.csv", "avis.csv", "attestations.csv"
STATEMENTS, DOCUMENTS = "regularisations.csv", "documents.csv"
REQUESTS, MESSAGES = "demandes.csv", "messages.csv"
ACCOUNTS, AGENTS = "comptes.csv", "agents.csv"


# What a landlord may bring in; the others the portal alone can vouch for.
PAPERS = (
    DocumentKind.LEASE,
    DocumentKind.INVENTORY_REPORT,
    DocumentKind.RENT_NOTICE,
    DocumentKind.RENT_RECEIPT,
    DocumentKind.PARTIAL_RECEIPT,
    DocumentKind.CHARGE_STATEMENT,
    DocumentKind.CERTIFICATE,
)


class _Side(StrEnum):
    LANDLORD = rows.LANDLORD_SIDE
    TENANT = rows.TENANT_SIDE


@dataclass(frozen=True)
class Layout:
    """A file: its columns, what a row makes, and the columns that no two rows may share.

    ``whole`` names the columns of what cannot stand when one of its rows is refused: others depend on it.
    ``secret`` marks a file of which no cell is ever shown, not even one that stands among the headings.
    """

    name: str
    make: Callable[[tuple[Any, ...]], tuple[str, Any]]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    long_texts: bool = False
    whole: tuple[str, ...] = ()
    secret: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """Give the names of the columns, in order."""
        return tuple(column.name for column in self.columns)


_number = identifier(14)
_tenant = Column("locataire", identifier())
_contract = Column("contrat", contract)
_label = text()

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        LEASES,
        rows.lease,
        ("contrat",),
        whole=("contrat",),
        columns=(
            _contract,
            Column("residence", _label),
            Column("entree", day),
            Column("sortie", day, filled=False, empty=None),
            Column("depot_garantie", positive_cents),
            Column("adresse_facturation", lines()),
        ),
    ),
    Layout(
        UNITS,
        rows.unit,
        ("contrat", "nature", "reference"),
        (
            _contract,
            Column("reference", identifier()),
            Column("nature", choice(UnitKind)),
            Column("adresse", lines()),
            Column("description", _label, filled=False),
            Column("loyer", positive_cents),
            Column("charges", positive_cents),
        ),
    ),
    Layout(
        HOLDERS,
        rows.holder,
        ("locataire", "contrat"),
        whole=("locataire",),
        columns=(
            _tenant,
            _contract,
            Column("civilite", choice(Civility), filled=False, empty=None),
            Column("prenom", _label, filled=False),
            Column("nom", _label),
            Column("debut", day),
            Column("fin", day, filled=False, empty=None),
            Column("courriel", email, filled=False),
            Column("telephone_domicile", phone, filled=False),
            Column("telephone_mobile", phone, filled=False),
            Column("telephone_travail", phone, filled=False),
            Column("numero_allocataire", identifier(), filled=False),
            Column("centre_allocations", _label, filled=False),
            Column("situation_professionnelle", _label, filled=False),
            Column("profession", _label, filled=False),
            Column("employeur", _label, filled=False),
            Column("adresse_employeur", text(200), filled=False),
        ),
    ),
    Layout(
        OCCUPANTS,
        rows.occupant,
        ("contrat", "reference"),
        (
            _contract,
            Column("reference", identifier()),
            Column("nom", _label),
            Column("naissance", day, filled=False, empty=None),
            Column("lien", _label, filled=False),
            Column("depuis", day, filled=False, empty=None),
            Column("fin", day, filled=False, empty=None),
        ),
    ),
    Layout(
        ENTRIES,
        rows.entry,
        ("numero",),
        (
            Column("numero", identifier()),
            _contract,
            Column("date", day),
            Column("nature", choice(EntryKind)),
            Column("libelle", _label),
            Column("debit", positive_cents, filled=False),
            Column("credit", positive_cents, filled=False),
            Column("paiement", identifier(), filled=False),
            Column("mois", month, filled=False, empty=None),
        ),
    ),
    Layout(
        CALLS,
        rows.call_line,
        ("contrat", "mois", "nature", "libelle"),
        whole=("contrat", "mois"),
        columns=(
            _contract,
            Column("mois", month),
            Column("echeance", day),
            Column("nature", choice(CallLineKind)),
            Column("libelle", _label),
            Column("montant", cents),
        ),
    ),
    Layout(
        STATEMENTS,
        rows.charge_line,
        ("contrat", "annee", "nature"),
        whole=("contrat", "annee"),
        columns=(
            _contract,
            Column("annee", year),
            Column("nature", _label),
            Column("depense", cents, filled=False, empty=None),
            Column("part", cents),
            Column("provisions", positive_cents),
            Column("date", day),
        ),
    ),
    Layout(
        DOCUMENTS,
        rows.paper,
        ("contrat", "reference"),
        (
            Column("reference", identifier()),
            _contract,
            Column("nature", choice(PAPERS)),
            Column("titre", _label),
            Column("date", day),
            Column("fichier", file_name),
            Column("montant", cents, filled=False, empty=None),
            Column("mois", month, filled=False, empty=None),
        ),
    ),
    Layout(
        CERTIFICATES,
        rows.certificate,
        ("contrat", "reference"),
        (
            Column("reference", identifier()),
            _contract,
            Column("assureur", _label),
            Column("police", _label),
            Column("debut", day),
            Column("fin", day),
            Column("etat", choice(CertificateState)),
            Column("motif", text(400), filled=False),
        ),
    ),
    Layout(
        REQUESTS,
        rows.request,
        ("numero",),
        whole=("numero",),
        columns=(
            Column("numero", _number),
            _tenant,
            _contract,
            Column("categorie", _label),
            Column("objet", _label),
            Column("ouverte_le", moment),
            Column("etat", choice(RequestState)),
            Column("service", text(200), filled=False),
            Column("commentaire", words(), filled=False),
        ),
        long_texts=True,
    ),
    Layout(
        MESSAGES,
        rows.reply,
        ("demande", "locataire", "date", "auteur", "piece_jointe", "texte"),
        (
            Column("demande", _number),
            _tenant,
            Column("date", moment),
            Column("auteur", choice(_Side)),
            Column("texte", words(), filled=False),
            Column("piece_jointe", _label, filled=False),
        ),
        long_texts=True,
    ),
    Layout(
        ACCOUNTS,
        rows.account,
        ("courriel",),
        (Column("courriel", email), _tenant, Column("mot_de_passe", password_hash)),
        secret=True,
    ),
    Layout(
        AGENTS,
        rows.agent,
        ("courriel",),
        (
            Column("courriel", email),
            Column("nom", _label),
            Column("agence", _label),
            Column("mot_de_passe", password_hash),
        ),
        secret=True,
    ),
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}
