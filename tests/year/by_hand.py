"""The year counted again from the journal and the ledger's facts alone: ledgers, board, 06a, 06b, indicator 2.1.

Shares no code with the product. Rules as people read them: workflows/reports/rules.toml, rules.md 5.5, 7 and 14.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.invariants.clock import HERE, Wall
from tests.invariants.facts import Facts, Row

ROOT = Path(__file__).parent.parent.parent
OVER = {"result_ready", "refused", "withdrawn", "stopped", "refused_at_intake", "returned"}
DAY = timedelta(days=1)


@dataclass
class Story:
    """One dossier as its journal and its ledger tell it."""

    name: str
    procedure: str
    channel: str
    submitted: datetime
    states: list[tuple[datetime, str]] = field(default_factory=list)
    received: datetime | None = None
    lines: list[Row] = field(default_factory=list)
    asked: int = 0

    @property
    def finished(self) -> datetime | None:
        return next((at for at, state in self.states if state in OVER), None)

    @property
    def ended_as(self) -> str:
        """The first state that ended it."""
        return next((state for _, state in self.states if state in OVER), "")

    def state_at(self, moment: datetime) -> str:
        return next((state for at, state in reversed(self.states) if at <= moment), "")

    def due_at(self, moment: datetime) -> datetime | None:
        """The due moment by the lines written before `moment`; None before the start, and while the clock stands."""
        due: datetime | None = None
        for line in self.lines:
            if line["written_at"] <= moment and line["kind"] != "mark":
                due = line["due_after"]
        return due

    def last_due(self) -> datetime:
        """The last due moment there was."""
        dues: list[datetime] = [line["due_after"] for line in self.lines if line["due_after"] is not None]
        return dues[-1]


def stories(facts: Facts) -> list[Story]:
    """Everybody who handed something in, told by the journal."""
    found = []
    ledgers = facts.by("deadline_line")
    for dossier in facts["dossier"]:
        journal = facts.journal.get(dossier["id"], [])
        submitted = next((line for line in journal if line["event"] == "dossier.submitted"), None)
        if submitted is None:
            continue
        one = Story(facts.name(dossier["id"]), dossier["procedure_code"], submitted["facts"]["channel"], submitted["at"])
        for line in journal:
            if line["event"] == "dossier.state_changed":
                one.states.append((line["at"], line["facts"]["after"]))
            elif line["event"] == "dossier.received":
                one.received = line["at"]
            elif line["event"] == "supplement.requested":
                one.asked += 1
        one.lines = ledgers.get(dossier["id"], [])
        found.append(one)
    return found


def told_alike(facts: Facts) -> Iterator[str]:
    """Where journal and ledger tell different stories: a line without its event, an event without its line."""
    for dossier in facts["dossier"]:
        journal = facts.journal.get(dossier["id"], [])
        received = [line["at"] for line in journal if line["event"] == "dossier.received"]
        if not received:
            continue
        begun, events = received[0], Counter[str]()
        for line in journal:
            if line["at"] < begun:
                continue
            event, after = line["event"], line["facts"].get("after")
            if event == "supplement.requested":
                events["pause"] += 1
            elif event == "supplement.answered":
                events["going on"] += 1
            elif event == "dossier.extended":
                events["extend"] += 1
            elif event == "deadline.recounted" and line["facts"].get("before") != line["facts"].get("after"):
                events["recount"] += 1
            elif event == "dossier.state_changed" and after in OVER:
                events["end"] = 1
        lines = Counter[str]()
        for row in facts.by("deadline_line").get(dossier["id"], []):
            kind = {"resume": "going on", "restart": "going on"}.get(row["kind"], row["kind"])
            if kind in ("pause", "going on", "extend", "end") or (
                kind == "recount" and row["due_before"] != row["due_after"] and events["recount"]
            ):
                lines[kind] += 1
        if +lines != +events:
            yield f"{facts.name(dossier['id'])}: the journal tells {dict(+events)}, the ledger {dict(+lines)}"


def board(told: list[Story], moment: datetime, wall: Wall) -> dict[str, int]:
    """Open dossiers in the evening: all, late, today, by the end of the next working day, later, without a running clock."""
    today = moment.astimezone(HERE).date()
    ends = [datetime.combine(day + DAY, time(), HERE) for day in (today, wall.working_day(today, 1))]
    counted = Counter[str]()
    for one in told:
        finished = one.finished
        if one.submitted > moment or (finished is not None and finished <= moment):
            continue
        due = one.due_at(moment)
        counted["open"] += 1
        counted["supplement"] += one.state_at(moment) == "supplement_requested"
        if due is None:
            counted["none"] += 1
        elif due < moment:
            counted["late"] += 1
        elif due < ends[0]:
            counted["today"] += 1
        else:
            counted["soon" if due < ends[1] else "later"] += 1
    return {name: counted[name] for name in ("open", "late", "today", "soon", "later", "none", "supplement")}


def report(told: list[Story], first: date, last: date) -> tuple[int, ...]:
    """Columns 3 to 13 of 06a, by dates."""
    begins, ends = datetime.combine(first, time(), HERE), datetime.combine(last + DAY, time(), HERE)
    rule = tomllib.loads((ROOT / "workflows" / "reports" / "rules.toml").read_text())["rule"][-1]
    on_time = {state for state in ("withdrawn", "stopped", "refused") if rule[state] == "on_time"}
    n = Counter[int]()
    for one in told:
        finished = one.finished
        if one.received is None or one.received >= ends or (finished is not None and finished < begins):
            continue
        n[(4 if one.channel == "online" else 5) if one.received >= begins else 6] += 1
        if finished is not None and finished < ends:
            away = (finished.astimezone(HERE).date() - one.last_due().astimezone(HERE).date()).days
            n[9 if one.ended_as in on_time or away == 0 else 8 if away < 0 else 10] += 1
        else:
            due = one.due_at(ends - timedelta(microseconds=1))
            n[13 if due is not None and due.astimezone(HERE).date() < last else 12] += 1
    n[3], n[7], n[11] = n[4] + n[5] + n[6], n[8] + n[9] + n[10], n[12] + n[13]
    return tuple(n[column] for column in range(3, 14))


def on_time(told: list[Story], first: date, last: date) -> tuple[int, int]:
    """Indicator 2.1 of a calendar month that is over: numerator and denominator.

    Received in it; asked for supplements at most once; ended in time by the last due moment. What waits ends, for the
    office, when the waiting began; also when it was withdrawn, stopped or refused while waiting.
    """
    begins, ends = datetime.combine(first, time(), HERE), datetime.combine(last + DAY, time(), HERE)
    good = counted = 0
    for one in told:
        if one.received is None or not begins <= one.received < ends:
            continue
        counted += 1
        good += one.asked <= 1 and _ends(one, ends) <= one.last_due()
    return good, counted


def _ends(one: Story, as_of: datetime) -> datetime:
    """When the office was done with it, or the end of the month if it is not and does not wait."""
    turns = [line for line in one.lines if line["kind"] not in ("end", "mark", "recount")]
    waits: datetime | None = turns[-1]["at"] if turns and turns[-1]["kind"] == "pause" else None
    if one.finished is None:
        return min(waits, as_of) if waits is not None else as_of
    if waits is not None and one.ended_as in ("withdrawn", "stopped", "refused"):
        return waits
    return one.finished


def months(year: int, cut: int) -> Iterator[tuple[date, date]]:
    """The year's reporting months (15th of the month before to the 14th), or calendar months with `cut` 1."""
    for month in range(1, 13):
        first = date(year, month, 1) if cut == 1 else (
            date(year - 1, 12, cut) if month == 1 else date(year, month - 1, cut)
        )
        behind = (date(year + month // 12, month % 12 + 1, 1)) if cut == 1 else date(year, month, cut)
        yield first, behind - DAY


def walls(facts: Facts) -> dict[str, Wall]:
    """Every calendar that was kept, as its text says."""
    return {row["version"]: Wall(row["content"]) for row in facts["working_calendar"]}


def spread(told: list[Story]) -> dict[str, Any]:
    """What happened in the year: kinds of ledger lines and endings."""
    return {
        "lines": dict(Counter(line["kind"] for one in told for line in one.lines)),
        "ends": dict(Counter(one.ended_as for one in told)),
        "late": sum(one.finished is not None and bool(one.lines) and one.finished > one.last_due() for one in told),
    }
