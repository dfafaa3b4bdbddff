"""What another calendar does to one open dossier: its due moment, its open steps, its timers, its alarm. Pure.

What was counted is counted again; what was set otherwise (an absolute moment, a date a person chose) stays.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache, partial
from typing import Any
from uuid import UUID

from app.deadlines.calendar import Calendar
from app.deadlines.changes import Pair
from app.deadlines.counting import Reading
from app.deadlines.ledger import Clock, Fact, Line, advance, remembered
from app.deadlines.models import LineKind
from app.deadlines.rules import due_moment, forward_due
from app.deadlines.terms import Term, parse_term
from app.dossiers.alarms import MINUTE, Rung, ladder, next_alarm
from app.procedures.escalations import rungs_of
from app.procedures.package import Procedure

READINGS: tuple[Reading, ...] = ("days", "hours")


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """An open dossier as a batch reads it."""

    id: UUID
    office_id: int
    due_at: datetime | None
    alarm_at: datetime | None
    running: bool  # received, not paused, not finished: its clock counts
    lines: Sequence[Line] = ()
    steps: Sequence[Any] = ()  # rows: task_no, name, opened_at, due_at
    timers: Sequence[Any] = ()  # rows: task_no, set_at, term, due_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of it. Nothing in it: the dossier stays as it is."""

    dossier: OpenDossier
    before: Clock | None = None
    after: Clock | None = None  # with a ledger line when set
    alarm_at: datetime | None = None
    alarm_moves: bool = False
    steps: dict[int, datetime] = field(default_factory=dict)
    timers: dict[int, datetime] = field(default_factory=dict)

    @property
    def moved(self) -> bool:
        """Whether the promised moment is another one."""
        return self.before is not None and self.after is not None and self.before.due != self.after.due

    @property
    def nothing(self) -> bool:
        return not (self.after or self.steps or self.timers or self.alarm_moves)

    @property
    def due_before(self) -> datetime | None:
        return self.before.due if self.before else self.dossier.due_at

    @property
    def due_after(self) -> datetime | None:
        return self.after.due if self.after else self.due_before


class Known:
    """What was counted before in the same run: many dossiers come in the same minute. With `alarms`, these too."""

    def __init__(self, *, alarms: bool) -> None:
        self.alarms = alarms
        self._moments: dict[tuple[datetime, str, Reading, str], datetime] = {}
        self._ladders: dict[tuple[int, datetime, datetime, str], tuple[Rung, ...]] = {}

    def after(self, start: datetime, term: str, reading: Reading, calendar: Calendar) -> datetime:
        """The end of a term."""
        key = (start, term, reading, calendar.version)
        found = self._moments.get(key)
        if found is None:
            found = due_moment(start, _term(term), calendar=calendar, reading=reading).due_at
            self._moments[key] = found
        return found

    def alarm(
        self, procedure: Procedure, since: datetime, due_at: datetime, calendar: Calendar, now: datetime
    ) -> datetime | None:
        """The next alarm of a running clock, as app.dossiers.alarms.alarm_for gives it."""
        key = (id(procedure), since, due_at, calendar.version)
        rungs = self._ladders.get(key)
        if rungs is None:
            rungs = ladder(rungs_of(procedure), since=since, due_at=due_at, calendar=calendar)
            self._ladders[key] = rungs
        return next_alarm(rungs, min(now, due_at - MINUTE))


def count_again(
    dossier: OpenDossier, procedure: Procedure, pair: Pair, now: datetime, known: Known, *, since: datetime
) -> Outcome:
    """The dossier under `pair.after`. Raises what the ledger and the calendar raise.

    A promised date that stays, but has another number of days before it, gets its line too: a later pause must leave
    what is really left. Twice the same gives nothing the second time. `since`: the first day that changes; what is due
    before it stays.
    """
    before, after = _clocks(dossier, pair.after, now)
    legal = after.due if after else dossier.due_at
    alarm, alarm_moves = _alarm(dossier, procedure, before, after, pair.after, now, known)
    steps = {}
    for step in dossier.steps:
        if step["due_at"] is None or step["due_at"] < since:
            continue
        due = _step_due(step, procedure, pair, dossier.due_at, legal, known)
        if due != step["due_at"] and due is not None:
            steps[step["task_no"]] = due
    timers = {}
    for timer in dossier.timers:
        if timer["due_at"] < since:
            continue
        due = _recounted(timer["set_at"], timer["term"], timer["due_at"], pair, known)
        if due != timer["due_at"]:
            timers[timer["task_no"]] = due
    return Outcome(dossier, before, after, alarm, alarm_moves, steps, timers)


def _clocks(dossier: OpenDossier, calendar: Calendar, now: datetime) -> tuple[Clock | None, Clock | None]:
    """The running clock as it stands, and as it stands after a line; none where there is nothing to write."""
    before = remembered(dossier.lines) if dossier.running else None
    if before is None or before.paused_since is not None or before.ended_at is not None:
        return None, None
    after = advance(before, Fact(LineKind.RECOUNT, max(now, before.last_at), "calendar"), calendar)
    return before, after if (after.due, after.left) != (before.due, before.left) else None


def _alarm(
    dossier: OpenDossier, procedure: Procedure, before: Clock | None, after: Clock | None, calendar: Calendar, now: datetime,
    known: Known,
) -> tuple[datetime | None, bool]:
    """The next alarm, and whether it is another. One that has come already is not called back."""
    clock = after or before
    if clock is None or not known.alarms:
        return None, False
    if before is not None and clock.due == before.due and (dossier.alarm_at is None or dossier.alarm_at <= now):
        return None, False
    alarm = known.alarm(procedure, clock.going_since, clock.due, calendar, now)
    return alarm, alarm != dossier.alarm_at


def _step_due(
    step: Any, procedure: Procedure, pair: Pair, legal_before: datetime | None, legal: datetime | None, known: Known
) -> datetime | None:
    """A step is due with its budget, with reception's own time, or with the dossier, whichever is first.

    Which of them it was is seen from its due moment: the rule that gives it by the old calendar gives the new one.
    """
    stored: datetime | None = step["due_at"]
    for rule in _rules(step, procedure, known):
        before = _first(rule(pair.before), legal_before)
        if before is not None and before == stored:
            return _first(rule(pair.after), legal)
    return stored


def _rules(step: Any, procedure: Procedure, known: Known) -> Iterator[Callable[[Calendar], datetime | None]]:
    """Every way the office counts by when a step is due (app.dossiers.writing and app.dossiers.clock)."""
    opened, rule, after = step["opened_at"], procedure.steps.get(step["name"]), known.after
    within, forward = procedure.term.answer.within, procedure.term.forward
    if rule is not None and rule.budget is not None:
        budget = rule.budget
        for reading in READINGS:
            yield partial(after, opened, budget, reading)
            yield lambda calendar, reading=reading: min(  # type: ignore[misc]
                after(opened, budget, reading, calendar), after(opened, within, "days", calendar))
    yield lambda calendar: None
    yield partial(after, opened, within, "days")
    yield lambda calendar: forward_due(opened, calendar=calendar, cutoff=time.fromisoformat(forward.cutoff))


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _recounted(set_at: datetime | None, term: str | None, due_at: datetime, pair: Pair, known: Known) -> datetime:
    if set_at is None or term is None:
        return due_at
    for reading in READINGS:
        if due_at == known.after(set_at, term, reading, pair.before):
            return known.after(set_at, term, reading, pair.after)
    return due_at


@cache
def _term(text: str) -> Term:
    return parse_term(text)
