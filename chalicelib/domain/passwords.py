"""Which passwords may open an account (« politique des mots de passe »), and why one may not, in French.

Two ways lead in: the manual's rule (8 characters, 2 digits, 1 special character), or any 15 characters.
Both want 50 bits by the formula of CNIL's calculator (length × log2 of the alphabet: 26, 26, 10 and 37
signs), which CNIL asks for where tries are limited (délibération 2022-100): fifteen digits have 49.8.  And
neither takes what is guessed first.
"""

import math
import unicodedata
from collections.abc import Iterable
from enum import Enum

from chalicelib.domain.accounts import LONGEST_PASSWORD
from chalicelib.domain.guessing import Reading

SHORTEST, DIGITS, SPECIALS = 8, 2, 1
LONG_ENOUGH = 15
FEWEST_BITS, GOOD_BITS, BEST_BITS = 50, 65, 80
RULE = "8 caractères au moins, dont 2 chiffres et 1 caractère spécial, ou une phrase de 15 caractères et plus"
TOO_LONG = f"Le mot de passe compte {LONGEST_PASSWORD} caractères au plus."
TOO_WEAK = "Ce mot de passe est trop simple\u00a0: allongez-le, ou mêlez-y minuscules et majuscules."
A_RUN = "Ce mot de passe n’est guère qu’une suite, une répétition ou une date\u00a0: choisissez-en un autre."
COMMON = "Ce mot de passe est parmi les plus courants, ou presque\u00a0: choisissez-en un autre."
ABOUT = (
    "Ce mot de passe reprend votre nom, votre adresse électronique, votre référence client ou le nom du "
    "bailleur\u00a0: choisissez-en un autre."
)


class Sign(Enum):
    """The alphabets of CNIL's calculator, by their size; a letter with an accent counts as one without."""

    LOWER = "minuscule", 26
    UPPER = "majuscule", 26
    DIGIT = "chiffre", 10
    SPECIAL = "caractère spécial", 37

    @property
    def size(self) -> int:
        """Give how many signs the alphabet has."""
        return int(self.value[1])


def check_password(password: str, *, about: Iterable[str]) -> str | None:
    """Tell, in French, why a password is refused; ``None`` if it is not.

    ``about`` holds what is known of its owner: names, e-mail address, reference, and the landlord's and the
    portal's names.
    """
    kept = spelled(password)
    if len(kept) > LONGEST_PASSWORD:
        return TOO_LONG
    if len(kept) < LONG_ENOUGH and (missing := _missing(kept)):
        return f"Il manque {missing}, ou une phrase de {LONG_ENOUGH} caractères et plus."
    if bits(kept) < FEWEST_BITS:
        return TOO_WEAK
    reading = Reading(kept)
    if reading.is_a_run():
        return A_RUN
    if reading.is_common():
        return COMMON
    return ABOUT if reading.is_about(about) else None


def spelled(password: str) -> str:
    """Spell a password the one way in which it is checked and hashed (NFC); nothing is cut off it."""
    return unicodedata.normalize("NFC", password)


def bits(password: str) -> float:
    """Give the bits of a password by the formula of CNIL's calculator."""
    size = sum(sign.size for sign in {_sign(letter) for letter in password})
    return len(password) * math.log2(size) if size else 0


def strength(password: str, *, about: Iterable[str] = ()) -> str:
    """Say in a word how strong a password is, for a hint beside the field; « refusé » if it is refused."""
    if check_password(password, about=about) is not None:
        return "refusé"
    found = bits(spelled(password))
    if found < GOOD_BITS:
        return "suffisant"
    return "bon" if found < BEST_BITS else "très bon"


def _sign(letter: str) -> Sign:
    if letter.isdecimal():
        return Sign.DIGIT
    if letter.islower():
        return Sign.LOWER
    return Sign.UPPER if letter.isupper() else Sign.SPECIAL


def _missing(password: str) -> str:
    """Say what the manual's rule still wants; nothing if it is kept."""
    found = [_sign(letter) for letter in password]
    wanted = (
        (SHORTEST - len(found), "caractère"),
        (DIGITS - found.count(Sign.DIGIT), "chiffre"),
        (SPECIALS - found.count(Sign.SPECIAL), "caractère spécial"),
    )
    told = [f"{count} {_plural(name) if count > 1 else name}" for count, name in wanted if count > 0]
    return " et ".join((", ".join(told[:-1]), told[-1]) if told[1:] else told)


def _plural(name: str) -> str:
    return " ".join(f"{word}s" for word in name.split())
