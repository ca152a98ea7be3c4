"""Billing addresses: six lines that the post can read, cut into fields and put together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.billing_address import FIELDS, LONGEST_LINE, fields_of, read_address
from chalicelib.domain.errors import InvalidForm

HOME = {
    "destinataire": "Mme Éloïse D’Aubigné-Lefèvre",
    "voie": "14, rue de la Corderie",
    "code-postal": "17300",
    "ville": "Rochefort",
}


def typed(**fields: str) -> dict[str, str]:
    said = {name.replace("_", "-"): value for name, value in fields.items()}
    return dict.fromkeys(FIELDS, "") | HOME | said


def test_an_address_is_written_line_by_line_the_town_in_capitals() -> None:
    assert read_address(typed()) == (
        "Mme Éloïse D’Aubigné-Lefèvre",
        "14, rue de la Corderie",
        "17300 ROCHEFORT",
    )


def test_an_address_abroad_ends_with_the_country() -> None:
    abroad = typed(appartement="Chez M. Łukasz", code_postal="sw1a 1aa", ville="London", pays="Royaume-Uni")

    assert read_address(abroad)[-2:] == ("SW1A 1AA LONDON", "ROYAUME-UNI")
    assert read_address(typed(code_postal="", ville="Dubaï", pays="Émirats arabes unis"))[-2] == "DUBAÏ"
    assert read_address(typed(pays="france")) == read_address(typed())


def test_six_lines_are_the_most_that_there_can_be() -> None:
    full = typed(appartement="Appt 12", batiment="Rés. des Tamaris, bât. C", pays="Belgique")

    assert len(read_address(full)) == 6


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("destinataire", "", "Indiquez à quel nom"),
        ("voie", "", "Indiquez le numéro et la rue."),
        ("code_postal", "", "Indiquez le code postal."),
        ("ville", "", "Indiquez la ville."),
        ("code_postal", "1730", "Un code postal français compte 5 chiffres"),
        ("code_postal", "١٧٣٠٠", "Utilisez des lettres latines"),
        ("destinataire", "سارة", "Utilisez des lettres latines"),
        ("destinataire", "Zoé 🦄", "Utilisez des lettres latines"),
        ("voie", "3 | 4 rue", "Utilisez des lettres latines"),
        ("appartement", "a" * 39, "La Poste lit 38 caractères par ligne"),
        ("ville", "a" * 33, "Avec le code postal, la ligne dépasse 38 caractères"),
    ],
)
def test_what_the_post_cannot_read_is_refused_by_its_field(field: str, value: str, reason: str) -> None:
    with pytest.raises(InvalidForm) as told:
        read_address(typed(**{field: value}))

    assert told.value.fields.keys() == {field.replace("_", "-")}
    assert told.value.fields[field.replace("_", "-")].startswith(reason)


def test_all_that_is_wrong_is_told_in_the_order_of_the_form() -> None:
    with pytest.raises(InvalidForm) as told:
        read_address(dict.fromkeys(FIELDS, ""))

    assert [*told.value.fields] == ["destinataire", "voie", "code-postal", "ville"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("7, quai aux Vivres", "17300 ROCHEFORT"), ("Nom", "", "", "7, quai aux Vivres", "ROCHEFORT", "")),
        (
            ("Mme X", "chez Y", "bât. C", "3, rue Z", "17300 Rochefort"),
            ("Mme X", "chez Y", "bât. C", "3, rue Z", "Rochefort", ""),
        ),
        (
            ("Mme X", "3, rue Z", "10115 BERLIN", "ALLEMAGNE"),
            ("Mme X", "", "", "3, rue Z", "BERLIN", "ALLEMAGNE"),
        ),
        ((), ("Nom", "", "", "", "", "")),
        (("BP 12", "Rochefort"), ("Nom", "", "", "", "", "")),
        (("1", "2", "3", "4", "5", "17300 Rochefort"), ("Nom", "", "", "", "", "")),
    ],
)
def test_what_the_landlord_wrote_fills_the_fields_in(
    lines: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    said = fields_of(lines, "Nom")

    assert tuple(said[name] for name in FIELDS if name != "code-postal") == expected


LINE = st.text("aéÎ x-’.,1", min_size=1, max_size=LONGEST_LINE).filter(
    lambda text: text == " ".join(text.split()) and text[0] != "1"
)


@given(
    st.fixed_dictionaries(dict.fromkeys(("destinataire", "voie"), LINE)),
    LINE | st.just(""),
    LINE | st.just(""),
)
def test_what_was_written_fills_the_form_in_and_comes_back_the_same(
    needed: dict[str, str], flat: str, country: str
) -> None:
    address = read_address(typed(**needed, appartement=flat, pays=country))

    assert read_address(fields_of(address, "")) == address
