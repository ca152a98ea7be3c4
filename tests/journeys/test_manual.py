"""The user's manual, statement by statement: each one that is built is proved by a journey that names it."""

import re

from chalicelib.templating import ROOT

# What the manual says, in its words.
STATEMENTS = {
    "ME01": "the landlord's site leads to « ESPACE LOCATAIRE »: one address, and whose portal it is",
    "ME02": "an account already made to pay the rent online works with its e-mail and password",
    "ME03": "« Votre identifiant », « Votre mot de passe », « Mot de passe oublié ? », « Se connecter »",
    "ME04": "« Si vous n’avez pas de compte, vous pouvez vous inscrire ici »",
    "ME05": "registering: Nom, as it is on the avis d’échéance",
    "ME06": "registering: Référence client, without the « L/ », at the top left of the avis d’échéance",
    "ME07": "password: 8 characters at least, with 2 digits and 1 special character",
    "ME08": "a confirmation link comes by e-mail, valid 24 h",
    "ME09": "menu: Accueil, Informations personnelles, Contrat, Documents, Paiement, Demandes",
    "ME10": "« Bienvenue Mme … » and what the portal is for",
    "ME11": "« Alerte renouvellement assurance habitation » with the contract, « ici » and the button",
    "ME12": "« Accès rapide »: Informations personnelles, Contrat, Documents, Paiement, Demandes, Contacts",
    "ME13": "« Vos demandes » in progress, « Historique de mes demandes (13) »",
    "ME14": "« Situation de votre compte »: the date in words, « débiteur de 0,00 € », « Payer en ligne »",
    "ME15": "« Mes dernières actions »: by day, with the hour and what was done",
    "ME16": "update e-mail, phone (domicile, mobile, travail), password, professional situation",
    "ME17": "numéro d’allocataire, centre d’allocations, situation, profession, employeur and its address",
    "ME18": "contract tabs: Données, Occupants, Adresse de facturation, Assurance; LOGEMENT, STATIONNEMENT",
    "ME19": "contract data: number, address, date d’entrée, dépôt de garantie, loyer, charges",
    "ME20": "update the occupants, renew the insurance with the attestation, consult the contracts",
    "ME21": "quittances, avis, charges, lease, état des lieux: by contract and month, read, downloaded",
    "ME22": "the balance at a date, per contract: « Solde », « Situation du compte »",
    "ME24": "pay the rent online by card on a secure site, ticket to download at the end",
    "ME27": "the balance is up to date within 24 h of the payment",
    "ME29": "« MAJ OCCUPANTS » for « Sortie - Occupant » and « Ajout - Nouvel occupant »",
    "ME32": "contacts: name, address, phone, e-mail, site of the landlord",
    "ME33": "« A+ A- » text size",
}
MARK = re.compile(r"^\s*# manual: (.+)$", re.MULTILINE)


def proved() -> dict[str, list[str]]:
    """Give the tests that name each statement."""
    found: dict[str, list[str]] = {}
    for folder in ("journeys", "browser"):
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py")):
            for line in MARK.findall(path.read_text(encoding="utf-8")):
                for id in line.split():
                    found.setdefault(id, []).append(f"{folder}/{path.name}")
    return found


def test_every_statement_that_is_built_is_proved_by_a_journey() -> None:
    assert STATEMENTS.keys() - proved().keys() == set()


def test_journeys_name_statements_and_nothing_else() -> None:
    assert all(re.fullmatch(r"ME(0[1-9]|[12]\d|3[0-3])", id) for id in proved())


def test_every_statement_is_tried_without_a_browser_too() -> None:
    for id in STATEMENTS:
        assert [name for name in proved()[id] if name.startswith("journeys/")], id
