"""The portal's parts for alerts about insurance (« relances »); they belong to ``portal.Portal``."""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.portal_parts import SharedParts

if TYPE_CHECKING:
    from chalicelib.domain.insurance_mailing import AlertDesk
    from chalicelib.gateways.queue import SqsAlerts
    from chalicelib.storage.insurance_alerts import DynamoAlertCalendar
    from chalicelib.storage.insurance_mails import DynamoAlertOutbox


class AlertParts(SharedParts):
    """What puts alerts on file, and sends them."""

    @cached_property
    def alert_calendar(self) -> "DynamoAlertCalendar":
        """Give where covers lie by the day of their next alert."""
        from chalicelib.storage.insurance_alerts import DynamoAlertCalendar

        return DynamoAlertCalendar()

    @cached_property
    def alert_outbox(self) -> "DynamoAlertOutbox":
        """Give where alerts wait for their mail, and the landlord's file of them."""
        from chalicelib.storage.insurance_mails import DynamoAlertOutbox

        return DynamoAlertOutbox()

    @cached_property
    def alert_desk(self) -> "AlertDesk":
        """Give what sending alerts needs."""
        from chalicelib.domain.insurance_mailing import AlertDesk

        return AlertDesk(self.alert_outbox, self._mail)

    @cached_property
    def alert_work(self) -> "SqsAlerts":
        """Give who sends the workers to their parts."""
        from chalicelib.gateways.queue import SqsAlerts

        return SqsAlerts(self.config.alerts_queue)
