"""The clock of one dossier as a fold over its ledger lines: pure, so that the due moment is a function of the log.

`advance` plays one fact; the service writes down what it gives. `recompute` plays all facts again with the calendars
the lines name, trusting nothing that was computed (I7). `remembered` takes the stored results, for the next fact.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from app.deadlines.calendar import Calendar
from app.deadlines.counting import CUTOFF, Reading, Way, at_minute, budget_of, runs_out, spent, way_of
from app.deadlines.models import LineKind
from app.deadlines.refusals import (
    DeadlineAlreadyRuns,
    DeadlineEnded,
    DeadlineNotPaused,
    DeadlinePaused,
    ExtensionAskedTwice,
    ExtensionNotLater,
    ExtensionOutsideHours,
    ExtensionTooLate,
    LedgerRunsForward,
)
from app.deadlines.terms import Term

LATE = -1  # left_after of a clock that was paused when it was late already: going on, it keeps its old due moment
CLOCKS_DIFFER = timedelta(minutes=5)  # two machines' clocks; a fact this much too early counts as simultaneous
APOLOGY = "apology"  # the cause of an extension that is bound to once, a day before (R8)


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody did to the clock, before anything is computed from it."""

    kind: LineKind
    at: datetime
    cause: str
    term: Term | None = None  # start, and restart with another term
    reading: Reading | None = None
    cutoff: time | None = None
    new_due: datetime | None = None  # extend
    rule: str = ""  # mark: what the law makes of the silence or the lapse


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a dossier's clock stands after a line."""

    term: Term
    reading: Reading
    cutoff: time
    way: Way
    original_due: datetime
    due: datetime  # the last known due moment; while paused it does not bind
    going_since: datetime  # the receipt, answer or hand-over that last set it going
    left: int  # budget at `going_since`; while paused, what is left
    last_at: datetime
    fixed: bool = False  # `due` was set by an extension, not counted
    paused_since: datetime | None = None
    ended_at: datetime | None = None
    extended_for: tuple[str, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """When the answer is due; None while the clock stands still."""
        return None if self.paused_since is not None and self.ended_at is None else self.due


@dataclass(frozen=True, slots=True)
class Line:
    """A ledger line read back: the fact, what was computed from it then, and the words it was given."""

    fact: Fact
    way: Way
    left_after: int
    due_before: datetime | None
    due_after: datetime | None
    calendar_version: str
    rule: str
    source: str
    note: str
    actor_id: UUID | None
    written_at: datetime


def advance(clock: Clock | None, fact: Fact, calendar: Calendar) -> Clock:
    """The clock after `fact`. Raises what app.deadlines.refusals names; being late refuses only an apology."""
    at = at_minute(fact.at)
    if fact.kind is LineKind.START:
        if clock is not None:
            raise DeadlineAlreadyRuns
        assert fact.term is not None
        assert fact.reading is not None
        return _set_going(fact, at, calendar)
    assert clock is not None
    if clock.ended_at is not None:
        raise DeadlineEnded
    if at < clock.last_at - CLOCKS_DIFFER and fact.kind is not LineKind.END:
        raise LedgerRunsForward(at=f"{at:%H:%M %d/%m/%Y}", last=f"{clock.last_at:%H:%M %d/%m/%Y}")
    at = max(at, clock.last_at)
    played = _PLAYS[fact.kind](clock, fact, at, calendar)
    return replace(played, last_at=at)


def _set_going(fact: Fact, at: datetime, calendar: Calendar, before: Clock | None = None) -> Clock:
    term = fact.term or (before.term if before else None)
    reading = fact.reading or (before.reading if before else None)
    assert term is not None
    assert reading is not None
    cutoff = fact.cutoff or (before.cutoff if before else CUTOFF)
    way = way_of(term, reading)
    budget = budget_of(term, way)
    due = runs_out(at, budget, way, calendar, cutoff=cutoff)
    return Clock(
        term=term, reading=reading, cutoff=cutoff, way=way, original_due=before.original_due if before else due,
        due=due, going_since=at, left=budget, last_at=at, extended_for=before.extended_for if before else (),
    )


def _pause(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    if clock.paused_since is not None:
        raise DeadlinePaused
    if at > clock.due:
        left = LATE
    else:
        left = max(0, clock.left - spent(clock.going_since, at, clock.way, calendar))
    return replace(clock, paused_since=at, left=left)


def _resume(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    if clock.paused_since is None:
        raise DeadlineNotPaused
    if clock.left == LATE:
        return replace(clock, paused_since=None)
    due = runs_out(at, clock.left, clock.way, calendar, cutoff=clock.cutoff)
    return replace(clock, paused_since=None, going_since=at, due=due, fixed=False)


def _restart(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    if clock.paused_since is None:
        raise DeadlineNotPaused
    return _set_going(fact, at, calendar, before=clock)


def _extend(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    """R8 ([old] NĐ 118/2025 art. 19(9)): an apology once, at the latest the day before; other grounds once each.

    A term that begins on its own due day leaves no day before: an apology is then in time until it is due.
    """
    if clock.paused_since is not None:
        raise DeadlinePaused
    assert fact.new_due is not None
    new_due = at_minute(fact.new_due)
    if fact.cause in clock.extended_for:
        raise ExtensionAskedTwice
    if fact.cause == APOLOGY:
        begun_that_day = clock.going_since.date() >= clock.due.date()
        if at > clock.due or (at.date() >= clock.due.date() and not begun_that_day):
            raise ExtensionTooLate(due=f"{clock.due:%H:%M %d/%m/%Y}")
    if new_due <= clock.due or new_due <= at:
        raise ExtensionNotLater(due=f"{max(clock.due, at):%H:%M %d/%m/%Y}")
    stretches = calendar.office_hours(new_due.date())
    if not any(stretch.opens < new_due <= stretch.closes for stretch in stretches):
        raise ExtensionOutsideHours(due=f"{new_due:%H:%M %d/%m/%Y}")
    in_days = clock.way in (Way.WORKING_DAYS, Way.CALENDAR_DAYS, Way.SAME_DAY)
    way = clock.way
    if in_days:
        way = Way.WORKING_DAYS if new_due == stretches[-1].closes else Way.MINUTES
    left = spent(clock.going_since, new_due, way, calendar)
    return replace(
        clock, due=new_due, way=way, left=left, fixed=True, extended_for=(*clock.extended_for, fact.cause)
    )


def _recount(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    """The calendar changed. A promised date stays while the office works then; a counted one is counted again."""
    if clock.paused_since is not None:
        raise DeadlinePaused
    if clock.fixed:
        day = calendar.working_day_after(clock.due.date(), 0)
        works = any(s.opens < clock.due <= s.closes for s in calendar.office_hours(day))
        due = clock.due if works else calendar.closing(day)
        return replace(clock, due=due, left=spent(clock.going_since, due, clock.way, calendar))
    if clock.left == LATE:  # it was late when it paused: nothing is left to be counted, the old due moment stays
        return clock
    due = runs_out(clock.going_since, clock.left, clock.way, calendar, cutoff=clock.cutoff)
    return replace(clock, due=due)


def _mark(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    """Time ran out somewhere and had its effect in law; the dossier's own clock goes on, or stands, as it did."""
    return clock


def _end(clock: Clock, fact: Fact, at: datetime, calendar: Calendar) -> Clock:
    return replace(clock, ended_at=at)


_PLAYS: dict[LineKind, Callable[[Clock, Fact, datetime, Calendar], Clock]] = {
    LineKind.PAUSE: _pause,
    LineKind.RESUME: _resume,
    LineKind.RESTART: _restart,
    LineKind.EXTEND: _extend,
    LineKind.RECOUNT: _recount,
    LineKind.MARK: _mark,
    LineKind.END: _end,
}


def remembered(lines: Iterable[Line]) -> Clock | None:
    """The clock after these lines, from what they remember; needs no calendar. None without lines."""
    clock: Clock | None = None
    for line in lines:
        fact = line.fact
        at = max(at_minute(fact.at), clock.last_at) if clock else at_minute(fact.at)
        if clock is None or fact.kind is LineKind.RESTART:
            assert line.due_after is not None
            assert fact.term is not None
            assert fact.reading is not None
            due = at_minute(line.due_after)
            clock = Clock(
                term=fact.term, reading=fact.reading, cutoff=fact.cutoff or CUTOFF, way=line.way,
                original_due=clock.original_due if clock else due, due=due, going_since=at, left=line.left_after,
                last_at=at, extended_for=clock.extended_for if clock else (),
            )
            continue
        due = at_minute(line.due_after) if line.due_after is not None else clock.due
        clock = replace(clock, due=due, left=line.left_after, way=line.way, last_at=at)
        match fact.kind:
            case LineKind.PAUSE:
                clock = replace(clock, paused_since=at)
            case LineKind.RESUME:
                going = clock.going_since if line.left_after == LATE else at
                fixed = clock.fixed and line.left_after == LATE
                clock = replace(clock, paused_since=None, going_since=going, fixed=fixed)
            case LineKind.EXTEND:
                clock = replace(clock, fixed=True, extended_for=(*clock.extended_for, fact.cause))
            case LineKind.END:
                clock = replace(clock, ended_at=at)
            case _:
                pass
    return clock


@dataclass(frozen=True, slots=True)
class Difference:
    """A line whose stored result is not what its facts give."""

    line_no: int
    stored: datetime | None
    computed: datetime | None


def recompute(lines: Sequence[Line], calendars: Callable[[str], Calendar]) -> tuple[Clock | None, list[Difference]]:
    """Play the facts again, each with the calendar its line names: the clock, and where the ledger disagrees (I7)."""
    clock: Clock | None = None
    differences = []
    for number, line in enumerate(lines, start=1):
        clock = advance(clock, line.fact, calendars(line.calendar_version))
        computed = None if line.fact.kind is LineKind.PAUSE else clock.due
        stored = at_minute(line.due_after) if line.due_after is not None else None
        if stored != computed or clock.left != line.left_after:
            differences.append(Difference(number, stored, computed))
    return clock, differences
