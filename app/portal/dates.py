"""Deadlines of a dossier as they are shown, by the office's calendar."""

from datetime import datetime
from typing import Protocol

from app.deadlines.calendar import Calendar
from app.faces.due import DueView, due_view
from app.kit import clock


class Dated(Protocol):
    """Anything with the deadline of a dossier."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def original_due_at(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...


def promise_view(dossier: Dated, calendar: Calendar) -> DueView:
    """The promise to the citizen. A moved date is judged by its first promise once that has passed."""
    due = dossier.due_at or dossier.original_due_at
    return moment_view(due, calendar, paused_since=dossier.paused_at, finished_at=dossier.finished_at)


def moment_view(
    due: datetime | None, calendar: Calendar, *, paused_since: datetime | None = None,
    finished_at: datetime | None = None,
) -> DueView:
    """Any deadline, with the working days that are left until it."""
    now = clock.now()
    days = days_left(finished_at or now, due, calendar) if due is not None else 0
    return due_view(due, now, paused_since=paused_since, finished_at=finished_at, calendar_days_left=days)


def days_left(moment: datetime, due: datetime, calendar: Calendar) -> int:
    """Whole working days from the day of `moment` to the day of `due`; negative after it."""
    day, last = (one.astimezone(clock.LOCAL).date() for one in (moment, due))
    if day <= last:
        return calendar.working_days_between(day, last)
    return -calendar.working_days_between(last, day)
