"""The month's run on the stage: a call is brought in, the command starts it, its papers are there once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.config import ROOT
from chalicelib.domain import french
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.mail import is_hour_of_mails
from chalicelib.domain.monthly_run import month_after
from chalicelib.portal import now, portal
from infra.local.resources import REGION
from tests.conftest import ACCOUNT
from tests.rehearsal.cloud import OURS
from tests.rehearsal.people import Debtor, bring
from tests.rehearsal.stage import LiveStage

MONTH_ON = month_after(french.today(now()))
SENT = [
    ("loyer", "Loyer", "412,35"),
    ("charges", "Provision pour charges", "98,20"),
    ("apl", "APL", "-120,00"),
]
ASKED_CENTS = 390_55
PILES = ("CALLS#", "RECEIPTS#", "BALANCES#", "OUTBOX#")


def test_a_rent_call_becomes_a_notice_an_entry_and_one_mail_however_often_it_is_run(
    stage: LiveStage, tmp_path: Path
) -> None:
    tenant, schedule = stage.debtor(), stage.schedule("plan_papers")
    nobody_else_waits(stage, tenant)
    bring_call(stage, tmp_path, tenant)

    said = run(stage)

    assert "faits sur" in said
    paper = stage.until(lambda: notice(tenant), "the notice")
    _, entries = portal().ledger.statement(tenant.lease, MONTH_ON)
    assert [(entry.id, entry.cents) for entry in entries] == [(f"call:{MONTH_ON:%Y-%m}", ASKED_CENTS)]
    assert paper.size_bytes > 1_000
    if not is_hour_of_mails(now()):
        pytest.skip("it is night: functions have the machine's clock, and mails leave from 8 to 20 h")
    schedule.fall_due()
    stage.until(lambda: mailed(stage, tenant), "the mail")
    schedule.fall_due()
    run(stage)
    stage.until(lambda: stage.queue("papers").waiting() == 0, "the workers")
    assert len(mailed(stage, tenant)) == 1
    assert notice(tenant) == paper
    assert stage.queue("papers").dead() + stage.queue("mails").dead() == 0


def test_without_its_engine_a_home_waits_and_is_made_when_it_is_back(
    stage: LiveStage, tmp_path: Path
) -> None:
    tenant = stage.debtor()
    nobody_else_waits(stage, tenant)
    bring_call(stage, tmp_path, tenant)

    with stage.function("issue_papers").without_its_layers():
        answer = stage.function("issue_papers").call(
            {"Records": [record(f'{{"notices": ["{tenant.lease}"], "month": "{MONTH_ON:%Y-%m}"}}')]}
        )
        assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert notice(tenant) is None

    run(stage)
    assert stage.until(lambda: notice(tenant), "the notice")


def nobody_else_waits(stage: LiveStage, tenant: Debtor) -> None:
    """Take the other homes out of what waits: each run of a function takes a second on this machine."""
    dynamo, table = stage.client("dynamodb"), stage.deployed.table
    for page in dynamo.get_paginator("scan").paginate(TableName=table, IndexName="due"):
        for item in page["Items"]:
            pile, whose = item["due_pk"]["S"], item["due_sk"]["S"]
            if pile.startswith(PILES) and tenant.lease not in whose:
                key = {name: item[name] for name in ("pk", "sk")}
                dynamo.update_item(TableName=table, Key=key, UpdateExpression="REMOVE due_pk, due_sk")


def bring_call(stage: LiveStage, folder: Path, tenant: Debtor) -> None:
    """Bring in the call of a month, as the landlord's software writes it."""
    due_on = MONTH_ON.replace(day=5)
    rows = [f"{tenant.lease};{MONTH_ON:%Y-%m};{due_on};{kind};{label};{cell}" for kind, label, cell in SENT]
    head = "contrat;mois;echeance;nature;libelle;montant"
    (folder / "avis.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    bring(folder, stage.cloud.endpoint, stage.deployed.table, stage.deployed.outputs["FilesBucketName"])


def run(stage: LiveStage) -> str:
    """Run « make notices » for that month, as an operator does."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    access = {
        "PORTAL_TABLE": stage.deployed.table,
        "PORTAL_PAPERS_QUEUE": stage.queue("papers").url,
        "AWS_ENDPOINT_URL": stage.cloud.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
    }
    command = [sys.executable, "-m", "infra.rent_run", f"{MONTH_ON:%Y-%m}"]
    done = subprocess.run(
        command, cwd=ROOT, env=inherited | access, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def record(body: str) -> dict[str, object]:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT.access_key_id}:papers"
    return {
        "messageId": "m-1",
        "receiptHandle": "r",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": REGION,
    }


def notice(tenant: Debtor) -> Document | None:
    """Give that month's notice; the schedule makes the one of the current month too."""
    papers = portal().documents.of_lease(tenant.lease)[0]
    kind, month = DocumentKind.RENT_NOTICE, f"{MONTH_ON:%Y-%m}"
    return next((one for one in papers if one.kind is kind and one.month == month), None)


def mailed(stage: LiveStage, tenant: Debtor) -> list[str]:
    said = "échéance", french.month(MONTH_ON)
    return [
        mail.subject for mail in stage.mails(tenant.email) if all(words in mail.subject for words in said)
    ]
