"""Static files."""

from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Asset

site = new_site(__name__)


@site.asset("/static/{name}")
def send_file(name: str) -> Asset:
    """Send a file of ours, under the address that carries its content's hash."""
    return Asset(*portal().statics.find(name))
