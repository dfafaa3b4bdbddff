"""Playing a drawing with tokens, every choice both ways, to see whether it can stop or walk a way twice.

Each process and subprocess is played by itself; a subprocess inside it counts as one element. Where several tokens
could move, one is enough (the others do not depend on it), so parallel branches do not multiply the positions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.engine.graph import Graph
from app.engine.sheet import Node

MAX_POSITIONS = 20_000
Position = frozenset[str]                  # the arrows on which a token stands


def unsound(graph: Graph) -> Iterator[str]:
    """Sentences about joins that may wait for ever and arrows that may be walked by two tokens at once."""
    for start in (node for node in graph.nodes.values() if node.kind == "start"):
        yield from _Game(graph).play(start)


class _Game:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.target = {flow.id: graph.nodes[flow.target] for flow in graph.sheet.flows}
        self.problems: dict[str, None] = {}

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
        joins = []
        for arrow in sorted(position):
            node = self.target[arrow]
            if node.kind in ("parallel", "inclusive"):
                joins.append(node)
            else:
                for made in self._choices(node):
                    yield self._moved(position, {arrow}, made, node)
                return
        for node in joins:
            arrived = {flow.id for flow in self.graph.incoming[node.id]} & position
            if node.kind == "parallel":
                missing = len(self.graph.incoming[node.id]) > len(arrived)
            else:
                missing = self._awaited(node, arrived, position)
            if not missing:
                for made in self._choices(node):
                    yield self._moved(position, arrived, made, node)
                return
        for node in joins:
            self.problems[f"{node.tag} {node.id!r}: may wait for a token that never comes"] = None

    def _awaited(self, node: Node, arrived: set[str], position: Position) -> bool:
        empty = {flow.source for flow in self.graph.incoming[node.id] if flow.id not in arrived}
        full = {flow.source for flow in self.graph.incoming[node.id] if flow.id in arrived}
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
