"""A drawing, checked and ready to run: BPMN bytes in, `Drawing` out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import orjson

from app.engine.building import build, each_of
from app.engine.checks import problems_of
from app.engine.decisions import Decision, load_decision
from app.engine.errors import DecisionRefused, DrawingRefused
from app.engine.expressions import compile_expression
from app.engine.hardened import Unreadable, parse
from app.engine.sheet import Node, Sheet, read_sheet

TaskKind = Literal["step", "effect", "timer", "message"]
_KINDS: dict[str, TaskKind] = {"step": "step", "effect": "effect", "timer": "timer", "message": "message"}


@dataclass(frozen=True, slots=True)
class Element:
    """What a place in the drawing tells the caller about a task that waits there."""

    name: str
    kind: TaskKind | None          # None: a join or something around others, nothing anybody waits for by itself
    role: str | None
    term: str | None
    message: str | None
    is_boundary: bool
    is_around: bool                # a subprocess, or an element with instances: others wait inside it
    is_instance: bool


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A published process. Immutable; share one per version and process for as long as it lives.

    `digest` covers what decides the course (elements, arrows, conditions, roles, terms, decisions), not the shapes:
    moving a box does not make running dossiers strangers.
    """

    process_id: str
    name: str
    digest: str
    steps: Mapping[str, str]               # step id -> role
    effects: frozenset[str]
    messages: frozenset[str]
    terms: Mapping[str, str]               # timer id -> term
    roles: frozenset[str]
    ends: frozenset[str]                   # end events of the process itself, one of which `Turn.ended` names
    reads: frozenset[str]                  # variables that the conditions read
    elements: tuple[Element, ...] = field(repr=False)
    _specs: Mapping[str, Any] = field(repr=False)
    _index: list[Any] = field(repr=False)


def load_drawing(bpmn: bytes, decisions: Mapping[str, bytes] = MappingProxyType({})) -> Drawing:
    """Read, check and prepare a drawing. `decisions`: DMN files by name, "fees" or "fees.dmn".

    Raises DrawingRefused with one sentence per problem, each naming its element. Takes a few milliseconds.
    """
    try:
        sheet = read_sheet(parse(bpmn))
    except Unreadable as problem:
        raise DrawingRefused([str(problem)]) from problem
    tables: dict[str, Decision] = {}
    problems: list[str] = []
    for name, content in ((name.removesuffix(".dmn"), content) for name, content in decisions.items()):
        try:
            tables[name] = load_decision(content)
        except DecisionRefused as refusal:
            problems += [f"decision {name!r}: {said}" for said in refusal.problems]
    problems += problems_of(sheet, {name.removesuffix(".dmn") for name in decisions})
    if problems:
        raise DrawingRefused(problems)
    return _prepare(sheet, tables)


def _prepare(sheet: Sheet, tables: Mapping[str, Decision]) -> Drawing:
    nodes = sheet.nodes
    conditions = {flow.id: compile_expression(flow.condition) for flow in sheet.flows if flow.condition is not None}
    read = [*conditions.values(), *(compile_expression(node.times) for node in nodes.values() if node.times is not None)]
    used = {node.decision for node in nodes.values() if node.decision is not None}
    specs = build(sheet, conditions, {name: tables[name].decide for name in used})
    ordered = [nodes[name] for name in sorted(nodes)]
    several = [node for node in ordered if node.times is not None]
    index = [specs[node.scope].task_specs[node.id] for node in ordered]
    index += [specs[node.scope].task_specs[each_of(node.id)] for node in several]
    for place, spec in enumerate(index):
        spec.place = place
    return Drawing(
        process_id=sheet.process_id,
        name=sheet.name,
        digest=_digest(sheet, {name: tables[name].digest for name in used}),
        steps=MappingProxyType({n.id: n.role or "" for n in ordered if n.kind == "step"}),
        effects=frozenset(n.id for n in ordered if n.kind == "effect"),
        messages=frozenset(n.message for n in ordered if n.message is not None),
        terms=MappingProxyType({n.id: n.term for n in ordered if n.term is not None}),
        roles=frozenset(n.role for n in ordered if n.kind == "step" and n.role is not None),
        ends=frozenset(n.id for n in ordered if n.kind == "end" and n.scope == sheet.process_id),
        reads=frozenset(name for condition in read for name in condition.names),
        elements=(*(_element(node) for node in ordered), *(_instance(node) for node in several)),
        _specs=specs,
        _index=index,
    )


def _element(node: Node) -> Element:
    around = node.kind == "subprocess" or node.times is not None
    return Element(
        name=node.id, kind=None if around else _KINDS.get(node.kind), role=node.role, term=node.term, message=node.message,
        is_boundary=node.attached_to is not None, is_around=around, is_instance=False,
    )


def _instance(node: Node) -> Element:
    """One of the instances of `node`."""
    return replace(_element(replace(node, times=None)), is_instance=True)


def _told(node: Node) -> dict[str, Any]:
    """What the digest covers of a node. Without instances it reads as it did before there were any."""
    told = asdict(node)
    if node.times is None:
        del told["times"]
    return told


def _digest(sheet: Sheet, decisions: Mapping[str, str]) -> str:
    course = [
        sheet.process_id,
        [_told(sheet.nodes[name]) for name in sorted(sheet.nodes)],
        [asdict(flow) for flow in sorted(sheet.flows, key=lambda flow: flow.id)],
        decisions,
    ]
    return hashlib.sha256(orjson.dumps(course, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
