"""When the clock of a dossier rings next: pure, from the clock's start, its due moment, the calendar and the rules.

The next moment is one indexed column of the dossier, set by the statement that moves the due moment; nothing is opened
to find out. A rung before the clock was set going does not ring; after an outage the latest one rings, not all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.alerts.models import AlertKind
from app.deadlines.calendar import Calendar
from app.deadlines.counting import at_minute
from app.deadlines.rules import moved_by
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarDoesNotReach
from app.procedures.escalations import national, rungs_of
from app.procedures.package import Procedure
from app.procedures.terms import Escalation

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LONGEST_CLOSURE = 30  # days in a row without an office day; longer means that the calendar ends there


@dataclass(frozen=True, slots=True)
class Rung:
    """One alarm of a term: when, whom, and what is proposed."""

    at: datetime
    kind: AlertKind
    rule: Escalation


def ladder(
    rules: Sequence[Escalation], *, since: datetime, due_at: datetime, calendar: Calendar
) -> tuple[Rung, ...]:
    """The rungs of a term that was set going at `since` and is due at `due_at`, in their order.

    Rungs at or before `since` are left out; an apology that comes too early is moved behind it (`_letter`). What the
    calendar does not reach is left out, so that no reception fails for its alarms.
    """
    since, due = at_minute(since), at_minute(due_at)
    found = []
    for rule in rules:
        if rule.propose and since >= due:  # gone on when it was late already
            continue
        try:
            at = _letter(rule, since, due, calendar) if rule.propose else _moment(rule.at, since, due, due, calendar)
        except CalendarDoesNotReach:
            continue
        if at > since:
            found.append(Rung(at, _kind(rule, at, due), rule))
    return tuple(sorted(found, key=lambda rung: rung.at))


def next_alarm(rungs: Sequence[Rung], after: datetime) -> datetime | None:
    """The moment of the first rung behind `after`."""
    return next((rung.at for rung in rungs if rung.at > after), None)


def alarm_for(
    procedure: Procedure, *, since: datetime, due_at: datetime, calendar: Calendar, now: datetime
) -> datetime | None:
    """What `dossier.alarm_at` becomes (and `alarm_no` 0) whenever the due moment moves; None: nothing left to ring.

    `since`: when the clock was last set going (receipt, restart, resumption: `Clock.going_since`); `calendar`: the
    office's. A due moment that has passed already rings at once. Clear both columns while paused and at the end.
    """
    rungs = ladder(rungs_of(procedure), since=since, due_at=due_at, calendar=calendar)
    return next_alarm(rungs, min(now, due_at - MINUTE))


def last_letter_moment(since: datetime, due: datetime, calendar: Calendar) -> datetime:
    """By when a letter of apology must be out: the close of the last working day before the due day (R8).

    A term set going on its own due day leaves no day before: until it is due (as app.deadlines.ledger judges).
    """
    if since.date() >= due.date():
        return due
    return calendar.closing(_working_day_before(calendar, due.date(), 1))


def suggested_due(due_at: datetime, calendar: Calendar) -> datetime:
    """The new date proposed with an apology: the old one moved by the term of workflows/escalations.toml."""
    return moved_by(at_minute(due_at), parse_term(national().apology.term), calendar=calendar)


def _letter(rule: Escalation, since: datetime, due: datetime, calendar: Calendar) -> datetime:
    """When an apology is proposed: `rule.at` from the opening of the last day on which the letter may still go out.

    Where that is before half of the time is gone that there is for the letter at all, at that half.
    """
    last = last_letter_moment(since, due, calendar)
    opening = calendar.office_hours(_working_day_before(calendar, last.date(), 0))[0].opens
    half = calendar.add_working_minutes(since, calendar.working_minutes_between(since, last) // 2)
    if since >= last:  # set going after the office closed: the letter can only go out at once
        half = since
    return max(_moment(rule.at, since, opening, due, calendar), half, since + MINUTE)


def _moment(text: str, since: datetime, base: datetime, due: datetime, calendar: Calendar) -> datetime:
    if text == "0":
        return base
    if text.endswith("%"):
        whole = calendar.working_minutes_between(since, due)
        return calendar.add_working_minutes(since, whole * int(text[:-1]) // 100)
    amount, unit = text.split()
    count = int(amount)
    if unit == "working-hours":
        if count > 0:
            return calendar.add_working_minutes(base, count * 60)
        return office_minutes_before(calendar, base, -count * 60)
    day = calendar.working_day_after(base.date(), count) if count > 0 else _working_day_before(calendar, base.date(), -count)
    return calendar.office_hours(day)[0].opens


def _kind(rule: Escalation, at: datetime, due: datetime) -> AlertKind:
    if rule.propose is not None:
        return AlertKind.APOLOGY_PROPOSED
    if at < due:
        return AlertKind.TERM_NEAR
    return AlertKind.TERM_DUE if at == due else AlertKind.TERM_LATE


def _working_day_before(calendar: Calendar, day: date, count: int) -> date:
    """The `count`-th working day before `day`, itself not counted; 0: `day` or the last working one before it."""
    left, shut = count, 0
    while left > 0 or not calendar.is_working_day(day):
        day -= DAY
        shut += 1
        if calendar.is_working_day(day):
            left, shut = left - 1, 0
        elif shut > LONGEST_CLOSURE:
            raise CalendarDoesNotReach(first=calendar.first_day, last=calendar.last_day, day=day)
    return day


def office_minutes_before(calendar: Calendar, moment: datetime, minutes: int) -> datetime:
    """The moment from which `minutes` of office time lead to `moment`."""
    left, day = timedelta(minutes=minutes), moment.date()
    while True:
        for stretch in reversed(calendar.office_hours(day)):
            closes = min(stretch.closes, moment)
            if closes <= stretch.opens:
                continue
            if stretch.opens + left <= closes:
                return closes - left
            left -= closes - stretch.opens
        day -= DAY
