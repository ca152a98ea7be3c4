"""The first questions after a deployment, at the doors that a stage on AWS has."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy import Place, Stage
from infra.deploy.place import Patience
from infra.deploy.smoke import Door, ask, questions, smoke_test
from infra.local.keys import free_port
from infra.local.serving import Call, LoopbackServer, Reply
from tests.infra.aws.standing import place_at

HOST = "locataires.littoral-habitat.example"
ON_AWS = {
    "PortalAddress": f"https://{HOST}",
    "DistributionDomain": "d111111abcdef8.cloudfront.net",
    "EndpointURL": "https://abc123.execute-api.eu-west-3.amazonaws.com/api/",
}
TITLE, ALIVE = "<main><h1>Se connecter</h1></main>", '{"etat":"ok"}'


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    running = LoopbackServer(0, lambda call: Reply(200, call.header("host").encode()))
    running.start()
    yield running
    running.stop()


def test_on_aws_the_portal_is_asked_at_its_own_host_and_the_api_has_to_be_closed() -> None:
    place = Place(stage=Stage("prod", {}), ask=lambda _: False, say=lambda _: None)
    portal, api = Door(f"https://{HOST}", "d111111abcdef8.cloudfront.net"), Door(ON_AWS["EndpointURL"])

    asked = questions(place, ON_AWS)

    assert [(one.door, one.path) for one in asked] == [
        (portal, "/sante"),
        (portal, "/connexion"),
        (portal, "/nulle-part"),
        (api, "/sante"),
    ]
    good = [(200, ALIVE), (200, TITLE), (404, "<h1>Cette page n’existe pas</h1>"), (403, "")]
    assert [one.wrong(*answer) for one, answer in zip(asked, good, strict=True)] == [""] * 4
    bad = [(200, "{}"), (500, TITLE), (403, "<h1>Refusé</h1>"), (200, ALIVE)]
    assert all(one.wrong(*answer) for one, answer in zip(asked, bad, strict=True))
    assert "around CloudFront" in asked[3].wrong(200, ALIVE)


def test_a_host_that_dns_does_not_know_yet_is_asked_through_another(server: LoopbackServer) -> None:
    door = Door(f"http://{HOST}:{server.server_port}", "127.0.0.1")

    assert ask(door, "/") == (200, f"{HOST}:{server.server_port}")


@pytest.fixture
def certified(tmp_path: Path, server: LoopbackServer) -> ssl.SSLContext:
    """Have the server speak TLS as the portal's host; give the context that trusts its certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    named = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *made, *named, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return ssl.create_default_context(cafile=str(certificate))


def test_behind_the_other_host_the_certificate_has_to_be_the_portal_s(
    server: LoopbackServer, certified: ssl.SSLContext
) -> None:
    port = server.server_port

    assert ask(Door(f"https://{HOST}:{port}", "127.0.0.1"), "/", certified) == (200, f"{HOST}:{port}")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        ask(Door(f"https://another.example:{port}", "127.0.0.1"), "/", certified)


def test_a_portal_that_comes_up_slowly_is_asked_again() -> None:
    calls: list[str] = []

    def answer(call: Call) -> Reply:
        calls.append(call.path)
        if len(calls) <= 2:
            return Reply(503)
        page = call.path.rpartition("/")[2]
        return {"sante": Reply(200, ALIVE.encode()), "connexion": Reply(200, TITLE.encode())}.get(
            page, Reply(404)
        )

    running = LoopbackServer(0, answer)
    running.start()
    place = place_at(running.address, patience=Patience(look=0.01, stack=1, answer=5))
    assert smoke_test(place, {"RestAPIId": "abc"}) == []
    running.stop()

    assert [path.rpartition("/")[2] for path in calls] == [
        "sante",
        "connexion",
        "nulle-part",
        "sante",
        "connexion",
    ]


def test_a_portal_that_does_not_answer_at_all_is_told() -> None:
    place = place_at(f"http://127.0.0.1:{free_port()}", patience=Patience(look=0.01, stack=1, answer=0))

    wrong = smoke_test(place, {"RestAPIId": "abc"})

    assert len(wrong) == 3
    assert all("does not answer (ConnectionRefusedError" in one for one in wrong)
