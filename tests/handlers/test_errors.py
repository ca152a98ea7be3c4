"""What goes wrong: a French page with what to do next, and no word of how the house is built."""

import json
import re
from collections.abc import Callable
from http.cookies import CookieError
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from chalice.local import LambdaContext

import app
from chalicelib.domain.errors import Conflict, Unavailable
from chalicelib.handlers import home, landlord
from chalicelib.portal import portal
from chalicelib.storage.table import connection
from chalicelib.templating import environment
from infra.local.server import event_of
from infra.local.serving import Call
from tests.town import Counted, Provider
from tests.visitors import Visitor

TRACES = ("Traceback", "Error", "chalicelib", "secret-detail", ".py", "File &#34;")


def call_function(method: str, route: str, path: str = "", **headers: str) -> dict[str, Any]:
    """Call the Lambda function itself, as API Gateway would if it let every method through."""
    call = Call(method, path or route, tuple(headers.items()), b"", "192.0.2.7")
    captured = {"id": "x", "number": "x", "lease": "x", "name": "x"} if "{" in route else None
    event = event_of(call, method, route, captured, app.app.api.binary_types)
    answer: dict[str, Any] = app.app(event, LambdaContext("portal", 1024, max_runtime_ms=29_000))
    return answer


def breaking(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have the home page's read fail."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(type(portal().home), "facts", fail)


def test_a_bug_in_a_handler_answers_the_french_page_with_the_request_s_id_and_no_trace(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, KeyError("secret-detail"))

    seen = visitor.ask("GET", "/")

    assert seen.status == 500
    assert seen.page.heading == "Un problème est survenu chez nous"
    assert "donnez cette référence : " in seen.page.words
    assert len(seen.page.words.partition("référence : ")[2].split()[0]) == 36
    assert not [trace for trace in TRACES if trace in seen.html]
    assert seen.header("cache-control") == "no-store"


def test_the_reference_that_the_page_shows_is_the_one_under_which_lambda_logs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(landlord, "Page", lambda *_: 1 / 0)
    event = event_of(Call("GET", "/contacts", (), b"", "192.0.2.7"), "GET", "/contacts", None, [])
    context = LambdaContext("portal", 1024, max_runtime_ms=29_000)

    answer = app.app(event, context)

    assert answer["statusCode"] == 500
    assert context.aws_request_id in answer["body"]
    assert event["requestContext"]["requestId"] not in answer["body"]


def test_after_a_bug_one_is_still_signed_in(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        breaking(broken, ZeroDivisionError())
        assert visitor.ask("GET", "/").status == 500

    assert visitor.ask("GET", "/").status == 200


def test_a_bug_in_a_template_answers_the_same_page(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environment().globals, "landlord", portal().landlord)
    monkeypatch.setattr(home, "by_day", lambda *_: [object()])

    seen = visitor.ask("GET", "/")

    assert seen.status == 500
    assert seen.page.heading == "Un problème est survenu chez nous"


def test_a_bug_is_logged_once_with_its_trace(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    breaking(monkeypatch, KeyError("secret-detail"))
    app.app.log.propagate = True
    caplog.clear()

    visitor.ask("GET", "/")

    logged = {id(record): str(record.exc_info[1]) for record in caplog.records if record.exc_info}
    assert list(logged.values()) == ["'secret-detail'"]


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (Conflict("9126"), 409, "Quelqu’un est passé avant vous"),
        (Unavailable("stripe"), 503, "Un service ne répond pas"),
        (CookieError("x"), 500, "Un problème est survenu chez nous"),
    ],
)
def test_each_kind_of_error_has_its_page(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, heading: str
) -> None:
    breaking(monkeypatch, error)

    seen = visitor.ask("GET", "/")

    assert seen.status == status
    assert seen.page.heading == heading
    assert ("référence" in seen.page.words) == (status >= 500)
    assert seen.page.form("/deconnexion" if status != 500 else "/preferences/texte").fields["csrf"]


def test_a_method_that_a_page_does_not_know_answers_a_french_page(
    provider: Provider, counted: Counted
) -> None:
    routes = [path for path in app.app.routes if path not in {"/webhooks/stripe", "/sante"}]
    for route in routes:
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "QUERY"):
            answer = call_function(method, route)

            assert answer["statusCode"] == 405, (method, route)
            assert "Cette page ne reçoit pas de formulaire" in answer["body"], (method, route)
            assert answer["headers"]["Content-Type"].startswith("text/html"), (method, route)
            assert answer["headers"]["Allow"], (method, route)
    assert counted.calls.total() == 0


def test_machines_get_their_errors_as_json(provider: Provider) -> None:
    for path, method in (("/webhooks/stripe", "GET"), ("/sante", "POST")):
        answer = call_function(method, path)

        assert answer["statusCode"] == 405
        assert json.loads(answer["body"])["Code"] == "MethodNotAllowedError"


STRANGE = (
    "%", "%zz", "%e9", "%C3", "%00", "%0d%0a", "%0D%0ASet-Cookie:%20x=y", "%u0041", "%F0%9F%8F%A0", "%2e%2e",
    "..%2f..%2fetc%2fpasswd", "%5c", "a" * 3_000, "%ED%A0%80", "\xc3\xa9", "%FF" * 900, "'%20OR%201=1",
    "{number}",
    "{{7*7}}", "%7Bid%7D", "~", "#", "%F0%9F%98%80" * 200, "9" * 5_000,
)  # fmt: skip
NAMED = (
    "/%", "/demandes/%", "/paiement/%", "/documents/9126/%", "/documents/%/x", "/static/%", "/?%=x",
    "/demandes?apres=%", "/documents?apres=%", "/documents?contrat=%", "/contrat?contrat=%",
    "/contrat?objet=%",
    "/paiement?annee=%", "/paiement/payer?contrat=%", "/connexion?suite=%",
)  # fmt: skip


@pytest.fixture
def longest_key(counted: Counted) -> Callable[[], int]:
    """Measure the longest text sent to the table: above 1,024 bytes the real one refuses it as a key."""
    sent = [0]

    def measure(request: AWSRequest, **_: Any) -> None:
        sent.extend(len(text.encode()) for text in re.findall(r'"S": "([^"]*)"', request.body.decode()))

    connection().client.meta.events.register_first("before-send.dynamodb.*", measure)
    return lambda: max(sent)


def test_addresses_that_are_badly_written_are_never_our_fault(
    visitor: Visitor, longest_key: Callable[[], int]
) -> None:
    for strange in STRANGE:
        for named in NAMED:
            path = named.replace("%", strange, 1)

            assert visitor.ask("GET", path).status in {200, 303, 404}, path
    assert 10 < longest_key() <= 1024


def test_forms_filled_with_strange_things_are_never_our_fault(
    visitor: Visitor, longest_key: Callable[[], int]
) -> None:
    token, nobody = visitor.token(), Visitor()
    anonymous = nobody.token()
    for strange in (
        "\x00",
        "\r\nX: y",
        "\ud7ff",
        "é" * 2_000,
        "ΐ" * 2_000,
        "{{7*7}}",
        "%s%n",
        "𝟙𝟚",
        "\u202e50",
    ):
        for path, field in (
            ("/paiement", "contrat"),
            ("/paiement", "montant"),
            ("/preferences/texte", "taille"),
            ("/preferences/texte", "retour"),
        ):
            fields = {"csrf": token, "choix": "autre", "contrat": "9126", "taille": "plus"}
            assert visitor.post(path, fields | {field: strange}).status in {303, 404, 422}, (field, strange)
        fields = {"csrf": anonymous, "identifiant": strange, "mot-de-passe": strange, "suite": strange}
        assert nobody.post("/connexion", fields).status == 422, strange
    assert 10 < longest_key() <= 2048


def test_headers_with_strange_things_are_never_our_fault(visitor: Visitor) -> None:
    for name in (
        "accept",
        "accept_language",
        "user_agent",
        "content_type",
        "x_forwarded_for",
        "host",
        "referer",
    ):
        for value in ("", "\x00", "é" * 500, "a" * 8_000, "*/*;q=nope", "application/octet-stream", "%0d%0a"):
            assert visitor.ask("GET", "/", **{name: value}).status == 200, (name, value)


def test_an_answer_cannot_be_made_to_name_another_host(visitor: Visitor) -> None:
    seen = visitor.ask("GET", "/", host="ailleurs.example", x_forwarded_host="ailleurs.example")

    assert "ailleurs" not in seen.html
    assert "ailleurs" not in str(seen.reply.headers)


def test_a_request_that_is_no_request_is_not_ours(provider: Provider) -> None:
    answer = app.app(
        {"requestContext": {}, "multiValueQueryStringParameters": None}, LambdaContext("portal", 1024)
    )

    assert answer["statusCode"] == 500
    assert "chalicelib" not in answer["body"]


def catching(act: Callable[[], object]) -> type[BaseException] | None:
    try:
        act()
    except BaseException as error:  # noqa: BLE001  the test looks at its type
        return type(error)
    return None


def test_stopping_the_function_is_not_taken_for_a_bug(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, SystemExit(1))

    assert catching(lambda: visitor.ask("GET", "/")) is SystemExit
