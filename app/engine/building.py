"""From a checked sheet to SpiffWorkflow's specs, as its own parser would build them, without its limits:
no coordinates, no depth of recursion, roles of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition

from app.engine.expressions import Expression, compile_expression
from app.engine.sheet import Node, Sheet
from app.engine.spiff import (
    SPECS,
    TAGGED,
    CleanUp,
    Condition,
    Decide,
    Exclusive,
    Finish,
    FirstEvent,
    Inclusive,
    Instances,
    LastToken,
    Split,
    StartPoint,
    Term,
)


class _Builder:
    """Turns a checked sheet into specs, scope by scope."""

    def __init__(self, sheet: Sheet, conditions: Mapping[str, Expression], decisions: Mapping[str, Decide]) -> None:
        self.sheet = sheet
        self.conditions = conditions
        self.decisions = decisions
        self.processes: dict[str, Any] = {}

    def build(self) -> dict[str, Any]:
        scopes = [self.sheet.process_id] + [n.id for n in self.sheet.nodes.values() if n.kind == "subprocess"]
        for scope in scopes:
            self.processes[scope] = self._process(scope)
        return self.processes

    def _process(self, scope: str) -> Any:
        process = _process_spec(scope)
        nodes = [node for node in self.sheet.nodes.values() if node.scope == scope]
        specs = {node.id: self._several(process, node) if node.times else self._spec(process, node) for node in nodes}
        entry = dict(specs)
        for node in nodes:
            events = [event for event in nodes if event.attached_to == node.id]
            if events:
                entry[node.id] = self._attach(process, specs, node, events)
        for node in nodes:
            if node.kind == "start":
                process.start.connect(specs[node.id])
            if node.kind == "end":
                specs[node.id].connect(process.end)
            self._connect(specs[node.id], node, entry)
        for spec in process.task_specs.values():
            if isinstance(spec, Inclusive):
                spec.upstream = {i.name: frozenset({i.name, *(a.name for a in i.ancestors())}) for i in spec.inputs}
        return process

    def _spec(self, process: Any, node: Node, name: str = "") -> Any:
        made = TAGGED.get(node.tag) or SPECS[node.kind]
        extra: dict[str, Any] = {}
        if node.kind in ("start", "end", "milestone"):
            extra["event_definition"] = TerminateEventDefinition() if node.terminates else NoneEventDefinition()
        elif node.kind == "message":
            extra["event_definition"] = MessageEventDefinition(node.message)
        elif node.kind == "timer":
            extra["event_definition"] = Term(node.term)
        elif node.kind == "subprocess":
            extra["subworkflow_spec"] = node.id
        if node.tag == "boundaryEvent":
            extra["cancel_activity"] = node.interrupting
        spec = made(process, name or node.id, lane=node.role, **extra)
        spec.manual = node.kind in ("step", "effect")
        if node.decision is not None:
            spec.decide = self.decisions[node.decision]
        if node.attached_to is not None:
            spec.on = node.attached_to
        return spec

    def _several(self, process: Any, node: Node) -> Any:
        """What opens the instances of `node`. Each of them passes under the element's name, the whole under none."""
        each = self._spec(process, node, each_of(node.id))
        several = Instances(process, node.id)
        each.bpmn_id, several.bpmn_id = node.id, None
        several.manual = False
        several.each, several.times = each, compile_expression(node.times or "")
        each.one_of = several
        return several

    def _attach(self, process: Any, specs: Mapping[str, Any], node: Node, events: list[Node]) -> Any:
        split = Split(process, f"{node.id}.BoundaryEventSplit")
        join = CleanUp(process, f"{node.id}.BoundaryEventJoin", split_task=split.name, cancel=True)
        main = specs[node.id]
        main.split = split
        for spec in [main, *(specs[event.id] for event in events)]:
            split.connect(spec)
            spec.connect(join)
        return split

    def _connect(self, spec: Any, node: Node, entry: Mapping[str, Any]) -> None:
        flows = [flow for flow in self.sheet.flows if flow.source == node.id]
        for flow in flows:
            target = entry[flow.target]
            if isinstance(spec, Exclusive | Inclusive):
                if flow.id in self.conditions:
                    spec.connect_if(Condition(self.conditions[flow.id]), target)
                else:
                    spec.connect(target)
                continue
            spec.connect(target)
            if isinstance(spec, FirstEvent):
                target.on, target.on_gateway = node.id, True


def each_of(name: str) -> str:
    """The name of the spec of one instance of `name`; no id may hold a point."""
    return f"{name}.each"


def _process_spec(scope: str) -> Any:
    process = BpmnProcessSpec(name=scope)
    process.task_specs.clear()
    process.start = StartPoint(process, "Start")
    process.end = LastToken(process, f"{scope}.EndJoin")
    process.end.connect(Finish(process, "End"))
    return process


def build(sheet: Sheet, conditions: Mapping[str, Expression], decisions: Mapping[str, Decide]) -> dict[str, Any]:
    """The specs of a checked sheet, by process and subprocess id."""
    return _Builder(sheet, conditions, decisions).build()
