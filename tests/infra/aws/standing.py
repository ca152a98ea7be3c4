"""The stack standing on the local AWS: real template, real policies, the application without libraries."""

import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import yaml

from chalicelib.config import ROOT
from infra.local.resources import REGION, client
from tests.conftest import ACCOUNT, SETTINGS
from tests.infra.aws.conftest import Packaged

NAME, CODE = "espace-locataire", "code"
STAGE: dict[str, str] = json.loads((ROOT / "infra/aws/stages/rehearsal.json").read_text(encoding="utf-8"))
SECRET = {name: SETTINGS[name] for name in ("PORTAL_SESSION_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS")}


@dataclass(frozen=True)
class Stack:
    """A stack that stands, and what it tells."""

    endpoint: str
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, ACCOUNT)

    @property
    def api(self) -> str:
        return f"{self.endpoint}/restapis/{self.outputs['RestAPIId']}/api/_user_request_"

    def queue(self, output: str) -> str:
        """Give the address of a queue here: CloudFormation tells that of the machine's name."""
        return f"{self.endpoint}/{self.outputs[output].split('/', 3)[3]}"


def stand(endpoint: str, packaged: Packaged) -> Stack:
    """Create the stack of the rehearsal as the deployment does: upload, change set, execute."""
    cloudformation, s3 = client("cloudformation", endpoint, ACCOUNT), client("s3", endpoint, ACCOUNT)
    client("secretsmanager", endpoint, ACCOUNT).create_secret(
        Name=STAGE["SecretsName"], SecretString=json.dumps(SECRET)
    )
    s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.upload_file(str(packaged.folder / "deployment.zip"), CODE, "deployment.zip")
    s3.put_object(Bucket=CODE, Key="layer.zip", Body=_empty_layer())
    s3.put_object(Bucket=CODE, Key="template.yaml", Body=_uploaded(packaged).encode())
    cloudformation.create_change_set(
        StackName=NAME,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateURL=f"{endpoint}/{CODE}/template.yaml",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in STAGE.items()],
    )
    _until_done(lambda: cloudformation.describe_change_set(StackName=NAME, ChangeSetName="first")["Status"])
    cloudformation.execute_change_set(StackName=NAME, ChangeSetName="first")
    stack = {"StackName": NAME}
    _until_done(lambda: cloudformation.describe_stacks(**stack)["Stacks"][0]["StackStatus"])
    outputs = cloudformation.describe_stacks(**stack)["Stacks"][0]["Outputs"]
    return Stack(endpoint, {one["OutputKey"]: one["OutputValue"] for one in outputs})


def _uploaded(packaged: Packaged) -> str:
    template = packaged.template()
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = f"s3://{CODE}/deployment.zip"
        if one["Type"] == "AWS::Serverless::LayerVersion":
            one["Properties"]["ContentUri"] = f"s3://{CODE}/layer.zip"
    return str(yaml.safe_dump(template))


def _empty_layer() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as layer:
        layer.writestr("python/nothing.py", "")
    return file.getvalue()


def _until_done(status: Any) -> None:
    for _ in range(300):
        if not (now := status()).endswith(("IN_PROGRESS", "PENDING")):
            assert now == "CREATE_COMPLETE"
            return
        time.sleep(0.1)
    raise AssertionError("the stack does not get done")
