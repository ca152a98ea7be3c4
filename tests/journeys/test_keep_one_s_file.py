"""The whole story of a tenant's file: what is known, what changes, and how the landlord's software learns it.

# manual: ME16 ME17
"""

import csv
from io import StringIO

import pytest

from chalicelib.domain.exchange.outgoing import write_changes
from chalicelib.storage.changes import DynamoChanges
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.deliveries import bring, only
from tests.letters import letters
from tests.mothers import ELOISE, TODAY
from tests.newcomers import NEW_PASSWORD
from tests.town import work
from tests.visitors import PASSWORD, Visitor

PROFILE = "/informations-personnelles"
PHONES, PROFESSION, PASSWORD_PAGE = (
    f"{PROFILE}/coordonnees",
    f"{PROFILE}/profession",
    f"{PROFILE}/mot-de-passe",
)
OLD, NEW = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
KNOWN = {
    "benefit_office": "CAF de la Charente-Maritime",
    "employer": "Centre hospitalier",
    "employer_address": "1, avenue de Béligon, 17300 Rochefort",
}
AFTER = {
    "courriel": NEW,
    "telephone_domicile": "05 46 00 12 34",
    "telephone_mobile": "+44 7400 123456",
    "telephone_travail": "06 92 12 34 56",
    "situation_professionnelle": "Retraité",
    "profession": "",
    "employeur": "",
    "adresse_employeur": "",
}


@pytest.fixture
def tenant(table: Resources, clock: Clock) -> Visitor:
    """Give a browser in which Éloïse signs in, whose file says all that a file can say."""
    mothers.settle_in(mothers.a_tenant(**KNOWN))
    visitor = Visitor()
    visitor.follow(visitor.sign_in(OLD))
    return visitor


def change_everything(tenant: Visitor, table: Resources, clock: Clock) -> None:
    """Follow the links of the profile and change all that can be changed there."""
    links = tenant.get(PROFILE).page.links
    assert {f"{PROFILE}/e-mail", PHONES, PROFESSION, PASSWORD_PAGE} <= set(links)
    phones = {name: value for name, value in AFTER.items() if name.startswith("telephone")}
    assert tenant.send(tenant.get(PHONES), PHONES, **phones).status == 303
    retired = {
        "situation_professionnelle": "Retraité",
        "profession": "",
        "employeur": "",
        "adresse_employeur": "",
    }
    assert tenant.send(tenant.get(PROFESSION), PROFESSION, **retired).status == 303
    tenant.send(
        tenant.get(PASSWORD_PAGE),
        PASSWORD_PAGE,
        nouveau_mot_de_passe=NEW_PASSWORD,
        nouveau_mot_de_passe_encore=NEW_PASSWORD,
    )
    clock.advance(minutes=1)
    tenant.send(tenant.get(f"{PROFILE}/e-mail"), f"{PROFILE}/e-mail", nouvelle_adresse=NEW)
    work(table)
    (mail,) = letters(table, NEW)
    assert tenant.send(tenant.get(mail.link), mail.link).status == 303


def told() -> dict[str, tuple[str, str]]:
    """Read the file out as a program would: what each field was, and is."""
    file = StringIO(newline="")
    write_changes(file, DynamoChanges().made_on(TODAY))
    file.seek(0)
    rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["locataire"] for row in rows} == {ELOISE}
    return {row["champ"]: (row["avant"].removeprefix("'"), row["apres"].removeprefix("'")) for row in rows}


def test_the_file_is_shown_whole(tenant: Visitor) -> None:
    words = tenant.get(PROFILE).page.words

    for shown in (
        "Numéro d’allocataire 4127093",
        "Centre d’allocations CAF de la Charente-Maritime",
        "Situation professionnelle Salarié",
        "Profession Infirmière",
        "Employeur Centre hospitalier",
        "Adresse de l’employeur 1, avenue de Béligon, 17300 Rochefort",
    ):
        assert shown in words


def test_what_a_tenant_changes_reaches_the_landlord_and_stays(
    tenant: Visitor, table: Resources, clock: Clock
) -> None:
    change_everything(tenant, table, clock)

    profile = tenant.get(PROFILE).page.words
    for shown in (NEW, "05 46 00 12 34", "+44 7400 123456", "06 92 12 34 56", "Retraité"):
        assert shown in profile
    home = tenant.get("/").page.words
    for done in (
        "Coordonnées modifiées",
        "Profession modifiée",
        "Mot de passe modifié",
        "Identifiant modifié",
    ):
        assert done in home
    assert Visitor().sign_in(OLD, PASSWORD).status == 422
    assert Visitor().sign_in(NEW, NEW_PASSWORD).status == 303

    assert {field: after for field, (_, after) in told().items()} == AFTER
    assert told()["telephone_mobile"][0] == "06 12 34 56 78"
    assert told()["courriel"][0] == OLD

    taken_over = {"locataire": ELOISE, "profession": "", "prenom": "Éloïse"} | {
        field: after for field, (_, after) in told().items()
    }
    report = bring(only(titulaires=[taken_over]))
    assert report.exit_code == 0
    assert "+44 7400 123456" in tenant.get(PROFILE).page.words
