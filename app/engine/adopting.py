"""Adopting a drawing of another product: every process becomes a draft in our terms, with every edit told.

A draft is where work begins, not where it ends: what another product left to its own engine (scripts, data, conditions
in its language) is left out or replaced by a variable, and each such place is named so that somebody can decide it.

    for draft in adopt(Path("foreign.bpmn").read_bytes()):
        print(draft.process_id, draft.edits, draft.problems)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.checks import problems_of
from app.engine.drafts import write
from app.engine.drawings import load_drawing
from app.engine.errors import DrawingRefused, ExpressionRefused
from app.engine.expressions import compile_expression
from app.engine.foreign import Found, name_of, read_foreign
from app.engine.graph import Graph
from app.engine.hardened import Unreadable, parse
from app.engine.sheet import BPMN, Flow, Kind, Node

MAX_ROUNDS = 60
_GATEWAYS = ("exclusive", "parallel", "inclusive", "first_event")
_NAMED = re.compile(r"(\w+) '([^']+)': (.*)")      # every problem names its element first
_ENCODING = re.compile(rb"""(<\?xml\s+version=["'][0-9.]+["'])\s+encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_OLD_ENCODINGS = ("iso-8859-1", "iso-8859-15", "windows-1252", "windows-1258")
_AT_ONCE, _NEVER = "two tokens may stand on it at once", "may wait for a token that never comes"
_TWICE = "does not interrupt, yet its way runs into"


@dataclass(frozen=True, slots=True)
class Draft:
    """A drawing that was adopted. It loads when `problems` is empty; otherwise they say what a person must decide."""

    process_id: str
    bpmn: bytes
    edits: tuple[str, ...]
    problems: tuple[str, ...]


def adopt(bpmn: bytes) -> tuple[Draft, ...]:
    """A draft for each process of a BPMN file. Raises DrawingRefused when the file is none, or holds nothing to run."""
    try:
        root = parse(_as_utf8(bpmn))
    except Unreadable as problem:
        raise DrawingRefused([str(problem)]) from problem
    found = read_foreign(root) if root.tag == BPMN + "definitions" else []
    if not found:
        raise DrawingRefused(["the file holds no process with anything in it"])
    drafts = []
    for one in found:
        _Mending(one).mend()
        written = write(one, root)
        try:
            load_drawing(written)
        except DrawingRefused as refusal:
            problems = tuple(refusal.problems)
        else:
            problems = ()
        drafts.append(Draft(one.sheet.process_id, written, tuple(one.edits), problems))
    return tuple(drafts)


def _as_utf8(content: bytes) -> bytes:
    """Drawings of ours are UTF-8; others may declare one of the encodings of their time."""
    declared = _ENCODING.match(content[:200])
    encoding = declared[2].decode().lower() if declared else ""
    if declared is None or encoding not in _OLD_ENCODINGS:
        return content
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise Unreadable(f"the file says it is {encoding!r}, and is not") from problem
    return text.replace(declared[0].decode(), declared[1].decode(), 1).encode()


class _Mending:
    """Turns what was found into what may be drawn, rule by rule."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.sheet = found.sheet

    def mend(self) -> None:
        self._links()
        self._loose_arrows()
        self._hollow_subprocesses()
        self._loose_boundaries()
        self._implicit_splits()
        for scope in self._scopes():
            self._one_start(scope)
        self._ends()
        self._unreachable()
        self._event_gateways()
        self._conditions()
        self._sound()

    def _scopes(self) -> list[str]:
        return [self.sheet.process_id, *(node.id for node in self.sheet.nodes.values() if node.kind == "subprocess")]

    def _out(self, name: str) -> list[Flow]:
        return [flow for flow in self.sheet.flows if flow.source == name]

    def _into(self, name: str) -> list[Flow]:
        return [flow for flow in self.sheet.flows if flow.target == name]

    def _free(self, name: str) -> str:
        """`name`, or with a number behind it when it is taken."""
        taken = {*self.sheet.nodes, *(flow.id for flow in self.sheet.flows), self.sheet.process_id}
        return next(free for free in (name, *(f"{name}_{n}" for n in range(2, 9_999))) if free not in taken)

    def _add(self, name: str, kind: Kind, scope: str) -> Node:
        node = Node(self._free(name), kind, scope, kind)
        self.sheet.nodes[node.id] = node
        return node

    def _arrow(self, source: str, target: str, scope: str) -> Flow:
        flow = Flow(self._free(f"from_{source}_to_{target}"[:70]), source, target, scope)
        self.sheet.flows.append(flow)
        return flow

    def _drop(self, node: Node, why: str) -> None:
        inside = {node.id}
        while True:
            more = {n.id for n in self.sheet.nodes.values() if n.scope in inside or n.attached_to in inside} - inside
            if not more:
                break
            inside |= more
        self.found.edit(node.id, why)
        self.sheet.nodes = {name: kept for name, kept in self.sheet.nodes.items() if name not in inside}
        self.sheet.flows = [f for f in self.sheet.flows if not {f.source, f.target, f.scope} & inside]

    def _links(self) -> None:
        for sources, targets in self.found.links.values():
            for source in sources:
                for target in targets[:1]:
                    self._arrow(source, target, self.sheet.nodes[source].scope)

    def _loose_arrows(self) -> None:
        kept, seen = [], set()
        for flow in self.sheet.flows:
            source, target = self.sheet.nodes.get(flow.source), self.sheet.nodes.get(flow.target)
            if source is None or target is None or source.scope != target.scope:
                self.found.edit(flow.id, "an arrow that leads nowhere or crosses the border of a subprocess; left out")
            elif source.kind == "end" or target.kind == "start" or target.attached_to is not None:
                self.found.edit(flow.id, "an arrow out of an end, into a start or into a boundary event; left out")
            elif (flow.source, flow.target) in seen:
                self.found.edit(flow.id, "a second arrow between the same two elements; left out")
            else:
                seen.add((flow.source, flow.target))
                kept.append(flow)
        self.sheet.flows = kept

    def _hollow_subprocesses(self) -> None:
        for node in list(self.sheet.nodes.values()):
            if node.kind == "subprocess" and not any(inner.scope == node.id for inner in self.sheet.nodes.values()):
                node.kind, node.role = "step", name_of(self.sheet.name or "staff")
                self.found.edit(node.id, f"a subprocess with nothing in it; read as a step of {node.role!r}")

    def _loose_boundaries(self) -> None:
        for node in list(self.sheet.nodes.values()):
            if node.tag != "boundaryEvent":
                continue
            host = self.sheet.nodes.get(node.attached_to or "")
            sits = host is not None and (host.kind in ("step", "effect", "subprocess") or host.tag == "receiveTask")
            if node.kind == "milestone" or not sits:
                self._drop(node, "a boundary event without meaning here; left out")

    def _implicit_splits(self) -> None:
        for node in list(self.sheet.nodes.values()):
            flows = self._out(node.id)
            if len(flows) < 2 or node.kind in _GATEWAYS:
                continue
            chosen = any(flow.condition is not None for flow in flows)
            gateway = self._add(f"{node.id}_split", "inclusive" if chosen else "parallel", node.scope)
            gateway.default_flow, node.default_flow = node.default_flow, None
            for flow in flows:
                flow.source = gateway.id
            self._arrow(node.id, gateway.id, node.scope)
            drawn = "an inclusive" if chosen else "a parallel"
            self.found.edit(node.id, f"several arrows left it; {drawn} gateway is drawn")

    def _one_start(self, scope: str) -> None:
        inside = [node for node in self.sheet.nodes.values() if node.scope == scope]
        starts = [node for node in inside if node.kind == "start"]
        if len(starts) == 1 or len(starts) == len(inside):
            for start in starts[1:]:
                self._drop(start, "one of several starts that lead nowhere; left out")
            return
        for start in [start for start in starts if not self._out(start.id)]:
            self._drop(start, "a start that leads nowhere; left out")
            inside.remove(start)
            starts.remove(start)
        if len(starts) == 1:
            return
        if starts:
            entries = [flow.target for start in starts for flow in self._out(start.id)]
            for start in starts:
                self._drop(start, "one of several starts; the way in is chosen by the variable 'begun_by'")
        else:
            entries = [n.id for n in inside if n.attached_to is None and not self._into(n.id)
                       and (self._out(n.id) or len(inside) == 1)] or [inside[0].id]
        begun = self._add(f"{scope}_begun", "start", scope)
        entries = list(dict.fromkeys(entries))
        if not starts:
            self.found.edit(scope, "has no start; one is drawn")
        if len(entries) == 1:
            self._arrow(begun.id, entries[0], scope)
            return
        gateway = self._add(f"{scope}_ways", "exclusive" if starts else "parallel", scope)
        self._arrow(begun.id, gateway.id, scope)
        for entry in entries:
            flow = self._arrow(gateway.id, entry, scope)
            if starts:
                flow.condition = f"begun_by == '{entry}'"
        if starts:
            last = self._out(gateway.id)[-1]
            last.condition, gateway.default_flow = None, last.id

    def _ends(self) -> None:
        for node in list(self.sheet.nodes.values()):
            if node.kind != "end" and not self._out(node.id):
                ended = self._add(f"{node.id}_ended", "end", node.scope)
                self._arrow(node.id, ended.id, node.scope)
                self.found.edit(node.id, "no arrow left it; an end is drawn")

    def _unreachable(self) -> None:
        graph = Graph(self.sheet)
        for start in [node for node in self.sheet.nodes.values() if node.kind == "start"]:
            reached = graph.reach(start.id) | {start.id}
            for node in list(self.sheet.nodes.values()):
                if node.scope == start.scope and node.id not in reached:
                    self._drop(node, "cannot be reached from the start; left out")

    def _event_gateways(self) -> None:
        for node in list(self.sheet.nodes.values()):
            if node.kind != "first_event":
                continue
            targets = [self.sheet.nodes[flow.target] for flow in self._out(node.id)]
            if len(targets) < 2 or any(t.kind not in ("message", "timer") or len(self._into(t.id)) > 1 for t in targets):
                node.kind = "exclusive"
                self.found.edit(node.id, "an event gateway that leads to what waits for nothing; read as a choice")
                continue
            for target in [t for t in targets if t.kind == "timer"][1:]:
                target.kind, target.term, target.message = "message", None, f"{name_of(target.id)}_came"
                self.found.edit(target.id, "the second timer behind one gateway; read as a message")
            for event in [n for n in self.sheet.nodes.values() if n.attached_to in {t.id for t in targets}]:
                self._drop(event, "sits on what stands behind an event gateway; left out")
                self._unreachable()

    def _conditions(self) -> None:
        for node in self.sheet.nodes.values():
            flows = self._out(node.id)
            if node.kind not in ("exclusive", "inclusive") or len(flows) < 2:
                for flow in flows:
                    if flow.condition is not None:
                        self.found.edit(flow.id, f"its condition {flow.condition!r} decides nothing; left out")
                    flow.condition = None
                node.default_flow = None
            elif not self._speaks_ours(node, flows):
                self._ask_a_variable(node, flows)

    def _speaks_ours(self, node: Node, flows: list[Flow]) -> bool:
        """Every way but the default one has a condition in our language."""
        if node.default_flow is None:
            return False
        for flow in flows:
            if (flow.condition is None) != (flow.id == node.default_flow):
                return False
            try:
                compile_expression(flow.condition or "true")
            except ExpressionRefused:
                return False
        return True

    def _ask_a_variable(self, node: Node, flows: list[Flow]) -> None:
        default = next((flow for flow in flows if flow.id == node.default_flow), flows[-1])
        node.default_flow = default.id
        variable = f"way_{name_of(node.id)}"[:64]
        told: list[str] = []
        for flow in flows:
            words = flow.condition or self.found.names.get(flow.id) or ""
            if flow is default:
                flow.condition = None
            elif node.kind == "inclusive":
                flow.condition = f"{variable}_{len(told) + 1} == true"[:200]
            else:
                flow.condition = f"{variable} == '{flow.target}'"
            told.append(f"{flow.condition or 'otherwise'} → {flow.target}{f' (was: {words})' if words else ''}")
        self.found.edit(node.id, f"its conditions are asked of a variable: {'; '.join(told)}")

    def _sound(self) -> None:
        """Mend what tokens would stumble over, one place at a time, as long as a rule of ours knows how."""
        for _ in range(MAX_ROUNDS):
            if not any(self._mended(problem) for problem in problems_of(self.sheet, ())):
                return

    def _mended(self, problem: str) -> bool:
        named = _NAMED.match(problem)
        if named is None:
            return False
        _, name, said = named.groups()
        if said.startswith(_NEVER) and self.sheet.nodes[name].kind == "parallel":
            self.sheet.nodes[name].kind = "inclusive"
            self.found.edit(name, "waited for tokens that never come; waits only for those that can")
            return self._default_of(self.sheet.nodes[name])
        if said.startswith(_TWICE):
            self.sheet.nodes[name].interrupting = True
            self.found.edit(name, "ran back into the way it left; interrupts it now")
            return True
        if said.startswith(_AT_ONCE):
            return self._join_before(next(flow.source for flow in self.sheet.flows if flow.id == name))
        return False

    def _default_of(self, node: Node) -> bool:
        flows = self._out(node.id)
        if len(flows) > 1:
            self._ask_a_variable(node, flows)
        return True

    def _join_before(self, name: str) -> bool:
        """Let tokens that come into `name` from several sides become one."""
        node, into = self.sheet.nodes[name], self._into(name)
        if len(into) < 2 or node.kind in ("parallel", "inclusive"):
            return False
        if node.kind == "exclusive" and len(self._out(name)) == 1:
            node.kind = "inclusive"
        else:
            join = self._add(f"{name}_join", "inclusive", node.scope)
            for flow in into:
                flow.target = join.id
            self._arrow(join.id, name, node.scope)
        self.found.edit(name, "would have been walked twice; the branches are joined before it")
        return True


def told(drafts: tuple[Draft, ...]) -> Iterator[str]:
    """The drafts as lines for people."""
    for draft in drafts:
        found = "needs a decision" if draft.problems else "loads"
        yield f"{draft.process_id}: {found}, {len(draft.edits)} edits"
        yield from (f"  edited   {edit}" for edit in draft.edits)
        yield from (f"  refused  {problem}" for problem in draft.problems)
