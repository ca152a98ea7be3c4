"""The portal's entry point and table of contents: every Lambda function of the deployment starts here.

The pages are in ``chalicelib/handlers``, one module per group; what schedules and queues do is in its
``jobs``.  Event functions are declared here and not in blueprints: there, Lambda would run them without
this file and its middleware.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from chalice import Chalice, ConvertToMiddleware, Rate
from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.handlers import (
    accounts,
    documents,
    home,
    jobs,
    landlord,
    leases,
    mail_events,
    payments,
    profile,
    requests,
    statics,
    webhooks,
)
from chalicelib.handlers.door import pages_instead_of_json

logger = Logger(service="portal")
copy_config_to_registered_loggers(logger, include={"portal.alarm"})  # alarms are lines of JSON too
app = Chalice(app_name="espace-locataire")
app.register_middleware(ConvertToMiddleware(logger.inject_lambda_context))
app.register_middleware(pages_instead_of_json(webhooks.MACHINES), "http")

app.register_blueprint(accounts.site)
app.register_blueprint(home.site)
app.register_blueprint(profile.site)
app.register_blueprint(leases.site)
app.register_blueprint(documents.site)
app.register_blueprint(payments.site)
app.register_blueprint(requests.site)
app.register_blueprint(landlord.site)
app.register_blueprint(statics.site)
app.register_blueprint(webhooks.hooks)


@app.on_sqs_message(queue="espace-locataire-payments", batch_size=10, name="sync_payments")
def sync_payments(event: SQSEvent) -> dict[str, Any]:
    """Look at what the payment provider's events named."""
    return jobs.sync_payments(event)


@app.on_sqs_message(queue="espace-locataire-documents", batch_size=10, name="issue_documents")
def issue_documents(event: SQSEvent) -> dict[str, Any]:
    """Make, keep and send papers."""
    return jobs.issue_documents(event)


@app.schedule(Rate(15, unit=Rate.MINUTES), name="sweep_payments")
def sweep_payments(event: CloudWatchEvent) -> int:
    """Look at the payments of which nobody told the outcome."""
    return jobs.sweep_payments(event)


@app.on_sqs_message(queue="espace-locataire-mail-events", batch_size=10, name="record_mail_events")
def record_mail_events(event: SQSEvent) -> dict[str, Any]:
    """Keep the addresses that take no mail."""
    return mail_events.record_mail_events(event)
