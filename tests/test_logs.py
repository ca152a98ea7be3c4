"""The log as Lambda writes it: AWS's own runtime makes lines of JSON of what we say through ``logging``."""

import json
import logging
import re
from typing import Any

import pytest
from awslambdaric import bootstrap  # type: ignore[import-untyped]
from awslambdaric.lambda_runtime_log_utils import LogFormat  # type: ignore[import-untyped]
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

import app
from chalicelib.config import ROOT
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.landlord import read_landlord
from chalicelib.handlers import landlord
from infra.aws.merge import whole_template
from tests.visitors import Visitor

LOANED = {
    "Handler": "a.b",
    "Runtime": "python3.11",
    "CodeUri": "s3://code/zip",
    "Role": "arn:aws:iam::1:role/x",
}
OF_THE_RUNTIME = {"timestamp", "level", "message", "logger", "requestId"}


class Lambda:
    """Where the runtime's lines go, and the request that it is answering."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.written: list[str] = []

    def log(self, line: str, frame_type: bytes | None = None) -> None:
        self.written.append(line)

    def answers(self, request: str) -> None:
        self._monkeypatch.setattr(bootstrap, "_GLOBAL_AWS_REQUEST_ID", request)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return whole_template(read_landlord(ROOT / "landlord" / "landlord.toml"))


@pytest.fixture
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give what our files say of the log of each function, as SAM puts it together."""
    own = {
        name: one["Properties"]["LoggingConfig"]
        for name, one in template["Resources"].items()
        if "LoggingConfig" in one.get("Properties", {})
    }
    asked = {
        "Globals": {"Function": {"LoggingConfig": template["Globals"]["Function"]["LoggingConfig"]}},
        "Resources": {
            name: {"Type": "AWS::Serverless::Function", "Properties": {**LOANED, "LoggingConfig": config}}
            for name, config in own.items()
        },
    }
    made = Translator({}, Parser()).translate(asked, {})["Resources"]
    return {name: made[name]["Properties"]["LoggingConfig"] for name in own}


@pytest.fixture
def runtime(template: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Lambda:
    """Set up the log as Lambda does before it imports a function with our settings."""
    asked = template["Globals"]["Function"]["LoggingConfig"]
    made, root = Lambda(monkeypatch), logging.getLogger()
    monkeypatch.setattr(logging.Formatter, "converter", logging.Formatter.converter)
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    level = bootstrap._get_log_level_from_env_var(asked["ApplicationLogLevel"])
    bootstrap._setup_logging(LogFormat.from_str(asked["LogFormat"]), level, made)
    made.answers("r-1")
    return made


def breaking(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Have the page « Contacts » fail with these words."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError(words)

    monkeypatch.setattr(landlord, "Page", fail)


def test_every_function_writes_json_and_the_web_leaves_its_times_to_the_api(
    functions: dict[str, dict[str, Any]],
) -> None:
    assert len(functions) == len(app.app.event_sources) + 1
    for name, config in functions.items():
        assert {**config, "LogGroup": ""} == {
            "LogGroup": "",
            "LogFormat": "JSON",
            "ApplicationLogLevel": "WARN",
            "SystemLogLevel": "WARN" if name == "APIHandler" else "INFO",
        }, name


@pytest.mark.parametrize("alarm", Alarm)
def test_an_alarm_is_found_by_the_filters_of_the_log(
    template: dict[str, Any], runtime: Lambda, alarm: Alarm
) -> None:
    raise_alarm(alarm, payment="P-1", cents=48_632)

    (line,) = runtime.lines
    assert (line["level"], line["payment"], line["cents"]) == ("ERROR", "P-1", 48_632)
    filters = [
        one["Properties"]
        for one in template["Resources"].values()
        if one.get("Type") == "AWS::Logs::MetricFilter" and "alarm" in one["Properties"]["FilterPattern"]
    ]
    assert filters
    for found in filters:
        field = re.fullmatch(r"\{ \$\.(\w+) = \* \}", found["FilterPattern"])
        assert field is not None
        assert line[field[1]] == alarm.value
        assert found["MetricTransformations"][0]["Dimensions"] == [{"Key": "alarm", "Value": f"$.{field[1]}"}]


def test_a_bug_is_one_line_with_its_trace_and_the_request(
    runtime: Lambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, "something\r\nwrong")

    assert Visitor().ask("GET", "/contacts").status == 500

    (written,) = runtime.written
    assert len(written.splitlines()) == 1
    (line,) = runtime.lines
    assert (line["level"], line["requestId"]) == ("ERROR", "r-1")
    assert (line["errorType"], line["errorMessage"]) == ("ZeroDivisionError", "something\r\nwrong")
    assert "in show_contacts" in "".join(line["stackTrace"])


def test_nobody_can_write_a_line_of_their_own(runtime: Lambda) -> None:
    raise_alarm(Alarm.WEBHOOK_REFUSED, reason='x"}\r\n{"alarm": "money_in_suspense"}\u2028')

    (written,) = runtime.written
    assert written.endswith("}\n")
    assert written.count("\n") == 1
    assert "\r" not in written
    assert runtime.lines[0]["alarm"] == "webhook_refused"


def test_what_is_said_of_one_request_is_not_said_of_the_next(
    runtime: Lambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alarm(Alarm.PAYMENT_STUCK, payment="P-1")
    runtime.answers("r-2")
    with monkeypatch.context() as broken:
        breaking(broken, "x")
        Visitor().ask("GET", "/contacts")
    raise_alarm(Alarm.PAYMENT_STUCK)

    first, _, last = runtime.lines
    assert (first["requestId"], last["requestId"]) == ("r-1", "r-2")
    assert first.keys() == OF_THE_RUNTIME | {"alarm", "payment"}
    assert last.keys() == OF_THE_RUNTIME | {"alarm"}


def test_what_libraries_tell_of_their_work_stays_out_and_their_warnings_come_in(runtime: Lambda) -> None:
    for name in ("stripe", "botocore.credentials", "pynamodb", "espace-locataire"):
        logging.getLogger(name).info("Request to %s", name)
    logging.getLogger("stripe").warning("deprecated")

    assert [(line["level"], line["message"]) for line in runtime.lines] == [("WARNING", "deprecated")]


def test_no_line_is_written_twice() -> None:
    """Lambda's handler is on the root: one more below it would write the line again, and not as JSON."""
    for name in ("espace-locataire", "portal", "portal.alarm"):
        logger = logging.getLogger(name)

        assert logger.handlers == []
        assert logger.propagate
