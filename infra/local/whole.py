"""The portal on this machine, put together and kept running (ensemble local)."""

import contextlib
from collections.abc import Iterator

from infra.local import demonstration
from infra.local.clock import LocalClock
from infra.local.cloud import Cloud
from infra.local.keys import LocalKeys
from infra.local.loop import QueueLoop
from infra.local.mailbox import Mailbox
from infra.local.panel import Panel
from infra.local.parts import Parts, Person
from infra.local.portal_app import STRIPE_PATH, WEBHOOKS_PATH, load_portal, not_found, use_local_settings
from infra.local.provider import Provider
from infra.local.queues import Queues
from infra.local.resources import SCANNER_QUEUE, client, create_resources, known_resources
from infra.local.scanner import Scanner
from infra.local.schedules import Schedules
from infra.local.server import answer_with
from infra.local.serving import LoopbackServer
from infra.local.settings import LocalSettings
from infra.migrations.migration import all_migrations
from infra.migrations.running import Migrating

PLAN_PAPERS = "plan_papers"


class Whole:
    """Every part, in the order in which one needs the other."""

    def __init__(self, settings: LocalSettings, keys: LocalKeys, cloud: Cloud) -> None:
        self._settings, self._cloud, state = settings, cloud, settings.state_dir
        resources = known_resources(cloud.endpoint, cloud.credentials.access_key_id)
        use_local_settings(settings, keys, resources, cloud)
        self._clock = LocalClock(state / "clock.json")
        app = load_portal(self._clock)
        self._answer = answer_with(app, not_found)
        sqs = client("sqs", cloud.endpoint, cloud.credentials)
        self._loop = QueueLoop(app, sqs, resources.queue_urls())
        self._scanner = Scanner(
            client("s3", cloud.endpoint, cloud.credentials),
            sqs,
            f"{cloud.endpoint}/{cloud.credentials.access_key_id}/{SCANNER_QUEUE}",
            resources.uploads_queue,
        )
        self._schedules = Schedules(app, self._clock, state / "schedules.json")
        self._provider = Provider(
            settings.panel_address + STRIPE_PATH,
            keys.webhook_secret,
            settings.portal_address + WEBHOOKS_PATH,
            self._clock,
            state / "stripe.json",
        )
        parts = Parts(
            settings=settings,
            clock=self._clock,
            mailbox=Mailbox(state / "mail"),
            schedules=self._schedules,
            queues=Queues(sqs, resources.queue_urls()),
            provider=self._provider,
            cloud_alive=cloud.alive,
            people=self.people,
        )
        self._panel = Panel(parts)

    def prepare(self) -> None:
        """Create what is missing in the local AWS, migrate what is older, the demonstration landlord last."""
        resources = create_resources(self._cloud.endpoint, self._cloud.credentials)
        dynamodb = client("dynamodb", self._cloud.endpoint, self._cloud.credentials)
        # Only one portal runs on a state, so a migration that was cut off goes on at once.
        Migrating(dynamodb, resources.table, by="make run", silence=None).run(all_migrations())
        demonstration.prepare(self._settings.homes, self._settings.state_dir)

    def people(self) -> list[Person]:
        """Give the people to sign in as."""
        return demonstration.people(self._clock())

    @contextlib.contextmanager
    def running(self, portal: LoopbackServer, panel: LoopbackServer) -> Iterator[None]:
        """Run everything; what was being handled is finished before this ends."""
        portal.answering, panel.answering = self._answer, self._panel.answer
        portal.start()
        panel.start()
        self._provider.start()
        self._loop.start()
        self._scanner.start()
        # Whatever waits for a paper has not to wait for an hour that nobody leaves the portal on.
        self._schedules.start(PLAN_PAPERS)
        try:
            yield
        finally:
            self._schedules.stop()
            self._scanner.stop()
            self._loop.stop()
            self._provider.stop()
            portal.stop()
            panel.stop()
