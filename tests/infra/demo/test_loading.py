"""Loading the demonstration landlord once, whatever happens in between."""

import urllib.request
from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.accounts import Role, same_address
from chalicelib.domain.second_factor import Proof, proof_of
from chalicelib.portal import portal
from chalicelib.storage.intake import DynamoIntake
from chalicelib.storage.keys import account_key, agent_key
from chalicelib.storage.table import Item, connection
from infra.demo import ensure, loading, people
from infra.demo.featured import AGENT_EMAIL
from infra.demo.telephone import code_at
from tests.conftest import Clock
from tests.faults import Faults
from tests.mothers import NOW
from tests.storage.books import check_books, stored_items

pytestmark = pytest.mark.usefixtures("table")
TODAY = date(2026, 11, 23)


def test_everybody_shown_on_the_panel_can_sign_in() -> None:
    ensure(7, today=TODAY)

    accounts, passwords = portal().accounts, portal().passwords
    for one in people():
        if one["email"]:
            found = accounts.find(same_address(one["email"]))
            assert found is not None, one
            assert found.role is Role(one["role"])
            assert passwords.matches(found.password_hash, one["password"])
    assert check_books()["9126"] == 486_32


def test_the_landlords_papers_are_in_the_tenants_list_and_can_be_opened() -> None:
    ensure(7, today=TODAY)

    papers, _ = portal().documents.of_lease("9126")
    assert [one.kind.value for one in papers] == ["avis"] * 3 + ["etat-des-lieux", "bail"]
    for paper in papers:
        with urllib.request.urlopen(portal().files.link(paper.key, paper.file_name, 60)) as answer:
            content = answer.read()
        assert (content[:5], len(content)) == (b"%PDF-", paper.size_bytes)


def test_a_landlord_that_is_there_is_left_alone() -> None:
    ensure(7, today=TODAY)
    before, heard = stored_items(), Faults(connection().client)

    ensure(20, today=date(2026, 12, 24))

    assert heard.calls == {"BatchGetItem": 1}
    assert stored_items() == before


def test_a_load_that_was_cut_is_finished_from_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(loading, "show_progress", _stop_halfway)
        with pytest.raises(KeyboardInterrupt):
            ensure(50, tmp_path, TODAY)
    half = len(stored_items())

    ensure(50, tmp_path, date(2026, 12, 24))

    assert 0 < half < len(stored_items())
    intake = DynamoIntake(NOW, portal().files)
    assert len(intake.known_leases([str(9126 + rank) for rank in range(7)])) == 7
    assert check_books()["9126"] == 486_32


def test_the_agent_s_telephone_is_enrolled_with_the_key_that_the_panel_knows(clock: Clock) -> None:
    ensure(7, today=TODAY)
    code, seconds = code_at(clock.at)

    lock = portal().second_lock
    factor = lock.steps.look(AGENT_EMAIL, []).factor
    assert factor is not None
    proof = proof_of(lock, factor, AGENT_EMAIL, code, clock.at)
    assert proof == Proof(step=int(clock.at.timestamp()) // 30)
    assert seconds == 30
    assert proof_of(lock, factor, AGENT_EMAIL, "demo-demo-demo-demo", clock.at) is not None


def test_an_agent_loaded_before_there_were_telephones_is_given_one() -> None:
    ensure(7, today=TODAY)
    for pk, sk in ((account_key(AGENT_EMAIL), "FACTOR"), (agent_key(AGENT_EMAIL), "PROFILE")):
        Item(pk, sk).delete()

    ensure(7, today=TODAY)

    found = portal().second_lock.steps.look(AGENT_EMAIL, [])
    assert found.agent is not None
    assert found.factor is not None


def _stop_halfway(done: int, total: int) -> None:
    if done > total // 3:
        raise KeyboardInterrupt
