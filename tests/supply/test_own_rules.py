"""L3: our own rules hold over all the code, and each sees what it is there for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.config import ROOT
from tests.supply.own_rules import RULES, Rule, code, places

BY_NAME = {rule.name: rule for rule in RULES}
WRONG = [
    ("no-scan", "Item.scan()"),
    ("no-scan", "connection().dispatch('Scan', asked)"),
    ("no-float-for-money", "half = cents / 2"),
    ("no-float-for-money", "cents /= 2"),
    ("no-float-for-money", "total = cents * 1.2"),
    ("no-float-for-money", "float(text)"),
    ("no-float-for-money", "cents = round(amount)"),
    ("no-float-for-money", "def due(cents: float): ..."),
    ("no-bare-add", "item.update([TotalItem.cents.add(cents)])"),
    ("no-bare-add", "item.update([TotalItem.cents.set(TotalItem.cents + cents)])"),
    ("no-bare-add", "ask('ADD cents :cents')"),
    ("no-bare-add", "ask('SET kind = :kind ADD cents :cents')"),
    ("no-bare-add", "ask('SET cents = cents + :cents')"),
    ("deletes-are-listed", "item.delete()"),
    ("deletes-are-listed", "s3.delete_objects(Bucket=bucket)"),
    ("deletes-are-listed", "action = {'Delete': key}"),
    ("nothing-is-saved-over", "item.save()"),
    ("nothing-is-saved-over", "transaction.save(item)"),
    ("expressions-are-written", "{'KeyConditionExpression': f'pk = {pk}'}"),
    ("expressions-are-written", "query(FilterExpression='a = ' + typed)"),
    ("expressions-are-written", "asked['ConditionExpression'] = typed"),
    ("routes-are-guarded", "@app.route('/x')\ndef x(): ..."),
    ("nothing-catches-everything", "try: ...\nexcept Exception: ..."),
    ("nothing-catches-everything", "try: ...\nexcept: ..."),
    ("nothing-catches-everything", "try: ...\nexcept (ValueError, BaseException) as error:\n log(error)"),
    ("markup-is-escaped", "from markupsafe import Markup"),
    ("markup-is-escaped", "Environment(autoescape=False)"),
    ("no-programs", "import pickle"),
    ("no-programs", "from subprocess import run"),
    ("no-programs", "eval(typed)"),
    ("no-programs", "os.system(typed)"),
]
RIGHT = [
    ("no-float-for-money", "half = cents // 2"),
    ("no-bare-add", "found.add(one)"),
    ("no-bare-add", "item.update([PaymentItem.version.set(version)])"),
    ("nothing-is-saved-over", "item.save(condition=Item.pk.does_not_exist())"),
    (
        "expressions-are-written",
        "{'KeyConditionExpression': 'pk = :pk', 'ExpressionAttributeValues': values}",
    ),
    ("nothing-catches-everything", "try: ...\nexcept BaseException:\n undo()\n raise"),
    ("markup-is-escaped", "Environment(autoescape=select_autoescape(['html']))"),
]
# What the linter is trusted with: rules that must stay switched on.
LINTED = {
    "S102": "exec('x')",
    "S301": "import pickle\npickle.loads(b'')",
    "S307": "eval('x')",
    "S506": "import yaml\nyaml.load('x')",
    "S701": "import jinja2\njinja2.Environment(autoescape=False)",
    "BLE001": "try:\n    print()\nexcept Exception:\n    pass",
    "DTZ005": "import datetime\ndatetime.datetime.now()",
    "DTZ011": "import datetime\ndatetime.date.today()",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_broken_nowhere_but_where_it_says(rule: Rule) -> None:
    found = [place for file, tree in code(rule) for place in places(rule, tree, file)]

    assert [place for place in found if place.name not in rule.allowed] == []
    assert rule.allowed.keys() - {place.name for place in found} == set(), "allowed in vain"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_code_to_look_at(rule: Rule) -> None:
    assert len(list(code(rule))) >= 10


@pytest.mark.parametrize(("name", "source"), WRONG)
def test_a_rule_sees_what_it_forbids(name: str, source: str) -> None:
    assert list(places(BY_NAME[name], ast.parse(source), "module.py"))


@pytest.mark.parametrize(("name", "source"), RIGHT)
def test_a_rule_lets_the_right_way_through(name: str, source: str) -> None:
    assert not list(places(BY_NAME[name], ast.parse(source), "module.py"))


def test_every_rule_is_tried() -> None:
    assert {name for name, _ in WRONG} == BY_NAME.keys()


def test_the_linter_looks_for_what_it_is_trusted_with(tmp_path: Path) -> None:
    for rule, source in LINTED.items():
        (tmp_path / f"{rule}.py").write_text(source + "\n", encoding="utf-8")
    ruff = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--output-format=concise"]

    said = subprocess.run(
        [*ruff, f"--config={ROOT / 'pyproject.toml'}", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    for rule in LINTED:
        assert any(f"{rule}.py:" in line and f" {rule} " in line for line in said.stdout.splitlines()), rule


@pytest.mark.parametrize("folder", ["chalicelib", "infra", "benchmarks"])
def test_the_linter_is_nowhere_told_to_look_away_from_it(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            hushed = line.partition("# noqa:")[2]
            assert not any(rule in hushed for rule in LINTED), f"{path}: {line}"
