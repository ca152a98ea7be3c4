"""The portal's entry point and table of contents: every Lambda function of the deployment starts here.

The pages are in ``chalicelib/handlers``, one module per group, loaded with the first request for one of its
addresses (docs/decisions/0013); who may see a page is said there.  What schedules and queues do is there too,
loaded by the function that does it.  Event functions are declared here and not in blueprints: there, Lambda
would run them without this file and its middleware.
"""

from typing import Any

from chalice import Chalice, Rate
from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.handlers import contents, statics, webhooks
from chalicelib.handlers.door import pages_instead_of_json

# Lambda's runtime writes the log, in JSON: a handler of Chalice's would say it twice (docs/decisions/0007).
app = Chalice(app_name="espace-locataire", configure_logs=False)
app.register_middleware(pages_instead_of_json(webhooks.MACHINES), "http")

PAGES = {
    "accounts": (
        "GET /connexion",
        "POST /connexion",
        "POST /deconnexion",
        "POST /preferences/texte",
    ),
    "registration": (
        "GET /inscription",
        "POST /inscription",
        "GET /confirmation/{token}",
        "POST /confirmation/{token}",
        "POST /confirmation/{token}/nouveau",
    ),
    "recovery": (
        "GET /mot-de-passe",
        "POST /mot-de-passe",
        "GET /mot-de-passe/{token}",
        "POST /mot-de-passe/{token}",
        "GET /gestion/mot-de-passe",
        "POST /gestion/mot-de-passe",
        "GET /gestion/mot-de-passe/{token}",
        "POST /gestion/mot-de-passe/{token}",
        "GET /deverrouillage/{token}",
        "POST /deverrouillage/{token}",
    ),
    "home": ("GET /",),
    "profile": (
        "GET /informations-personnelles",
        "POST /informations-personnelles/messages",
    ),
    "profile_changes": (
        "GET /informations-personnelles/coordonnees",
        "POST /informations-personnelles/coordonnees",
        "GET /informations-personnelles/profession",
        "POST /informations-personnelles/profession",
    ),
    "password": (
        "GET /informations-personnelles/mot-de-passe",
        "POST /informations-personnelles/mot-de-passe",
    ),
    "address_change": (
        "GET /informations-personnelles/e-mail",
        "POST /informations-personnelles/e-mail",
    ),
    "sessions": (
        "GET /sessions",
        "POST /sessions/fermer",
        "GET /gestion/sessions",
        "POST /gestion/sessions/fermer",
    ),
    "passkeys": (
        "POST /connexion/cle",
        "POST /gestion/connexion/cle",
        "GET /informations-personnelles/cles",
        "POST /informations-personnelles/cles",
        "POST /informations-personnelles/cles/retirer",
        "GET /gestion/cles",
        "POST /gestion/cles",
        "POST /gestion/cles/retirer",
    ),
    "leases": ("GET /contrat",),
    "occupants": (
        "GET /contrat/occupants/ajout",
        "POST /contrat/occupants/ajout",
        "GET /contrat/occupants/sortie",
        "POST /contrat/occupants/sortie",
        "GET /contrat/occupants/modification",
        "POST /contrat/occupants/modification",
    ),
    "billing_address": (
        "GET /contrat/adresse-de-facturation",
        "POST /contrat/adresse-de-facturation",
    ),
    "documents": (
        "GET /documents",
        "GET /documents/{lease}/{id}",
        "POST /documents/accord",
        "POST /documents/attestation",
    ),
    "verification": ("GET /verification",),
    "payments": (
        "GET /paiement",
        "POST /paiement",
        "GET /paiement/payer",
        "GET /paiement/{id}",
        "POST /paiement/{id}/renoncer",
    ),
    "requests": (
        "GET /demandes",
        "GET /demandes/{number}",
    ),
    "insurance": (
        "GET /contrat/assurance",
        "POST /contrat/assurance",
        "GET /contrat/assurance/{lease}/{reference}",
    ),
    "uploads": (
        "GET /envois/{id}",
        "POST /envois/{id}/recommencer",
        "POST /demandes/{number}/pieces",
        "GET /demandes/{number}/pieces/{id}",
    ),
    "landlord": (
        "GET /contacts",
        "GET /mentions-legales",
        "GET /donnees-personnelles",
        "GET /accessibilite",
    ),
    "staff.door": (
        "GET /gestion/connexion",
        "POST /gestion/connexion",
        "GET /gestion/code",
        "POST /gestion/code",
        "POST /gestion/deconnexion",
        "POST /gestion/preferences/texte",
    ),
    "staff.telephone": (
        "GET /gestion/double-authentification",
        "POST /gestion/double-authentification",
        "GET /gestion/codes-de-secours",
        "POST /gestion/codes-de-secours",
    ),
    "staff.home": ("GET /gestion",),
    "staff.certificates": (
        "GET /gestion/attestations",
        "GET /gestion/attestations/{lease}/{reference}",
        "GET /gestion/attestations/{lease}/{reference}/fichier",
        "POST /gestion/attestations/{lease}/{reference}/accepter",
        "POST /gestion/attestations/{lease}/{reference}/refuser",
    ),
}
contents.serve(app, PAGES)
app.register_blueprint(statics.site)
app.register_blueprint(webhooks.hooks)


@app.on_sqs_message(queue="espace-locataire-payments", batch_size=10, name="sync_payments")
def sync_payments(event: SQSEvent) -> dict[str, Any]:
    """Look at what the payment provider's events named."""
    from chalicelib.handlers import jobs

    return jobs.sync_payments(event)


@app.on_sqs_message(queue="espace-locataire-documents", batch_size=10, name="issue_documents")
def issue_documents(event: SQSEvent) -> dict[str, Any]:
    """Make, keep and send the papers that somebody waits for."""
    from chalicelib.handlers import paper_jobs

    return paper_jobs.issue_papers(event)


@app.schedule(Rate(15, unit=Rate.MINUTES), name="sweep_payments")
def sweep_payments(event: CloudWatchEvent) -> int:
    """Look at the payments of which nobody told the outcome."""
    from chalicelib.handlers import jobs

    return jobs.sweep_payments(event)


@app.on_sqs_message(queue="espace-locataire-mail-events", batch_size=10, name="record_mail_events")
def record_mail_events(event: SQSEvent) -> dict[str, Any]:
    """Keep the addresses that take no mail."""
    from chalicelib.handlers import mail_events

    return mail_events.record_mail_events(event)


@app.schedule(Rate(1, unit=Rate.HOURS), name="clear_expired")
def clear_expired(event: CloudWatchEvent) -> int:
    """Take out the sessions and links that have ended."""
    from chalicelib.handlers import jobs

    return jobs.clear_expired(event)


@app.on_sqs_message(queue="espace-locataire-access", batch_size=10, name="answer_access")
def answer_access(event: SQSEvent) -> dict[str, Any]:
    """Write to who asked to get in, and to whose account was touched."""
    from chalicelib.handlers import access_jobs

    return access_jobs.answer_access(event)


@app.on_sqs_message(queue="espace-locataire-uploads", batch_size=1, name="inspect_uploads")
def inspect_uploads(event: SQSEvent) -> dict[str, Any]:
    """Inspect the files that tenants sent, and let in those that are safe."""
    from chalicelib.handlers import upload_jobs

    return upload_jobs.inspect_uploads(event)


@app.schedule(Rate(15, unit=Rate.MINUTES), name="sweep_uploads")
def sweep_uploads(event: CloudWatchEvent) -> int:
    """Look at the files of which nobody told."""
    from chalicelib.handlers import upload_jobs

    return upload_jobs.sweep_uploads(event)


@app.schedule(Rate(1, unit=Rate.HOURS), name="plan_insurance_alerts")
def plan_insurance_alerts(event: CloudWatchEvent) -> int:
    """Share out what is due of the alerts about insurance."""
    from chalicelib.handlers import insurance_jobs

    return insurance_jobs.plan_insurance_alerts(event)


@app.on_sqs_message(queue="espace-locataire-alerts", batch_size=1, name="send_insurance_alerts")
def send_insurance_alerts(event: SQSEvent) -> dict[str, Any]:
    """Put alerts about insurance on file, and mail them."""
    from chalicelib.handlers import insurance_jobs

    return insurance_jobs.send_insurance_alerts(event)


@app.schedule(Rate(1, unit=Rate.HOURS), name="plan_papers")
def plan_papers(event: CloudWatchEvent) -> int:
    """Share out the papers that are due, and the mails that wait."""
    from chalicelib.handlers import paper_jobs

    return paper_jobs.plan_papers(event)


@app.on_sqs_message(queue="espace-locataire-papers", batch_size=5, name="issue_papers")
def issue_papers(event: SQSEvent) -> dict[str, Any]:
    """Make and keep the papers of many homes."""
    from chalicelib.handlers import paper_jobs

    return paper_jobs.issue_papers(event)


@app.on_sqs_message(queue="espace-locataire-mails", batch_size=1, name="send_mails")
def send_mails(event: SQSEvent) -> dict[str, Any]:
    """Send the mails that wait, each once."""
    from chalicelib.handlers import outbox_jobs

    return outbox_jobs.send_mails(event)
