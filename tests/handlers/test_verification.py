"""Vérification: what anybody with the code of a receipt learns, and nothing of whose it is."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.throttling import VERIFICATIONS
from chalicelib.storage.codes import CodeItem
from chalicelib.storage.table import connection
from tests import mothers
from tests.belongings import HERS
from tests.conftest import Clock
from tests.faults import Faults
from tests.mothers import Household
from tests.town import Counted
from tests.visitors import Visitor

CODE, TYPED = "7Q4XM2ZA0109H5CE", "7q4x-m2za-oIo9-h5ce"
ANOTHER = "7Q4XM2ZA0109H5CF"


@pytest.fixture
def receipt(eloise: Household) -> None:
    """Have a receipt of hers be checked by a code."""
    put(CODE)


def put(code: str, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "lease": "9126",
        "document": f"quittance-2026-10-05-{'a' * 32}",
        "paper": DocumentKind.RENT_RECEIPT.value,
        "title": "Quittance d’octobre 2026",
        "period": "du 1er au 31 octobre 2026",
        "cents": 1_284_80,
        "issued_on": date(2026, 10, 5),
    }
    mothers.put(CodeItem(f"CODE#{code}", "PAPER", **(facts | changes)))


def test_the_page_asks_for_a_code_and_costs_nothing(receipt: None, counted: Counted) -> None:
    seen = Visitor().get("/verification")

    assert seen.status == 200
    assert seen.page.form("/verification").method == "GET"
    assert counted.calls.total() == 0
    assert "/verification" in Visitor().get("/connexion").page.links


def test_a_genuine_receipt_says_what_it_says_and_nobody_s_name(receipt: None, eloise: Household) -> None:
    seen = Visitor().get(f"/verification?code={TYPED}")

    assert (seen.status, seen.page.heading) == (200, "Ce document est authentique")
    assert "Code 7Q4X-M2ZA-0109-H5CE" in seen.page.words
    assert (
        "Nature Quittance de loyer Période du 1er au 31 octobre 2026 Montant 1 284,80 € "
        "Établi le 5 octobre 2026" in seen.page.words.replace("\u202f", " ")
    )
    assert not [word for word in (*HERS, "9126", "quittance-2026") if word in seen.html]


def test_a_void_receipt_says_since_when(receipt: None) -> None:
    put(ANOTHER, paper="recu", period="", void_at=datetime(2026, 11, 12, 9, tzinfo=UTC))

    seen = Visitor().get(f"/verification?code={ANOTHER}")

    assert seen.page.heading == "Ce document n’est plus valable"
    assert "Annulé depuis le 12 novembre 2026" in seen.page.words
    assert "Nature Reçu Montant" in seen.page.words


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (ANOTHER, 404, "Ce code n’est celui d’aucun document."),
        ("abc", 422, "Un code compte 16 lettres et chiffres"),
        ("<script>" + "x" * 3000, 422, "Un code compte 16 lettres et chiffres"),
    ],
)
def test_what_is_no_code_of_ours_is_told_beside_what_was_typed(
    receipt: None, typed: str, status: int, said: str
) -> None:
    seen = Visitor().get(f"/verification?code={typed}")

    assert seen.status == status
    assert said in seen.page.words
    assert seen.page.title.startswith("Erreur : ")
    assert seen.page.form("/verification").fields["code"] == typed[:2000]
    assert seen.page.count("script") == 0
    assert "#code" in seen.page.links


def test_an_answer_is_kept_nowhere_and_is_the_same_with_and_without_an_account(
    visitor: Visitor, receipt: None
) -> None:
    for path in ("/verification", f"/verification?code={CODE}", f"/verification?code={ANOTHER}"):
        for who in (Visitor(client="192.0.2.50"), visitor):
            seen = who.ask("GET", path)
            assert seen.header("cache-control") == "no-store", path
            assert ("meta", {"name": "robots", "content": "noindex"}) in seen.page.tags, path
    assert visitor.get(f"/verification?code={CODE}").page.words == (
        Visitor().get(f"/verification?code={CODE}").page.words
    )


def test_a_network_that_checks_too_many_waits_and_others_do_not(
    receipt: None, clock: Clock, counted: Counted
) -> None:
    visitor = Visitor()
    for _ in range(VERIFICATIONS.most):
        assert visitor.get(f"/verification?code={ANOTHER}").status == 404
    counted.calls.clear()

    for code in (CODE, ANOTHER):
        seen = visitor.get(f"/verification?code={code}")
        assert seen.status == 429
        assert "Réessayez" in seen.page.words
        assert "authentique" not in seen.page.words
    assert counted.calls == {"BatchGetItem": 2}, "nothing is looked up any more"
    assert visitor.get("/verification").status == 200
    assert Visitor(client="198.51.100.7").get(f"/verification?code={CODE}").status == 200
    clock.advance(minutes=5)
    assert visitor.get(f"/verification?code={CODE}").status == 200


def test_while_the_table_does_not_answer_no_code_is_called_wrong(
    receipt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    Faults(connection().client, lambda operation: "before")

    seen = Visitor().get(f"/verification?code={CODE}")

    assert seen.status == 503
    assert "Nous n’avons pas pu vérifier ce code." in seen.page.words
