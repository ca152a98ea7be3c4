"""Files that tenants send (« envois »): asked for, awaited, checked in quarantine, then accepted or refused.

The browser sends the file straight to S3, under a key of ours.  Nobody can open it there: it joins what it
was sent for once its inspection and the scanner have found nothing (``domain/quarantine``).
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.once import is_mark, new_mark

LARGEST_BYTES = 10 * 1000 * 1000
FORM_LIFE = timedelta(minutes=10)
DOWNLOAD_SECONDS = 60
AWAITED_FOR = timedelta(days=1)
FORGOTTEN_AFTER = AWAITED_FOR + FORM_LIFE  # the last form still lets a file in
CHECKED_WITHIN = timedelta(days=1)
LOOKED_AFTER = timedelta(minutes=30)
MOST_FILES_A_DAY = 20
MOST_BYTES_A_DAY = 100 * 1000 * 1000
LEAST_COUNTED_BYTES = 100 * 1000  # to look at a file costs something, however small it is
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg"}

TOO_MANY_TODAY = (
    "Vous avez déjà envoyé beaucoup de fichiers aujourd’hui\u00a0: 20\u00a0fichiers ou 100\u00a0Mo au plus "
    "par jour. Recommencez demain, ou apportez les autres à l’agence."
)
STALE_FORM = "Ce formulaire n’est plus valable. Revenez à la page et recommencez."


class Purpose(StrEnum):
    """What a file is sent for."""

    CERTIFICATE = "attestation"
    REQUEST = "demande"


class UploadState(StrEnum):
    """Where a file stands."""

    AWAITED = "attendu"
    CHECKING = "en_verification"
    ACCEPTED = "accepte"
    REFUSED = "refuse"


class Flaw(StrEnum):
    """Why a file is refused."""

    UNKNOWN_KIND = "format_inconnu"
    UNREADABLE = "illisible"
    LOCKED = "protege"
    ACTIVE = "contenu_actif"
    TOO_BIG = "trop_grand"
    THREAT = "menace"
    UNCHECKED = "non_verifie"
    TOO_MANY = "trop_de_fichiers"


FLAWS = {
    Flaw.UNKNOWN_KIND: (
        "Ce n’est ni un PDF ni une photo. Envoyez un PDF, ou une photo au format JPEG, PNG ou HEIC."
    ),
    Flaw.UNREADABLE: (
        "Le fichier est abîmé ou incomplet. Enregistrez-le de nouveau, ou photographiez le document."
    ),
    Flaw.LOCKED: (
        "Le PDF est protégé (mot de passe, ou interdiction de le modifier). "
        "Imprimez-le dans un nouveau PDF, ou photographiez le document."
    ),
    Flaw.ACTIVE: (
        "Le PDF contient un programme, une action automatique ou un autre fichier. "
        "Imprimez-le dans un nouveau PDF, ou photographiez le document."
    ),
    Flaw.TOO_BIG: (
        "Le document est trop grand une fois ouvert. Envoyez moins de pages, "
        "ou une photo de moins de 50\u00a0mégapixels."
    ),
    Flaw.THREAT: (
        "L’antivirus a trouvé un danger dans ce fichier. Ne l’ouvrez plus, et photographiez le papier."
    ),
    Flaw.UNCHECKED: (
        "Nous n’avons pas réussi à vérifier ce fichier. Envoyez-le de nouveau, ou photographiez le document."
    ),
    Flaw.TOO_MANY: TOO_MANY_TODAY,
}


@dataclass(frozen=True)
class Upload:
    """One file awaited or sent; ``facts`` is what was typed with it, ``key`` where it lies once accepted.

    ``mark`` tells the bytes that came last from others sent with the same form.  ``look_at`` is when somebody
    should have a look at it if nothing is heard; nothing once all is done.
    """

    id: str
    tenant: str
    lease: str
    purpose: Purpose
    facts: Mapping[str, str]
    asked_at: datetime
    email: str = ""
    state: UploadState = UploadState.AWAITED
    flaw: Flaw | None = None
    mark: str = ""
    key: str = ""
    media_type: str = ""
    size_bytes: int = 0
    received_at: datetime | None = None
    settled_at: datetime | None = None
    mailing_at: datetime | None = None
    told_at: datetime | None = None
    look_at: datetime | None = None

    @property
    def path(self) -> str:
        """Give the page that follows it."""
        return f"/envois/{self.id}"

    @property
    def quarantine_key(self) -> str:
        """Give the key under which it waits to be checked."""
        return f"{self.tenant}/{self.id}"

    def key_as(self, media_type: str) -> str:
        """Give the key under which it is kept, once accepted as that."""
        return f"uploads/{self.lease}/{self.id}.{EXTENSIONS[media_type]}"

    @property
    def is_settled(self) -> bool:
        """Tell whether it was accepted or refused, which is for good."""
        return self.state in {UploadState.ACCEPTED, UploadState.REFUSED}

    def is_over(self, now: datetime) -> bool:
        """Tell whether no file came in its day: no form is signed for it any more."""
        return self.state is UploadState.AWAITED and now - self.asked_at >= AWAITED_FOR

    @property
    def reason(self) -> str:
        """Say why it was refused, and what to do."""
        return FLAWS[self.flaw] if self.flaw else ""

    @property
    def next_path(self) -> str:
        """Give the page of what it was sent for."""
        if self.purpose is Purpose.REQUEST:
            return f"/demandes/{self.facts['number']}"
        return f"/contrat/assurance?contrat={self.lease}"

    @property
    def file_name(self) -> str:
        """Name the accepted file, in our words: what a tenant calls a file never leaves their machine."""
        name = "attestation-assurance" if self.purpose is Purpose.CERTIFICATE else "piece-jointe"
        return f"{name}-{french.paris(self.asked_at):%Y-%m-%d-%Hh%M}.{EXTENSIONS[self.media_type]}"


@dataclass(frozen=True)
class NewAttachment:
    """An accepted file joins the thread of the request that its facts name (« number »)."""

    upload: Upload


@dataclass(frozen=True)
class NewCertificate:
    """An accepted file becomes the certificate that its facts tell of, to be checked by an agent."""

    upload: Upload


Consequence = NewAttachment | NewCertificate


def consequence_of(upload: Upload) -> Consequence:
    """Tell what an accepted file brings about."""
    return NewCertificate(upload) if upload.purpose is Purpose.CERTIFICATE else NewAttachment(upload)


class OverQuota(Refused):
    """The tenant has sent enough for a day."""


@dataclass(frozen=True)
class SignedForm:
    """Where a form sends a file, and the fields that let it in."""

    address: str
    fields: Mapping[str, str] = field(default_factory=dict)


class Uploads(Protocol):
    """Where uploads are kept.  Every method is one whole fact: it happens or it does not."""

    def add(self, upload: Upload, most_files: int, most_bytes: int) -> bool:
        """Write a new upload and count it for its day; ``False`` if the tenant has one of that id already.

        ``OverQuota`` if the day has its files, or its bytes.
        """

    def get(self, tenant: str, id: str) -> Upload:
        """Read one of the tenant's uploads, as last committed; ``Absent`` if there is none of that id."""

    def receive(self, upload: Upload, size_bytes: int, most_bytes: int) -> bool:
        """Write that bytes came, of another mark than before, and count them for today.

        ``False`` if they were written already, or the upload is settled; ``OverQuota`` if the day is full.
        """

    def settle(self, upload: Upload, consequence: Consequence | None = None) -> bool:
        """Write how it ended with what follows, in one transaction; ``False`` if it was settled already.

        ``Conflict`` if what follows was in the way of something else: it is looked at again then.
        """

    def change(self, before: Upload, after: Upload) -> bool:
        """Write ``look_at``, ``mailing_at`` and ``told_at``; ``False`` if somebody did since ``before``."""

    def forget(self, upload: Upload) -> None:
        """Take out an upload for which nothing ever came; one that moved on meanwhile stays."""

    def due(self, before: datetime) -> list[Upload]:
        """List what somebody should have looked at before then."""


def new_id() -> str:
    """Make the id of a form that will ask for a file (hidden field « envoi »)."""
    return new_mark()


def id_of_form(typed: str) -> str:
    """Read the hidden field of a form that asks for a file; ``Refused`` if no page of ours wrote it."""
    if not is_mark(typed):
        raise Refused(STALE_FORM)
    return typed


def await_file(uploads: Uploads, upload: Upload, now: datetime) -> Upload:
    """Keep that a tenant is about to send a file; the same form sent twice asks once.

    Sent again with a correction, it asks for another file: nothing that was typed is lost.  ``OverQuota``,
    which is a ``Refused``, after 20 files or 100 MB in a day.
    """
    awaited = replace(upload, asked_at=now, state=UploadState.AWAITED, look_at=now + LOOKED_AFTER)
    if uploads.add(awaited, MOST_FILES_A_DAY, MOST_BYTES_A_DAY):
        return awaited
    known = uploads.get(upload.tenant, upload.id)
    if known.facts == upload.facts:
        return known
    return await_file(uploads, replace(upload, id=_id_of_correction(upload)), now)


def _id_of_correction(upload: Upload) -> str:
    """Make the id of a form that was sent before with other facts: the same for the same facts."""
    said = repr((upload.id, sorted(upload.facts.items())))
    return urlsafe_b64encode(sha256(said.encode()).digest()[:16]).decode().rstrip("=")


def begin_again(uploads: Uploads, former: Upload, id: str, now: datetime) -> Upload:
    """Await another file in place of one that was refused or never came, with what was typed.

    ``Absent`` if the file may still come, or was accepted.
    """
    if former.state is not UploadState.REFUSED and not former.is_over(now):
        raise Absent(former.id)
    fresh = Upload(id, former.tenant, former.lease, former.purpose, former.facts, now, email=former.email)
    return await_file(uploads, fresh, now)
