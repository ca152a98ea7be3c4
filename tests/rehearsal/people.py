"""The demonstration landlord brought onto the stage by the importer, with the operator's own access."""

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chalicelib.config import ROOT
from chalicelib.domain.exchange.cells import cents
from chalicelib.domain.ledger import SMALLEST_PAYMENT_CENTS
from infra.demo.featured import MAIN_LEASE, UNREGISTERED_LEASE
from infra.demo.generate import generate
from infra.demo.passwords import TENANT_HASHES
from infra.local.resources import REGION
from tests.conftest import ACCOUNT
from tests.rehearsal.cloud import OURS

HOMES = 40
NEWCOMERS_LEASE = UNREGISTERED_LEASE
ASKED = "87,65"


@dataclass(frozen=True)
class Debtor:
    """A tenant with an account, alone on one lease, who owes something."""

    email: str
    id: str
    lease: str
    owed_cents: int


def write_landlord(folder: Path, today: date) -> list[Debtor]:
    """Write the files of a small landlord; all but one have an account, and were asked for something today.

    Without that, those who can sign in and owe something would be few, and depend on the day of the month.
    Give those who can and do, the tenant of the demonstration last.
    """
    generate(folder, HOMES, today)
    with (folder / "ecritures.csv").open("a", encoding="utf-8") as entries:
        for lease in [row["contrat"] for row in _rows(folder / "baux.csv")]:
            entries.write(f"rep-{lease};{lease};{today};appel;Régularisation de charges;{ASKED};;;\n")
    known = {row["locataire"] for row in _rows(folder / "comptes.csv")}
    with (folder / "comptes.csv").open("a", encoding="utf-8") as accounts:
        holders = _rows(folder / "titulaires.csv")
        for tenant in {row["locataire"] for row in holders if row["contrat"] != NEWCOMERS_LEASE} - known:
            accounts.write(f"{tenant}@demo.example;{tenant};{TENANT_HASHES[0]}\n")
    return _debtors(folder)


def bring(folder: Path, endpoint: str, table: str, bucket: str) -> str:
    """Bring files into a deployed table and bucket, as an operator does; give the importer's report."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    access = {
        "PORTAL_TABLE": table,
        "PORTAL_FILES_BUCKET": bucket,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
    }
    command = [sys.executable, "-m", "infra.importer", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=inherited | access, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _debtors(folder: Path) -> list[Debtor]:
    owed: Counter[str] = Counter()
    for row in _rows(folder / "ecritures.csv"):
        owed[row["contrat"]] += cents(row["debit"] or "0") - cents(row["credit"] or "0")
    holders = _rows(folder / "titulaires.csv")
    of_tenant, of_lease = Counter(row["locataire"] for row in holders), Counter(r["contrat"] for r in holders)
    alone = {
        row["locataire"]: row["contrat"]
        for row in holders
        if of_tenant[row["locataire"]] == of_lease[row["contrat"]] == 1 and not row["fin"]
    }
    found = [
        Debtor(row["courriel"], row["locataire"], alone[row["locataire"]], owed[alone[row["locataire"]]])
        for row in _rows(folder / "comptes.csv")
        if row["locataire"] in alone and owed[alone[row["locataire"]]] >= SMALLEST_PAYMENT_CENTS
    ]
    return sorted(found, key=lambda debtor: debtor.lease == MAIN_LEASE)


def _rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
