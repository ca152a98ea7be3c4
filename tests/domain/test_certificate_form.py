"""What a tenant may type of a certificate, and what a checked one leads to."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.certificate_form import read_certificate
from chalicelib.domain.errors import InvalidForm
from tests.mothers import TODAY

YEAR = timedelta(days=364)


def typed(**changed: str) -> dict[str, str]:
    known = {
        "assureur": "MAIF",
        "police": "POL 77-B",
        "debut": TODAY.isoformat(),
        "fin": (TODAY + YEAR).isoformat(),
    }
    return known | changed


def wrong(**changed: str) -> list[str]:
    with pytest.raises(InvalidForm) as caught:
        read_certificate(typed(**changed), TODAY)
    return list(caught.value.fields)


def test_what_is_typed_is_read_by_the_columns_of_the_exchange_files() -> None:
    facts = read_certificate(
        typed(assureur="  Mutuelle   de l’Estuaire ", fin="31/12/2026"), date(2026, 11, 23)
    )

    assert facts == {
        "assureur": "Mutuelle de l’Estuaire",
        "police": "POL 77-B",
        "debut": TODAY.isoformat(),
        "fin": "2026-12-31",
    }


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"assureur": " ", "police": ""}, ["assureur", "police"]),
        ({"assureur": "x" * 121}, ["assureur"]),
        ({"debut": "31/02/2026"}, ["debut"]),
        ({"debut": "", "fin": "demain"}, ["debut", "fin"]),
        ({"fin": (TODAY - timedelta(days=1)).isoformat(), "debut": "2025-01-01"}, ["fin"]),
        ({"fin": (TODAY - timedelta(days=1)).isoformat()}, ["fin"]),
        ({"fin": (TODAY + timedelta(days=733)).isoformat()}, ["fin"]),
        ({"debut": "2026-01-01", "fin": "2028-01-04"}, ["fin"]),
        (
            {"debut": (TODAY + timedelta(days=367)).isoformat(), "fin": (TODAY + 2 * YEAR).isoformat()},
            ["debut"],
        ),
    ],
)
def test_what_cannot_be_a_certificate_is_told_field_by_field(
    changed: dict[str, str], fields: list[str]
) -> None:
    assert wrong(**changed) == fields


def test_a_certificate_is_good_on_its_last_day_and_may_begin_later() -> None:
    assert (
        read_certificate(typed(debut="2026-01-01", fin=TODAY.isoformat()), TODAY)["fin"] == TODAY.isoformat()
    )
    assert read_certificate(typed(debut="2026-01-01", fin="2028-01-03"), TODAY)
    assert read_certificate(typed(debut=(TODAY + timedelta(days=40)).isoformat()), TODAY)
