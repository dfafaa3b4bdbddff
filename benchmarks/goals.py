"""The aims of speed by number, and the summary that says of each whether it is met.

F 1–13 are the least that is accepted, H 1–9 what is aimed for; each is a ratio to a floor measured in the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.table import Row

GOALS: Mapping[str, str] = {
    "F1": "engine turn ≤ 1.0 of the stock step in memory and ≤ 1/8 of the stock serializer's",
    "F2": "step with database ≥ 0.35 of the same SQL without an engine, ≥ 5 times stock; 8 in flight",
    "F3": "HTTP complete-task ≥ 0.6 of the same endpoint without an engine",
    "F4": "WAL of a step ≤ 1.6 of the floor's; state ≤ 1 kB; growth per loop 0",
    "F5": "0 differences from the stock round trip in 20,000 random steps",
    "F6": "due-timer poll at 100,000 idle ≤ 10 reads of a row",
    "F7": "visible B-B signature ≤ 10 RSA-2048 operations, ≥ 30 times stock pyHanko",
    "F8": "1,000 certificates with two signatures ≥ 25 times WeasyPrint and stock pyHanko",
    "F9": "B-T: client CPU ≤ 2 B-B; throughput at 100 ms of TSA latency ≥ 0.8 of the CPU bound",
    "F10": "B-LT in a batch ≤ 1.5 B-B",
    "F11": "certificate ≤ 1.8 of the remembered compile, ≤ 1/8 of WeasyPrint",
    "F12": "list endpoint ≤ 1.3 of asyncpg and orjson; list page ≤ 1.3 of asyncpg and Jinja",
    "F13": "MIWG: 18 of 21 files taken after normalising, each edit told",
    "H1": "dossiers a second, 8 clients, everything on ≥ 1.0 of stock SpiffWorkflow with nothing on",
    "H2": "a step: ≤ 5 statements, 1 commit",
    "H3": "step with database ≥ 0.75 of the same SQL without an engine",
    "H4": "engine turn ≤ 0.4 of the stock step in memory; state ≤ 1 kB; growth per loop 0, behind AND and OR too",
    "H5": "my work, overdue, search at 1,000,000: server CPU ≤ 1.3 of by hand; ≤ 1.5 of the same at 10,000",
    "H6": "signature and seal ≤ 7 of the two key operations; 1,000 certificates ≥ 60 times WeasyPrint and stock pyHanko",
    "H7": "B-LT in a batch of 1,000 ≤ 1.3 B-B",
    "H8": "due-timer poll at 1,000,000 idle ≤ 3 reads of a row",
    "H9": "start to first answer ≤ 2 s; two workers ≤ 200 MB PSS",
}


def decided(rows: Sequence[Row], run: str, day: str) -> dict[str, dict[str, Any]]:
    """For every aim that rows of this run decide: verdict, and each deciding row in words, the farthest first."""
    found: dict[str, dict[str, Any]] = {}
    for goal in GOALS:
        mine = sorted((one for one in rows if goal in one.goals.split()), key=lambda one: -one.distance)
        judged = [one for one in mine if one.verdict]
        if not judged:
            continue
        met = sum(one.verdict == "met" for one in judged)
        found[goal] = {
            "verdict": "met" if met == len(judged) else "missed" if not met else f"{met} of {len(judged)} met",
            "told": [{"what": one.what, "told": one.told, "wanted": one.wanted, "verdict": one.verdict} for one in judged],
            "run": run, "day": day,
        }
    return found


def summary(found: Mapping[str, Mapping[str, Any]], why: Mapping[str, str]) -> str:
    """One row an aim: what was measured (the farthest first), the verdict, by which run. `why`: notes kept by people."""
    drawn = ["| aim | goal | measured: ratio at p10 | verdict | run | note |", "|---|---|---|---|---|---|"]
    for goal, words in GOALS.items():
        one = found.get(goal)
        if one is None:
            drawn.append(f"| {goal} | {words} | – | not measured | – | {why.get(goal, '')} |")
            continue
        rows = one["told"]
        told = "; ".join(f"{row['what']} {row['told']}" for row in rows[:3])
        told += f"; {len(rows) - 3} more" if len(rows) > 3 else ""
        drawn.append(f"| {goal} | {words} | {told} | {one['verdict']} | {one['run']}, {one['day']} | {why.get(goal, '')} |")
    return "\n".join(drawn)


def short(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The same for a terminal: a line an aim."""
    lines = []
    for goal, words in GOALS.items():
        one = found.get(goal)
        farthest = f"{one['told'][0]['told']} ({one['told'][0]['what']})" if one else ""
        lines.append(f"{goal:4} {one['verdict'] if one else 'not measured here':18} {farthest:60} {words}")
    return "\n".join(lines)
