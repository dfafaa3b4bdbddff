"""How long people waited, by what they did; and what went wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

KINDS = {
    "begin": "draft", "fill in": "draft", "choose": "draft", "upload": "upload", "submit": "submit", "judge": "step",
    "check_papers": "step", "examine": "step", "approve": "step", "sign_result": "step", "return_result": "step",
}
HEADINGS = ("what", "count", "p50", "p95", "p99", "max", "errors")


@dataclass
class Tally:
    """Seconds by kind, and errors by kind with their first words."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)

    def took(self, kind: str, seconds: float) -> None:
        self.spent[KINDS.get(kind, kind)].append(seconds)

    def failed(self, kind: str, words: str) -> None:
        name = KINDS.get(kind, kind)
        self.errors[name] += 1
        self.said.setdefault(name, words[:300])

    def count(self, *kinds: str) -> int:
        return sum(len(self.spent.get(kind, ())) for kind in kinds)

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each kind: waiting in milliseconds."""
        found = []
        for kind in sorted({*self.spent, *self.errors}):
            spent = self.spent.get(kind, [])
            waits = [*(share(spent, part) for part in (0.5, 0.95, 0.99)), max(spent, default=0.0)]
            found.append((kind, f"{len(spent):,}", *(f"{one * 1000:.0f} ms" for one in waits), str(self.errors[kind])))
        return found


def share(values: Sequence[float], part: float) -> float:
    """The value that so large a part of all stays below; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0
