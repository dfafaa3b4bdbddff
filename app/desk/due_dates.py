"""Deadlines on the desk: the office's calendar says how many working days are left."""

from datetime import datetime

from app.deadlines.calendar import Calendar
from app.deadlines.timetable import CalendarDoesNotReach
from app.faces.due import DueView, due_view
from app.kit.clock import LOCAL


def due_of(
    calendar: Calendar, due_at: datetime | None, now: datetime, *, paused_since: datetime | None = None,
    finished_at: datetime | None = None,
) -> DueView:
    """A deadline as it is shown; a day the calendar does not reach is shown without a number of days."""
    if due_at is None:
        return due_view(None, now, paused_since=paused_since, finished_at=finished_at)
    left = days_left(calendar, finished_at or now, due_at)
    return due_view(due_at, now, paused_since=paused_since, finished_at=finished_at, calendar_days_left=left)


def days_left(calendar: Calendar, since: datetime, due_at: datetime) -> int:
    """Whole working days from one local day to another; negative when it is over."""
    first, last = since.astimezone(LOCAL).date(), due_at.astimezone(LOCAL).date()
    try:
        if last >= first:
            return calendar.working_days_between(first, last)
        return -calendar.working_days_between(last, first)
    except CalendarDoesNotReach:
        return 0
