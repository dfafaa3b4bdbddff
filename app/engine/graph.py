"""A sheet with its arrows by node, and who can be reached from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.engine.sheet import Flow, Node, Sheet


class Graph:
    """Every reference in the sheet must lead somewhere (see checks.py)."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.nodes = sheet.nodes
        self.outgoing: dict[str, list[Flow]] = defaultdict(list)
        self.incoming: dict[str, list[Flow]] = defaultdict(list)
        self.attached: dict[str, list[Node]] = defaultdict(list)
        for flow in sheet.flows:
            self.outgoing[flow.source].append(flow)
            self.incoming[flow.target].append(flow)
        for node in sheet.nodes.values():
            if node.attached_to is not None:
                self.attached[node.attached_to].append(node)

    def next(self, name: str, *, boundaries: bool = True) -> Iterator[str]:
        yield from (flow.target for flow in self.outgoing[name])
        if boundaries:
            yield from (event.id for event in self.attached[name])

    def reach(self, name: str, *, boundaries: bool = True) -> set[str]:
        """Everything after `name`; holds `name` itself only when a loop leads back."""
        reached: set[str] = set()
        waiting = list(self.next(name, boundaries=boundaries))
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting.extend(self.next(current, boundaries=boundaries))
        return reached
