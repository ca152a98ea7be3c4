"""Phone numbers (« téléphones »): which can be dialled, and the one way in which each is spelled."""

from typing import Protocol

NO_NUMBER = "Ce numéro n’existe pas, ou il est incomplet."
DEAR = "L’appel de ce numéro est surtaxé\u00a0: indiquez-en un autre."


class PhoneBook(Protocol):
    """What knows the numbers of the world: metropolitan France, overseas, abroad."""

    def spelled(self, typed: str) -> str:
        """Spell a number as it is kept: « 06 12 34 56 78 » in France, « +44 20 7946 0018 » abroad.

        ``WrongCell`` says in French why there is no such number.  What it gives, it gives again, and the
        exchange files take it.
        """
