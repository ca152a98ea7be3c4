"""The stack stands, made of what was packaged and of nothing else."""

import base64
import json
from typing import Any

from infra.deploy import deploy
from infra.package.build import ARCHIVE, INSPECTION_LAYER, LAYER, MANIFEST
from tests.rehearsal import journeys
from tests.rehearsal.stage import FUNCTIONS, LiveStage
from tests.rehearsal.standing import PACKAGE

MESSAGE = "m-1"


def packaged(name: str) -> str:
    """Give the fingerprint that the package's manifest tells of a file, spelled as Lambda spells it."""
    told = json.loads((PACKAGE / MANIFEST).read_text(encoding="utf-8"))["files"][name]["sha256"]
    return base64.b64encode(bytes.fromhex(told)).decode()


def asked_for(payment: str) -> dict[str, Any]:
    """Write the event with which the documents queue asks for a ticket."""
    record = {"messageId": MESSAGE, "body": json.dumps({"ticket": payment}), "eventSource": "aws:sqs"}
    return {"Records": [record]}


def test_the_stack_stands_and_each_function_runs_the_package_that_was_built(stage: LiveStage) -> None:
    stack = stage.client("cloudformation").describe_stacks(StackName=stage.deployed.stack)["Stacks"][0]
    settings = {name: stage.function(name).settings for name in FUNCTIONS}

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stage.deployed.changed
    assert {one["CodeSha256"] for one in settings.values()} == {packaged(ARCHIVE)}
    carried = {name: [layer["Arn"] for layer in one.get("Layers", [])] for name, one in settings.items()}
    layers = {"issue_documents": LAYER, "issue_papers": LAYER, "inspect_uploads": INSPECTION_LAYER}
    for worker, archive in layers.items():
        (layer,) = carried.pop(worker)
        kept = stage.client("lambda").get_layer_version_by_arn(Arn=layer)["Content"]
        assert kept["CodeSha256"] == packaged(archive)
    assert list(carried.values()) == [[]] * len(carried)


def test_the_same_package_deployed_again_changes_nothing(stage: LiveStage) -> None:
    again = deploy(stage.place, PACKAGE)

    assert not again.changed
    assert (again.release, again.table) == (stage.deployed.release, stage.deployed.table)


def test_a_function_has_what_was_packaged_and_nothing_that_is_installed_here(stage: LiveStage) -> None:
    """Take the layer away: the engine, which this machine has, is not found; with it the ticket is made."""
    worker = stage.function("issue_documents")
    with stage.queue("documents").left_alone():
        paying = journeys.pay(stage, stage.debtor())
        stage.until(lambda: journeys.booked(paying), "the payment in the books")
        with worker.without_its_layers():
            alone = worker.call(asked_for(paying.payment))
        assert journeys.ticket(paying) is None

        whole = worker.call(asked_for(paying.payment))

    assert alone == {"batchItemFailures": [{"itemIdentifier": MESSAGE}]}
    assert whole == {"batchItemFailures": []}
    journeys.settled_once(stage, paying)
