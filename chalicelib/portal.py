"""The portal put together: the one place that says which store and which gateway is used.

Each part is made, and what it is made of is loaded, when it is first asked for: a page shows nothing sooner
for a press that it does not use (docs/decisions/0013).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from chalicelib import templating
from chalicelib.config import LOCAL, read_config
from chalicelib.domain.landlord import read_landlord
from chalicelib.portal_alerts import AlertParts
from chalicelib.portal_papers import PaperParts
from chalicelib.portal_uploads import UploadParts
from chalicelib.storage.table import use_table
from chalicelib.web.entrance import Entrance
from chalicelib.web.statics import Statics

if TYPE_CHECKING:
    from chalicelib.domain.account_changes import AccountChanges
    from chalicelib.domain.accounts import PasswordHasher
    from chalicelib.domain.askings import FrontDesk
    from chalicelib.domain.collection import Collection
    from chalicelib.domain.documents import Registry
    from chalicelib.domain.events import EventLog
    from chalicelib.domain.expiry import Expiring
    from chalicelib.domain.home import HomeReader
    from chalicelib.domain.once import Sendings
    from chalicelib.domain.passkeys import KeyDesk
    from chalicelib.domain.phones import PhoneBook
    from chalicelib.domain.profile import Profiles
    from chalicelib.domain.reception import Reception
    from chalicelib.domain.second_factor import SecondLock
    from chalicelib.domain.service_requests import ServiceRequests
    from chalicelib.domain.signing_in import Doorkeeper
    from chalicelib.gateways.stripe_events import StripeEvents

Clock = Callable[[], datetime]


class Portal(UploadParts, AlertParts, PaperParts):
    """What the handlers work with, one for each Lambda container."""

    @cached_property
    def entrance(self) -> Entrance:
        from chalicelib.storage.sessions import DynamoSessions

        return Entrance(
            self.config.session_key.encode(),
            self.config.address,
            self.config.stripe_checkout_origin,
            DynamoSessions(),
            self._access,
            now,
            local=self.config.stage == LOCAL,
            viewer_header=self.config.viewer_header,
        )

    @cached_property
    def passwords(self) -> "PasswordHasher":
        from chalicelib.gateways.passwords import Argon2Passwords

        return Argon2Passwords()

    @cached_property
    def account_changes(self) -> "AccountChanges":
        from chalicelib.storage.account_changes import DynamoAccountChanges

        return DynamoAccountChanges()

    @cached_property
    def front(self) -> "FrontDesk":
        from chalicelib.domain.askings import FrontDesk

        return FrontDesk(self._access, self._tallies)

    @cached_property
    def reception(self) -> "Reception":
        from chalicelib.domain.reception import Reception
        from chalicelib.storage.links import DynamoLinks

        links, tenants = DynamoLinks(), self._tenants
        return Reception(self.accounts, links, self.leases, tenants, self._tallies, self._mail)

    @cached_property
    def doorkeeper(self) -> "Doorkeeper":
        from chalicelib.domain.signing_in import Doorkeeper
        from chalicelib.storage.signing_in import DynamoThreshold

        return Doorkeeper(DynamoThreshold(), self.passwords, self._access)

    @cached_property
    def second_lock(self) -> "SecondLock":
        from chalicelib.domain.second_factor import SecondLock
        from chalicelib.gateways.one_time_codes import TotpCodes
        from chalicelib.gateways.sealing import AesSeal
        from chalicelib.storage.second_steps import DynamoSecondSteps

        return SecondLock(self.doorkeeper, DynamoSecondSteps(), AesSeal(self.config.data_keys), TotpCodes())

    @cached_property
    def key_desk(self) -> "KeyDesk":
        from chalicelib.domain.passkeys import KeyDesk
        from chalicelib.gateways.passkeys import Fido2Passkeys
        from chalicelib.storage.passkeys import DynamoPasskeys

        return KeyDesk(DynamoPasskeys(), Fido2Passkeys(self.config.address), self.accounts, self._access)

    @cached_property
    def expiring(self) -> "Expiring":
        from chalicelib.storage.expiring import DynamoExpiring

        return DynamoExpiring()

    @cached_property
    def home(self) -> "HomeReader":
        from chalicelib.storage.home import DynamoHomeReader

        return DynamoHomeReader()

    @cached_property
    def collection(self) -> "Collection":
        from chalicelib.domain.collection import Collection
        from chalicelib.gateways.queue import SqsWork
        from chalicelib.gateways.stripe import StripeDesk

        config = self.config
        desk = StripeDesk(config.stripe_api_key, config.address, config.stripe_address)
        work = SqsWork(config.payments_queue, config.documents_queue)
        return Collection(self.payments, self.ledger, desk, work)

    @cached_property
    def registry(self) -> "Registry":
        from chalicelib.domain.documents import Registry

        return Registry(
            self.documents,
            self.files,
            self.press,
            self._mail,
            self.payments,
            self.leases,
            self.ledger,
            self._tenants,
            self.landlord,
        )

    @cached_property
    def profiles(self) -> "Profiles":
        from chalicelib.storage.profiles import DynamoProfiles

        return DynamoProfiles()

    @cached_property
    def phone_book(self) -> "PhoneBook":
        from chalicelib.gateways.phones import LibPhoneBook

        return LibPhoneBook()

    @cached_property
    def requests(self) -> "ServiceRequests":
        from chalicelib.storage.service_requests import DynamoServiceRequests

        return DynamoServiceRequests()

    @cached_property
    def sendings(self) -> "Sendings":
        from chalicelib.storage.once import DynamoSendings

        return DynamoSendings()

    @cached_property
    def events(self) -> "EventLog":
        from chalicelib.storage.events import DynamoEventLog

        return DynamoEventLog()

    @cached_property
    def events_reader(self) -> "StripeEvents":
        from chalicelib.gateways.stripe_events import StripeEvents

        return StripeEvents(self.config.stripe_webhook_secrets, live=self.config.live)


def wall_clock() -> datetime:
    """Tell the time; the local stage may put another clock in its place."""
    return datetime.now(UTC)


_clock: Clock = wall_clock


def now() -> datetime:
    """Tell what time it is for the portal, in UTC."""
    return _clock()


def set_clock(clock: Clock) -> None:
    """Put another clock in place of the wall's: for the local stage and the tests."""
    global _clock
    _clock = clock


@cache
def portal() -> Portal:
    """Read the settings, and open the table, on the first call."""
    config = read_config()
    landlord = read_landlord(config.landlord_file)
    statics = Statics(landlord)
    use_table(config.table)
    templating.share(landlord=landlord, site_url=config.address, asset=statics.path)
    return Portal(config, landlord, statics)
