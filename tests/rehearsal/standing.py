"""How the stage comes up: the real package by the real deployment, the landlord by the importer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.domain import french
from infra.deploy import Place, deploy
from infra.package.build import ROOT, TEMPLATE, build
from tests.conftest import SETTINGS
from tests.infra.aws.standing import SECRET, STAGE, keep_secret, place_at
from tests.rehearsal.cloud import Cloud
from tests.rehearsal.gateway import put_own_answers
from tests.rehearsal.people import bring, write_landlord
from tests.rehearsal.provider import Office
from tests.rehearsal.stage import LiveStage

PACKAGE = ROOT / "build" / STAGE.name
# The secret holds two, as in the middle of a rotation: the provider signs with the newer one.
WEBHOOK_SECRET = SETTINGS["STRIPE_WEBHOOK_SECRETS"].rpartition(",")[2]


@dataclass
class Stopwatch:
    """How long each step took, in seconds, for whoever reads what the rehearsal shows."""

    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.steps[step] = time.monotonic() - began


@contextmanager
def standing(folder: Path, watch: Stopwatch) -> Iterator[LiveStage]:
    """Build, deploy, settle the landlord in; stop everything at the end."""
    with watch.time("package built"):
        package = build(STAGE.name, PACKAGE)
    cloud, office = Cloud(folder), Office(folder, WEBHOOK_SECRET)
    place, files = place_of(cloud, office), folder / "files"
    try:
        with watch.time("local AWS started"):
            cloud.start()
            keep_secret(cloud.endpoint, SECRET)
        with watch.time("stack deployed and tried"):
            deployed = deploy(place, package)
            api = deployed.outputs["RestAPIId"]
            put_own_answers(place.client("apigateway"), api, package / TEMPLATE)
        with watch.time("landlord brought in"):
            debtors = write_landlord(files, french.today(datetime.now(UTC)))
            bring(files, cloud.endpoint, deployed.table, deployed.outputs["FilesBucketName"])
        office.open(f"{deployed.address}/webhooks/stripe")
        yield LiveStage(cloud, office, place, deployed, debtors)
    finally:
        office.close()
        cloud.stop()


def place_of(cloud: Cloud, office: Office) -> Place:
    """Give the place that the rehearsal goes up on; its Stripe is the stand-in's office."""
    stripe = {"StripeAddress": office.address, "StripeCheckoutOrigin": office.origin}
    return place_at(cloud.endpoint, stage=replace(STAGE, parameters=STAGE.parameters | stripe))
