"""The panel shows and moves what it says, and refuses the rest in French (panneau local)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.resources import PAYMENTS_QUEUE
from tests.infra.local.conftest import LocalAws
from tests.infra.local.panels import PEOPLE, PanelUnderTest, a_panel
from tests.infra.local.test_mailbox import a_message, send_raw

CLOCK, FAULTS = "/api/clock", "/api/stripe/webhooks"


@pytest.fixture
def panel(shared_aws: LocalAws, tmp_path: Path) -> Iterator[PanelUnderTest]:
    with a_panel(shared_aws, tmp_path) as made:
        yield made


def test_everything_runs_and_says_so(panel: PanelUnderTest) -> None:
    assert panel.ask("/api/health")["ok"] is True
    assert panel.ask("/api/demo")["people"] == PEOPLE


def test_the_agent_is_shown_with_the_code_of_the_moment(panel: PanelUnderTest) -> None:
    status, page = panel.call("GET", "/")

    assert status == 200
    assert page.count("puis le code") == 1
    assert "<code>012345</code>, encore 17" in page


def test_health_says_when_the_local_aws_is_gone(local_aws: LocalAws, tmp_path: Path) -> None:
    with a_panel(local_aws, tmp_path) as panel:
        local_aws.cloud.kill()

        status, text = panel.call("GET", "/api/health")

    assert status == 503
    assert "make run" in json.loads(text)["error"]


def test_mail_comes_newest_first_with_its_links(panel: PanelUnderTest, shared_aws: LocalAws) -> None:
    for subject in ("Premier", "Second"):
        send_raw(shared_aws, a_message(subject))

    mails = panel.ask("/api/mail?limit=2&to=eloise@demo.example")

    assert [mail["subject"] for mail in mails] == ["Second", "Premier"]
    assert mails[0]["to"] == "eloise@demo.example"
    assert mails[0]["links"] == ["https://portail.example/z", "https://portail.example/a?b=1&c=2"]
    assert mails[0]["text"].startswith("Bonjour,")
    assert "<img" in mails[0]["html"]
    attachment = mails[0]["attachments"][0]
    assert (attachment["name"], attachment["size"]) == ("reçu.pdf", 8)
    assert panel.call("GET", attachment["address"].partition(panel.server.address)[2]) == (200, "%PDF-1.7")


def test_jobs_are_listed_and_fired(panel: PanelUnderTest) -> None:
    assert [job["name"] for job in panel.ask("/api/jobs")] == ["broken", "sweep"]

    assert panel.ask("/api/jobs/sweep", {})["ok"] is True

    assert panel.fired == ["sweep"]
    assert panel.ask("/api/jobs")[1]["last_error"] == ""


def test_a_job_that_fails_says_why(panel: PanelUnderTest, caplog: pytest.LogCaptureFixture) -> None:
    status, text = panel.call("POST", "/api/jobs/broken")

    assert status == 502
    assert "RuntimeError: a bug" in json.loads(text)["error"]
    assert "broken" in caplog.text


def test_the_clock_moves_and_what_falls_due_is_done(panel: PanelUnderTest) -> None:
    moved = panel.ask(CLOCK, {"days": 1, "hours": 2})

    assert moved["ahead_seconds"] == 26 * 3600
    assert moved["fired"] == panel.fired == ["sweep"]
    assert panel.ask(CLOCK)["ahead_seconds"] == 26 * 3600


def test_a_payment_reaches_the_portal_and_can_be_given_back(panel: PanelUnderTest) -> None:
    charge = panel.pay()
    panel.ask(CLOCK, {"hours": 1})
    assert "v1.checkout.session.completed" in panel.webhooks

    assert panel.call("POST", f"/paiements/{charge}/rembourser")[0] == 303

    seen = panel.ask("/api/stripe")["payments"][0]
    assert (seen["cents"], seen["refunded_cents"], seen["payment"]) == (45_678, 45_678, "p-1")
    assert panel.call("POST", f"/paiements/{charge}/rembourser")[0] == 404


def test_lost_webhooks_are_lost_until_the_fault_is_cleared(panel: PanelUnderTest) -> None:
    assert panel.ask(FAULTS, {"lose": True}) == {"faults": {"lose": 1.0}}
    panel.pay()
    panel.ask(CLOCK, {"hours": 1})
    assert panel.webhooks == []

    assert panel.ask(FAULTS, {}) == {"faults": {}}
    panel.ask(CLOCK, {"days": 1})

    assert "v1.checkout.session.completed" in panel.webhooks


def test_stripe_remembers_everything_over_a_restart(
    panel: PanelUnderTest, shared_aws: LocalAws, tmp_path: Path
) -> None:
    charge = panel.pay()
    panel.ask(FAULTS, {"double": 2})
    panel.parts.provider.stop()

    with a_panel(shared_aws, tmp_path) as again:
        assert [seen.number for seen in again.parts.provider.charges()] == [charge]
        assert again.ask("/api/stripe")["faults"] == {"double": 2}


def test_given_up_messages_are_counted_and_put_back(panel: PanelUnderTest, shared_aws: LocalAws) -> None:
    sqs, url = shared_aws.client("sqs"), shared_aws.resources.payments_queue
    sqs.send_message(QueueUrl=f"{url}-dead", MessageBody="poison")
    before = next(queue for queue in panel.ask("/api/queues") if queue["name"] == PAYMENTS_QUEUE)

    assert panel.ask(f"/api/queues/{PAYMENTS_QUEUE}/redrive", {}) == {"moved": 1}

    after = next(queue for queue in panel.ask("/api/queues") if queue["name"] == PAYMENTS_QUEUE)
    assert (before["waiting"], before["dead"], after["waiting"], after["dead"]) == (0, 1, 1, 0)
    sqs.purge_queue(QueueUrl=url)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CLOCK, b""),
        (CLOCK, b"{"),
        (CLOCK, b"\xff\xfe"),
        (CLOCK, b"[" * 100_000),
        (CLOCK, b"[]"),
        (CLOCK, b"30"),
        (CLOCK, b"{}"),
        (CLOCK, b'{"weeks": 1}'),
        (CLOCK, b'{"days": 0}'),
        (CLOCK, b'{"days": -1}'),
        (CLOCK, b'{"days": "1"}'),
        (CLOCK, b'{"days": null}'),
        (CLOCK, b'{"days": true}'),
        (CLOCK, b'{"days": NaN}'),
        (CLOCK, b'{"days": 1e999}'),
        (CLOCK, b'{"days": 99999999999999999999999999}'),
        (CLOCK, b'{"hours": 1e-9}'),
        (FAULTS, b'{"explode": 1}'),
        (FAULTS, b'{"lose": -1}'),
        (FAULTS, b'{"lose": 1.5}'),
        (FAULTS, b'{"lose": "all"}'),
        (FAULTS, b'{"delay": true}'),
        (FAULTS, b'{"delay": 0.5}'),
        (FAULTS, b'{"reorder": [1]}'),
        (FAULTS, b'{"lose": 1, "double": {}}'),
    ],
)
def test_what_makes_no_sense_is_refused_in_french_and_changes_nothing(
    panel: PanelUnderTest, path: str, body: bytes
) -> None:
    status, text = panel.call("POST", path, body)

    assert status == 400
    assert len(json.loads(text)["error"].split()) > 3
    assert panel.ask(CLOCK)["ahead_seconds"] == 0
    assert panel.ask("/api/stripe")["faults"] == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/jobs/nobody%27s", 404),
        ("POST", "/api/queues/nothing/redrive", 404),
        ("GET", "/api/mail?limit=0", 400),
        ("GET", "/api/mail?limit=x", 400),
        ("GET", "/api/jobs/sweep", 405),
        ("DELETE", "/api/mail", 405),
        ("GET", "/courrier/123", 404),
        ("GET", "/courrier/../keys", 404),
        ("GET", "/portal.css.bak", 404),
        ("POST", "/taches/nothing", 404),
        ("POST", "/files/nothing", 404),
        ("POST", "/paiements/ch_nothing/rembourser", 404),
        ("POST", "/horloge", 400),
    ],
)
def test_what_is_not_there_is_refused_and_never_a_500(
    panel: PanelUnderTest, method: str, path: str, status: int
) -> None:
    assert panel.call(method, path)[0] == status


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", ""])
def test_another_name_for_this_machine_is_refused(panel: PanelUnderTest, host: str) -> None:
    status, text = panel.call("GET", "/api/demo", Host=host)

    assert status == 421
    assert "Bonjour-2026" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_moves_nothing(panel: PanelUnderTest, headers: dict[str, Any]) -> None:
    assert panel.call("POST", CLOCK, b'{"days": 1}', **headers)[0] == 403
    assert panel.call("POST", "/taches/sweep", **headers)[0] == 403

    assert panel.ask(CLOCK)["ahead_seconds"] == 0
    assert panel.fired == []


def test_the_panels_own_forms_pass(panel: PanelUnderTest) -> None:
    own: dict[str, Any] = {"Sec_Fetch_Site": "same-origin", "Origin": panel.server.address}

    status, _ = panel.call("POST", "/horloge", b"unite=days&nombre=30", **own)

    assert status == 303
    assert panel.parts.clock.ahead_seconds == 30 * 86_400


def test_the_first_page_shows_whom_to_sign_in_as(panel: PanelUnderTest) -> None:
    status, page = panel.call("GET", "/")

    assert status == 200
    for shown in ("Panneau local", "locataire@demo.example", "Bonjour-2026!", "L/9127", "D’Aubigné-Lefèvre"):
        assert shown in page


def test_a_mail_cannot_act_on_the_panel(panel: PanelUnderTest, shared_aws: LocalAws) -> None:
    send_raw(shared_aws, a_message())
    number = panel.ask("/api/mail?limit=1")[0]["number"]

    _, page = panel.call("GET", f"/courrier/{number}")

    assert "<iframe sandbox=" in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
