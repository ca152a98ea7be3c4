"""The calls that the stand-in answers (« appels de l’API »), each with the library's type of its params."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from stripe.params._balance_transaction_list_params import BalanceTransactionListParams
from stripe.params._balance_transaction_retrieve_params import BalanceTransactionRetrieveParams
from stripe.params._charge_list_params import ChargeListParams
from stripe.params._charge_retrieve_params import ChargeRetrieveParams
from stripe.params._dispute_list_params import DisputeListParams
from stripe.params._dispute_retrieve_params import DisputeRetrieveParams
from stripe.params._event_list_params import EventListParams
from stripe.params._event_retrieve_params import EventRetrieveParams
from stripe.params._payment_intent_list_params import PaymentIntentListParams
from stripe.params._payment_intent_retrieve_params import PaymentIntentRetrieveParams
from stripe.params._refund_create_params import RefundCreateParams
from stripe.params._refund_list_params import RefundListParams
from stripe.params._refund_retrieve_params import RefundRetrieveParams
from stripe.params.checkout._session_create_params import SessionCreateParams
from stripe.params.checkout._session_expire_params import SessionExpireParams
from stripe.params.checkout._session_list_params import SessionListParams
from stripe.params.checkout._session_retrieve_params import SessionRetrieveParams

from infra.local.stripe.account import Account
from infra.local.stripe.checkout import create_session, expire_session
from infra.local.stripe.reading import listed
from infra.local.stripe.refunds import create_refund
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

Call = Callable[[Account, str, Json], Json]


class Route(NamedTuple):
    """One call: its method and path, the type of its parameters, what it does."""

    method: str
    pattern: re.Pattern[str]
    params: Any
    call: Call


class Request(NamedTuple):
    """A call that was recognised, with the id in its path (empty for none)."""

    route: Route
    object_id: str


# kind of object, path, parameters of one, parameters of a list
_READ = (
    ("checkout.session", "/v1/checkout/sessions", SessionRetrieveParams, SessionListParams),
    ("payment_intent", "/v1/payment_intents", PaymentIntentRetrieveParams, PaymentIntentListParams),
    ("charge", "/v1/charges", ChargeRetrieveParams, ChargeListParams),
    ("refund", "/v1/refunds", RefundRetrieveParams, RefundListParams),
    ("dispute", "/v1/disputes", DisputeRetrieveParams, DisputeListParams),
    (
        "balance_transaction",
        "/v1/balance_transactions",
        BalanceTransactionRetrieveParams,
        BalanceTransactionListParams,
    ),
    ("event", "/v1/events", EventRetrieveParams, EventListParams),
)
ADDRESSES = {kind: path for kind, path, _, _ in _READ}


def find_route(method: str, path: str) -> Request:
    """Recognise a call; a 404 in Stripe's words for any other."""
    for route in _ROUTES:
        found = route.pattern.fullmatch(path)
        if found and route.method == method:
            return Request(route, found["id"] if route.pattern.groups else "")
    raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def _route(method: str, path: str, params: Any, call: Call) -> Route:
    return Route(method, re.compile(path.replace("{id}", "(?P<id>[^/]+)")), params, call)


def _retrieve(kind: str) -> Call:
    return lambda account, object_id, _: account.get(kind, object_id)


def _list(kind: str, path: str) -> Call:
    return lambda account, _, params: listed(account, kind, path, params)


_ROUTES = (
    _route(
        "POST",
        "/v1/checkout/sessions",
        SessionCreateParams,
        lambda account, _, params: create_session(account, params),
    ),
    _route(
        "POST",
        "/v1/checkout/sessions/{id}/expire",
        SessionExpireParams,
        lambda account, object_id, _: expire_session(account, object_id),
    ),
    _route(
        "POST",
        "/v1/refunds",
        RefundCreateParams,
        lambda account, _, params: create_refund(account, params),
    ),
    *(_route("GET", path, many, _list(kind, path)) for kind, path, _, many in _READ),
    *(_route("GET", f"{path}/{{id}}", one, _retrieve(kind)) for kind, path, one, _ in _READ),
)
