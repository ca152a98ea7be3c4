"""A package like the portal's, but so small that it goes up in a moment: a table, a queue, a function."""

import zipfile
from pathlib import Path
from typing import Any

import yaml

from infra.package.build import ARCHIVE, INSPECTION_LAYER, LAYER, LAYERS, TEMPLATE

PARAMETERS = (
    "StageName",
    "TableName",
    "PortalDomain",
    "CertificateArn",
    "MailDomain",
    "MailSender",
    "OperatorEmail",
    "SecretsName",
    "SecretsVersion",
    "Release",
)
# These pages are the API's own; ``/version`` is the function's, which takes its time to start.
PAGES = {"sante": '{"etat":"ok"}', "connexion": "<h1>Se connecter</h1>"}
CODE = """
def answer(event, context):
    return {"statusCode": 200, "body": "TOLD"}
"""
INVOKED = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${APIHandler.Arn}/invocations"
BY_THE_FUNCTION = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": INVOKED}}
API = {"Ref": "RestAPI"}
RESOURCES: dict[str, Any] = {
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "TableName": {"Ref": "TableName"},
            "BillingMode": "PAY_PER_REQUEST",
            "DeletionProtectionEnabled": True,
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        },
    },
    "WorkQueue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
    "PapersLayer": {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {"LayerName": "papers", "ContentUri": f"./{LAYER}", "RetentionPolicy": "Delete"},
    },
    "InspectionLayer": {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {
            "LayerName": "inspection",
            "ContentUri": f"./{INSPECTION_LAYER}",
            "RetentionPolicy": "Delete",
        },
    },
    "APIHandler": {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": "portal.answer",
            "CodeUri": f"./{ARCHIVE}",
            "Environment": {"Variables": {"SECRETS_VERSION": {"Ref": "SecretsVersion"}}},
        },
    },
    "Permission": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "APIHandler"},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
        },
    },
    "RestAPI": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "small"}},
    "Published": {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": API, "StageName": "api"},
        "DependsOn": "GetSante",
    },
}


def small_package(folder: Path, version: str, pages: dict[str, str] | None = None, **resources: Any) -> Path:
    """Write a package whose portal tells its version.

    ``pages`` and ``resources`` are different from the usual; a resource that is ``None`` is left out.
    """
    package = folder / f"package-{version}"
    package.mkdir()
    with zipfile.ZipFile(package / ARCHIVE, "w") as packed:
        packed.writestr("portal.py", CODE.replace("TOLD", version))
    for name in LAYERS:
        with zipfile.ZipFile(package / name, "w") as packed:
            packed.writestr(zipfile.ZipInfo("python/nothing.py"), f"# {name}")
    described = RESOURCES | _page("version", BY_THE_FUNCTION)
    for name, body in (PAGES | (pages or {})).items():
        described |= _page(name, _by_itself(body))
    described |= resources
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
        "Resources": {name: one for name, one in described.items() if one is not None},
        "Outputs": {
            "RestAPIId": {"Value": API},
            "Release": {"Value": {"Ref": "Release"}},
            "DistributionDomain": {"Value": "d111111abcdef8.cloudfront.net"},
        },
    }
    (package / TEMPLATE).write_text(yaml.dump(template, Dumper=yaml.CSafeDumper), encoding="utf-8")
    return package


def _page(name: str, integration: dict[str, Any]) -> dict[str, Any]:
    path = name.replace("-", "").title()
    root = {"Fn::GetAtt": ["RestAPI", "RootResourceId"]}
    method = {"RestApiId": API, "ResourceId": {"Ref": path}, "HttpMethod": "GET", "AuthorizationType": "NONE"}
    return {
        path: {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"RestApiId": API, "ParentId": root, "PathPart": name},
        },
        f"Get{path}": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": method | {"Integration": integration},
        },
    }


def _by_itself(body: str) -> dict[str, Any]:
    answer = {"StatusCode": "200", "ResponseTemplates": {"application/json": body}}
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [answer],
    }
