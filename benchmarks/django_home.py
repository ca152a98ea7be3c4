"""The home page as a small Django application on SQLite would serve it (« jumeau »).

Kept fair, in doubt in its favour:
- Django's own template language, kept compiled as it does by default, with the portal's templates said in it
  (``django_templates``: loops and conditions, no inclusion for each icon) and the portal's filters;
- it shows the same page, byte for byte but for the forms' tokens and blank lines (``page.py`` checks that);
- the middleware and context that ``startproject`` writes: sessions in the database, authentication, CSRF,
  security headers; the moment of the last page is in a signed cookie, as in ours: no write at each page;
- the same facts in the same pieces: session, tenant, holds, balances, pending payments, covers, requests,
  actions, with all their columns;
- its five SELECTs are what a careful hand would write (joins where rows are one to one, a counter instead of
  a count, the balance kept instead of summed); connections stay open, debugging and translations are off;
- it is called as WSGI, without a server or the adapter that Lambda would need in front of it.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import Library
from django.urls import path

from benchmarks import household
from chalicelib import templating
from chalicelib.domain import french
from chalicelib.domain.insurance import Cover, Period, alert_for
from chalicelib.domain.sessions import IDLE
from chalicelib.domain.timeline import by_day

SHOWN, SEEN = 10, "seen"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
MENU = (
    ("/", "Accueil"),
    ("/informations-personnelles", "Informations personnelles"),
    ("/contrat", "Contrat"),
    ("/documents", "Documents"),
    ("/paiement", "Paiement"),
    ("/demandes", "Demandes"),
)
QUICK_ACCESS = (
    ("/informations-personnelles", "Informations personnelles", "person"),
    ("/contrat", "Contrat", "lease"),
    ("/documents", "Documents", "pages"),
    ("/paiement", "Paiement", "card"),
    ("/demandes", "Demandes", "bubble"),
    ("/contacts", "Contacts", "phone"),
)
_shared: dict[str, Any] = {}
_headers: dict[str, str] = {}


class Twin(AppConfig):
    name = "benchmarks"

    def import_models(self) -> None:
        super().import_models()
        import_module("benchmarks.django_models")


register = Library()
register.filter("abs", lambda cents: abs(cents))
for _name, _filter in templating.FILTERS.items():
    register.filter(_name, _filter)


@register.simple_tag
def asset(name: str) -> str:
    return str(_shared["asset"](name))


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page to somebody whose session is neither over nor idle."""
    from benchmarks.django_models import Action, Hold, Request

    seen = int(request.get_signed_cookie(SEEN, "0"))
    if household.NOW - datetime.fromtimestamp(seen, UTC) >= IDLE:
        return HttpResponseRedirect("/connexion")
    tenant: Any = request.user
    holds = Hold.objects.filter(tenant_id=tenant.pk).order_by("lease_id")
    leases = [hold.lease for hold in holds.select_related("lease__pending", "lease__cover")]
    covers = [
        Cover(lease.number, (Period(date.min, lease.cover.until_on),), lease.cover.to_check)
        if hasattr(lease, "cover")
        else Cover(lease.number)
        for lease in leases
    ]
    today = french.today(household.NOW)
    visit = SimpleNamespace(
        path=request.path,
        here=request.get_full_path(),
        today=today,
        csrf=get_token(request),
        text_size=int(request.COOKIES.get("texte", "0")),
        tenant=tenant,
    )
    values = {
        "visit": visit,
        "landlord": _shared["landlord"],
        "menu": MENU,
        "quick": QUICK_ACCESS,
        "alerts": [alert for cover in covers if (alert := alert_for(cover, today))],
        "accounts": leases,
        "open_requests": list(Request.objects.filter(tenant_id=tenant.pk, is_open=True).order_by("-number")),
        "request_count": tenant.request_count,
        "days": by_day(Action.objects.filter(tenant_id=tenant.pk).order_by("-at")[:SHOWN], today),
    }
    answer = render(request, "home.html", values)
    answer.set_signed_cookie(SEEN, str(int(household.NOW.timestamp())), httponly=True, samesite="Lax")
    for name, value in _headers.items():
        answer.headers[name] = value
    return answer


urlpatterns = [path("", home)]


def make_call(folder: Path, headers: dict[str, str], shared: dict[str, Any]) -> Callable[[], bytes]:
    """Make the application on a database filled with the household; give a call of its home page."""
    _shared.update(shared)
    _headers.update(headers)
    _configure(folder)
    django.setup()
    _fill()
    return _caller()


def _configure(folder: Path) -> None:
    file = folder / "django.sqlite"
    settings.configure(
        SECRET_KEY="a key of the benchmarks, and of nothing else",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            f"{__name__}.Twin",
        ],
        MIDDLEWARE=MIDDLEWARE,
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "CONN_MAX_AGE": None},
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        AUTH_USER_MODEL="benchmarks.Tenant",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).with_name("django_templates")],
                "OPTIONS": {"builtins": [__name__], "context_processors": CONTEXT},
            }
        ],
        USE_TZ=True,
        USE_I18N=False,
    )


def _fill() -> None:
    from django.contrib.sessions.models import Session
    from django.db import connection

    from benchmarks.django_models import Action, Covered, Hold, Lease, Pending, Request, Tenant

    with connection.schema_editor() as editor:
        for model in (Session, Tenant, Lease, Pending, Covered, Hold, Request, Action):
            editor.create_model(model)
    who, asked = household.TENANT, household.requests()
    Tenant.objects.create(**asdict(who) | {"civility": who.civility.value}, request_count=len(asked))
    for hold, cover in zip(household.HOLDS, household.COVERS, strict=True):
        Lease.objects.create(number=hold.lease, balance_cents=household.balance_cents(hold.lease))
        Covered.objects.create(
            lease_id=hold.lease, until_on=cover.until(household.TODAY), to_check=cover.to_check
        )
        Hold.objects.create(tenant_id=who.id, lease_id=hold.lease, since_on=hold.since_on)
    for one in asked:
        named = {name: getattr(one, name) for name in ("number", "topic", "detail", "opened_at", "is_open")}
        Request.objects.create(**named, tenant_id=who.id, lease_number=one.lease, state=one.state.value)
    for done in household.actions():
        named = {name: getattr(done, name) for name in ("at", "subject", "detail", "cents")}
        Action.objects.create(**named, tenant_id=who.id, kind=done.action.value)


def _caller() -> Callable[[], bytes]:
    """Sign in, then give a call of the home page, as a WSGI server makes it."""
    from django.core.signing import get_cookie_signer
    from django.core.wsgi import get_wsgi_application
    from django.test import Client, RequestFactory

    from benchmarks.django_models import Tenant

    client = Client()
    client.force_login(Tenant.objects.get())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    seen = get_cookie_signer(salt=SEEN).sign(str(int(household.NOW.timestamp())))
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'k' * 32}; {SEEN}={seen}"
    factory = RequestFactory(HTTP_COOKIE=cookies, HTTP_HOST="127.0.0.1", HTTP_USER_AGENT=household.DEVICE)
    environ = factory.get("/").environ
    application = get_wsgi_application()

    def call() -> bytes:
        status: list[str] = []
        answer = application(dict(environ), lambda said, *_: status.append(said))
        body = b"".join(answer)
        answer.close()
        assert status == ["200 OK"], status
        return body

    return call
