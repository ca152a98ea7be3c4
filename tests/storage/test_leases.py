"""Leases in the table: whole in one query, with or without their certificates."""

from datetime import date

import pytest

from chalicelib.domain.errors import Absent
from chalicelib.domain.insurance import CertificateState
from chalicelib.domain.leases import Lease
from chalicelib.storage.insurance import certificate_item
from chalicelib.storage.leases import CallItem, DynamoLeases, call_item, lease_items
from tests.mothers import a_call, a_certificate, a_lease, put
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


def test_a_lease_comes_back_whole_in_one_request(counted: Counted) -> None:
    put(*lease_items(a_lease(holders=("9126-1", "9126-2"))), call_item(a_call()))
    counted.calls.clear()

    assert DynamoLeases().get("9126") == a_lease(holders=("9126-1", "9126-2"))
    assert counted.calls == {"Query": 1}


def test_a_lease_with_nothing_on_it_comes_back_too() -> None:
    bare = Lease("1", "", date(2020, 1, 1), date(2026, 1, 1), 0, ())
    put(*lease_items(bare))

    assert DynamoLeases().get("1") == bare


def test_certificates_come_with_the_lease_in_the_same_request(counted: Counted) -> None:
    old = a_certificate(until_on=date(2025, 10, 31), reference="c-0")
    new = a_certificate(state=CertificateState.REFUSED)
    put(*lease_items(a_lease()), certificate_item(old), certificate_item(new), call_item(a_call()))
    counted.calls.clear()

    lease, certificates = DynamoLeases().with_certificates("9126")

    assert counted.calls == {"Query": 1}
    assert lease == a_lease()
    assert sorted(certificates, key=lambda one: one.reference) == [old, new]


def test_leases_whose_numbers_begin_alike_are_apart() -> None:
    put(*lease_items(a_lease("912", ("a",))), *lease_items(a_lease("9126", ("b",))))

    assert DynamoLeases().get("912").holders == ("a",)
    assert DynamoLeases().get("9126").holders == ("b",)


def test_a_lease_that_is_not_there_is_absent() -> None:
    put(certificate_item(a_certificate()))

    for number in ("9126", "", "912"):
        with pytest.raises(Absent):
            DynamoLeases().with_certificates(number)


def test_a_rent_call_keeps_its_lines_in_order_whatever_their_words() -> None:
    put(call_item(a_call()))

    lines = CallItem.get("LEASE#9126", "CALL#2026-11").lines
    assert lines == ["loyer|41218|Loyer", "charges|7414|Charges | eau", "apl|-12000|APL"]
    assert a_call().cents == 366_32
