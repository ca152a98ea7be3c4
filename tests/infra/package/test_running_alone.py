"""The package runs from its own folder, in an interpreter that has nothing else."""

import re
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from chalicelib.gateways.pdf import TypstPress
from chalicelib.gateways.phones import LibPhoneBook
from chalicelib.templating import environment
from infra.package.build import ROOT
from infra.package.compiling import compile_templates
from infra.package.pruning import SERVICES
from tests.gateways.pdf_reading import described_fonts
from tests.infra.package.conftest import Alone
from tests.sent_files import BAD, a_folded_pdf, a_heic, a_photo, a_picture

ASK = """
import json, zoneinfo
from types import SimpleNamespace
zoneinfo.reset_tzpath(to=())  # Lambda's system has no time zones
import app
event = {{
    "httpMethod": "GET",
    "path": {path!r},
    "requestContext": {{
        "httpMethod": "GET",
        "resourcePath": {path!r},
        "path": {path!r},
        "identity": {{"sourceIp": "127.0.0.1"}},
    }},
    "headers": {{"host": "127.0.0.1"}},
    "multiValueHeaders": {{"host": ["127.0.0.1"]}},
    "pathParameters": None,
    "multiValueQueryStringParameters": None,
    "body": None,
    "isBase64Encoded": False,
    "stageVariables": None,
}}
context = SimpleNamespace(
    function_name="web", function_version="1", memory_limit_in_mb=512, invoked_function_arn="",
    aws_request_id="r-1",
)
answer = app.app(event, context)
files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
print(json.dumps({{
    "status": answer["statusCode"],
    "body": answer["body"],
    "foreign": [file for file in files if "site-packages" in file],
    "early": [name for name in {late!r} if name in sys.modules],
}}))
"""
PRESS = """
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from chalicelib.gateways.pdf import TypstPress
made = TypstPress(Path({folder!r})).press("faces", {{}}, datetime(2026, 11, 23, 12, tzinfo=UTC))
print(json.dumps(b64encode(made).decode()))
"""
# What only some pages and workers need.
LATE = (
    "PIL",
    "pi_heif",
    "pypdf",
    "stripe",
    "typst",
    "argon2",
    "bcrypt",
    "cryptography",
    "fido2",
    "phonenumbers",
    "pyotp",
    "segno",
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
# Every face of the font that a paper may be set in.
FACES = """
#let paper(values) = [
  #set document(title: "Essai")
  #set text(font: "Source Sans Pro", fallback: false, lang: "fr")
  Simple, *fort*, _penché_, *_les deux_*, #text(weight: "semibold")[demi-gras, _penché_]
]
"""


def test_the_packaged_portal_shows_the_sign_in_page(task: Path, alone: Alone) -> None:
    seen = alone(task, program=ASK.format(path="/connexion", late=LATE))

    assert seen["status"] == 200
    assert "<h1" in seen["body"]
    assert "identifiant" in seen["body"]
    assert seen["foreign"] == []
    assert seen["early"] == []


def test_compiled_templates_are_the_ones_that_are_read(task: Path, alone: Alone) -> None:
    names = environment().list_templates(extensions=["html", "txt"])
    program = f"""
import json
from chalicelib.templating import environment
codes = [environment().get_template(name).root_render_func.__code__ for name in {names!r}]
print(json.dumps(sorted(set(code.co_filename.rpartition("/")[0] for code in codes))))
"""

    assert alone(task, program=program) == [str(task / "templates_compiled")]


def test_what_somebody_typed_is_escaped_by_compiled_pages_and_kept_in_compiled_texts(
    task: Path, alone: Alone, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    for name in ("page.html", "mail.txt"):
        (tmp_path / "templates" / name).write_text("{{ name }}", encoding="utf-8")
    compile_templates(tmp_path)
    for source in tmp_path.glob("templates/*"):
        source.write_text("not compiled", encoding="utf-8")

    program = f"""
import json
from pathlib import Path
from chalicelib.templating import make_environment
made = make_environment(Path({str(tmp_path)!r}))
print(json.dumps([made.get_template(name).render(name="<b>") for name in ("page.html", "mail.txt")]))
"""
    assert alone(task, program=program) == ["&lt;b&gt;", "<b>"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_each_service_is_found_at_its_usual_address(task: Path, alone: Alone, service: str) -> None:
    program = f"""
import json, boto3
print(json.dumps(boto3.client({service!r}, region_name="eu-west-3").meta.endpoint_url))
"""
    assert alone(task, program=program) == boto3.client(service, region_name="eu-west-3").meta.endpoint_url


def test_the_workers_find_stripe_and_the_passwords_and_the_batches(task: Path, alone: Alone) -> None:
    program = """
import json, stripe, argon2
from chalicelib.domain.passwords import COMMON, check_password
from chalicelib.gateways.passwords import Argon2Passwords
from aws_lambda_powertools.utilities.batch import BatchProcessor
client = stripe.StripeClient("sk_test_x").v1
known = argon2.PasswordHasher(time_cost=1, memory_cost=64).hash("une phrase")
former = Argon2Passwords().matches("$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "abc")
common = check_password("Marseille13!", about=()) == COMMON
print(json.dumps([bool(client.payment_intents), bool(client.checkout.sessions), known[:9], former, common]))
"""
    assert alone(task, program=program) == [True, True, "$argon2id", True, True]


def test_the_agents_door_finds_its_codes_its_picture_its_seal_and_the_passkeys(
    task: Path, alone: Alone
) -> None:
    program = """
import json
from fido2.server import Fido2Server
from chalicelib.gateways.one_time_codes import TotpCodes
from chalicelib.gateways.sealing import AesSeal
codes, seal = TotpCodes(), AesSeal(["k" * 32])
key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
side, drawn = codes.picture(codes.address(key, "a@b.example", "Bailleur"))
print(json.dumps([codes.code(key, 1), side > 20, seal.open(seal.close("text", "here"), "here")]))
"""
    assert alone(task, program=program) == ["287082", True, "text"]


def test_telephones_of_the_whole_world_are_known(task: Path, alone: Alone) -> None:
    typed = ["0612345678", "0692123456", "+687751234", "+442079460018", "+819012345678"]
    program = f"""
import json
from chalicelib.gateways.phones import LibPhoneBook
print(json.dumps([LibPhoneBook().spelled(one) for one in {typed!r}]))
"""
    assert alone(task, program=program) == [LibPhoneBook().spelled(one) for one in typed]


def test_aws_s_library_reads_the_list_of_authorities_that_travels(task: Path, alone: Alone) -> None:
    program = """
import json, ssl
from botocore.httpsession import get_cert_path
path = get_cert_path(True)
print(json.dumps([path, len(ssl.create_default_context(cafile=path).get_ca_certs()) > 50]))
"""
    assert alone(task, program=program) == [str(task / "certifi" / "cacert.pem"), True]


def test_every_kind_of_object_of_a_card_payment_is_there(task: Path, alone: Alone) -> None:
    kinds = [
        *("balance_transaction", "charge", "checkout.session", "customer", "dispute", "event", "file"),
        *("list", "payment_intent", "payment_link", "payment_method", "payout", "refund"),
        *("setup_intent", "shipping_rate", "transfer"),
    ]
    program = f"""
import json, stripe
from stripe._object_classes import get_object_class
print(json.dumps([get_object_class("V1", kind).__name__ for kind in {kinds!r}]))
"""
    names = alone(task, program=program)

    assert len(names) == len(kinds)
    assert set(names) & {"StripeObject"} == set()


def test_the_documents_worker_prints_with_every_face_of_the_font(
    task: Path, layer: Path, alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "faces.typ").write_text(FACES, encoding="utf-8")

    made = b64decode(alone(layer, task, program=PRESS.format(folder=str(tmp_path))))

    faces = {name.partition("-")[2] for name, _ in described_fonts(made)}
    assert faces == {"Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt"}
    monkeypatch.setattr("font_source_sans_pro.font_directory", str(layer / "font_source_sans_pro" / "files"))
    assert TypstPress(tmp_path).press("faces", {}, NOON) == made


def test_the_papers_ask_for_no_other_face() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("templates/documents/*.typ"))

    assert set(re.findall(r'weight: "?([\w]+)', source)) <= {"regular", "semibold", "bold"}
    assert set(re.findall(r'font: "([^"]+)"', source)) == {"Source Sans Pro"}


def test_without_the_layer_nothing_is_printed(task: Path, alone: Alone) -> None:
    program = """
import json
from importlib.util import find_spec
print(json.dumps([find_spec("typst") is None, find_spec("font_source_sans_pro") is None]))
"""
    assert alone(task, program=program) == [True, True]


def test_the_worker_of_uploads_reads_all_that_tenants_send(
    task: Path, inspection_layer: Path, alone: Alone, tmp_path: Path
) -> None:
    """Take good files of each kind and bad ones, with the libraries of the layer and no others."""
    bad = [BAD[name]() for name in ("a PDF with a folded script", "a picture of 30,000 by 30,000")]
    files = [a_folded_pdf(), a_photo(), a_picture("PNG", "RGBA"), a_heic(), *bad]
    for rank, content in enumerate(files):
        (tmp_path / str(rank)).write_bytes(content)
    program = f"""
import json
from pathlib import Path
from chalicelib.domain.quarantine import Unsound
from chalicelib.gateways.inspection import ByteInspector
def said(path):
    try:
        return ByteInspector().inspect(path.read_bytes()).media_type
    except Unsound as found:
        return found.flaw.value
print(json.dumps([said(path) for path in sorted(Path({str(tmp_path)!r}).iterdir())]))
"""
    seen = alone(inspection_layer, task, program=program)

    assert seen == ["application/pdf", *["image/jpeg"] * 3, "contenu_actif", "trop_grand"]
