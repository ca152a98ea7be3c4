"""What tenants change of their own file (« mes informations »): their phones, what they do for a living.

A form says with each field what it showed (``seen``).  A field that was not touched leaves alone what
another tab, or the landlord's file, has written meanwhile; one that was touched, and that somebody else
changed too, is asked about again.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import Conflict, InvalidForm
from chalicelib.domain.exchange.cells import WrongCell, text
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.timeline import Action, TimelineEvent

TRIES = 3
NOT_LISTED = "Choisissez une situation de la liste."
Reader = Callable[[str], str]


@dataclass(frozen=True)
class Field:
    """A field of the tenant, with its column in the exchange files and its label."""

    name: str
    column: str
    label: str

    @property
    def id(self) -> str:
        """Give its name in a form."""
        return self.column.replace("_", "-")


@dataclass(frozen=True)
class Part:
    """A part of the file, which one form changes."""

    kind: ChangeKind
    action: Action
    fields: tuple[Field, ...]

    def marks(self, tenant: Tenant) -> str:
        """Mark what is shown, for the form that shows it."""
        return ".".join(_mark(getattr(tenant, field.name)) for field in self.fields)

    def told(self, tenant: Tenant) -> dict[str, str]:
        """Give what a tenant's file says here, by column."""
        return {field.column: getattr(tenant, field.name) for field in self.fields}


PHONES = Part(
    ChangeKind.PHONES,
    Action.PHONES_CHANGED,
    (
        Field("home_phone", "telephone_domicile", "Téléphone domicile"),
        Field("mobile_phone", "telephone_mobile", "Téléphone mobile"),
        Field("work_phone", "telephone_travail", "Téléphone travail"),
    ),
)
PROFESSION = Part(
    ChangeKind.PROFESSION,
    Action.PROFESSION_CHANGED,
    (
        Field("employment", "situation_professionnelle", "Situation professionnelle"),
        Field("occupation", "profession", "Profession"),
        Field("employer", "employeur", "Employeur"),
        Field("employer_address", "adresse_employeur", "Adresse de l’employeur"),
    ),
)


@dataclass(frozen=True)
class Filled:
    """A form as it came back: what stands in its fields, by their ids, and the marks of what it showed."""

    typed: Mapping[str, str]
    seen: str


class Overtaken(InvalidForm):
    """Somebody else changed the same fields meanwhile; the messages say what ``tenant`` has there now."""

    def __init__(self, fields: Mapping[str, str], tenant: Tenant) -> None:
        super().__init__(fields)
        self.tenant = tenant


class Profiles(Protocol):
    """Where tenants' files are changed."""

    def find(self, tenant: str) -> Tenant:
        """Read a tenant as last committed; ``Absent`` if there is none."""

    def change(self, before: Tenant, after: Tenant, change: Change, event: TimelineEvent) -> bool:
        """Write what differs, the timeline event and the outgoing change.

        ``False``, and nothing is written, if one of these fields is not what it was before.
        """


def change_part(
    profiles: Profiles,
    part: Part,
    tenant: Tenant,
    filled: Filled,
    readers: Mapping[str, Reader],
    now: datetime,
) -> None:
    """Write what a form changes; what says the same as the file is not written.

    ``readers`` are by the name of the field.  ``InvalidForm`` and ``Overtaken`` as ``wanted`` has them.
    """
    seen = filled.seen or part.marks(tenant)
    for _ in range(TRIES):
        changed = wanted(part, tenant, Filled(filled.typed, seen), readers)
        if not changed:
            return
        after = replace(tenant, **{field.name: value for field, value in changed.items()})  # type: ignore[arg-type]
        change = new_change(now, tenant.id, part.kind, part.told(tenant), part.told(after))
        labels = ", ".join(field.label[0].lower() + field.label[1:] for field in changed)
        event = TimelineEvent(now, part.action, "", labels)
        if profiles.change(tenant, after, change, event):
            return
        tenant = profiles.find(tenant.id)
    raise Conflict(tenant.id)


def wanted(part: Part, tenant: Tenant, filled: Filled, readers: Mapping[str, Reader]) -> dict[Field, str]:
    """Give the fields that somebody changed by hand to something else than what stands there.

    ``InvalidForm`` says what cannot be taken, ``Overtaken`` what somebody else changed meanwhile.
    """
    seen = filled.seen or part.marks(tenant)
    shown = dict(zip(part.fields, seen.split("."), strict=False))
    changed: dict[Field, str] = {}
    wrong: dict[str, str] = {}
    overtaken: dict[str, str] = {}
    for field in part.fields:
        stored, typed = getattr(tenant, field.name), filled.typed.get(field.id)
        if typed is None or typed == stored or _mark(typed) == shown.get(field):
            continue
        try:
            value = readers[field.name](typed) if typed else ""
        except WrongCell as error:
            wrong[field.id] = _about(field, error.rule)
            continue
        if _same(value, stored, readers[field.name]):
            continue
        changed[field] = value
        if shown.get(field) != _mark(stored):
            overtaken[field.id] = _about(field, _now_there(stored))
    if wrong:
        raise InvalidForm(wrong)
    if overtaken:
        raise Overtaken(overtaken, tenant)
    return changed


def listed(words: Collection[str]) -> Reader:
    """Make a reader of one of these words."""

    def read(typed: str) -> str:
        if typed not in words:
            raise WrongCell(NOT_LISTED)
        return typed

    return read


def line(longest: int = 120) -> Reader:
    """Make a reader of a line of text, by the rule of the exchange files."""
    read = text(longest)
    return lambda typed: str(read(unicodedata.normalize("NFC", typed)))


def _same(value: str, stored: str, read: Reader) -> bool:
    """Tell whether two spellings say the same; what the landlord's file has may be no number at all."""
    try:
        return value == stored or (bool(stored) and value == read(stored))
    except WrongCell:
        return False


def _now_there(stored: str) -> str:
    if not stored:
        return (
            "Ceci a été retiré depuis que cette page est ouverte. Gardez-le ou non, puis enregistrez encore."
        )
    return (
        f"Nous avons maintenant «\u00a0{stored}\u00a0», depuis que cette page est ouverte. "
        "Gardez ce que vous préférez, puis enregistrez encore."
    )


def _about(field: Field, said: str) -> str:
    """Say of which field something is said: above a form, the field is not in sight."""
    return f"{field.label}\u00a0: {said[0].lower()}{said[1:]}"


def _mark(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=6).hexdigest()
