"""How a term runs: where counting begins, when it runs out, how much of it is spent at a moment.

One sentence carries all ways that count days: **a day counts when the clock was already running as it began.** So the
day of receipt does not count, nor the day on which a paused clock goes on; a pause within one day costs nothing.
All moments are taken at their minute, as slips print them.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from app.deadlines.calendar import Calendar
from app.deadlines.terms import MINUTES_PER_HALF_DAY, Term, TermUnit
from app.kit.clock import LOCAL

Reading = Literal["days", "hours"]

# "Received after 15:00": NĐ 23/2015/NĐ-CP art. 7; NĐ 309/2026/NĐ-CP art. 18(2) for forwarding.
CUTOFF = time(15)


class Way(StrEnum):
    """What is counted."""

    WORKING_DAYS = "working-days"  # whole working days after the first, due at closing
    CALENDAR_DAYS = "calendar-days"  # all days after the first; the end moves off a day off
    MINUTES = "minutes"  # office time from the moment itself
    MINUTES_FROM_NEXT_DAY = "minutes-from-next-day"  # office time from the opening of the next working day
    SAME_DAY = "same-day"  # closing of this day, or of the next one after the cutoff


def way_of(term: Term, reading: Reading) -> Way:
    """How `term` is counted. `reading` decides for working days only: whole days (Civil Code) or 8 hours each.

    The Civil Code knows no part of a day: half a day is 4 hours from the moment in both readings; more than a day and a
    half of one is office time that begins, like days, with the next working day.
    """
    match term.unit:
        case TermUnit.SAME_DAY:
            return Way.SAME_DAY
        case TermUnit.CALENDAR_DAYS:
            return Way.CALENDAR_DAYS
        case TermUnit.WORKING_DAYS if reading == "days" and term.whole:
            return Way.WORKING_DAYS
        case TermUnit.WORKING_DAYS if reading == "days" and term.working_minutes != MINUTES_PER_HALF_DAY:
            return Way.MINUTES_FROM_NEXT_DAY
        case _:
            return Way.MINUTES


def budget_of(term: Term, way: Way) -> int:
    """The whole term in what `way` counts: days, or minutes of office time."""
    if way in (Way.MINUTES, Way.MINUTES_FROM_NEXT_DAY):
        assert term.working_minutes is not None
        return term.working_minutes
    return int(term.amount)


def at_minute(moment: datetime) -> datetime:
    """`moment` in the local zone without its seconds. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(LOCAL).replace(second=0, microsecond=0)


def begins(moment: datetime, way: Way, calendar: Calendar) -> datetime:
    """From when the clock runs, if it is set going at `moment`: in office hours at once, else at the next opening."""
    opening = calendar.next_opening(moment)
    if way is Way.MINUTES_FROM_NEXT_DAY:
        return calendar.office_hours(calendar.working_day_after(opening.date()))[0].opens
    return opening


def runs_out(moment: datetime, budget: int, way: Way, calendar: Calendar, *, cutoff: time = CUTOFF) -> datetime:
    """The due moment of a clock set going at `moment` with `budget` before it. 0 days end with the day itself."""
    since = begins(moment, way, calendar)
    match way:
        case Way.WORKING_DAYS:
            return calendar.closing(calendar.working_day_after(since.date(), budget))
        case Way.CALENDAR_DAYS:
            return calendar.closing(calendar.working_day_after(since.date() + timedelta(days=budget), 0))
        case Way.SAME_DAY:
            late = since.time() > cutoff
            return calendar.closing(calendar.working_day_after(since.date(), 1 if late else 0))
        case _:
            return calendar.add_working_minutes(since, budget)


def spent(moment: datetime, until: datetime, way: Way, calendar: Calendar) -> int:
    """How much a clock set going at `moment` has counted at `until`, in what `way` counts. Never negative."""
    since = begins(moment, way, calendar)
    last = (until.astimezone(LOCAL) - timedelta(minutes=1)).date()  # at midnight the new day has not begun to run
    match way:
        case Way.WORKING_DAYS:
            return calendar.working_days_between(since.date(), last)
        case Way.CALENDAR_DAYS:
            return max(0, (last - since.date()).days)
        case Way.SAME_DAY:
            return 0
        case _:
            return calendar.working_minutes_between(since, until)
