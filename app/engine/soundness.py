"""Playing a drawing with tokens, every choice both ways, to see whether it can stop or walk a way twice.

Each process and subprocess is played by itself; a subprocess inside it counts as one element. Where several tokens could
move, each is tried first: moving only one would let a token slip away before another walks the same way. What stands in a
row, one way in and one way out, is passed in one move.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.engine.graph import Graph
from app.engine.sheet import Flow, Node

MAX_POSITIONS = 20_000
Position = frozenset[str]                  # the arrows on which a token stands


def unsound(graph: Graph) -> Iterator[str]:
    """Sentences about joins that may wait for ever and arrows that may be walked by two tokens at once."""
    for start in (node for node in graph.nodes.values() if node.kind == "start"):
        yield from _Game(graph).play(start)


class _Game:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.target = {flow.id: self._end_of_row(flow) for flow in graph.sheet.flows}
        self.into: dict[str, dict[str, Flow]] = {}         # by node: the first arrow of each row that leads to it
        for flow in graph.sheet.flows:
            if not self._in_row(graph.nodes[flow.source]):
                last = self._last_of_row(flow)
                self.into.setdefault(last.target, {})[flow.id] = last
        self.problems: dict[str, None] = {}

    def _in_row(self, node: Node) -> bool:
        one_way = len(self.graph.incoming[node.id]) == len(self.graph.outgoing[node.id]) == 1
        return one_way and not self.graph.attached[node.id] and not node.terminates

    def _last_of_row(self, flow: Flow) -> Flow:
        passed = {flow.id}
        while self._in_row(self.graph.nodes[flow.target]):
            flow = self.graph.outgoing[flow.target][0]
            if flow.id in passed:                          # a ring that nobody leaves; another rule names it
                break
            passed.add(flow.id)
        return flow

    def _end_of_row(self, flow: Flow) -> Node:
        return self.graph.nodes[self._last_of_row(flow).target]

    def play(self, start: Node) -> list[str]:
        first = frozenset(flow.id for flow in self.graph.outgoing[start.id])
        seen, waiting = {first}, [first]
        while waiting and not self.problems:
            for following in self._moves(waiting.pop()):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
            if len(seen) > MAX_POSITIONS:
                return [f"{start.scope!r}: too intricate to show that it always ends; use subprocesses"]
        return list(self.problems)

    def _moves(self, position: Position) -> Iterator[Position]:
        stuck, joins = True, dict[str, Node]()
        for arrow in sorted(position):
            node = self.target[arrow]
            if node.kind in ("parallel", "inclusive"):
                joins[node.id] = node
                continue
            stuck = False
            for made in self._choices(node):
                yield self._moved(position, {arrow}, made, node)
        for node in joins.values():
            arrived = self.into[node.id].keys() & position
            if node.kind == "parallel":
                missing = len(self.into[node.id]) > len(arrived)
            else:
                missing = self._awaited(node, arrived, position)
            if not missing:
                stuck = False
                for made in self._choices(node):
                    yield self._moved(position, arrived, made, node)
        for node in joins.values() if stuck else ():
            self.problems[f"{node.tag} {node.id!r}: may wait for a token that never comes"] = None

    def _awaited(self, node: Node, arrived: set[str], position: Position) -> bool:
        empty = {last.source for first, last in self.into[node.id].items() if first not in arrived}
        full = {last.source for first, last in self.into[node.id].items() if first in arrived}
        for arrow in position - arrived:
            after = self.graph.reach(self.target[arrow].id) | {self.target[arrow].id}
            if after & empty and not after & full:
                return True
        return False

    def _choices(self, node: Node) -> Iterator[set[str]]:
        """The sets of arrows on which tokens may stand once `node` has been passed."""
        out = [flow.id for flow in self.graph.outgoing[node.id]]
        if node.kind in ("exclusive", "first_event"):
            yield from ({arrow} for arrow in out)
        elif node.kind == "inclusive":
            for size in range(1, len(out) + 1):
                yield from (set(chosen) for chosen in combinations(out, size))
        elif node.kind == "end":
            yield set()
        else:
            yield set(out)
        for event in self.graph.attached[node.id]:
            if event.interrupting:
                yield {flow.id for flow in self.graph.outgoing[event.id]}

    def _moved(self, position: Position, taken: set[str], made: set[str], node: Node) -> Position:
        if node.terminates:
            return frozenset()
        left = position - taken
        for arrow in sorted(left & made):
            self.problems[f"sequenceFlow {arrow!r}: two tokens may stand on it at once; join the branches first"] = None
        return left | made
