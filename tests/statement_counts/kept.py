"""The kept table: one line a route, sorted, and the sentences about what grew, shrank or is not counted."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.statement_counts.ear import Cost, mark_of

TABLE: Final = Path(__file__).parent / "table.toml"
WRITE: Final = "python -m tests.statement_counts --write"
HEAD: Final = f"""\
# What each route says to PostgreSQL when it does what it is for: statements (BEGIN and COMMIT among them) and commits,
# counted on one listened connection by tests/statement_counts. It may be lowered, not raised by accident:
#   {WRITE}
# `says` explains a growth and is not compared. A route that cannot be played says why instead.

"""


@dataclass(frozen=True)
class Line:
    """What a route may cost. `why_not`: it cannot be played, and why."""

    statements: int = 0
    commits: int = 0
    says: str = ""
    why_not: str = ""


def read() -> dict[str, Line]:
    """The table as it is kept."""
    return {route: Line(**told) for route, told in tomllib.loads(TABLE.read_text("utf-8")).items()}


def write(costs: Mapping[str, Cost], why_not: Mapping[str, str]) -> None:
    """The table as it was just counted."""
    lines = {
        route: f'{{ statements = {len(cost.statements)}, commits = {cost.commits}, says = "{shortened(cost.says)}" }}'
        for route, cost in costs.items()
    } | {route: f'{{ why_not = "{why}" }}' for route, why in why_not.items()}
    TABLE.write_text(HEAD + "".join(f'"{route}" = {lines[route]}\n' for route in sorted(lines, key=_order)), "utf-8")


def _order(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return path, method


def shortened(says: tuple[str, ...]) -> str:
    """Marks in their order; the same one several times in a row is said once with how often."""
    told: list[list[object]] = []
    for mark in says:
        if told and told[-1][0] == mark:
            told[-1][1] = int(str(told[-1][1])) + 1
        else:
            told.append([mark, 1])
    return "; ".join(f"{mark} ×{times}" if times != 1 else str(mark) for mark, times in told)


def compare(route: str, cost: Cost, kept: Line | None) -> str:
    """A sentence for who changed something, or nothing."""
    count = (len(cost.statements), cost.commits)
    if kept is None:
        return f"{route} is not in the table: {count[0]} statements, {count[1]} commits. Keep it: {WRITE}"
    if kept.why_not:
        return f"{route} is played now, so its reason ({kept.why_not}) is over. Keep its count: {WRITE}"
    if count == (kept.statements, kept.commits):
        return ""
    asked = f"{route}: {count[0]} statements and {count[1]} commits, kept are {kept.statements} and {kept.commits}."
    if count[0] <= kept.statements and count[1] <= kept.commits:
        return f"{asked} It became cheaper; keep it so: {WRITE}"
    new = "\n    ".join(_new(cost, kept)) or "(the same marks as before, in another number)"
    return f"{asked} New is:\n    {new}"


def _new(cost: Cost, kept: Line) -> list[str]:
    before: Counter[str] = Counter()
    for one in kept.says.split("; "):
        mark, _, times = one.partition(" ×")
        before[mark] += int(times or 1)
    found = []
    for statement in cost.statements:
        mark = mark_of(statement)
        before[mark] -= 1
        if before[mark] < 0:
            found.append(statement[:300])
    return found
