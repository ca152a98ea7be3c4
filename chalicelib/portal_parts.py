"""What several groups of the portal's parts are made of: stores, mail, queues (« pièces communes »).

Each group of parts is a class above this one; ``portal.Portal`` is all of them together.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.config import Config
from chalicelib.domain.landlord import Landlord
from chalicelib.web.statics import Statics

if TYPE_CHECKING:
    from chalicelib.domain.access import AccessQueue
    from chalicelib.domain.accounts import Accounts
    from chalicelib.domain.documents import Documents, Files
    from chalicelib.domain.leases import Leases
    from chalicelib.domain.ledger import Ledger
    from chalicelib.domain.mail import Mailer
    from chalicelib.domain.mail_health import MailHealth
    from chalicelib.domain.payments import Payments
    from chalicelib.domain.tenants import Tenants
    from chalicelib.domain.throttling import Tallies


class SharedParts:
    """What is made of the settings alone."""

    def __init__(self, config: Config, landlord: Landlord, statics: Statics) -> None:
        self.config, self.landlord, self.statics = config, landlord, statics

    @cached_property
    def accounts(self) -> "Accounts":
        """Give where accounts are kept."""
        from chalicelib.storage.accounts import DynamoAccounts

        return DynamoAccounts()

    @cached_property
    def leases(self) -> "Leases":
        """Give where leases are kept."""
        from chalicelib.storage.leases import DynamoLeases

        return DynamoLeases()

    @cached_property
    def ledger(self) -> "Ledger":
        """Give the books."""
        from chalicelib.storage.ledger import DynamoLedger

        return DynamoLedger()

    @cached_property
    def payments(self) -> "Payments":
        """Give where payments are kept."""
        from chalicelib.storage.payments import DynamoPayments

        return DynamoPayments()

    @cached_property
    def documents(self) -> "Documents":
        """Give the register of papers."""
        from chalicelib.storage.documents import DynamoDocuments

        return DynamoDocuments()

    @cached_property
    def files(self) -> "Files":
        """Give where files are kept for good."""
        from chalicelib.storage.files import S3Files

        return S3Files(self.config.files_bucket)

    @cached_property
    def mail_health(self) -> "MailHealth":
        """Give which addresses take no mail."""
        from chalicelib.storage.mail_health import DynamoMailHealth

        return DynamoMailHealth()

    @cached_property
    def _access(self) -> "AccessQueue":
        from chalicelib.gateways.queue import SqsAccess

        return SqsAccess(self.config.access_queue)

    @cached_property
    def _mail(self) -> "Mailer":
        from chalicelib.gateways.mail import SesMail

        return SesMail(self.config.mail_sender, self.mail_health, receipts=self.config.mail_receipts)

    @cached_property
    def _tallies(self) -> "Tallies":
        from chalicelib.storage.throttling import DynamoTallies

        return DynamoTallies()

    @cached_property
    def _tenants(self) -> "Tenants":
        from chalicelib.storage.tenants import DynamoTenants

        return DynamoTenants()
