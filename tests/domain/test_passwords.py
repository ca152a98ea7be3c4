"""Which passwords open an account: the manual's rule, CNIL's bits, and nothing that is guessed first."""

import math
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.guessing import SHORTEST_NUMBER, common_passwords, folded
from chalicelib.domain.passwords import (
    A_RUN,
    ABOUT,
    COMMON,
    TOO_LONG,
    TOO_WEAK,
    bits,
    check_password,
    spelled,
    strength,
)
from infra.demo.featured import AGENT_PASSWORD, TENANT_PASSWORD

OWNER = (
    "Éloïse",
    "D’Aubigné-Lefèvre",
    "eloise.daubigne17@exemple.fr",
    "L/9126",
    "Littoral Habitat",
    "Espace locataire",
)
LONGEST = "Du sel, du vent, un phare et 17 mouettes. " * 3 + "Fin"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def missing(what: str) -> str:
    return f"Il manque {what}, ou une phrase de 15 caractères et plus."


VECTORS: list[tuple[str, str | None]] = [
    # The manual's rule, sign by sign
    ("", missing("8 caractères, 2 chiffres et 1 caractère spécial")),
    ("Xk#48z", missing("2 caractères")),
    ("Xk#482z", missing("1 caractère")),
    ("Xk#4821z", None),
    ("Xk#mpqrz", missing("2 chiffres")),
    ("Xk#mp8rz", missing("1 chiffre")),
    ("Xk7mp8rz", missing("1 caractère spécial")),
    ("Xkwmpqrz", missing("2 chiffres et 1 caractère spécial")),
    ("Xkwmpé8rz", missing("1 chiffre et 1 caractère spécial")),
    ("Xk 4821z", None),
    ("Xk🏠4821z", None),
    ("Xk²48216z", None),
    (" Xk#4821z ", None),
    # CNIL's formula: 44.4, 49.5 and 49.5 bits, then 55.7, 53.0 and 79.6
    ("#8395017", TOO_WEAK),
    ("xk#4821z", TOO_WEAK),
    ("xé#4821z", TOO_WEAK),
    ("XK#4821Z", TOO_WEAK),
    ("xk#4821zw", None),
    ("Zk#4821z", None),
    ("Zk#4821zwTnp", None),
    # Fifteen characters of any sort, if they have 50 bits: fifteen digits have 49.8
    ("837465920174635", TOO_WEAK),
    ("8374659201746352", None),
    ("quatorze signe", missing("2 chiffres")),
    ("un chat qui dort", None),
    ("unchatquidortla", None),
    ("chevalcorrectpileagrafe", None),
    ("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟ", None),
    ("мой дядя самых честных", None),
    ("كلمة السر طويلة جدا", None),
    (f"{FAMILY}🏠🌊⛵🐚🦀🌬☀🌙⭐🔥🍋", None),
    # Length: 128 in all, counted in NFC, and nothing cut off
    (LONGEST[:127] + "a", None),
    (LONGEST[:127] + "b", None),
    (LONGEST[:127] + "ab", TOO_LONG),
    (unicodedata.normalize("NFD", "é" * 50 + LONGEST[:78]), None),
    ("é" * 50 + LONGEST[:79], TOO_LONG),
    ("x" * 100_000, TOO_LONG),
    (unicodedata.normalize("NFD", "Clé#4821"), None),
    (unicodedata.normalize("NFC", "Clé#4821"), None),
    # Runs, repetitions and dates
    ("aaaaaaaaaaaaaaa", A_RUN),
    ("12345678901234567", A_RUN),
    ("9876543210987654", A_RUN),
    ("abcdefghijklmnop", A_RUN),
    ("azertyuiopqsdfghjklm", A_RUN),
    ("poiuytrezamlkjhgfdsq", A_RUN),
    ("1122334455667788", A_RUN),
    ("Kz7!Kz7!Kz7!Kz7!", A_RUN),
    ("Aa#12345678", A_RUN),
    ("14/07/1989", A_RUN),
    ("le 14.07.1989 !!!", A_RUN),
    ("🏠" * 15, A_RUN),
    ("Kz7!m-Kz7!m-Kz7!m-", None),
    # Common passwords, dressed up or not
    ("Password12!", COMMON),
    ("P@ssw0rd2026!", COMMON),
    ("!!17motdepasse", COMMON),
    ("Soleil1968*", COMMON),
    ("Marseille13!", COMMON),
    ("Janvier2026!", COMMON),
    ("passwordpassword", COMMON),
    ("motdepassemotdepasse", COMMON),
    ("Azertyuiop123!", A_RUN),
    ("1qaz2wsx3edc4rfv", COMMON),
    ("correct cheval pile agrafe", None),
    # What is known of the owner
    ("Eloise.17300!", ABOUT),
    ("ÉLOÏSE#1968x", ABOUT),
    ("Lefevre-2026!", ABOUT),
    ("D@ubign3-99!", ABOUT),
    ("eloisedaubigne17", ABOUT),
    ("L/9126-L/9126!x", ABOUT),
    ("Xk#9126z", ABOUT),
    ("LittoralHabitat17!", ABOUT),
    ("espacelocataire!", ABOUT),
    ("Lefevre12345678!", ABOUT),
    ("Éloïse dort sur le toit", None),
    ("Zk#59126874-w", None),
    # What the demonstration’s people use is good enough for real ones
    (TENANT_PASSWORD, None),
    (AGENT_PASSWORD, None),
]


@pytest.mark.parametrize(("password", "reason"), VECTORS, ids=[repr(one[0][:24]) for one in VECTORS])
def test_a_password_is_taken_or_refused_with_its_reason(password: str, reason: str | None) -> None:
    assert check_password(password, about=OWNER) == reason


def test_there_are_sixty_vectors_and_every_reason_is_among_them() -> None:
    assert len({password for password, _ in VECTORS}) == len(VECTORS) >= 60
    assert {reason for _, reason in VECTORS} >= {None, TOO_LONG, TOO_WEAK, A_RUN, COMMON, ABOUT}


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("#8395017", 44.4),
        ("xk#4821z", 49.5),
        ("xk#4821zw", 55.7),
        ("Xk#4821z", 53.0),
        ("Xk#4821zXk#4", 79.6),
        ("XkwmpqrzXkwm48", 83.4),
        ("unchatquidortla", 70.5),
        ("unchatquidortlasi", 79.9),
        ("", 0),
    ],
)
def test_bits_are_those_of_cnil_s_calculator(password: str, expected: float) -> None:
    assert bits(password) == pytest.approx(expected, abs=0.06)


def test_not_one_common_password_is_taken_however_it_is_spelled() -> None:
    taken = [
        one
        for one in common_passwords()
        if check_password(one, about=()) is None or check_password(one.upper(), about=()) is None
    ]

    assert taken == []
    assert len(common_passwords()) >= 10_000


def test_a_common_password_is_refused_with_what_the_rule_wants_hung_on_it() -> None:
    words = [one for one in sorted(common_passwords()) if not one.isdecimal() or len(one) >= SHORTEST_NUMBER]

    dressed = [f"{one[:1].upper()}{one[1:]}#7" for one in words] + [f"!{one}2026" for one in words[::7]]

    assert [one for one in dressed if check_password(one, about=()) is None] == []
    assert len(words) > 9_900


def test_the_list_is_spelled_as_passwords_are_compared() -> None:
    assert {one for one in common_passwords() if folded(one) != one} == set()


def test_a_name_of_three_letters_counts_where_it_stands_alone() -> None:
    assert check_password("Léa-2026-!", about=("Léa",)) == ABOUT
    assert check_password("Cléat#1958", about=("Léa",)) is None
    assert check_password("Xk-912-4z#", about=("912",)) == ABOUT
    assert check_password("Xk-9124-z#", about=("912",)) is None


def test_an_e_mail_address_tells_of_its_owner_and_not_of_its_domain() -> None:
    known = ("paul.durand@wanadoo.fr",)

    assert check_password("Durand#1968", about=known) == ABOUT
    assert check_password("pauldurand-#99", about=known) == ABOUT
    assert check_password("Wanadoo#1968", about=known) is None


def test_who_is_not_known_is_not_found_in_a_password() -> None:
    for nothing in ((), ("",), (" ", "-", "@", "de", "L/")):
        assert check_password("Xk#4821z", about=nothing) is None


@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=4))
@example("Xk#4821z", ["Xk"])
def test_whatever_is_taken_keeps_the_rule_or_is_long_and_has_fifty_bits(
    password: str, about: list[str]
) -> None:
    if check_password(password, about=about) is not None:
        return
    kept = unicodedata.normalize("NFC", password)

    assert 8 <= len(kept) <= 128
    assert len(kept) >= 15 or (len(re.findall(r"\d", kept)) >= 2 and re.search(r"[\W_]|[^\W\d]|[²³¹]", kept))
    assert _bits_anew(kept) >= 50


@given(st.from_regex(r"[a-z]{2,6}[#!&-][0-9]{2,6}[A-Z]{0,3}", fullmatch=True))
def test_whatever_is_taken_of_what_people_type_has_fifty_bits(password: str) -> None:
    if check_password(password, about=OWNER) is None:
        assert _bits_anew(password) >= 50


@given(st.text("éÀçêüñÅaBzZ 0123456789#-!ﬁœ", max_size=24))
def test_two_spellings_of_one_password_have_one_verdict(password: str) -> None:
    composed, apart = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))

    assert check_password(composed, about=OWNER) == check_password(apart, about=OWNER)
    assert spelled(composed) == spelled(apart)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "refusé"),
        ("Password12!", "refusé"),
        ("Xk#4821z", "suffisant"),
        ("Zk#4821zwT", "bon"),
        ("Zk#4821zwTnpq", "très bon"),
        ("un chat qui dort", "très bon"),
    ],
)
def test_strength_is_said_in_a_word(password: str, word: str) -> None:
    assert strength(password) == word


def test_a_hint_knows_the_owner_too() -> None:
    assert (strength("Lefevre-2026!"), strength("Lefevre-2026!", about=OWNER)) == ("très bon", "refusé")


def test_no_reason_repeats_the_password() -> None:
    for password, reason in VECTORS:
        assert len(password) < 3 or password not in (reason or "")


def _bits_anew(password: str) -> float:
    """Work the formula out another way: each class of signs that is met adds its own to the alphabet."""
    classes = {
        26: [one for one in password if one.islower()],
        -26: [one for one in password if one.isupper()],
        10: [one for one in password if one.isdecimal()],
        37: [one for one in password if not (one.islower() or one.isupper() or one.isdecimal())],
    }
    return math.log2(sum(abs(size) for size, met in classes.items() if met) or 1) * len(password)


def test_the_address_itself_is_no_password_and_its_domain_alone_hides_nothing() -> None:
    for address in ("9126-1@demo.example", "ab@courriel-des-iles.example", "Eloise.D17@Exemple.fr"):
        assert check_password(address, about=[address]) == ABOUT
        assert check_password(f"{address.upper()}!7", about=[address]) == ABOUT
    assert check_password("Vq7?khzn-4Tpw@exemple.fr", about=["eloise@exemple.fr"]) is None
