"""API Gateway asked as CloudFront asks it (« passerelle »): the door of a deployed portal."""

from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from infra.local.serving import Call, Reply

PATIENCE_SECONDS = 30


class ApiGateway:
    """The door at the address of an API; the portal's pages know nothing of the path that it is under.

    CloudFront tells who asks, and does not pass on which host was asked for.
    """

    def __init__(self, api: str, address: str) -> None:
        self._api, self.address = urlsplit(api), address
        self.host = self._api.netloc

    def answer(self, call: Call) -> Reply:
        connection = HTTPConnection(self._api.netloc, timeout=PATIENCE_SECONDS)
        headers = dict(call.headers) | {"x-viewer-ip": call.client}
        connection.request(call.method, self._api.path + call.target, call.body or None, headers)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.read(), tuple(answer.getheaders()))
        connection.close()
        return reply


def put_own_answers(apigateway: Any, api: str, template: Path) -> None:
    """Give the API what the template has it answer by itself: ministack reads that from no template."""
    whole = yaml.safe_load(template.read_text(encoding="utf-8"))
    properties = whole["Resources"]["RestAPI"]["Properties"]
    for kind, told in properties["GatewayResponses"].items():
        apigateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=str(told["StatusCode"]),
            responseTemplates=told["ResponseTemplates"],
            responseParameters={
                f"gatewayresponse.header.{name}": value
                for name, value in told["ResponseParameters"]["Headers"].items()
            },
        )
    apigateway.create_deployment(restApiId=api, stageName=properties["StageName"])
