"""Who to sign in as in the demonstration (« personnes de la démonstration »), for the local panel."""

from datetime import date

from infra.demo.featured import AGENT_EMAIL, AGENT_PASSWORD, TENANT_PASSWORD, featured
from infra.demo.passwords import AGENT_RECOVERY

_ANY_DAY = date(2026, 1, 1)


def people() -> list[dict[str, str]]:
    """List the people who are always there: role, e-mail, password, lease, printed name, and a note."""
    found = [
        {
            "role": "locataire",
            "email": holder.account,
            "password": TENANT_PASSWORD if holder.account else "",
            "lease": f"L/{one.home.lease}",
            "name": holder.name,
            "note": one.note,
        }
        for one in featured(_ANY_DAY)
        if one.note
        for holder in one.home.holders
    ]
    agent = {
        "role": "agent",
        "email": AGENT_EMAIL,
        "password": AGENT_PASSWORD,
        "lease": "",
        "name": "Claire Morvan",
        "note": f"Gestionnaire de l’agence de Rochefort\u202f; code de secours {AGENT_RECOVERY}.",
    }
    return [*found, agent]
