"""Accounts through the deployed portal: pages that know nothing, the queue, the worker, the mails."""

from tests.rehearsal.journeys import link
from tests.rehearsal.people import NEWCOMERS_LEASE
from tests.rehearsal.stage import LiveStage
from tests.visitors import Visitor

EMAIL, FIRST, SECOND = "fx@exemple.fr", "Camion-bleu-27", "une marmotte au phare"


def test_a_holder_registers_confirms_forgets_and_is_in_again(stage: LiveStage) -> None:
    visitor = Visitor(door=stage.gateway)
    typed = {"nom": "NOEL BACKER", "reference": f"L/{NEWCOMERS_LEASE}", "identifiant": EMAIL}
    passwords = {"mot_de_passe": FIRST, "confirmer": FIRST}
    sent = visitor.send(visitor.get("/inscription"), "/inscription", **typed, **passwords)
    assert sent.page.heading == "Consultez votre messagerie"
    path = link(stage, EMAIL, "Confirmez votre inscription")
    assert visitor.get(path).header("referrer-policy") == "no-referrer"
    assert visitor.send(visitor.get(path), path, mot_de_passe=FIRST).location == "/connexion?fait=compte"
    assert visitor.sign_in(EMAIL, FIRST).status == 303

    other = Visitor(door=stage.gateway)
    other.send(other.get("/mot-de-passe"), "/mot-de-passe", identifiant=EMAIL)
    path = link(stage, EMAIL, "Choisissez un nouveau mot de passe")
    chosen = other.send(other.get(path), path, nouveau_mot_de_passe=SECOND, confirmer=SECOND)

    assert chosen.location == "/connexion?fait=mot-de-passe"
    assert visitor.ask("GET", "/").location.startswith("/connexion")
    assert other.sign_in(EMAIL, FIRST).status == 422
    home = other.follow(other.sign_in(EMAIL, SECOND))
    assert home.page.heading == "Bienvenue M. François-Xavier Noël-Bäcker"
    stage.until(
        lambda: [one for one in stage.mails(EMAIL) if one.subject == "Votre mot de passe est changé"],
        "the notice",
    )


def test_a_tenant_moves_to_another_address(stage: LiveStage) -> None:
    tenant = stage.debtor()
    visitor, new = stage.visitor(tenant), f"nouvelle-{tenant.lease}@exemple.fr"
    page = visitor.get("/informations-personnelles/e-mail")
    visitor.send(page, "/informations-personnelles/e-mail", nouvelle_adresse=new)
    path = link(stage, new, "Confirmez votre nouvelle adresse")

    assert visitor.send(visitor.get(path), path).location == "/connexion?fait=adresse"
    assert visitor.get("/").status == 200
    assert f"Identifiant modifié\u00a0: {new}" in visitor.get("/").html
    stage.until(
        lambda: [
            one for one in stage.mails(tenant.email) if one.subject == "Votre adresse e-mail est changée"
        ],
        "the notice at the old address",
    )


def test_a_stranger_s_asking_is_taken_and_comes_to_nothing(stage: LiveStage) -> None:
    visitor = Visitor(door=stage.gateway, client="198.51.100.77")
    sent = visitor.send(visitor.get("/mot-de-passe"), "/mot-de-passe", identifiant="personne@exemple.fr")
    stage.until(lambda: stage.queue("access").waiting() == 0, "the asking to be looked at")

    assert sent.page.heading == "Consultez votre messagerie"
    assert stage.mails("personne@exemple.fr") == []
