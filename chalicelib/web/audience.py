"""For whom an address is (« public visé »): what lies under /gestion is for agents, the rest for tenants."""

from chalicelib.domain.accounts import Role

STAFF = "/gestion"
DOORS = {Role.TENANT: "/connexion", Role.AGENT: f"{STAFF}/connexion"}
HOMES = {Role.TENANT: "/", Role.AGENT: STAFF}
GUARDS = {Role.TENANT: "tenant", Role.AGENT: "agent"}


def audience_of(path: str) -> Role:
    """Tell whose an address is: whose cookie is read there, and where its door is."""
    return Role.AGENT if path == STAFF or path.startswith(f"{STAFF}/") else Role.TENANT


def refuse_other(path: str, role: Role) -> None:
    """``ValueError`` when a route is declared for others than its address says."""
    if audience_of(path) is not role:
        raise ValueError(f"{path} is not an address for {role.value}")
