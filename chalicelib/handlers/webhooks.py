"""What machines ask of us: the payment provider's bell, and the monitor's question whether we are there."""

from chalice import BadRequestError, Blueprint, Response

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.gateways.stripe_events import BadEvent
from chalicelib.portal import now, portal
from chalicelib.web.forms import raw_body

hooks = Blueprint(__name__)
MACHINES = frozenset({"/webhooks/stripe", "/sante"})


@hooks.route("/webhooks/stripe", methods=["POST"], content_types=[])
def receive_stripe_event() -> Response:
    """Take a signed event: queue a look at what it names, keep its id, and only then say 204.

    Cut between the two, the provider sends it again, and the worker looks twice: that changes nothing.
    """
    request = hooks.current_request
    try:
        event = portal().events_reader.read(
            raw_body(request), request.headers.get("stripe-signature", ""), now()
        )
    except BadEvent as error:
        raise_alarm(Alarm.WEBHOOK_REFUSED, reason=error.reason)
        raise BadRequestError(error.reason) from error
    if event.object_id:
        portal().collection.work.sync_payment(event.object_kind, event.object_id)
    portal().events.keep(event)
    return Response("", status_code=204)


@hooks.route("/sante", methods=["GET"], content_types=[])
def tell_health() -> Response:
    """Say that the portal answers and can read its table."""
    portal().accounts.find("")
    return Response({"etat": "ok"})
