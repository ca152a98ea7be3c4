"""What several forms ask for alike: an e-mail address, and a password twice."""

from chalicelib.domain.accounts import same_address
from chalicelib.domain.mail import Undeliverable, deliverable
from chalicelib.domain.passwords import check_password

NO_ADDRESS = "Indiquez votre adresse e-mail, par exemple nom@exemple.fr."
WRONG_ADDRESS = (
    "Cette adresse e-mail n’est pas complète, ou contient un accent ou un signe qui n’y a pas sa place. "
    "Exemple\u00a0: nom@exemple.fr."
)
CHOOSE_ONE = "Choisissez un mot de passe."
NOT_THE_SAME = "Ce n’est pas le même mot de passe\u00a0: retapez-le."


def wrong_address(typed: str) -> str:
    """Say in French why no mail can be sent to a typed address; nothing if one can."""
    if not typed:
        return NO_ADDRESS
    try:
        deliverable(same_address(typed))
    except Undeliverable:
        return WRONG_ADDRESS
    return ""


def wrong_passwords(form: dict[str, str], first: str, again: str, about: list[str]) -> dict[str, str]:
    """Say what is wrong with a password and its repetition, by field."""
    password = form.get(first, "")
    if not password:
        return {first: CHOOSE_ONE}
    if reason := check_password(password, about=about):
        return {first: reason}
    return {} if form.get(again, "") == password else {again: NOT_THE_SAME}
