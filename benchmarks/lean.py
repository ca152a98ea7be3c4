"""Goal ``lean``: what the web function carries and what it has loaded once it has shown pages."""

from collections.abc import Iterator

from benchmarks import household
from benchmarks.browser import Browser
from benchmarks.figures import Line
from benchmarks.packaged import packaged, run_alone
from benchmarks.scene import Scene

MODULES, CLIENTS, MEGABYTES = 480, 1, 15.0
LATE = ("stripe", "argon2", "bcrypt", "typst", "cryptography", "fido2", "pyotp", "segno")
PAGES = ("/", "/contrat", "/paiement", "/documents", "/demandes", "/informations-personnelles")
PROGRAM = """
import json
from datetime import datetime
from types import SimpleNamespace
import app
from botocore.client import ClientCreator
from chalicelib.portal import set_clock

made, create = [], ClientCreator.create_client
def counted(self, service_name, *arguments, **named):
    made.append(service_name)
    return create(self, service_name, *arguments, **named)
ClientCreator.create_client = counted

told = json.load(sys.stdin)
set_clock(lambda: datetime.fromisoformat(told["now"]))
context = SimpleNamespace(
    function_name="portal", function_version="", memory_limit_in_mb=512, invoked_function_arn="",
    aws_request_id="",
)
modules, statuses = 0, []
for event in told["events"]:
    statuses.append(app.app(event, context)["statusCode"])
    modules = modules or len(sys.modules)
late = [name for name in told["late"] if name in sys.modules]
print(json.dumps({"modules": modules, "made": made, "late": late, "statuses": statuses}))
"""


def measure(scene: Scene) -> Iterator[Line]:
    """Show every page of a tenant, from the unpacked package."""
    browser: Browser = scene.browser
    told = {
        "now": household.NOW.isoformat(),
        "late": LATE,
        "events": [browser.event("GET", page) for page in PAGES],
    }
    with packaged() as folder:
        size = folder.with_suffix(".zip").stat().st_size
        seen = run_alone(folder, PROGRAM, told)
    assert set(seen["statuses"]) == {200}, seen["statuses"]
    clients = seen["made"].count("dynamodb")
    yield Line("lean.modules", seen["modules"], MODULES, "modules once the home page was shown")
    yield Line("lean.clients", clients, CLIENTS, f"DynamoDB clients after {len(PAGES)} pages", bound="=")
    yield Line("lean.late", len(seen["late"]), 0, f"of {', '.join(LATE)} are loaded by then", bound="=")
    yield Line("lean.zip", size / 1e6, MEGABYTES, "deployment.zip", "MB")
