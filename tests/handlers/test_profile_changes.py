"""Coordonnées, Profession: what tenants change of their own file, and what they are told."""

import pytest

from chalicelib.domain.sessions import PROVEN
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.tenants import DynamoTenants, profile_item
from tests.conftest import Clock
from tests.mothers import ELOISE, NADEGE, TODAY, Household, a_tenant, put
from tests.town import Counted
from tests.visitors import PASSWORD, Seen, Visitor

PROFILE = "/informations-personnelles"
PHONES, PROFESSION = f"{PROFILE}/coordonnees", f"{PROFILE}/profession"
NEW, OTHER = "07 56 78 90 12", "06 98 76 54 32"


def known(tenant: str = ELOISE) -> Tenant:
    return DynamoTenants().get(tenant)


def change_phone(visitor: Visitor, number: str = NEW, **typed: str) -> Seen:
    return visitor.send(visitor.get(PHONES), PHONES, telephone_mobile=number, **typed)


def test_the_telephones_are_changed_and_the_profile_says_so(visitor: Visitor) -> None:
    page = visitor.get(PHONES)
    assert page.page.form(PHONES).fields["telephone-mobile"] == "06 12 34 56 78"
    assert "9126-1@demo.example" in page.page.words
    assert f"{PROFILE}/e-mail" in page.page.links

    done = visitor.send(page, PHONES, telephone_mobile="+33 (0)7 56 78 90 12", telephone_travail="0546000000")

    profile = visitor.follow(done)
    assert "Vos téléphones sont enregistrés" in profile.page.words
    assert f"Téléphone mobile {NEW}" in profile.page.words
    assert "Téléphone travail 05 46 00 00 00" in profile.page.words
    assert "Coordonnées modifiées : téléphone mobile, téléphone travail" in visitor.get("/").page.words


def test_the_profession_is_changed_and_the_profile_says_so(visitor: Visitor) -> None:
    page = visitor.get(PROFESSION)
    assert page.page.form(PROFESSION).fields["situation-professionnelle"] == "Salarié"
    done = visitor.send(
        page,
        PROFESSION,
        situation_professionnelle="Fonctionnaire",
        profession="Sage-femme",
        employeur="Centre hospitalier de Rochefort",
        adresse_employeur="1, avenue de Béligon, 17300 Rochefort",
    )

    words = visitor.follow(done).page.words
    assert "Votre profession est enregistrée" in words
    assert "Situation professionnelle Fonctionnaire Profession Sage-femme" in words
    assert "Adresse de l’employeur 1, avenue de Béligon, 17300 Rochefort" in words
    assert (known().employment, known().mobile_phone) == ("Fonctionnaire", "06 12 34 56 78")


@pytest.mark.parametrize("path", [PHONES, PROFESSION])
def test_sending_a_form_as_it_is_shown_writes_nothing_and_is_taken(
    path: str, visitor: Visitor, counted: Counted
) -> None:
    done = visitor.send(visitor.get(path), path)

    assert (done.status, done.location.partition("?")[0]) == (303, PROFILE)
    assert counted.writes == 0


def test_what_cannot_be_taken_is_said_and_all_that_was_typed_is_kept(
    visitor: Visitor, counted: Counted
) -> None:
    phones = change_phone(visitor, "06 12", telephone_travail="+44 20 7946 0018", telephone_domicile="<b>")
    profession = visitor.send(
        visitor.get(PROFESSION), PROFESSION, profession="x" * 121, employeur="Le <Port>"
    )

    assert (phones.status, profession.status) == (422, 422)
    assert phones.page.title.startswith("Erreur : mes coordonnées")
    kept = phones.page.form(PHONES).fields
    assert [kept[f"telephone-{one}"] for one in ("domicile", "mobile", "travail")] == [
        "<b>", "06 12", "+44 20 7946 0018",
    ]  # fmt: skip
    assert {"#telephone-domicile", "#telephone-mobile"} <= set(phones.page.links)
    assert profession.page.form(PROFESSION).fields["employeur"] == "Le <Port>"
    assert counted.writes == 0


def test_a_situation_that_is_not_listed_is_refused_and_the_one_of_the_file_is_offered(
    visitor: Visitor,
) -> None:
    put(profile_item(a_tenant(employment="Intermittente"), 0))
    page = visitor.get(PROFESSION)
    assert page.page.form(PROFESSION).fields["situation-professionnelle"] == "Intermittente"

    assert visitor.send(page, PROFESSION, situation_professionnelle="Roi").status == 422
    assert visitor.send(page, PROFESSION, profession="Comédienne").status == 303
    assert (known().employment, known().occupation) == ("Intermittente", "Comédienne")


def test_two_tabs_that_change_the_same_number_are_asked_which_one_stays(visitor: Visitor) -> None:
    first, second = visitor.get(PHONES), visitor.get(PHONES)
    visitor.send(first, PHONES, telephone_mobile=NEW)

    asked = visitor.send(second, PHONES, telephone_mobile=OTHER)

    assert (asked.status, known().mobile_phone) == (409, NEW)
    assert NEW in asked.page.words
    assert asked.page.form(PHONES).fields["telephone-mobile"] == OTHER
    assert visitor.send(asked, PHONES).status == 303
    assert known().mobile_phone == OTHER


def test_a_double_click_changes_once(visitor: Visitor) -> None:
    page = visitor.get(PHONES)
    answers = [visitor.send(page, PHONES, telephone_mobile=NEW) for _ in range(2)]

    assert [one.status for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(list(DynamoChanges().made_on(TODAY))) == 1


def test_a_quarter_of_an_hour_after_the_password_it_is_asked_for_before_a_telephone_changes(
    visitor: Visitor, clock: Clock, quick_hashes: None
) -> None:
    clock.advance(seconds=PROVEN.total_seconds())
    page = visitor.get(PHONES)
    assert "mot-de-passe-actuel" in page.page.form(PHONES).fields

    for typed in ("", "Autre-2026!"):
        refused = visitor.send(page, PHONES, telephone_mobile=NEW, mot_de_passe_actuel=typed)
        assert refused.status == 422
        assert refused.page.form(PHONES).fields["telephone-mobile"] == NEW
        assert "mot-de-passe-actuel" in refused.page.form(PHONES).fields
    both = visitor.send(page, PHONES, telephone_mobile="06 12", mot_de_passe_actuel="")
    assert {"#telephone-mobile", "#mot-de-passe-actuel"} <= set(both.page.links)
    assert known().mobile_phone == "06 12 34 56 78"

    assert visitor.send(page, PHONES, telephone_mobile=NEW, mot_de_passe_actuel=PASSWORD).status == 303
    assert known().mobile_phone == NEW
    assert "mot-de-passe-actuel" not in visitor.get(PROFESSION).page.form(PROFESSION).fields


def test_the_password_is_not_asked_for_twice_when_only_the_number_was_wrong(
    visitor: Visitor, clock: Clock, quick_hashes: None
) -> None:
    clock.advance(seconds=PROVEN.total_seconds())
    refused = change_phone(visitor, "06 12", mot_de_passe_actuel=PASSWORD)

    assert refused.status == 422
    assert "#telephone-mobile" in refused.page.links
    assert "mot-de-passe-actuel" not in refused.page.form(PHONES).fields
    assert visitor.send(refused, PHONES, telephone_mobile=NEW).status == 303


def test_only_one_s_own_file_is_changed(visitor: Visitor, nadege: Household) -> None:
    before = known(NADEGE)
    change_phone(visitor, tenant=NADEGE, locataire=NADEGE, id=NADEGE, numero_allocataire="1", nom="Reine")

    assert known(NADEGE) == before
    assert (known().mobile_phone, known().benefit_number, known().last_name) == (
        NEW, "4127093", "D’Aubigné-Lefèvre",
    )  # fmt: skip


def test_the_benefit_office_is_read_only_and_the_page_says_whom_to_tell(visitor: Visitor) -> None:
    words = visitor.get(PROFILE).page.words

    assert "Numéro d’allocataire 4127093" in words
    assert (
        "Votre caisse (CAF ou MSA) nous les donne. S’ils ont changé, prévenez-la, puis appelez-nous." in words
    )
    for path in (PHONES, PROFESSION):
        fields = visitor.get(path).page.form(path).fields
        assert not [name for name in fields if "allocat" in name]
