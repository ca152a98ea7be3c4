"""The portal's parts for the landlord's papers (« avis, quittances »); they belong to ``portal.Portal``."""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.landlord import Landlord
from chalicelib.portal_parts import SharedParts

if TYPE_CHECKING:
    from chalicelib.domain.charge_statements import StatementDesk
    from chalicelib.domain.documents import Files, Press
    from chalicelib.domain.monthly_run import RunDesk
    from chalicelib.domain.outbox import MailDesk
    from chalicelib.domain.paper_desk import QrCodes
    from chalicelib.domain.receipts import ReceiptDesk
    from chalicelib.domain.rent_certificates import CertificateCounter, CertificateDesk
    from chalicelib.domain.rent_notices import NoticeDesk
    from chalicelib.gateways.codes import PaperCodes
    from chalicelib.gateways.pdf import TypstPress
    from chalicelib.gateways.queue import SqsPapers
    from chalicelib.storage.charge_statements import DynamoChargeStatements
    from chalicelib.storage.codes import DynamoCodes
    from chalicelib.storage.consents import DynamoConsents
    from chalicelib.storage.monthly_run import DynamoRuns
    from chalicelib.storage.outbox import DynamoOutbox
    from chalicelib.storage.receipts import DynamoReceipts
    from chalicelib.storage.rent_notices import DynamoRentNotices


class PaperParts(SharedParts):
    """What decides on papers, prints them, keeps them, and tells of them."""

    @cached_property
    def rent_notices(self) -> "DynamoRentNotices":
        """Give where rent calls wait for their notice."""
        from chalicelib.storage.rent_notices import DynamoRentNotices

        return DynamoRentNotices()

    @cached_property
    def receipts(self) -> "DynamoReceipts":
        """Give where receipts are kept in step with the books."""
        from chalicelib.storage.receipts import DynamoReceipts

        return DynamoReceipts()

    @cached_property
    def charge_statements(self) -> "DynamoChargeStatements":
        """Give where charge statements wait for their paper."""
        from chalicelib.storage.charge_statements import DynamoChargeStatements

        return DynamoChargeStatements()

    @cached_property
    def codes(self) -> "DynamoCodes":
        """Give where a receipt is found by its code."""
        from chalicelib.storage.codes import DynamoCodes

        return DynamoCodes()

    @cached_property
    def consents(self) -> "DynamoConsents":
        """Give where tenants say that they take their receipts by mail."""
        from chalicelib.storage.consents import DynamoConsents

        return DynamoConsents()

    @cached_property
    def outbox(self) -> "DynamoOutbox":
        """Give where mails wait."""
        from chalicelib.storage.outbox import DynamoOutbox

        return DynamoOutbox()

    @cached_property
    def mail_desk(self) -> "MailDesk":
        """Give what sending the mails that wait needs."""
        from chalicelib.domain.outbox import MailDesk

        return MailDesk(self.outbox, self._mail)

    @cached_property
    def runs(self) -> "DynamoRuns":
        """Give where it is written how far a month's run is."""
        from chalicelib.storage.monthly_run import DynamoRuns

        return DynamoRuns()

    @cached_property
    def run_desk(self) -> "RunDesk":
        """Give what sharing out papers needs."""
        from chalicelib.domain.monthly_run import RunDesk

        day = self.landlord.notices_day
        return RunDesk(self.rent_notices, self.receipts, self.charge_statements, self.runs, day)

    @cached_property
    def press(self) -> "TypstPress":
        """Give who prints papers."""
        from chalicelib.gateways.pdf import TypstPress

        return TypstPress()

    @cached_property
    def notice_desk(self) -> "NoticeDesk":
        """Give what making rent notices needs."""
        from chalicelib.domain.rent_notices import NoticeDesk

        return NoticeDesk(*self._paper_parts, self.rent_notices)

    @cached_property
    def receipt_desk(self) -> "ReceiptDesk":
        """Give what keeping receipts in step with the books needs."""
        from chalicelib.domain.receipts import ReceiptDesk

        return ReceiptDesk(*self._paper_parts, self.receipts)

    @cached_property
    def statement_desk(self) -> "StatementDesk":
        """Give what making charge statements needs."""
        from chalicelib.domain.charge_statements import StatementDesk

        return StatementDesk(*self._paper_parts, self.charge_statements)

    @cached_property
    def certificate_desk(self) -> "CertificateDesk":
        """Give what making certificates of rent needs."""
        from chalicelib.domain.rent_certificates import CertificateDesk

        return CertificateDesk(*self._paper_parts, self.receipts, self.documents)

    @cached_property
    def certificate_counter(self) -> "CertificateCounter":
        """Give where tenants ask for certificates of rent."""
        from chalicelib.domain.rent_certificates import CertificateCounter

        return CertificateCounter(self.receipts, self.documents, self.paper_work)

    @cached_property
    def _paper_parts(self) -> "tuple[Files, Press, PaperCodes, QrCodes, Landlord, str]":
        """Give what every paper is made with."""
        from chalicelib.gateways.codes import PaperCodes
        from chalicelib.gateways.qr_codes import SegnoCodes

        config = self.config
        codes = PaperCodes(config.data_keys[0])
        return self.files, self.press, codes, SegnoCodes(), self.landlord, config.address

    @cached_property
    def paper_work(self) -> "SqsPapers":
        """Give who sends workers to papers and mails."""
        from chalicelib.gateways.queue import SqsPapers

        config = self.config
        return SqsPapers(config.papers_queue, config.mails_queue, config.documents_queue)
