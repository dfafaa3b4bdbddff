"""The whole story of a dossier's due moment: every stretch from receipt on, across pauses, extensions and lateness."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.deadlines.calendar import Calendar
from app.deadlines.counting import Way, at_minute
from app.deadlines.ledger import LATE, Clock, Line, advance
from app.deadlines.models import LineKind
from app.deadlines.spans import Span, joined, span, walk


@dataclass(frozen=True, slots=True)
class _Run:
    """The clock between being set going and standing still."""

    since: datetime
    way: Way
    budget: int
    counted_due: datetime  # by counting, before extensions
    calendar: Calendar
    extensions: tuple[tuple[datetime, Line], ...] = ()  # the new due moment and its line

    def stretches(self, until: datetime | None) -> Iterator[Span]:
        """Up to `until`, or to the due moment when the clock was not stopped."""
        last_due = self.extensions[-1][0] if self.extensions else self.counted_due
        stop = last_due if until is None else until
        if self.budget == LATE:  # it was late when it paused: going on, nothing is left to be counted
            here = self.since
        else:
            yield from walk(self.since, min(stop, self.counted_due), self.way, self.calendar, budget=self.budget)
            here = self.counted_due
        for new_due, line in self.extensions:
            if stop > here:
                yield self._extension(here, min(stop, new_due), line)
            here = max(here, new_due)
        if stop > here:
            yield span("late", here, stop)

    def _extension(self, start: datetime, end: datetime, line: Line) -> Span:
        days = self.calendar.working_days_between(start.date(), end.date())
        return span("extended", start, end, counted=True, days=days, why=line.note, source=line.source)


def stretches_of(lines: Sequence[Line], calendars: Callable[[str], Calendar]) -> tuple[Span, ...]:
    """Without a gap, from the first receipt to the present due moment, or into the pause that still lasts.

    Written reasons (`note`) are used where a person gave one; they are said as they are, not translated.
    """
    clock: Clock | None = None
    run: _Run | None = None
    paused: Line | None = None
    story: list[Span] = []
    for line in lines:
        calendar = calendars(line.calendar_version)
        clock = advance(clock, line.fact, calendar)
        if line.fact.kind is LineKind.MARK:  # silence has its effect in law; no stretch begins or ends with it
            continue
        if paused is not None:  # whatever comes now ends the pause
            story += joined([_pause(paused, clock.last_at)])
            paused = None
        match line.fact.kind:
            case LineKind.START | LineKind.RESTART:
                run = _Run(clock.going_since, clock.way, clock.left, clock.due, calendar)
            case LineKind.RESUME:
                since = clock.last_at if clock.left == LATE else clock.going_since
                run = _Run(since, clock.way, clock.left, clock.due, calendar)
            case LineKind.EXTEND if run is not None:
                run = replace(run, extensions=(*run.extensions, (clock.due, line)))
            case LineKind.RECOUNT if run is not None and not clock.fixed:
                run = replace(run, counted_due=clock.due, calendar=calendar)
            case LineKind.RECOUNT if run is not None and run.extensions:
                moved = (clock.due, run.extensions[-1][1])
                run = replace(run, extensions=(*run.extensions[:-1], moved))
            case LineKind.RECOUNT if run is not None and clock.due > run.since:  # a promise that was late, moved by a decree
                run = replace(run, extensions=((clock.due, line),))
            case LineKind.PAUSE if run is not None:
                story += joined(run.stretches(clock.last_at))  # a run that starts anew is told apart from the last
                run, paused = None, line
            case _:
                pass
    if paused is not None:
        story.append(_pause(paused, None))
    elif run is not None:
        story += joined(run.stretches(None))
    return tuple(story)


def _pause(line: Line, until: datetime | None) -> Span:
    return span("paused", at_minute(line.fact.at), until, why=line.note, source=line.source)

