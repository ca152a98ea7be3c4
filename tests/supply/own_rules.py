"""Rules of ours that no linter knows (« règles maison »), told over the syntax tree of the code.

A rule names what it forbids, where, and in which functions it is allowed, each with its reason.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.config import ROOT

Check = Callable[[ast.AST], bool]
MONEY = re.compile(
    r"/(ledger|payment|collection|money|intake_book|intake_call|direct_debit|stripe|refund|french|call|"
    r"settlement|receipt|rent_paper|rent_notice|charge_)[^/]*\.py$"
)
EXPRESSION = re.compile(r"[A-Z][A-Za-z]*Expression$")
STORAGE = re.compile(r"^chalicelib/storage/")
OURS = re.compile(r"^(chalicelib/|app\.py$)")


@dataclass(frozen=True)
class Rule:
    """What is forbidden: ``check`` finds it in one node; ``allowed`` is « file:function » with the reason."""

    name: str
    check: Check
    where: re.Pattern[str]
    allowed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where something was found."""

    file: str
    function: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.file}:{self.function}"


def called(node: ast.AST) -> str:
    """Give the last name of what is called: ``save`` of ``item.save()``."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def text_of(node: ast.AST) -> str:
    """Give a text that is written in the code."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def scans(node: ast.AST) -> bool:
    return called(node) in {"scan", "rate_limited_scan"} or text_of(node) == "Scan"


def counts_with_floats(node: ast.AST) -> bool:
    """Find true division, fractions, and whatever makes or rounds one."""
    match node:
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return True
        case ast.Constant(value=float()) | ast.Name(id="float" | "round"):
            return True
    return False


def adds_blindly(node: ast.AST) -> bool:
    """Find what adds to a stored number: asked twice, because an answer was lost, it adds twice."""
    match node:
        case ast.Call(func=ast.Attribute(attr="add", value=ast.Attribute())):
            return True
        case ast.Call(func=ast.Attribute(attr="set", value=ast.Attribute()), args=[ast.BinOp()]):
            return True
    return bool(re.search(r"(^|\W)ADD [\w:#]|SET .*= *[\w#]+ *[+-] *:", text_of(node)))


DELETING = {"delete", *(f"delete_{what}" for what in ("item", "object", "objects", "bucket", "table"))}


def deletes(node: ast.AST) -> bool:
    return called(node) in DELETING or text_of(node) in {"Delete", "DeleteRequest", "DeleteItem"}


def saves_over(node: ast.AST) -> bool:
    """Find an item that is saved whole, whatever is there."""
    return called(node) == "save" and not any(one.arg == "condition" for one in _keywords(node))


def builds_an_expression(node: ast.AST) -> bool:
    """Find an expression of DynamoDB that is put together instead of being written."""
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
        case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
            pairs = zip([key], [value], strict=True)
        case _:
            return any(
                one.arg and EXPRESSION.match(one.arg) and not text_of(one.value) for one in _keywords(node)
            )
    return any(key and EXPRESSION.match(text_of(key)) and not text_of(value) for key, value in pairs)


def registers_a_route(node: ast.AST) -> bool:
    return called(node) == "route"


def catches_everything(node: ast.AST) -> bool:
    """Find a handler for all errors that does not let them go on."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = (
        {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)} if node.type else {"Exception"}
    )
    goes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
    return bool(caught & {"Exception", "BaseException"}) and not goes_on


def trusts_markup(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="Markup") | ast.Attribute(attr="Markup") | ast.alias(name="Markup"):
            return True
        case ast.keyword(arg="autoescape", value=value):
            return not (
                isinstance(value, ast.Call) or (isinstance(value, ast.Constant) and value.value is True)
            )
    return False


def reaches_the_machine(node: ast.AST) -> bool:
    """Find what runs programs, or brings objects to life from bytes."""
    names = {"subprocess", "pickle", "marshal", "shelve", "ctypes", "socket", "importlib"}
    match node:
        case ast.Import(names=found):
            return bool(names & {one.name.partition(".")[0] for one in found})
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] in names
        case ast.Call(func=ast.Name(id="eval" | "exec" | "compile" | "__import__")):
            return True
    return called(node) in {"system", "popen"}


def _keywords(node: ast.AST) -> list[ast.keyword]:
    return node.keywords if isinstance(node, ast.Call) else []


RULES = (
    Rule("no-scan", scans, OURS, {"chalicelib/storage/wire.py:": "the names of answers, whoever asks"}),
    Rule(
        "no-float-for-money",
        counts_with_floats,
        MONEY,
        {"chalicelib/storage/ledger.py:commit": "the seconds before another try"},
    ),
    Rule(
        "no-bare-add",
        adds_blindly,
        STORAGE,
        {
            "chalicelib/storage/uploads.py:write": "in the transaction of an upload that is written once",
            "chalicelib/storage/service_requests.py:take_number": "a number that is lost is never used",
            "chalicelib/storage/tenants.py:count_request": "on the condition that it is what was read",
            "chalicelib/storage/ledger.py:raise_total": "in the transaction of lines that are written once",
            "chalicelib/storage/intake_books.py:spelled_total": "the same",
        },
    ),
    Rule(
        "deletes-are-listed",
        deletes,
        OURS,
        {
            "chalicelib/storage/sessions.py:delete_sessions": "who leaves, or is shown out",
            "chalicelib/storage/expiring.py:clear": "what has an end of its own, past it",
            "chalicelib/storage/throttling.py:clear_tally": "tries that came to a good end",
            "chalicelib/storage/account_changes.py:_forget": "the same",
            "chalicelib/storage/accounts.py:move_account": "an account that is elsewhere from then on",
            "chalicelib/storage/sessions.py:end_session": "a session that another takes the place of",
            "chalicelib/storage/passkeys.py:take_out": "a passkey that its owner removes, or a reset",
            "chalicelib/storage/payments.py:write": "what a lease waits for, once it has come",
            "chalicelib/storage/uploads.py:forget": "an upload for which no file came",
            "chalicelib/storage/files.py:remove": "a file of an upload that was then refused",
            "chalicelib/storage/quarantine.py:remove": "a file that was accepted elsewhere, or refused",
            "chalicelib/storage/intake_writes.py:remove": "who left a lease, a request that is done",
            "chalicelib/storage/wire.py:": "the names of answers, whoever asks",
        },
    ),
    Rule(
        "nothing-is-saved-over",
        saves_over,
        STORAGE,
        {
            "chalicelib/storage/sessions.py:open": "the key is a secret of 256 bits, made for it",
            "chalicelib/storage/payments.py:write": "an event of the timeline: the same event, the same key",
            "chalicelib/storage/mail_health.py:write": "the same",
            "chalicelib/storage/service_requests.py:attach": "the same",
            "chalicelib/storage/service_requests.py:write": "beside a request that is written once",
            "chalicelib/storage/leases.py:write": "the same, and a change, whose id is made for it",
            "chalicelib/storage/consents.py:write": "the same, and a change, whose id is made for it",
            "chalicelib/storage/certificates.py:write": "a change, whose id is made for it",
            "chalicelib/storage/certificates.py:write_certificate": "the same, beside a certificate",
            "chalicelib/storage/insurance_alerts.py:keep_seen": "a day to look from, which may be early",
            "chalicelib/storage/account_changes.py:write": "the same, and a change, whose id is made for it",
            "chalicelib/storage/profiles.py:write": "the same, and a change, whose id is made for it",
            "chalicelib/storage/signing_in.py:write": "the same, and a session, whose name is made for it",
            "chalicelib/storage/signing_in.py:open_session": "a session, whose name is made for it",
        },
    ),
    Rule(
        "expressions-are-written",
        builds_an_expression,
        OURS,
        {
            "chalicelib/storage/intake_writes.py:change": "names and values are numbered, none is in it",
            "chalicelib/storage/intake_writes.py:keep": "the same",
        },
    ),
    Rule(
        "routes-are-guarded",
        registers_a_route,
        OURS,
        {
            "chalicelib/web/site.py:register": "this is where the guard stands",
            "chalicelib/handlers/contents.py:serve": "late views: each is one that a site has guarded",
            "chalicelib/handlers/webhooks.py:receive_stripe_event": "a machine: its signature is its guard",
            "chalicelib/handlers/webhooks.py:tell_health": "the monitor: it says nothing of anybody",
        },
    ),
    Rule("nothing-catches-everything", catches_everything, re.compile(r"^(chalicelib|infra|app\.py)")),
    Rule("markup-is-escaped", trusts_markup, re.compile(r"^(chalicelib|infra|app\.py)")),
    Rule(
        "no-programs",
        reaches_the_machine,
        OURS,
        {"chalicelib/handlers/contents.py:": "groups of pages named in app.py, and nothing that is sent"},
    ),
)


def places(rule: Rule, tree: ast.AST, file: str) -> Iterator[Place]:
    """Give where a rule is broken, allowed or not, with the function around it."""

    def within(node: ast.AST, function: str) -> Iterator[Place]:
        for child in ast.iter_child_nodes(node):
            if rule.check(child):
                yield Place(file, function, getattr(child, "lineno", 0))
            inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            yield from within(child, inner)

    return within(tree, "")


def code(rule: Rule) -> Iterator[tuple[str, ast.AST]]:
    """Give the modules that a rule is about, read."""
    for path in [ROOT / "app.py", *ROOT.glob("chalicelib/**/*.py"), *ROOT.glob("infra/**/*.py")]:
        file = path.relative_to(ROOT).as_posix()
        if rule.where.search(file):
            yield file, _tree(path)


_TREES: dict[Path, ast.AST] = {}


def _tree(path: Path) -> ast.AST:
    if path not in _TREES:
        _TREES[path] = ast.parse(path.read_text(encoding="utf-8"))
    return _TREES[path]
