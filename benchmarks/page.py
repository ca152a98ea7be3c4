"""Goal ``page``: processor time of the home page, against the same page by Flask and by Django.

Ours is called as Lambda calls it (API Gateway's event in, answer out) and asks the local AWS, another
process, for its items over HTTP; the twins are called as a WSGI server calls them, and read SQLite files.
What each twin does, and why that is fair, is written at its top.
"""

import gc
import re
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import django_home, flask_home
from benchmarks.figures import Line, cpu_turns, median_ratio
from benchmarks.scene import Scene
from chalicelib.portal import portal
from chalicelib.templating import environment
from chalicelib.web.answers import headers_for

FLASK, DJANGO, TURNS = 0.75, 0.45, 30
_TOKEN = re.compile(r'name="csrf" value="[^"]+"')


def measure(scene: Scene) -> Iterator[Line]:
    """See that all three show the same page, then let them take turns."""
    headers = headers_for(portal().entrance)
    shared = {name: environment().globals[name] for name in ("landlord", "asset", "site_url")}
    event = scene.browser.event("GET", "/")

    def ours() -> str:
        return str(scene.browser.send(dict(event))["body"])

    with tempfile.TemporaryDirectory() as folder:
        flask_app = flask_home.make_app(Path(folder), headers, shared)
        contenders: dict[str, Callable[[], str | bytes]] = {
            "portal": ours,
            "flask": flask_home.caller(flask_app, flask_home.signed_in_cookie(flask_app)),
            "django": django_home.make_call(Path(folder), headers, shared),
        }
        shown = {name: _comparable(call()) for name, call in contenders.items()}
        assert shown["flask"] == shown["portal"], "the Flask twin shows another page"
        assert shown["django"] == shown["portal"], "benchmarks/django_templates differ from templates"
        gc.collect()
        gc.freeze()
        spent = cpu_turns(contenders, TURNS)
    in_words = ", ".join(f"{name} {statistics.median(times):.2f} ms" for name, times in spent.items())
    yield Line("page.flask", median_ratio(spent["portal"], spent["flask"]), FLASK, in_words, "×")
    yield Line("page.django", median_ratio(spent["portal"], spent["django"]), DJANGO, in_words, "×")


def _comparable(page: str | bytes) -> str:
    """Give a page without the tokens of its forms and without blank lines, which show nothing."""
    text = page if isinstance(page, str) else page.decode()
    return "".join(line.strip() for line in _TOKEN.sub("", text).splitlines())
