"""The portal's parts for files that tenants send (« envois »); they belong to ``portal.Portal``."""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.config import GUARDDUTY
from chalicelib.portal_parts import SharedParts

if TYPE_CHECKING:
    from chalicelib.domain.certificates import Certificates, CheckDesk
    from chalicelib.domain.quarantine import Checkpoint, Quarantine
    from chalicelib.domain.uploads import Uploads
    from chalicelib.gateways.queue import SqsLookout


class UploadParts(SharedParts):
    """What asks for files, checks them, and lets them in."""

    @cached_property
    def uploads(self) -> "Uploads":
        """Give where uploads are kept."""
        from chalicelib.storage.uploads import DynamoUploads

        return DynamoUploads()

    @cached_property
    def quarantine(self) -> "Quarantine":
        """Give where files wait to be checked."""
        from chalicelib.storage.quarantine import S3Quarantine

        return S3Quarantine(self.config.uploads_bucket)

    @cached_property
    def certificates(self) -> "Certificates":
        """Give where insurance certificates are kept."""
        from chalicelib.storage.certificates import DynamoCertificates

        return DynamoCertificates()

    @cached_property
    def check_desk(self) -> "CheckDesk":
        """Give what checking certificates needs."""
        from chalicelib.domain.certificates import CheckDesk

        return CheckDesk(self.certificates, self.lookout, self._mail)

    @cached_property
    def lookout(self) -> "SqsLookout":
        """Give who sends the worker to look again, or to tell."""
        from chalicelib.gateways.queue import SqsLookout

        return SqsLookout(self.config.uploads_queue)

    @cached_property
    def checkpoint(self) -> "Checkpoint":
        """Give what checking needs: the libraries are the worker’s alone."""
        from chalicelib.domain.quarantine import Checkpoint
        from chalicelib.gateways.inspection import ByteInspector

        scanned = self.config.scanner == GUARDDUTY
        inspector, files, mail = ByteInspector(), self.files, self._mail
        return Checkpoint(self.uploads, self.quarantine, inspector, files, mail, scanned)
