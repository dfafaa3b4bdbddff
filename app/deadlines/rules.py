"""The rules of deadlines as pure functions: no session, no clock. Moments are aware; results are in the local zone.

Sources: Bộ luật Dân sự 91/2015/QH13 art. 145–148; NĐ 309/2026/NĐ-CP art. 17(3), 18(2); sector law for same-day terms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property

from app.deadlines.calendar import Calendar
from app.deadlines.counting import CUTOFF, Reading, Way, at_minute, begins, budget_of, runs_out, way_of
from app.deadlines.spans import Span, joined, walk
from app.deadlines.terms import Term
from app.kit.clock import LOCAL
from app.kit.errors import Refused
from app.kit.words import N_


class StepsExceedTerm(Refused):
    """The step budgets of a procedure add up to more than the law gives it (R10)."""

    says = N_("Các bước{names} cộng lại {steps} giờ làm việc, nhiều hơn thời hạn {term} ({allowed} giờ).")


@dataclass(frozen=True)
class DueMoment:
    """When the answer is due, and why."""

    received_at: datetime
    due_at: datetime
    counted_from: datetime  # where counting begins; office opening for a receipt outside office hours
    term: Term
    reading: Reading
    way: Way
    calendar: Calendar

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """From receipt to due moment without a gap; what is counted adds up to the term."""
        budget = budget_of(self.term, self.way)
        return joined(walk(self.received_at, self.due_at, self.way, self.calendar, budget=budget))

    def as_plain(self) -> dict[str, object]:
        """For JSON: due, spans and what they were counted by."""
        return {
            "due": self.due_at.isoformat(), "received": self.received_at.isoformat(),
            "counted_from": self.counted_from.isoformat(), "term": str(self.term), "reading": self.reading,
            "calendar": self.calendar.version, "spans": [piece.as_plain() for piece in self.spans],
        }


def due_moment(
    received_at: datetime, term: Term, *, calendar: Calendar, reading: Reading, cutoff: time = CUTOFF
) -> DueMoment:
    """The last moment at which the answer is still in time.

    `received_at`: complete receipt, to the minute. Outside office hours it counts as the next opening.
    `reading` "days": the day of receipt does not count, due at closing time of the last day (Civil Code art. 147(2),
    148(5)); "hours": 8 working hours for each working day, from the minute of receipt. Calendar days: all count, an
    end on a day off moves to the close of the next working day. Same day: received after `cutoff`, the next working
    day. Hours and half days (4 hours) run from the minute. Raises CalendarDoesNotReach.
    """
    received = at_minute(received_at)
    way = way_of(term, reading)
    return DueMoment(
        received_at=received, due_at=runs_out(received, budget_of(term, way), way, calendar, cutoff=cutoff),
        counted_from=begins(received, way, calendar), term=term, reading=reading, way=way, calendar=calendar,
    )


def forward_due(received_at: datetime, *, calendar: Calendar, cutoff: time = CUTOFF) -> datetime:
    """By when a received dossier must be with those who handle it (R4).

    Received on a working day, at the latest at `cutoff`: that day's closing. Later, or on a day off: the start of the
    next working day. Source: NĐ 309/2026/NĐ-CP art. 18(2).
    """
    received = at_minute(received_at)
    day = received.date()
    if calendar.is_working_day(day) and received.time() <= cutoff:
        return calendar.closing(day)
    return calendar.office_hours(calendar.working_day_after(day))[0].opens


def working_days_left(now: datetime, due: datetime, calendar: Calendar) -> int:
    """Working days after today up to and with the due day; 0 on the due day itself and when it is late."""
    return calendar.working_days_between(at_minute(now).date(), at_minute(due).date())


def days_late(now: datetime, due: datetime, calendar: Calendar) -> int:
    """Working days after the due day up to and with today, at least 1 once it is late; 0 while in time."""
    if now <= due:
        return 0
    return max(1, calendar.working_days_between(at_minute(due).date(), at_minute(now).date()))


def moved_by(due: datetime, term: Term, *, calendar: Calendar, reading: Reading = "days") -> datetime:
    """The due moment `term` later, for a law that adds time to a term (a verification of 3 days more)."""
    way = way_of(term, reading)
    if way is Way.SAME_DAY:
        raise ValueError("same-day adds nothing")
    if way is Way.MINUTES:
        return calendar.add_working_minutes(at_minute(due), budget_of(term, way))
    morning = datetime.combine(at_minute(due).date(), time(0), LOCAL)  # at closing time the office is shut already
    return runs_out(morning, budget_of(term, way), way, calendar)


def check_steps(steps: Iterable[Term], term: Term, names: str = "", language: str = "vi") -> None:
    """The budgets of the steps stay within the legal term (R10). Raises StepsExceedTerm; `names` says which steps.

    A calendar-day term is compared by its days as if all were worked: a rough bound, never too strict.
    """
    total = sum(step.working_minutes or 0 for step in steps)
    allowed = term.working_minutes if term.working_minutes is not None else int(term.amount) * 480
    if total > allowed:
        raise StepsExceedTerm(
            steps=f"{total / 60:g}", term=term.words(language), allowed=f"{allowed / 60:g}",
            names=f" {names}" if names else "",
        )
