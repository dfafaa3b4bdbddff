"""The rules a drawing must keep so that it runs the way it looks. Each returns sentences naming the element.

Most answer a limit of the engine (loops with joins, order of conditions, two timers behind one gateway); the rest
are ways in which a dossier could silently stop.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.engine.errors import ExpressionFailed, ExpressionRefused
from app.engine.expressions import Expression, compile_expression, literals
from app.engine.graph import Graph
from app.engine.sheet import Node, Sheet
from app.engine.soundness import unsound

MAX_NODES = 400
MAX_CASES = 20_000
_WAITING = ("message", "timer")


def problems_of(sheet: Sheet, decisions: Collection[str]) -> list[str]:
    """Every rule the sheet breaks, in a steady order; empty for a sound drawing."""
    found = list(sheet.problems)
    if not sheet.nodes:
        return found or ["the process is empty"]
    if len(sheet.nodes) > MAX_NODES:
        return [*found, f"the drawing has more than {MAX_NODES} elements in its process"]
    broken = list(_references(sheet))
    if broken:
        return found + broken
    graph = Graph(sheet)
    for rule in (_ends, _arrows, _conditions, _instances, _roles, _event_gateways, _boundaries, _joins_in_loops,
                 _second_tokens):
        found += rule(graph)
    if not found:
        found += unsound(graph)
    found += [f"{node.tag} {node.id!r}: there is no decision {node.decision!r}" for node in sheet.nodes.values()
              if node.kind == "decision" and node.decision not in decisions]
    return found


def _says(node: Node, reason: str) -> str:
    return f"{node.tag} {node.id!r}: {reason}"


def _references(sheet: Sheet) -> Iterator[str]:
    nodes = sheet.nodes
    for flow in sheet.flows:
        for end, word in ((flow.source, "begins"), (flow.target, "ends")):
            if end not in nodes:
                yield f"sequenceFlow {flow.id!r}: {word} at {end!r}, which does not exist"
            elif nodes[end].scope != flow.scope:
                yield f"sequenceFlow {flow.id!r}: crosses the border of a subprocess"
    for node in nodes.values():
        if node.tag == "boundaryEvent":
            host = nodes.get(node.attached_to or "")
            if host is None:
                yield _says(node, f"sits on {node.attached_to!r}, which does not exist")
            elif host.scope != node.scope:
                yield _says(node, "sits on an element of another subprocess")
        elif node.attached_to is not None:
            yield _says(node, "only boundary events sit on something")
        if node.default_flow and not any(f.id == node.default_flow and f.source == node.id for f in sheet.flows):
            yield _says(node, f"the default flow {node.default_flow!r} does not leave it")


def _ends(graph: Graph) -> Iterator[str]:
    scopes = {graph.sheet.process_id} | {n.id for n in graph.nodes.values() if n.kind == "subprocess"}
    for scope in sorted(scopes):
        inside = [node for node in graph.nodes.values() if node.scope == scope]
        starts = [node for node in inside if node.kind == "start"]
        if len(starts) != 1:
            yield f"{scope!r}: needs one start event, has {len(starts)}"
            continue
        reached = graph.reach(starts[0].id) | {starts[0].id}
        if not any(node.kind == "end" for node in inside):
            yield f"{scope!r}: has no end event"
        for node in inside:
            if node.id not in reached:
                yield _says(node, "cannot be reached from the start")
            elif node.kind != "end" and not any(graph.nodes[n].kind == "end" for n in graph.reach(node.id)):
                yield _says(node, "no way leads from here to an end event")


def _arrows(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        out, into = len(graph.outgoing[node.id]), len(graph.incoming[node.id])
        if node.kind == "end":
            if out:
                yield _says(node, "an arrow leaves an end event")
        elif out == 0:
            yield _says(node, "no arrow leaves it")
        elif out > 1 and node.kind not in ("exclusive", "parallel", "inclusive", "first_event"):
            yield _says(node, "several arrows leave it; draw a gateway")
        if into and (node.kind == "start" or node.attached_to is not None):
            yield _says(node, "an arrow leads into it")
        if len({flow.target for flow in graph.outgoing[node.id]}) < out:
            yield _says(node, "two arrows lead to the same element")


def _conditions(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        flows = graph.outgoing[node.id]
        if node.kind not in ("exclusive", "inclusive"):
            for flow in flows:
                if flow.condition is not None:
                    yield f"sequenceFlow {flow.id!r}: a condition only belongs behind a gateway"
            if node.default_flow is not None:
                yield _says(node, "a default flow only belongs to an exclusive or inclusive gateway")
            continue
        compiled: dict[str, Expression] = {}
        for flow in flows:
            if flow.id == node.default_flow:
                if flow.condition is not None:
                    yield f"sequenceFlow {flow.id!r}: the default flow has a condition"
            elif flow.condition is not None:
                try:
                    compiled[flow.id] = compile_expression(flow.condition)
                except ExpressionRefused as problem:
                    yield f"sequenceFlow {flow.id!r}: {problem}"
            elif len(flows) > 1:
                yield f"sequenceFlow {flow.id!r}: has no condition and is not the default flow of {node.id!r}"
        if (len(flows) > 1 or (flows and flows[0].condition)) and node.default_flow is None:
            yield _says(node, "needs a default flow for answers nobody thought of")
        if node.kind == "exclusive" and len(compiled) > 1:
            yield from _overlaps(node, compiled)


def _instances(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        if node.times is not None:
            try:
                compile_expression(node.times)
            except ExpressionRefused as problem:
                yield _says(node, f"the number of its instances: {problem}")


def _overlaps(node: Node, conditions: Mapping[str, Expression]) -> Iterator[str]:
    """Try every case the conditions can tell apart; two that hold at once would leave the choice to chance."""
    values: dict[str, list[Any]] = {name: [None] for c in conditions.values() for name in c.names}
    for condition in conditions.values():
        for name, literal in literals(condition.text):
            values[name].append(literal)
    for name, known in values.items():
        numbers = [v for v in known if not isinstance(v, bool | str) and v is not None]
        if numbers:
            known += [n + step for n in numbers for step in (-1, 1)]
        if any(isinstance(v, str) for v in known):
            known += ["", "￿"]
        if len(known) == 1 or any(isinstance(v, bool) for v in known):
            known += [True, False]
        if len(known) == 3:                      # compared with another variable only
            known += [0, 1]
        values[name] = [v for i, v in enumerate(known) if not any(v is w or (v == w and type(v) is type(w))
                                                                  for w in known[:i])]
    cases = 1
    for known in values.values():
        cases *= len(known)
    if cases > MAX_CASES:
        yield _says(node, "has too many conditions to show that they exclude each other; split the gateway")
        return
    for combination in itertools.product(*values.values()):
        case = dict(zip(values, combination, strict=True))
        holding = [flow for flow, condition in conditions.items() if _holds(condition, case)]
        if len(holding) > 1:
            told = ", ".join(f"{name} = {value!r}" for name, value in case.items())
            yield _says(node, f"the conditions of {holding[0]!r} and {holding[1]!r} overlap ({told})")
            return


def _holds(condition: Expression, case: Mapping[str, Any]) -> bool:
    try:
        return bool(condition(case))
    except ExpressionFailed:
        return False


def _roles(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        if node.kind == "step" and node.role is None:
            inside = "" if node.scope == graph.sheet.process_id else " (a step in a subprocess needs its own)"
            yield _says(node, f"has no role: put it into a lane or give it motcua:role{inside}")


def _event_gateways(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        if node.kind != "first_event":
            continue
        targets = [graph.nodes[flow.target] for flow in graph.outgoing[node.id]]
        if len(targets) < 2:
            yield _says(node, "needs at least two events to choose from")
        if sum(1 for target in targets if target.kind == "timer") > 1:
            yield _says(node, "two timers behind one event gateway")
        for target in targets:
            if target.kind not in _WAITING or target.attached_to is not None:
                yield _says(node, f"leads to {target.id!r}, which waits for nothing")
            elif len(graph.incoming[target.id]) > 1:
                yield _says(target, "stands behind an event gateway and has a second way in")
            elif graph.attached[target.id]:
                yield _says(target, "stands behind an event gateway and carries a boundary event")


def _boundaries(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        if node.attached_to is None:
            continue
        host = graph.nodes[node.attached_to]
        if not (host.kind in ("step", "effect", "subprocess") or host.tag == "receiveTask"):
            yield _says(node, f"sits on {host.id!r}; boundary events sit on steps, effects, receive tasks, subprocesses")


def _joins_in_loops(graph: Graph) -> Iterator[str]:
    for node in graph.nodes.values():
        if node.kind in ("parallel", "inclusive") and node.id in graph.reach(node.id):
            yield _says(node, "stands in a loop; put split and join into a subprocess of their own")


def _second_tokens(graph: Graph) -> Iterator[str]:
    """What a non-interrupting event starts must go its own way to an end, or the main way would be walked twice."""
    for node in graph.nodes.values():
        if node.attached_to is None or node.interrupting:
            continue
        shared = graph.reach(node.id) & (graph.reach(node.attached_to, boundaries=False) | {node.attached_to})
        for name in sorted(shared):
            if graph.nodes[name].kind != "end":
                yield _says(node, f"does not interrupt, yet its way runs into {name!r}")
                break
