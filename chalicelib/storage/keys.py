"""How the keys of the table are spelled, and who reads what (« clés »).

====================  ========================  ================================  =======================
item                  pk                        sk                                read by
====================  ========================  ================================  =======================
account               ``EMAIL#<address>``       ``ACCOUNT``                       sign-in
account of a person   ``TENANT#<id>``           ``ACCOUNT``                       registration, import
second factor         ``EMAIL#<address>``       ``FACTOR``                        sign-in of agents
passkey               ``PASSKEYS#<owner>``      ``<mark>``                        sign-in, page of passkeys
whose a passkey is    ``PASSKEY#<mark>``        ``PASSKEY``                       sign-in
challenge, used       ``CHALLENGE#<mark>``      ``CHALLENGE``                     (its absence is a condition)
agent, their session  ``AGENT#<id>``            ``PROFILE``, ``SESSION#<family>`` every page of an agent
tries at a password   ``EMAIL#<address>``       ``TRIES``, ``TRIES#<device>``     sign-in
tries of a network    ``TRIES#ip#<network>``    ``TRIES``                         sign-in
tries of a link       ``TRIES#confirmation#…``  ``TRIES``                         the page that it opens
tries of others       ``TRIES#<kind>#<name>``   ``TRIES``                         registration, codes
link of a mail        ``LINK#<sha256>``         ``LINK``                          the page that it opens
last answer, by kind  ``LINK#<address>``        ``NEWEST#<kind>``                 the worker of accounts
address in trouble    ``MAIL#<address>``        ``MAIL``                          each mail; home, profile
timeline event        ``TENANT#<id>``           ``ACTION#<moment>#<subject>``     home page
hold on a lease       ``TENANT#<id>``           ``HOLD#<lease>``                  every page
open request          ``TENANT#<id>``           ``OPEN#<number>``                 every page
profile               ``TENANT#<id>``           ``PROFILE``                       every page
session               ``TENANT#<id>``           ``SESSION#<family>``              every page
request               ``REQUESTS#<tenant>``     ``<number>``                      Demandes
last request number   ``SEQUENCE#D<year>``      ``SEQUENCE``                      requests opened here
form sent, by mark    ``ONCE#<tenant>#<mark>``  ``ONCE``                          the form when sent again
holder, lease,        ``LEASE#<number>``        ``HOLDER#<tenant>``, ``LEASE``,   Contrat, tickets
occupant, unit                                  ``OCCUPANT#…``, ``UNIT#…``
rows last brought in  of leases and tenants     ``~ROWS``                         the import
paper brought in      ``LEASE#<number>``        ``~PAPER#<reference>``            the import
rent call             ``LEASE#<number>``        ``CALL#<month>``                  notices; index ``due``
charge statement      ``LEASE#<number>``        ``BALANCE#<year>``                papers; index ``due``
certificate, cover    ``LEASE#<number>``        ``CERTIFICATE#…``, ``COVER``      insurance; home (cover)
insurance alert       ``LEASE#<number>``        ``ALERT#<end>#<stage>#<tenant>``  the landlord's file; ``due``
mail of alerts        ``ALERT_MAIL#<id>``       ``MAIL``                          who sends them; SES's word
latest one of each    ``ALERTED#<tenant>``      ``ALERTED``                       who sends them
last look at covers   ``INSURANCE``             ``SEEN``                          the next look
ledger entry          ``BOOK#<account>``        ``ENTRY#<day>#<fact>``            Paiement
pending payment       ``BOOK#<account>``        ``PENDING``                       home, Paiement
balance               ``BOOK#<account>``        ``TOTAL``                         home; index ``due``
payment               ``PAYMENT#<id>``          ``PAYMENT``                       payment pages; index ``due``
event received        ``EVENT#<id>``            ``EVENT``                         (kept to be looked up)
document              ``PAPERS#<lease>``        ``<day>#<id>``                    Documents
consent               ``PAPERS#<lease>``        ``CONSENT#<tenant>``              Documents, receipts
code of a receipt     ``CODE#<code>``           ``PAPER``                         who checks a receipt
mail that waits       ``OUTBOX#<id>``           ``MAIL``                          who sends it; index ``due``
run of a month        ``RUN#<month>``           ``PART#<part>``                   how far the run came
outgoing change       ``CHANGES#<day>``         ``<moment>#<id>``                 the export
upload                ``UPLOAD#<tenant>``       ``<id>``                          its page; index ``due``
uploads of a day      ``UPLOAD#<tenant>``       ``DAY#<day>``                     (its counts are conditions)
migration that ran    ``MIGRATIONS``            ``<number>``                      the deployment
====================  ========================  ================================  =======================

The letters are chosen: read backwards, a tenant's partition gives session, profile, open requests and holds,
then the latest actions: one query with a limit is the home page; a book gives its balance, then its entries;
papers give the consents of their lease, then the newest paper.

The index ``due`` has what something is left to be done about, under a key of its own for each kind of work,
most of them by part (``parts``).
"""

from datetime import date


def account_key(email: str) -> str:
    """Partition of an account, known by its address."""
    return f"EMAIL#{email}"


def tenant_key(tenant: str) -> str:
    """Partition of what every page of a tenant needs."""
    return f"TENANT#{tenant}"


def agent_key(agent: str) -> str:
    """Partition of what every page of an agent needs."""
    return f"AGENT#{agent}"


def lease_key(lease: str) -> str:
    """Partition of a lease."""
    return f"LEASE#{lease}"


def book_key(account: str) -> str:
    """Partition of an account of the ledger."""
    return f"BOOK#{account}"


def papers_key(lease: str) -> str:
    """Partition of the papers of a lease."""
    return f"PAPERS#{lease}"


def calls_key(month_on: date, part: int) -> str:
    """Where the rent calls of a month wait for their notice, in the index."""
    return f"CALLS#{month_on:%Y-%m}#{part:02}"


def statements_key(part: int) -> str:
    """Where charge statements wait for their paper, in the index."""
    return f"BALANCES#{part:02}"


def receipts_key(part: int) -> str:
    """Where accounts wait that moved since their receipts were looked at, in the index."""
    return f"RECEIPTS#{part:02}"
