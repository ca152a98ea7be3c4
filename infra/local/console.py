"""What the terminal shows (écran de démarrage)."""

from infra.local.parts import Person
from infra.local.serving import Call, Reply
from infra.local.settings import LocalSettings


def say_preparing(settings: LocalSettings) -> None:
    """Say that something is happening, where it is kept and how large it is."""
    print(f"Espace locataire : préparation dans {settings.state_dir}…", flush=True)


def say_ready(settings: LocalSettings, people: list[Person], seconds: float) -> None:
    """Say where everything is and who can sign in."""
    took = f"{seconds:.1f}".replace(".", ",")
    lines = [
        "",
        f"  Portail           {settings.portal_address}/connexion",
        f"  Gestion           {settings.portal_address}/gestion  (code : sur le panneau)",
        f"  Panneau local     {settings.panel_address}",
        "",
        *(
            f"  {person['role']:<17} {person['email']}   {person['password']}"
            for person in people
            if person["email"]
        ),
        "",
        f"Prêt en {took} s. Ctrl-C arrête ; rien n’est perdu.",
        "",
    ]
    print("\n".join(lines), flush=True)


def say_stopped(settings: LocalSettings) -> None:
    """Say that all is kept."""
    print(f"\nArrêté. Tout est enregistré dans {settings.state_dir}.", flush=True)


def log_answer(call: Call, reply: Reply) -> None:
    """Write one line per request; never the query, which may hold a secret."""
    print(f"{call.method:<4} {reply.status} {call.path}", flush=True)
