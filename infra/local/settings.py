"""Settings of « make run »: four variables, read once (réglages du portail local)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class WrongSetting(Exception):
    """A variable that cannot be used; its words are French and meant for the terminal."""


@dataclass(frozen=True)
class LocalSettings:
    """Where the portal on this machine lives and how large its demonstration landlord is."""

    port: int = 8000
    panel_port: int = 8001
    state_dir: Path = Path(".local")
    homes: int = 100

    @property
    def portal_address(self) -> str:
        """Give the address a browser opens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def panel_address(self) -> str:
        """Give the address of the local panel."""
        return f"http://127.0.0.1:{self.panel_port}"


def read_settings(environment: Mapping[str, str]) -> LocalSettings:
    """Read PORT, PANEL_PORT, STATE_DIR and HOMES; ``WrongSetting`` says in French what is wrong."""
    settings = LocalSettings(
        port=_number(environment, "PORT", 8000, 1, 65535),
        panel_port=_number(environment, "PANEL_PORT", 8001, 1, 65535),
        state_dir=Path(environment.get("STATE_DIR") or ".local").absolute(),
        homes=_number(environment, "HOMES", 100, 1, 200_000),
    )
    if settings.port == settings.panel_port:
        raise WrongSetting(f"PORT et PANEL_PORT ne peuvent pas être le même port ({settings.port}).")
    return settings


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise WrongSetting(f"{name}={text} : un nombre entier de {least} à {most} est attendu.")
    return int(text)
