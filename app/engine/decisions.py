"""Decision tables (DMN 1.3): inputs in, one answer out. Read and evaluated by us; no FEEL engine, no Python.

Input cells: `-` (anything), literals, `"text"`, comparisons `< 3`, intervals `[1..2]`, `(1..2)`, `]1..2[`, lists of
these separated by commas, and `not(...)` around such a list. Output cells: literals or arithmetic over the inputs
and earlier outputs' inputs, such as `2000 * pages` or `min(200000, 2000 + 1000 * (pages - 2))`.
Hit policies: UNIQUE (two matches are an error), FIRST, COLLECT with SUM.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from app.engine.errors import DecisionFailed, DecisionRefused, ExpressionFailed, ExpressionRefused
from app.engine.expressions import FUNCTIONS, Expression, Scalar, compile_expression
from app.engine.hardened import Unreadable, parse

MAX_RULES = 500
_NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/20[0-9]{6}/MODEL/?")
_INTERVAL = re.compile(r"([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])")
_COMPARISON = re.compile(r"(<=|>=|<|>|!=|==|=)\s*(.+)", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_POLICIES = ("UNIQUE", "FIRST", "COLLECT")
# What may stand in a table but says nothing about the answer.
_SCENERY = frozenset(("description", "text", "annotation", "annotationEntry", "extensionElements", "inputValues",
                      "outputValues", "DMNDI"))


@dataclass(frozen=True, slots=True)
class Rule:
    number: int                                  # as counted in the table, from 1
    cells: tuple[Expression | None, ...]         # None: any value
    outputs: tuple[Expression | None, ...]       # None: an empty cell, null


@dataclass(frozen=True, slots=True)
class Decision:
    """A checked table. `decide` gives one value per output name."""

    name: str
    policy: str
    inputs: tuple[str, ...]                      # variables the table reads
    outputs: tuple[str, ...]
    digest: str
    rules: tuple[Rule, ...]
    columns: tuple[Expression, ...]

    def decide(self, inputs: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The answer for `inputs` (unknown ones are null). Nothing matching gives null, or 0 under COLLECT SUM.

        Raises DecisionFailed: two rules match under UNIQUE, or a value does not fit (a text where a number is due).
        """
        try:
            values = [column(inputs) for column in self.columns]
            hits = []
            for rule in self.rules:
                if all(cell is None or cell({**inputs, "input_": value})
                       for cell, value in zip(rule.cells, values, strict=True)):
                    hits.append(rule)
                    if self.policy == "FIRST":
                        break
            if self.policy == "UNIQUE" and len(hits) > 1:
                raise DecisionFailed(f"{self.name}: rules {hits[0].number} and {hits[1].number} both match")
            answers = [tuple(_plain(cell(inputs)) if cell is not None else None for cell in rule.outputs)
                       for rule in hits]
        except ExpressionFailed as problem:
            raise DecisionFailed(f"{self.name}: {problem}") from problem
        if self.policy == "COLLECT":
            return {name: _sum(self.name, [answer[i] for answer in answers]) for i, name in enumerate(self.outputs)}
        return dict(zip(self.outputs, answers[0] if answers else (None,) * len(self.outputs), strict=True))


def _plain(value: Any) -> Scalar:
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise ExpressionFailed(f"{value} is not a whole number")
        return int(value)
    plain: Scalar = value
    return plain


def _sum(name: str, values: list[Scalar]) -> int:
    if any(isinstance(value, str | bool) for value in values):
        raise DecisionFailed(f"{name}: only numbers can be added up")
    return sum(value for value in values if isinstance(value, int))


def load_decision(dmn: bytes) -> Decision:
    """Read and check a DMN file with one decision table. Raises DecisionRefused, one sentence per problem."""
    try:
        root = parse(dmn)
    except Unreadable as problem:
        raise DecisionRefused([str(problem)]) from problem
    problems: list[str] = []
    decision = _read(root, hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()[:16], problems)
    if problems or decision is None:
        raise DecisionRefused(problems or ["the file holds no decision table"])
    return decision


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _text(element: etree._Element) -> str:
    return next(((child.text or "").strip() for child in element if _local(child) == "text"), "")


def _read(root: etree._Element, digest: str, problems: list[str]) -> Decision | None:
    if _local(root) != "definitions" or not _NAMESPACE.fullmatch(etree.QName(root).namespace or ""):
        problems.append("this is not a DMN file")
        return None
    decisions = [child for child in root if _local(child) == "decision"]
    tables = [table for decision in decisions for table in decision if _local(table) == "decisionTable"]
    if len(decisions) != 1 or len(tables) != 1:
        problems.append(f"the file holds {len(decisions)} decisions with {len(tables)} tables; it must hold one")
        return None
    table, name = tables[0], decisions[0].get("name") or decisions[0].get("id") or "decision"
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in _POLICIES or (policy == "COLLECT") != (table.get("aggregation") == "SUM"):
        problems.append(f"the hit policy {policy} {table.get('aggregation', '')} is not UNIQUE, FIRST or COLLECT SUM")
    columns = [_column(child, problems) for child in table if _local(child) == "input"]
    outputs = [child.get("name", "") for child in table if _local(child) == "output"]
    for output in outputs:
        if not _NAME.fullmatch(output):
            problems.append(f"output {output!r} is not the name of a variable")
    rows = [child for child in table if _local(child) == "rule"]
    if not columns or not outputs or not 0 < len(rows) <= MAX_RULES:
        problems.append(f"a table needs inputs, outputs and 1 to {MAX_RULES} rules")
    rules = [_rule(number, row, len(columns), len(outputs), problems) for number, row in enumerate(rows, 1)]
    if problems:
        return None
    checked = tuple(column for column in columns if column is not None)
    read = dict.fromkeys(name for column in checked for name in sorted(column.names))
    for rule in rules:
        for cell in (*rule.cells, *rule.outputs):
            read.update(dict.fromkeys(sorted((cell.names if cell else frozenset()) - {"input_"})))
    return Decision(name, policy, tuple(read), tuple(outputs), digest, tuple(rules), checked)


def _compile(what: str, text: str, problems: list[str]) -> Expression | None:
    try:
        return compile_expression(text, functions=FUNCTIONS)
    except ExpressionRefused as refusal:
        problems.append(f"{what}: {refusal}")
        return None


def _column(element: etree._Element, problems: list[str]) -> Expression | None:
    label = element.get("label") or element.get("id") or "input"
    text = next((_text(child) for child in element if _local(child) == "inputExpression"), "")
    if not text:
        problems.append(f"input {label!r} has no expression")
        return None
    return _compile(f"input {label!r}", text, problems)


def _rule(number: int, row: etree._Element, inputs: int, outputs: int, problems: list[str]) -> Rule:
    conditions = [_text(child) for child in row if _local(child) == "inputEntry"]
    answers = [_text(child) for child in row if _local(child) == "outputEntry"]
    if len(conditions) != inputs or len(answers) != outputs:
        problems.append(f"rule {number} has {len(conditions)} inputs and {len(answers)} outputs")
    cells = [_cell(f"rule {number}", text, problems) for text in conditions]
    values = [None if text in ("", "-") else _compile(f"rule {number}", text, problems) for text in answers]
    return Rule(number, tuple(cells), tuple(values))


def _cell(what: str, text: str, problems: list[str]) -> Expression | None:
    if text in ("", "-"):
        return None
    negated = re.fullmatch(r"not\s*\((.*)\)", text, re.DOTALL)
    parts = [_test(part) for part in _split(negated.group(1) if negated else text)]
    joined = " or ".join(f"({part})" for part in parts)
    return _compile(what, f"not ({joined})" if negated else joined, problems)


def _split(text: str) -> list[str]:
    """At commas outside quotes and brackets."""
    parts, depth, quoted, current = [], 0, False, ""
    for sign in text:
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign == "(":
            depth += 1
        elif not quoted and sign == ")":
            depth -= 1
        if sign == "," and not quoted and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [part.strip() for part in [*parts, current]]


def _test(part: str) -> str:
    """One test of a cell as an expression over `input_`."""
    interval = _INTERVAL.fullmatch(part)
    if interval:
        left, low, high, right = interval.groups()
        return f"{low} {'<=' if left == '[' else '<'} input_ {'<=' if right == ']' else '<'} {high}"
    comparison = _COMPARISON.fullmatch(part)
    if comparison:
        operator, value = comparison.groups()
        return f"input_ {'==' if operator == '=' else operator} ({value})"
    return f"input_ == ({part})"


Decide = Callable[[Mapping[str, Scalar]], dict[str, Scalar]]
