"""Reading back (« consultation »): lists with Stripe's filters and pages, and ``expand``."""

import json
import operator
from collections.abc import Callable, Iterable, Iterator

from infra.local.stripe.account import Account
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

_DEEPEST = 4
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_PAGING = ("limit", "starting_after", "ending_before", "created", "expand")


def listed(account: Account, kind: str, url: str, params: Json) -> Json:
    """Give one page of the objects of a kind, newest first, filtered as Stripe filters."""
    matching = [one for one in account.every(kind) if _matches(one, params)]
    page, has_more = _page(matching, params)
    return {"object": "list", "data": page, "has_more": has_more, "url": url}


def expanded(account: Account, answer: Json, paths: Iterable[str]) -> Json:
    """Replace ids by their objects along each path, in a copy; an unknown path is refused."""
    copy: Json = json.loads(json.dumps(answer))
    for path in paths:
        names = path.split(".")
        if len(names) > _DEEPEST:
            raise Refusal(f"You cannot expand more than {_DEEPEST} levels of a property.", param="expand")
        here = [copy]
        for name in names:
            here = list(_step(account, here, name))
    return copy


def _step(account: Account, here: list[Json], name: str) -> Iterator[Json]:
    for one in here:
        if name == "refunds" and one.get("object") == "charge":
            one[name] = listed(account, "refund", f"/v1/charges/{one['id']}/refunds", {"charge": one["id"]})
        if name not in one:
            raise Refusal(f"This property cannot be expanded ({name}).", param="expand")
        value = one[name]
        if isinstance(value, list):
            yield from value
            continue
        if isinstance(value, str):
            found = account.find(value)
            if found is None:
                raise Refusal(f"This property cannot be expanded ({name}).", param="expand")
            value = one[name] = json.loads(json.dumps(found))
        if isinstance(value, dict):
            yield value


def _matches(one: Json, params: Json) -> bool:
    return _created_fits(one["created"], params.get("created")) and all(
        _fits(one, name, wanted) for name, wanted in params.items() if name not in _PAGING
    )


def _created_fits(created: int, wanted: int | dict[str, int] | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return created == wanted
    return all(_COMPARISONS[name](created, bound) for name, bound in wanted.items())


def _fits(one: Json, name: str, wanted: object) -> bool:
    if name == "delivery_success":
        return (one["pending_webhooks"] == 0) is wanted
    if name == "types":
        return isinstance(wanted, list) and one["type"] in wanted
    if name == "type" and isinstance(wanted, str) and wanted.endswith("*"):
        return str(one["type"]).startswith(wanted[:-1])
    if name == "customer_details" and isinstance(wanted, dict):
        return bool((one["customer_details"] or {}).get("email") == wanted["email"])
    if name not in one:
        raise Refusal(f"The stand-in does not filter by {name}.", param=name)
    return bool(one[name] == wanted)


def _page(matching: list[Json], params: Json) -> tuple[list[Json], bool]:
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refusal(
            "This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit"
        )
    if "ending_before" in params:
        before = matching[: _place(matching, params["ending_before"])]
        return before[-limit:], len(before) > limit
    after = (
        matching[_place(matching, params["starting_after"]) + 1 :] if "starting_after" in params else matching
    )
    return after[:limit], len(after) > limit


def _place(matching: list[Json], object_id: str) -> int:
    for place, one in enumerate(matching):
        if one["id"] == object_id:
            return place
    raise Refusal(f"No such object: '{object_id}'", code="resource_missing", param="starting_after")
