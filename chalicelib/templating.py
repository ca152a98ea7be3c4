"""Templates: the one Jinja2 environment, for pages and mails alike.

In HTML everything is escaped, in the text of a mail nothing is.  A name that a template asks for and nobody
gave is an error, never an empty space in a letter.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    StrictUndefined,
    select_autoescape,
)

from chalicelib.domain import french
from chalicelib.domain.landlord import contrast_with_white, dialling

# In the package for Lambda, as here, the templates lie beside chalicelib.
ROOT = Path(__file__).resolve().parent.parent
FILTERS = {
    "contrast_with_white": contrast_with_white,
    "day": french.day,
    "day_in_words": french.day_in_words,
    "dialling": dialling,
    "euros": french.euros,
    "hour": french.hour,
    "month": french.month,
    "paris": french.paris,
    "short_day": french.short_day,
}


@cache
def environment() -> Environment:
    """Give the environment, made at the first call and kept."""
    return make_environment(ROOT)


def make_environment(root: Path) -> Environment:
    """Make an environment on ``root/templates``, taking first what packaging compiled beside it."""
    loaders: list[BaseLoader] = [FileSystemLoader(root / "templates")]
    if (compiled := root / "templates_compiled").is_dir():
        loaders.insert(0, ModuleLoader(compiled))
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=select_autoescape(["html", "svg", "xml"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made


def share(**values: Any) -> None:
    """Make values known to every template: ``landlord``, ``site_url``, ``asset``."""
    environment().globals.update(values)


def render(template: str, values: dict[str, Any]) -> str:
    """Write a template with its values; ``jinja2.UndefinedError`` names what nobody gave."""
    return environment().get_template(template).render(values)
