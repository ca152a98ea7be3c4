"""Least privilege: what each function asks of AWS is what its policy allows, both ways."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import ROOT, SECRETS
from chalicelib.domain.payments import posting_of
from chalicelib.domain.uploads import UploadState
from chalicelib.portal import portal
from chalicelib.storage.documents import document_item
from chalicelib.storage.insurance import certificate_item
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.uploads import upload_item
from infra.aws.policies import Call, NotUnderstood, matches, read_grants, refused, unused
from infra.local.resources import MAIL_DOMAIN, MAIL_RECEIPTS, REGION, Resources, client
from tests import agents
from tests.conftest import ACCOUNT, SETTINGS, Clock
from tests.handlers.conftest import eloise, provider
from tests.handlers.test_jobs import EVERY_QUARTER, call, messages
from tests.infra.aws.mails import bounce, receipt
from tests.infra.aws.recorder import SETTINGS_OF_MAIL, Unknown, calls_of, recorded
from tests.mothers import (
    Household,
    a_certificate_sent,
    a_document,
    a_request,
    an_upload,
    francois_xavier,
    put,
)
from tests.newcomers import an_asking
from tests.town import Provider, forget_portal
from tests.visitors import Visitor

__all__ = ["eloise", "provider"]
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
POLICIES = {
    name: ROOT / ".chalice" / one["iam_policy_file"] for name, one in CONFIG["lambda_functions"].items()
}
SECRET = "espace-locataire/tests"
CERTIFICATE = a_certificate_sent()
PAPERS = [
    replace(a_document(mark=mark), key=f"{folder}/9126/x.pdf")
    for mark, folder in (("a", "papers"), ("b", "landlord"))
]
OWN_REQUEST, DONE = "D2026-000500", "D" * 22


def names(table: str = "espace-locataire") -> dict[str, str]:
    """Fill in what the template would, for the resources of the tests."""
    arn = f":{REGION}:{ACCOUNT.access_key_id}:"
    queues = {
        "PaymentsQueue": "payments",
        "DocumentsQueue": "documents",
        "MailEventsQueue": "mail-events",
        "AccessQueue": "access",
        "UploadsQueue": "uploads",
        "AlertsQueue": "alerts",
        "PapersQueue": "papers",
        "MailsQueue": "mails",
        "SchedulesDeadQueue": "schedules-dead",
    }
    functions = (
        "Web",
        "SyncPayments",
        "IssueDocuments",
        "SweepPayments",
        "ClearExpired",
        "AnswerAccess",
        "RecordMailEvents",
        "InspectUploads",
        "SweepUploads",
        "PlanInsuranceAlerts",
        "SendInsuranceAlerts",
        "PlanPapers",
        "IssuePapers",
        "SendMails",
    )
    logs = [f"{name}Log" for name in functions]
    return {
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT.access_key_id,
        "TableName": table,
        "FilesBucket.Arn": "arn:aws:s3:::espace-locataire-files",
        "UploadsBucket.Arn": "arn:aws:s3:::espace-locataire-uploads",
        "SecretsName": SECRET,
        "MailDomain": MAIL_DOMAIN,
        "MailSettings": SETTINGS_OF_MAIL,
        "MailReceipts": MAIL_RECEIPTS,
        "StoreKey.Arn": f"arn:aws:kms{arn}key/store",
        **{f"{name}.Arn": f"arn:aws:sqs{arn}espace-locataire-{queue}" for name, queue in queues.items()},
        **{f"{name}.Arn": f"arn:aws:logs{arn}log-group:{name}:*" for name in logs},
    }


Scene = Callable[[], None]
Listen = Callable[[Scene], set[Call]]
PAGES = (
    "/",
    "/contrat",
    "/informations-personnelles",
    "/documents",
    "/paiement",
    "/demandes",
    "/demandes/D2026-000123",
    "/sessions",
    "/sante",
)


@pytest.fixture
def town(
    resources: Resources, aws: str, monkeypatch: pytest.MonkeyPatch, provider: Provider, eloise: Household
) -> Provider:
    """Lay out the town, its secrets where they are on AWS."""
    secrets = json.dumps({name: SETTINGS[name] for name in SECRETS})
    client("secretsmanager", aws, ACCOUNT).create_secret(Name=SECRET, SecretString=secrets)
    for name in SECRETS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_SECRETS", SECRET)
    return provider


@pytest.fixture
def listen(resources: Resources) -> Listen:
    """Have something done in a container of its own, and give the calls that it made."""

    def during(scene: Scene) -> set[Call]:
        forget_portal()
        with recorded(ACCOUNT.access_key_id, REGION) as calls:
            scene()
        forget_portal()
        return calls

    return during


class Story:
    """What the functions do, told in the order in which it happens; each part can be listened to."""

    def __init__(self, town: Provider, eloise: Household, clock: Clock) -> None:
        self._town, self._eloise, self._clock = town, eloise, clock
        self._visitor = Visitor()
        self._page = ""
        self.payment = ""

    def order(self) -> None:
        """Sign in, read everything, order, change one's mind, and order again."""
        visitor = self._visitor
        visitor.follow(visitor.sign_in(self._eloise.email))
        for path in PAGES:
            assert visitor.get(path).status == 200
        visitor.send(visitor.get("/paiement/payer"), "/paiement")
        given_up = visitor.get(f"/paiement/{self._pending()}")
        visitor.send(given_up, f"/paiement/{self._pending()}/renoncer")
        self._page = visitor.send(visitor.get("/paiement/payer"), "/paiement").location
        self.payment = self._pending()

    def attach(self) -> None:
        """Have a file awaited for a request, and open one that was accepted."""
        page = self._visitor.get(f"/demandes/{OWN_REQUEST}")
        assert self._visitor.follow(self._visitor.send(page, f"/demandes/{OWN_REQUEST}/pieces")).status == 200
        assert self._visitor.ask("GET", f"/demandes/{OWN_REQUEST}/pieces/{DONE}").status == 303

    def change_password(self) -> None:
        """Set another password, as somebody who fears that theirs is known."""
        page = self._visitor.get("/informations-personnelles/mot-de-passe")
        new = {"nouveau_mot_de_passe": "Mouette-4172-rieuse!"}
        again = {"nouveau_mot_de_passe_encore": "Mouette-4172-rieuse!"}
        answer = self._visitor.send(page, "/informations-personnelles/mot-de-passe", **new, **again)
        assert answer.status == 303

    @staticmethod
    def work_as_agent() -> None:
        """Sign in as an agent, with a code; look around, have new recovery codes, and leave."""
        visitor = Visitor()
        agents.open_half(visitor)
        assert agents.give(visitor, agents.code()).location == agents.HOME
        page = visitor.get(agents.CODES)
        assert visitor.send(page, agents.CODES, code=agents.code(1)).status == 200
        assert visitor.get("/gestion/sessions").status == 200
        path = f"/gestion/attestations/{CERTIFICATE.lease}/{CERTIFICATE.reference}"
        assert visitor.send(visitor.get(path), f"{path}/accepter").status == 303
        assert visitor.send(visitor.get(agents.HOME), "/gestion/deconnexion").status == 303

    def lose_mail(self) -> None:
        """Have a mail to the tenant come back."""
        answer = call("record_mail_events", messages(bounce(self._eloise.email)))
        assert answer == {"batchItemFailures": []}

    def ask_for_mail_again(self) -> None:
        """See at home that mail came back, and have it tried again."""
        assert "Nos messages à cette adresse nous reviennent" in self._visitor.get("/").page.words
        profile = self._visitor.get("/informations-personnelles")
        answer = self._visitor.send(profile, "/informations-personnelles/messages")
        assert "C’est noté" in self._visitor.follow(answer).page.words

    def pay(self) -> None:
        """Pay on the provider's page."""
        self._town.pay(self._page)

    def book_elsewhere(self) -> None:
        """Write the money in the books behind the payment's back, as another worker that was cut does."""
        payment = portal().payments.get(self.payment)
        for fact in portal().collection.desk.look(payment.session).facts:
            assert portal().ledger.post(posting_of(payment, fact))

    def ring(self) -> None:
        """Have the provider tell of it at the webhook."""
        self._town.advance(1)
        assert {delivery.status for delivery in self._town.core.deliveries} == {204}

    def come_back(self) -> None:
        """See the payment done before any worker knew."""
        assert self._visitor.get(f"/paiement/{self.payment}").page.heading == "Votre paiement est accepté"

    def download(self) -> None:
        """Open the ticket, a paper that was made, one that the landlord sent; and sign out."""
        ticket = f"/documents/9126/{portal().payments.get(self.payment).ticket}"
        assert self._visitor.ask("GET", ticket).status == 303
        for paper in PAPERS:
            assert self._visitor.ask("GET", paper.path).status == 503, "its file is not there"
        assert self._visitor.send(self._visitor.get("/"), "/deconnexion").status == 303

    def sync(self) -> None:
        """Have the worker look at what was paid."""
        page = self._page.rsplit("/", 1)[1]
        answer = call("sync_payments", messages({"kind": "checkout.session", "id": page}))
        assert answer == {"batchItemFailures": []}

    def sweep(self) -> None:
        """Have the sweep find the payment of which nobody told."""
        self._clock.advance(minutes=20)
        assert call("sweep_payments", EVERY_QUARTER) == 1

    def issue(self) -> None:
        """Have the ticket made, kept and mailed."""
        assert call("issue_documents", messages({"ticket": self.payment})) == {"batchItemFailures": []}

    @staticmethod
    def _pending() -> str:
        pending = portal().ledger.account("9126").pending
        assert pending is not None
        return pending.payment


@pytest.fixture
def story(town: Provider, eloise: Household, clock: Clock) -> Story:
    return Story(town, eloise, clock)


def same_both_ways(function: str, calls: set[Call], resources: Resources) -> None:
    """Compare what was asked for with what is allowed."""
    grants = read_grants(POLICIES[function], names(resources.table))
    assert refused(calls, grants) == set()
    assert unused(calls, grants) == set()


def test_the_web_function_may_do_what_it_does(story: Story, listen: Listen, resources: Resources) -> None:
    def before() -> None:
        story.order()
        story.attach()
        story.ask_for_mail_again()
        story.pay()
        story.ring()
        story.come_back()
        story.change_password()
        story.work_as_agent()

    agents.claire()
    with_a_file()
    story.lose_mail()
    calls = listen(before)
    story.issue()
    calls |= listen(story.download)

    same_both_ways("api_handler", calls, resources)


def test_the_worker_of_payments_may_do_what_it_does(
    story: Story, listen: Listen, resources: Resources
) -> None:
    story.order()
    story.pay()
    story.book_elsewhere()

    same_both_ways("sync_payments", listen(story.sync), resources)


def test_the_sweep_may_do_what_it_does(story: Story, listen: Listen, resources: Resources) -> None:
    story.order()
    story.pay()

    same_both_ways("sweep_payments", listen(story.sweep), resources)


def test_the_clearing_may_do_what_it_does(
    town: Provider, listen: Listen, resources: Resources, eloise: Household, clock: Clock
) -> None:
    Visitor().enter(eloise.tenant.id)
    clock.advance(hours=12)

    def clear() -> None:
        assert call("clear_expired", EVERY_QUARTER) == 1

    same_both_ways("clear_expired", listen(clear), resources)


def test_the_worker_of_accounts_may_do_what_it_does(
    town: Provider, listen: Listen, resources: Resources, eloise: Household, clock: Clock
) -> None:
    francois_xavier()
    registering = an_asking(
        "registration", "fx@exemple.fr", clock.at, name="Noël-Bäcker", lease="9127", password_hash="a hash"
    )
    forgetting = an_asking("recovery", eloise.email, clock.at)

    def answer() -> None:
        said = [registering.spelled(), forgetting.spelled()]
        assert call("answer_access", messages(*said)) == {"batchItemFailures": []}

    same_both_ways("answer_access", listen(answer), resources)


def test_the_worker_of_mail_events_may_do_what_it_does(
    town: Provider, listen: Listen, resources: Resources
) -> None:
    def record() -> None:
        told = (
            bounce("somebody@courriel.example"),
            receipt("a mail", "Send"),
            receipt("outbox" + "0" * 32, "Send"),
        )
        answer = call("record_mail_events", messages(*told))
        assert answer == {"batchItemFailures": []}

    same_both_ways("record_mail_events", listen(record), resources)


def with_a_file() -> None:
    """Have a request that takes files, and has one already."""
    facts, key = {"number": OWN_REQUEST}, "uploads/9126/x.pdf"
    done = an_upload(DONE, facts=facts, state=UploadState.ACCEPTED, key=key, media_type="application/pdf")
    put(
        upload_item(done),
        certificate_item(CERTIFICATE),
        *request_items(replace(a_request(OWN_REQUEST), opened_here=True)),
        *map(document_item, PAPERS),
    )


def statements() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give every statement of every policy."""
    for file in sorted(set(POLICIES.values())):
        for one in json.loads(file.read_text(encoding="utf-8"))["Statement"]:
            yield file, one


def test_no_policy_allows_everything() -> None:
    for file, one in statements():
        said = (file.name, one["Sid"])
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(one), said
        assert all("*" not in action for action in one["Action"]), said
        resources = one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
        wide = {json.dumps(resource) for resource in resources if "*" in json.dumps(resource)}
        own = [f"${{FilesBucket.Arn}}/{folder}/*" for folder in ("tickets", "papers", "landlord", "uploads")]
        named = (*own, "${UploadsBucket.Arn}/*")
        assert wide <= {json.dumps({"Fn::Sub": name}) for name in named}, said


def test_every_function_has_a_policy_of_its_own_and_each_file_is_used() -> None:
    files = {path.name for path in (ROOT / ".chalice").glob("policy-*.json")}

    assert {path.name for path in POLICIES.values()} == files
    assert len(POLICIES) == len(files)


GRANT = {"Sid": "One", "Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": {"Ref": "Name"}}


def grants_of(tmp_path: Path, **changes: Any) -> Any:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"Statement": [GRANT | changes]}), encoding="utf-8")
    return read_grants(file, {"Name": "arn:one/*", "Other": "x"})


def test_a_call_that_is_not_allowed_is_told(tmp_path: Path) -> None:
    grants = grants_of(tmp_path)
    wrong = {Call("dynamodb:GetItem", "arn:one/1"), Call("dynamodb:PutItem", "arn:two/1")}

    assert refused({Call("dynamodb:PutItem", "arn:one/1")} | wrong, grants) == wrong
    assert unused(wrong, grants) == {("One", "dynamodb:PutItem", "arn:one/*")}
    assert not matches("abc", "a[b]c"), "brackets stand for themselves"


def test_a_key_outside_those_that_are_named_is_told(tmp_path: Path) -> None:
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["MAIL#*"]}}
    grants = grants_of(tmp_path, Condition=condition)
    wrong = Call("dynamodb:PutItem", "arn:one/1", frozenset({"MAIL#a", "EMAIL#a"}))

    assert refused({Call("dynamodb:PutItem", "arn:one/1", frozenset({"MAIL#a"})), wrong}, grants) == {wrong}


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"NotAction": ["dynamodb:GetItem"]},
        {"Condition": {"StringLike": {"aws:userid": "x"}}},
        {"Resource": {"Fn::Join": ["", ["a"]]}},
    ],
)
def test_what_cannot_be_judged_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        grants_of(tmp_path, **changes)


def test_a_service_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(Unknown):
        list(calls_of("rekognition", "DetectFaces", {}, "1", "x"))
