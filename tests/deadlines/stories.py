"""The oracle: what a deadline must be, counted by minutes of a wall calendar, and stories to ask it about.

It shares nothing with the product: it counts bytes of tests.deadlines.wall, of which there is one for each minute. A day
counts when the clock was running as it began; office time counts by its minute; a day's last open minute is its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import compress, count, islice
from typing import Final

from tests.deadlines.wall import DAY, Wall

LATE: Final = -1


class OffTheWall(Exception):
    """The story runs beyond the last day of its wall."""


@dataclass(frozen=True)
class Term:
    """An amount and its unit."""

    amount: Fraction
    unit: str

    def __str__(self) -> str:
        return self.unit if self.unit == "same-day" else f"{float(self.amount):g} {self.unit}"

    def counted_by(self, reading: str) -> tuple[str, int]:
        """What is counted, and how much of it: days, minutes from now on, or minutes from the next working day on."""
        each = {"working-hours": 60, "half-days": 240, "working-days": 480}.get(self.unit, 0)
        if self.unit in ("calendar-days", "same-day"):
            return self.unit, int(self.amount)
        if self.unit == "working-days" and reading == "days" and self.amount.denominator == 1:
            return "working-days", int(self.amount)
        if self.unit == "working-days" and reading == "days" and self.amount != Fraction(1, 2):
            return "minutes-tomorrow", int(self.amount * each)
        return "minutes", int(self.amount * each)


@dataclass(frozen=True)
class Move:
    """Something that happened to the clock. `wall`: the calendar everybody counts by from here on."""

    kind: str  # pause, resume, restart, extend, recount, mark, end
    at: int
    new_due: int = 0
    wall: Wall | None = None


@dataclass(frozen=True)
class Story:
    """One dossier: where, when, how long, and what happened."""

    wall: Wall
    received: int
    term: Term
    reading: str
    cutoff: int
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class Run:
    """The clock going from `since` to `until` (None: to the end of the story) on one wall."""

    since: int
    way: str
    budget: int
    wall: Wall
    until: int | None = None
    spent: int | None = None  # of the budget, when it was stopped in time; None: all of it
    moved: bool = False  # an extension or a recount by another calendar changed what the spans show


@dataclass(frozen=True)
class Count:
    """Where the oracle's clock stands. `past` holds the runs that ended with a pause."""

    term: Term
    reading: str
    cutoff: int
    way: str
    left: int
    since: int
    due: int
    original: int
    wall: Wall
    run: Run
    last: int
    paused: bool = False
    fixed: bool = False
    ended: bool = False
    past: tuple[Run, ...] = ()
    open_minutes: bytes = field(repr=False, default=b"")


def begun(story: Story) -> Count:
    """The clock after the receipt."""
    way, budget = story.term.counted_by(story.reading)
    minutes = story.wall.minutes
    due = runs_out(minutes, story.received, way, budget, story.cutoff)
    run = Run(story.received, way, budget, story.wall)
    return Count(story.term, story.reading, story.cutoff, way, budget, story.received, due, due, story.wall, run,
                 story.received, open_minutes=minutes)


def played(story: Story) -> Iterator[Count]:
    """The clock after the receipt, and after each move."""
    now = begun(story)
    yield now
    for move in story.moves:
        now = after(now, move)
        yield now


def after(now: Count, move: Move) -> Count:
    """The clock after one move more."""
    now = replace(now, last=move.at)
    match move.kind:
        case "pause":
            return _paused(now, move.at)
        case "resume" if now.left == LATE:
            return replace(now, paused=False, run=Run(move.at, now.way, 0, now.wall))
        case "resume":
            return _going(now, move.at, now.way, now.left)
        case "restart":
            way, budget = now.term.counted_by(now.reading)
            return _going(now, move.at, way, budget)
        case "extend":
            return _extended(now, move.new_due)
        case "recount":
            assert move.wall is not None
            return _recounted(now, move.wall)
        case "end":
            return replace(now, ended=True)
        case _:
            return now


def _paused(now: Count, at: int) -> Count:
    if at > now.due:
        return replace(now, paused=True, left=LATE, past=(*now.past, replace(now.run, until=at)))
    used = spent(now.open_minutes, now.since, at, now.way)
    run = replace(now.run, until=at, spent=min(used, now.left))
    return replace(now, paused=True, left=max(0, now.left - used), past=(*now.past, run))


def _going(now: Count, at: int, way: str, budget: int) -> Count:
    due = runs_out(now.open_minutes, at, way, budget, now.cutoff)
    return replace(now, paused=False, fixed=False, way=way, left=budget, since=at, due=due,
                   run=Run(at, way, budget, now.wall))


def _extended(now: Count, new_due: int) -> Count:
    """A promised moment: days go on as working days when it is a closing, else as office time."""
    minutes, way = now.open_minutes, now.way
    if way in ("working-days", "calendar-days", "same-day"):
        way = "working-days" if new_due == _closing(minutes, (new_due - 1) // DAY) else "minutes"
    left = spent(minutes, now.since, new_due, way)
    return replace(now, due=new_due, way=way, left=left, fixed=True, run=replace(now.run, moved=True))


def _recounted(now: Count, wall: Wall) -> Count:
    minutes = wall.minutes
    shown = now.run if now.fixed else replace(now.run, wall=wall)  # up to a promise the spans show how it was counted
    now = replace(now, wall=wall, open_minutes=minutes, run=shown)
    if not now.fixed and now.left == LATE:  # it was late when it paused and keeps its old due moment
        return now
    if not now.fixed:
        return replace(now, due=runs_out(minutes, now.since, now.way, now.left, now.cutoff))
    due = now.due  # a promise stays while the office works then
    if not minutes[due - 1]:
        due = _closing(minutes, _working_from(minutes, due // DAY))
    return replace(now, due=due, left=spent(minutes, now.since, due, now.way), run=replace(now.run, moved=True))


def runs_out(minutes: bytes, since: int, way: str, budget: int, cutoff: int) -> int:
    """The due minute of a clock set going at `since`."""
    opening = _open_from(minutes, since)
    day = opening // DAY
    match way:
        case "working-days":
            while budget:
                day += 1
                budget -= _works(minutes, day)
            return _closing(minutes, day)
        case "calendar-days":
            return _closing(minutes, _working_from(minutes, day + budget))
        case "same-day":
            late = opening % DAY > cutoff
            return _closing(minutes, _working_from(minutes, day + 1) if late else day)
        case "minutes-tomorrow":
            opening = _open_from(minutes, (day + 1) * DAY)
    if budget == 0:
        return opening
    ticked = compress(count(opening), memoryview(minutes)[opening:])  # every minute from here on while the office is open
    last = next(islice(ticked, budget - 1, None), None)
    if last is None:
        raise OffTheWall
    return last + 1


def spent(minutes: bytes, since: int, until: int, way: str) -> int:
    """How much a clock set going at `since` has counted at `until`."""
    opening = _open_from(minutes, since)
    begun_days = range(opening // DAY + 1, -(-until // DAY))  # days whose first minute lies before `until`
    match way:
        case "working-days":
            return sum(_works(minutes, day) for day in begun_days)
        case "calendar-days":
            return len(begun_days)
        case "same-day":
            return 0
        case "minutes-tomorrow":
            opening = _open_from(minutes, (opening // DAY + 1) * DAY)
    return minutes.count(1, opening, until) if until > opening else 0


def _open_from(minutes: bytes, minute: int) -> int:
    found = minutes.find(1, minute)
    if found < 0:
        raise OffTheWall
    return found


def _works(minutes: bytes, day: int) -> bool:
    if (day + 1) * DAY > len(minutes):
        raise OffTheWall
    return minutes.find(1, day * DAY, (day + 1) * DAY) >= 0


def _working_from(minutes: bytes, day: int) -> int:
    return _open_from(minutes, day * DAY) // DAY


def _closing(minutes: bytes, day: int) -> int:
    return minutes.rfind(1, day * DAY, (day + 1) * DAY) + 1
