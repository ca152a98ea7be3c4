"""The portal put together: the one place that says which store and which gateway is used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from chalicelib import templating
from chalicelib.config import LOCAL, Config, read_config
from chalicelib.domain.accounts import Accounts, PasswordHasher
from chalicelib.domain.collection import Collection
from chalicelib.domain.documents import Documents, Files, Registry
from chalicelib.domain.events import EventLog
from chalicelib.domain.home import HomeReader
from chalicelib.domain.landlord import Landlord, read_landlord
from chalicelib.domain.leases import Leases
from chalicelib.domain.ledger import Ledger
from chalicelib.domain.mail_health import MailHealth
from chalicelib.domain.payments import Payments
from chalicelib.domain.service_requests import ServiceRequests
from chalicelib.gateways.mail import SesMail
from chalicelib.gateways.passwords import Argon2Passwords
from chalicelib.gateways.pdf import TypstPress
from chalicelib.gateways.queue import SqsWork
from chalicelib.gateways.stripe import StripeDesk
from chalicelib.gateways.stripe_events import StripeEvents
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.events import DynamoEventLog
from chalicelib.storage.files import S3Files
from chalicelib.storage.home import DynamoHomeReader
from chalicelib.storage.leases import DynamoLeases
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.service_requests import DynamoServiceRequests
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.table import use_table
from chalicelib.storage.tenants import DynamoTenants
from chalicelib.web.entrance import Entrance
from chalicelib.web.statics import Statics

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Portal:
    """What the handlers work with, built once per Lambda container."""

    config: Config
    landlord: Landlord
    entrance: Entrance
    statics: Statics
    accounts: Accounts
    passwords: PasswordHasher
    home: HomeReader
    leases: Leases
    ledger: Ledger
    payments: Payments
    collection: Collection
    documents: Documents
    files: Files
    registry: Registry
    mail_health: MailHealth
    requests: ServiceRequests
    events: EventLog
    events_reader: StripeEvents


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
    """Build the portal from the environment, on the first call."""
    config = read_config()
    landlord = read_landlord(config.landlord_file)
    statics = Statics(landlord)
    use_table(config.table)
    templating.share(landlord=landlord, site_url=config.address, asset=statics.path)
    payments, ledger, leases = DynamoPayments(), DynamoLedger(), DynamoLeases()
    documents, files, mail_health = DynamoDocuments(), S3Files(config.files_bucket), DynamoMailHealth()
    desk = StripeDesk(config.stripe_api_key, config.address, config.stripe_address)
    return Portal(
        config=config,
        landlord=landlord,
        entrance=_entrance(config),
        statics=statics,
        accounts=DynamoAccounts(),
        passwords=Argon2Passwords(),
        home=DynamoHomeReader(),
        leases=leases,
        ledger=ledger,
        payments=payments,
        collection=Collection(payments, ledger, desk, SqsWork(config.payments_queue, config.documents_queue)),
        documents=documents,
        files=files,
        registry=Registry(
            documents=documents,
            files=files,
            press=TypstPress(),
            mail=SesMail(config.mail_sender, mail_health),
            payments=payments,
            leases=leases,
            ledger=ledger,
            tenants=DynamoTenants(),
            landlord=landlord,
        ),
        mail_health=mail_health,
        requests=DynamoServiceRequests(),
        events=DynamoEventLog(),
        events_reader=StripeEvents(config.stripe_webhook_secrets, live=config.live),
    )


def _entrance(config: Config) -> Entrance:
    return Entrance(
        config.session_key.encode(),
        config.address,
        config.stripe_checkout_origin,
        DynamoSessions(),
        now,
        local=config.stage == LOCAL,
    )
