"""The list of common passwords that the portal refuses (« mots de passe courants »).

``python -m infra.package.common_passwords`` takes the most frequent ones from ``zxcvbn`` (MIT), which only a
developer's machine has, adds the French ones, and writes the file that travels; a test compares the two.
"""

import gzip
import sys
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

from chalicelib.domain.guessing import folded

MOST = 10_000
SOURCE = "zxcvbn"
# What people in France choose and the list, made of sites in English, has too far down.
FRENCH = """
    motdepasse monmotdepasse passe secret connexion identifiant bienvenue bonjour bonsoir coucou salut
    bisous jetaime jtaime monamour moncoeur mapuce monange cherie cheri doudou loulou loulou2 chouchou
    chouquette nounours princesse poupette poupoune pupuce titi tigrou minou minette louloute lapin
    lapinou canard papillon licorne dauphin chaton chatte chienne cheval caramel chocolat vanille
    cannelle noisette praline fraise cerise banane citron framboise soleil etoile lune arcenciel
    tournesol marguerite coquelicot violette maman papa mamie papy famille enfant enfants bebe frere
    soeur tonton tata parrain marraine janvier fevrier mars avril juin juillet aout septembre octobre
    novembre decembre printemps automne hiver lundi mardi mercredi jeudi vendredi samedi dimanche
    vacances noel paris marseille lyon toulouse nice nantes montpellier strasbourg bordeaux lille rennes
    reims toulon grenoble angers dijon nimes larochelle rochefort poitiers saintes royan niort bretagne
    corse france francais liberte olympique allezlom football rugby cyclisme petanque zidane mbappe
    griezmann platini marie nathalie isabelle sylvie catherine francoise valerie christine sandrine
    celine stephanie sophie aurelie laetitia virginie delphine julie camille emilie pauline manon chloe
    emma jade louise alice lucie sarah nicolas julien thomas antoine maxime alexandre sebastien
    guillaume christophe frederic stephane laurent philippe pascal thierry olivier vincent mathieu
    matthieu romain kevin jeremy quentin clement hugo lucas nathan enzo louis gabriel raphael jules
    arthur adam mohamed fatima karim yasmine rachid samira azerty azertyuiop azertyui azerty123
    qsdfghjklm wxcvbn aqwzsx aqwzsxedc azeqsdwxc azeqsd maison voiture jardin travail bureau ordinateur
    internet musique guitare piano cuisine piscine locataire locataires loyer logement appartement
    bailleur quittance immeuble residence
"""
HEAD = """\
# The {count} most frequent passwords of zxcvbn's list, and French ones of ours, without accents, sorted.
# Written by « python -m infra.package.common_passwords ».  What comes from zxcvbn comes under this licence:
#
{licence}

"""


def write_list() -> str:
    """Give the text of the list: why it is there, under which licence, then one password a line."""
    licence = distribution(SOURCE).read_text("LICENSE.txt") or ""
    frequent: list[str] = import_module(f"{SOURCE}.frequency_lists").FREQUENCY_LISTS["passwords"][:MOST]
    quoted = "\n".join(f"# {line}".rstrip() for line in licence.strip().splitlines())
    head = HEAD.format(count=MOST, licence=quoted)
    return head + "\n".join(sorted({folded(one) for one in (*frequent, *FRENCH.split())})) + "\n"


def main(path: Path) -> int:
    """Write the list where the portal reads it; the same list gives the same bytes."""
    path.write_bytes(gzip.compress(write_list().encode(), mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("chalicelib/domain/common_passwords.txt.gz")))
