"""A date never stands alone: shape, date and words of a deadline, decided in one place.

Days are working days, counted by whoever holds the calendar (`deadlines`); here they are only put into words.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.faces.moments import clock_time, short_day
from app.faces.speaking import words, words_for
from app.kit.clock import LOCAL
from app.kit.words import N_

SOON = 2  # working days


class DueState(StrEnum):
    """What the shape and the colour say. The value is the end of the class name `mc-due--…`."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    OK = "ok"
    PAUSED = "paused"
    DONE = "done"
    NONE = "none"


@dataclass(frozen=True)
class DueView:
    """One deadline as it is shown. `moment` is what the bold part names; `days` is working days left, negative when over.

    For a stopped clock `moment` is since when; for a finished case it is when it was finished.
    """

    state: DueState
    moment: datetime | None = None
    days: int = 0
    same_day: bool = False

    @property
    def shown(self) -> str:
        """The bold part: 10/11, 16:30 or dừng."""
        if self.moment is None:
            return ""
        if self.state is DueState.PAUSED:
            return words(N_("dừng"))
        return clock_time(self.moment) if self.same_day else short_day(self.moment)

    @property
    def words(self) -> str:
        """What follows: quá hạn 1 ngày, hôm nay, còn 5 ngày, từ 6/11, xong, sớm 1 ngày. In the page's language."""
        if self.moment is None:
            return words(N_("chưa có hạn"))
        if self.state is DueState.TODAY:
            return words(N_("hôm nay"))
        if self.state is DueState.PAUSED:
            return words(N_("từ {day}"), day=short_day(self.moment))
        if self.state is DueState.DONE:
            return self._finished()
        if self.state is DueState.LATE:
            if self.days == 0:
                # Friday's date read on Sunday: over, though no working day has passed since.
                return words(N_("quá hạn hôm nay")) if self.same_day else words(N_("vừa quá hạn"))
            return words_for(N_("quá hạn {days} ngày"), -self.days, days=-self.days)
        return words_for(N_("còn {days} ngày"), self.days, days=self.days)

    def _finished(self) -> str:
        if self.days > 0:
            return words_for(N_("xong, sớm {days} ngày"), self.days, days=self.days)
        if self.days < 0:
            return words_for(N_("xong, trễ {days} ngày"), -self.days, days=-self.days)
        return words(N_("xong đúng hạn"))


def due_view(
    due_at: datetime | None,
    now: datetime,
    *,
    paused_since: datetime | None = None,
    finished_at: datetime | None = None,
    calendar_days_left: int = 0,
) -> DueView:
    """Choose the state of a deadline.

    Aware instants. `calendar_days_left` counts whole working days from the local day of `finished_at` (or else of
    `now`) to the local day of `due_at`, by the office's calendar: 0 on the last day, negative after it.
    Finished wins over stopped, stopped wins over late: a stopped clock cannot run out. A deadline that was moved by
    agreement must be given with its **first** promise, so that an overdue case never turns green.
    """
    if finished_at is not None:
        return DueView(DueState.DONE, finished_at, calendar_days_left if due_at else 0)
    if paused_since is not None:
        return DueView(DueState.PAUSED, paused_since)
    if due_at is None:
        return DueView(DueState.NONE)
    same_day = due_at.astimezone(LOCAL).date() == now.astimezone(LOCAL).date()
    if now > due_at:
        return DueView(DueState.LATE, due_at, min(calendar_days_left, 0), same_day)
    if same_day:
        return DueView(DueState.TODAY, due_at, 0, same_day)
    # A due day that is not today but 0 working days away (a weekend between) is still "soon", never "today".
    days = max(calendar_days_left, 1)
    return DueView(DueState.SOON if days <= SOON else DueState.OK, due_at, days)
