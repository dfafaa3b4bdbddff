"""The ways through a drawing, for adding things up along them: arrows with subprocesses unfolded, the longest way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.engine.hardened import parse
from app.engine.sheet import Node, Sheet, read_sheet


@dataclass(frozen=True, slots=True)
class Course:
    """Where one may go from each place of a drawing. Subprocesses are not places; their insides are."""

    begins: tuple[str, ...]
    after: Mapping[str, tuple[str, ...]]
    messages: Mapping[str, str]  # place → the message it waits for; boundary events left out
    timed: frozenset[str]  # places that a timer takes a dossier away from

    def awaiting(self, message: str) -> tuple[str, ...]:
        """The places that wait for `message`."""
        return tuple(place for place, awaited in self.messages.items() if awaited == message)

    def longest(
        self, weights: Mapping[str, int], *, begins: Iterable[str], ends: Collection[str] = ()
    ) -> tuple[int, tuple[str, ...]]:
        """The heaviest way from one of `begins`: its sum, and the places on it that weigh something.

        Of parallel branches the heaviest counts, for the way leads through one of them. Going back (a draft sent back)
        is not walked twice. A way stops at `ends`, which weigh nothing.
        """
        best: dict[str, tuple[int, tuple[str, ...]]] = {}
        walking: set[str] = set()

        def from_here(place: str) -> tuple[int, tuple[str, ...]]:
            if place in ends or place in walking:
                return 0, ()
            if place not in best:
                walking.add(place)
                onward = max((from_here(one) for one in self.after.get(place, ())), key=lambda way: way[0], default=(0, ()))
                walking.discard(place)
                weight = weights.get(place, 0)
                best[place] = (onward[0] + weight, ((place, *onward[1]) if weight else onward[1]))
            return best[place]

        return max((from_here(place) for place in begins), key=lambda way: way[0], default=(0, ()))


def course_of(bpmn: bytes) -> Course:
    """The course of a drawing that load_drawing accepts."""
    sheet = read_sheet(parse(bpmn))
    unfolded = _Unfolded(sheet)
    places = {name: node for name, node in sheet.nodes.items() if node.kind != "subprocess"}
    return Course(
        begins=unfolded.starts(sheet.process_id),
        after=MappingProxyType({name: unfolded.onward(node) for name, node in places.items()}),
        messages=MappingProxyType({
            name: node.message for name, node in places.items() if node.message is not None and node.attached_to is None
        }),
        timed=frozenset(
            node.attached_to for node in places.values() if node.kind == "timer" and node.attached_to is not None
        ),
    )


class _Unfolded:
    """A sheet read as one flat graph."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.arrows: dict[str, list[str]] = {}
        for flow in sheet.flows:
            self.arrows.setdefault(flow.source, []).append(flow.target)
        self.boundaries: dict[str, list[str]] = {}
        for node in sheet.nodes.values():
            if node.attached_to is not None:
                self.boundaries.setdefault(node.attached_to, []).append(node.id)

    def starts(self, scope: str) -> tuple[str, ...]:
        return tuple(node.id for node in self.sheet.nodes.values() if node.scope == scope and node.kind == "start")

    def onward(self, node: Node) -> tuple[str, ...]:
        """Arrows out, out of a subprocess at its end, and what may interrupt this place or those around it."""
        found = [place for target in self.arrows.get(node.id, ()) for place in self._enter(target)]
        if node.kind == "end" and node.scope != self.sheet.process_id:
            found += self.onward(self.sheet.nodes[node.scope])
        around: str | None = node.id
        while around is not None and around != self.sheet.process_id:
            found += self.boundaries.get(around, ())
            around = self.sheet.nodes[around].scope
        return tuple(dict.fromkeys(found))

    def _enter(self, name: str) -> tuple[str, ...]:
        return self.starts(name) if self.sheet.nodes[name].kind == "subprocess" else (name,)
