"""The Django twin's tables; Django itself imports them, once it is set up (« tables du jumeau »)."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from chalicelib.domain import timeline
from chalicelib.domain.service_requests import CLASSES, LABELS, RequestState


class Tenant(AbstractBaseUser):
    id = models.CharField(primary_key=True, max_length=20)
    civility = models.CharField(max_length=5)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    home_phone = models.CharField(max_length=20)
    mobile_phone = models.CharField(max_length=20)
    work_phone = models.CharField(max_length=20)
    benefit_number = models.CharField(max_length=20)
    benefit_office = models.CharField(max_length=80)
    employment = models.CharField(max_length=80)
    occupation = models.CharField(max_length=80)
    employer = models.CharField(max_length=80)
    employer_address = models.CharField(max_length=200)
    request_count = models.IntegerField()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        app_label = "benchmarks"

    @property
    def display_name(self) -> str:
        return " ".join(part for part in (self.civility, self.first_name, self.last_name) if part)


class Lease(models.Model):
    number = models.CharField(primary_key=True, max_length=20)
    balance_cents = models.IntegerField()

    class Meta:
        app_label = "benchmarks"

    @property
    def lease_number(self) -> str:
        return str(self.number)

    @property
    def is_payable(self) -> bool:
        return self.balance_cents >= 50

    @property
    def pending_path(self) -> str:
        return f"/paiement/{self.pending.payment}" if hasattr(self, "pending") else ""

    @property
    def in_progress_cents(self) -> int:
        return int(self.pending.cents) if hasattr(self, "pending") else 0


class Pending(models.Model):
    lease = models.OneToOneField(Lease, models.CASCADE, primary_key=True)
    payment = models.CharField(max_length=40)
    cents = models.IntegerField()
    started_at = models.DateTimeField()

    class Meta:
        app_label = "benchmarks"


class Covered(models.Model):
    lease = models.OneToOneField(Lease, models.CASCADE, primary_key=True, related_name="cover")
    until_on = models.DateField(null=True)
    to_check = models.BooleanField()

    class Meta:
        app_label = "benchmarks"


class Hold(models.Model):
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    lease = models.ForeignKey(Lease, models.CASCADE)
    since_on = models.DateField()

    class Meta:
        app_label = "benchmarks"


class Request(models.Model):
    number = models.CharField(primary_key=True, max_length=20)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    lease_number = models.CharField(max_length=20)
    topic = models.CharField(max_length=80)
    detail = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=20)
    is_open = models.BooleanField()

    class Meta:
        app_label = "benchmarks"

    @property
    def state_label(self) -> str:
        return LABELS[RequestState(self.state)]

    @property
    def state_class(self) -> str:
        return CLASSES[RequestState(self.state)]


class Action(models.Model):
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    detail = models.CharField(max_length=80)
    cents = models.IntegerField()

    class Meta:
        app_label = "benchmarks"

    # The words are the domain's own: they need the columns above and this.
    @property
    def action(self) -> timeline.Action:
        return timeline.Action(self.kind)

    text = timeline.TimelineEvent.text
    path = timeline.TimelineEvent.path
