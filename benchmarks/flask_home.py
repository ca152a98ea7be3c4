"""The home page as a small Flask + SQLAlchemy + SQLite application would serve it (« jumeau »).

Kept fair, in doubt in its favour:
- the same templates and filters, compiled once; the domain's rules (alerts, grouping by day) as they are;
- it shows the same page, byte for byte but for the forms' tokens (``page.py`` checks that);
- it does what ours does: a signed cookie written again on each page, a session row that can be revoked, the
  token of the forms (as Flask-WTF makes it), the same headers;
- the same facts in the same pieces: session, tenant, holds, balances, pending payments, covers, requests,
  actions, with all their columns;
- its mapped objects go straight into the template, and its four SELECTs are what a careful hand would write
  (joins where rows are one to one, a counter instead of a count, the balance kept instead of summed);
- it is called as WSGI, without a server or the adapter that Lambda would need in front of it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask
from itsdangerous import URLSafeTimedSerializer
from jinja2 import StrictUndefined
from sqlalchemy import DateTime, ForeignKey, TypeDecorator, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

from benchmarks import household
from chalicelib import templating
from chalicelib.domain import french, timeline
from chalicelib.domain.insurance import Cover, Period, alert_for
from chalicelib.domain.service_requests import CLASSES, LABELS, RequestState
from chalicelib.domain.sessions import IDLE
from chalicelib.domain.timeline import by_day

KEY = b"a key of the benchmarks, and of nothing else"
SHOWN = 10


class Moment(TypeDecorator[datetime]):
    """An aware moment; SQLite keeps no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    pass


class Tenant(Base):
    __tablename__ = "tenant"
    id: Mapped[str] = mapped_column(primary_key=True)
    civility: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    home_phone: Mapped[str]
    mobile_phone: Mapped[str]
    work_phone: Mapped[str]
    benefit_number: Mapped[str]
    benefit_office: Mapped[str]
    employment: Mapped[str]
    occupation: Mapped[str]
    employer: Mapped[str]
    employer_address: Mapped[str]
    request_count: Mapped[int]

    @property
    def display_name(self) -> str:
        return " ".join(part for part in (self.civility, self.first_name, self.last_name) if part)


class SignedIn(Base):
    __tablename__ = "session"
    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    remembered: Mapped[bool]
    device: Mapped[str]
    tenant: Mapped[Tenant] = relationship()


class Pending(Base):
    __tablename__ = "pending"
    lease_number: Mapped[str] = mapped_column(ForeignKey("lease.number"), primary_key=True)
    payment: Mapped[str]
    cents: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Moment)


class Covered(Base):
    __tablename__ = "cover"
    lease_number: Mapped[str] = mapped_column(ForeignKey("lease.number"), primary_key=True)
    until_on: Mapped[date | None]
    to_check: Mapped[bool]


class Lease(Base):
    __tablename__ = "lease"
    number: Mapped[str] = mapped_column(primary_key=True)
    balance_cents: Mapped[int]
    pending: Mapped[Pending | None] = relationship()
    cover: Mapped[Covered | None] = relationship()

    @property
    def lease_number(self) -> str:
        return self.number

    @property
    def is_payable(self) -> bool:
        return self.balance_cents >= 50

    @property
    def pending_path(self) -> str:
        return f"/paiement/{self.pending.payment}" if self.pending else ""

    @property
    def in_progress_cents(self) -> int:
        return self.pending.cents if self.pending else 0


class Hold(Base):
    __tablename__ = "hold"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    lease_number: Mapped[str] = mapped_column(ForeignKey("lease.number"), primary_key=True)
    since_on: Mapped[date]
    lease: Mapped[Lease] = relationship()


class Request(Base):
    __tablename__ = "request"
    number: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), index=True)
    lease_number: Mapped[str]
    topic: Mapped[str]
    detail: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str]
    is_open: Mapped[bool]

    @property
    def state_label(self) -> str:
        return LABELS[RequestState(self.state)]

    @property
    def state_class(self) -> str:
        return CLASSES[RequestState(self.state)]


class Action(Base):
    __tablename__ = "action"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    cents: Mapped[int]

    # The words are the domain's own: they need the columns above and this.
    @property
    def action(self) -> timeline.Action:
        return timeline.Action(self.kind)

    text = timeline.TimelineEvent.text
    path = timeline.TimelineEvent.path


def make_app(folder: Path, headers: dict[str, str], shared: dict[str, Any]) -> flask.Flask:
    """Make the application on a database filled with the household."""
    engine = create_engine(f"sqlite:///{folder / 'flask.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as database:
        database.add_all(_rows())
        database.commit()
    app = flask.Flask("flask_home", template_folder=str(templating.ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY=KEY, SESSION_REFRESH_EACH_REQUEST=True)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(templating.FILTERS)
    app.jinja_env.globals.update(shared)
    app.add_url_rule("/", "home", lambda: _home(engine))
    app.after_request(lambda answer: answer.headers.extend(headers) or answer)
    return app


def _home(engine: Any) -> Any:
    with Session(engine, expire_on_commit=False) as database:
        signed_in = _signed_in(database)
        if signed_in is None:
            return flask.redirect("/connexion")
        tenant, today = signed_in.tenant, french.today(household.NOW)
        leases = [hold.lease for hold in database.scalars(_holds_of(tenant))]
        covers = [
            Cover(lease.number, (Period(date.min, lease.cover.until_on),), lease.cover.to_check)
            if lease.cover
            else Cover(lease.number)
            for lease in leases
        ]
        visit = SimpleNamespace(
            path=flask.request.path,
            here=flask.request.full_path.rstrip("?"),
            today=today,
            csrf=_token(),
            text_size=int(flask.request.cookies.get("texte", "0")),
            tenant=tenant,
        )
        still_open = select(Request).where(Request.tenant_id == tenant.id, Request.is_open)
        latest = select(Action).where(Action.tenant_id == tenant.id).order_by(Action.at.desc()).limit(SHOWN)
        return flask.render_template(
            "home/home.html",
            visit=visit,
            alerts=[alert for cover in covers if (alert := alert_for(cover, today))],
            mail_trouble=None,
            accounts=leases,
            open_requests=database.scalars(still_open.order_by(Request.number.desc())).all(),
            request_count=tenant.request_count,
            days=by_day(database.scalars(latest), today),
        )


def _holds_of(tenant: Tenant) -> Any:
    lease = joinedload(Hold.lease)
    return (
        select(Hold)
        .where(Hold.tenant_id == tenant.id)
        .order_by(Hold.lease_number)
        .options(lease.joinedload(Lease.pending), lease.joinedload(Lease.cover))
    )


def _signed_in(database: Session) -> SignedIn | None:
    """Find the session of the cookie, unless it is over or idle; write the cookie as of now."""
    secret, seen = flask.session.get("secret", ""), flask.session.get("seen", 0)
    wanted = select(SignedIn).where(SignedIn.secret_hash == hashlib.sha256(secret.encode()).hexdigest())
    found = database.scalar(wanted.options(joinedload(SignedIn.tenant)))
    if found is None or found.ends_at <= household.NOW:
        return None
    if household.NOW - datetime.fromtimestamp(seen, UTC) >= IDLE and not found.remembered:
        return None
    flask.session["seen"] = int(household.NOW.timestamp())
    return found


def _token() -> str:
    """Sign the token of the forms, which lies in the session."""
    return str(URLSafeTimedSerializer(KEY, salt="csrf").dumps(flask.session["csrf"]))


def signed_in_cookie(app: flask.Flask) -> str:
    """Give the cookie of somebody who has just signed in."""
    with app.test_request_context():
        said = {"secret": "s" * 43, "csrf": "c" * 40, "seen": int(household.NOW.timestamp())}
        signer: Any = flask.sessions.SecureCookieSessionInterface().get_signing_serializer(app)
        return f"session={signer.dumps(said)}"


def caller(app: flask.Flask, cookie: str) -> Callable[[], bytes]:
    """Give a call of the home page, as a WSGI server makes it."""
    from werkzeug.test import EnvironBuilder

    environ = EnvironBuilder(
        path="/", headers={"Cookie": cookie, "User-Agent": household.DEVICE}
    ).get_environ()

    def call() -> bytes:
        status: list[str] = []
        body = b"".join(app.wsgi_app(dict(environ), lambda said, *_: status.append(said)))  # type: ignore[arg-type, return-value]
        assert status == ["200 OK"], status
        return body

    return call


def _rows() -> list[Base]:
    who, asked = household.TENANT, household.requests()
    rows: list[Base] = [
        Tenant(**asdict(who) | {"civility": who.civility.value}, request_count=len(asked)),
        SignedIn(
            secret_hash=hashlib.sha256(b"s" * 43).hexdigest(),
            tenant_id=who.id,
            opened_at=household.NOW,
            ends_at=household.NOW + timedelta(hours=12),
            remembered=False,
            device=household.DEVICE,
        ),
    ]
    for hold, cover in zip(household.HOLDS, household.COVERS, strict=True):
        rows += [
            Lease(number=hold.lease, balance_cents=household.balance_cents(hold.lease)),
            Covered(lease_number=hold.lease, until_on=cover.until(household.TODAY), to_check=cover.to_check),
            Hold(tenant_id=who.id, lease_number=hold.lease, since_on=hold.since_on),
        ]
    for one in asked:
        named = {name: getattr(one, name) for name in ("number", "topic", "detail", "opened_at", "is_open")}
        rows.append(Request(**named, tenant_id=who.id, lease_number=one.lease, state=one.state.value))
    for done in household.actions():
        named = {name: getattr(done, name) for name in ("at", "subject", "detail", "cents")}
        rows.append(Action(**named, tenant_id=who.id, kind=done.action.value))
    return rows
