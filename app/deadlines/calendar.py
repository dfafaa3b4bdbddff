"""The working calendar: which days and hours an office works, and on whose word.

A calendar is data (days, hours, decisions), loaded by app.deadlines.decrees; nothing here computes a holiday.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256

from app.deadlines.timetable import (
    CalendarDay,
    CalendarDoesNotReach,
    CalendarImpossible,
    Hours,
    HoursRule,
    Stretch,
    check_day,
    check_rule,
    flat,
    numbers,
    written_hours,
    written_season,
)
from app.kit.clock import LOCAL
from app.kit.words import N_

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Weekends, days off, worked Saturdays, local closures and office hours of one place.

    Days are unique; of several `hours` rules that cover a day the last one counts. Moments go in and out aware;
    they come out in the local zone. Days outside `first_day`…`last_day` raise CalendarDoesNotReach.
    Source: Bộ luật Lao động 45/2019/QH14 art. 111, 112; the yearly notices in workflows/calendar/.
    """

    first_day: date
    last_day: date
    days: tuple[CalendarDay, ...]
    hours: tuple[HoursRule, ...]
    weekend: frozenset[int] = frozenset({5, 6})  # Monday is 0
    scope: str = "VN"

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise self._wrong(N_("{first} sau {last}"), first=self.first_day, last=self.last_day)
        seen: set[date] = set()
        for line in self.days:
            if line.on in seen:
                raise self._wrong(N_("{day} có hai dòng"), day=f"{line.on:%d/%m/%Y}")
            seen.add(line.on)
            check_day(line, self.weekend, self.scope)
        for rule in self.hours:
            check_rule(rule, self.scope)
        if not any(rule.covers(self.first_day) for rule in self.hours):
            raise self._wrong(N_("không có giờ làm việc cho {day}"), day=f"{self.first_day:%d/%m/%Y}")

    def _wrong(self, what: str, **fields: object) -> CalendarImpossible:
        return CalendarImpossible(where=self.scope, what=what, **fields)

    @cached_property
    def version(self) -> str:
        """A name that two calendars share only if they say the same: scope and digest of the content."""
        return f"{self.scope}-{sha256(self.as_text().encode()).hexdigest()[:12]}"

    def as_text(self) -> str:
        """Everything the calendar says, one line each, in a fixed order. Read back by decrees.calendar_from_text."""
        from_to = f"calendar|{self.scope}|{self.first_day}|{self.last_day}|{numbers(self.weekend)}"
        rules = [
            f"hours|{r.valid_from}|{r.valid_to or ''}|{written_season(r.season)}|{written_hours(r.hours)}"
            f"|{flat(r.decision)}"
            for r in self.hours
        ]
        days = [
            f"day|{d.on}|{d.kind}|{int(d.extrapolated)}|{written_hours(d.hours)}|{flat(d.name)}|{flat(d.decision)}"
            f"|{flat(d.source)}"
            for d in sorted(self.days, key=lambda day: day.on)
        ]
        return "\n".join([from_to, *rules, *days])

    @cached_property
    def _lines(self) -> dict[date, CalendarDay]:
        return {line.on: line for line in self.days}

    @cached_property
    def _stretches(self) -> dict[date, tuple[Stretch, ...]]:
        return {}

    @cached_property
    def _working(self) -> list[int]:
        """The ordinals of all working days, in order."""
        span = range(self.first_day.toordinal(), self.last_day.toordinal() + 1)
        return [n for n in span if self._hours_on(date.fromordinal(n))]

    @property
    def working_days(self) -> tuple[date, ...]:
        """All of them, in order."""
        return tuple(date.fromordinal(n) for n in self._working)

    def _hours_on(self, day: date) -> tuple[Hours, ...]:
        line = self._lines.get(day)
        if line is not None and not line.kind.worked:
            return ()
        if line is None and day.weekday() in self.weekend:
            return ()
        if line is not None and line.hours:
            return line.hours
        return next((rule.hours for rule in reversed(self.hours) if rule.covers(day)), ())

    def own_hours(self, day: date) -> tuple[Hours, ...]:
        """The day's hours as times of the wall clock; what two calendars must agree on to count a day alike."""
        return self._hours_on(day)

    def reach(self, day: date) -> None:
        """Raises CalendarDoesNotReach for a day the calendar knows nothing of."""
        if not self.first_day <= day <= self.last_day:
            raise CalendarDoesNotReach(
                first=f"{self.first_day:%d/%m/%Y}", last=f"{self.last_day:%d/%m/%Y}", day=f"{day:%d/%m/%Y}"
            )

    def line(self, day: date) -> CalendarDay | None:
        """What a decree says of this day, if one does."""
        return self._lines.get(day)

    def office_hours(self, day: date) -> tuple[Stretch, ...]:
        """The day's openings in order; empty when the office is shut all day."""
        known = self._stretches.get(day)
        if known is None:
            self.reach(day)
            known = tuple(
                Stretch(datetime.combine(day, span.opens, LOCAL), datetime.combine(day, span.closes, LOCAL))
                for span in self._hours_on(day)
            )
            self._stretches[day] = known
        return known

    def is_working_day(self, day: date) -> bool:
        """Whether the day counts in a term of working days. A day shortened by decree still counts."""
        return bool(self.office_hours(day))

    def closing(self, day: date) -> datetime:
        """The end of the working day. Raises ValueError for a day off."""
        stretches = self.office_hours(day)
        if not stretches:
            raise ValueError(f"{day} is not a working day")
        return stretches[-1].closes

    def working_day_after(self, day: date, count: int = 1) -> date:
        """The `count`-th working day after `day`, itself not counted; 0 gives `day` or the next working one."""
        self.reach(day)
        ordinal = day.toordinal()
        place = (bisect_left(self._working, ordinal) if count == 0
                 else bisect_right(self._working, ordinal) + count - 1)
        if place >= len(self._working):
            self.reach(self.last_day + DAY)
        return date.fromordinal(self._working[place])

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; 0 when `last` is not later."""
        self.reach(first)
        self.reach(last)
        begun = bisect_right(self._working, first.toordinal())
        return max(0, bisect_right(self._working, last.toordinal()) - begun)

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself in office hours, else when the office opens next. At closing time it is shut."""
        for stretch in self._from(moment):
            return max(stretch.opens, moment.astimezone(LOCAL))
        raise AssertionError("_from never ends")

    def add_working_minutes(self, moment: datetime, minutes: int) -> datetime:
        """When `minutes` of office time have passed since `moment`; a sum that ends at closing ends there."""
        if minutes <= 0:
            return self.next_opening(moment)
        left = timedelta(minutes=minutes)
        for stretch in self._from(moment):
            begins = max(stretch.opens, moment)
            if begins + left <= stretch.closes:
                return (begins + left).astimezone(LOCAL)
            left -= stretch.closes - begins
        raise AssertionError("_from never ends")

    def add_working_hours(self, moment: datetime, hours: float) -> datetime:
        """The same in hours, to the minute."""
        return self.add_working_minutes(moment, round(hours * 60))

    def working_minutes_between(self, begins: datetime, ends: datetime) -> int:
        """Office minutes from `begins` to `ends`; 0 when `ends` is not later."""
        total = timedelta()
        if ends <= begins:
            return 0
        for stretch in self._from(begins):
            if stretch.opens >= ends:
                break
            total += min(stretch.closes, ends) - max(stretch.opens, begins)
        return int(total.total_seconds()) // 60

    def _from(self, moment: datetime) -> Iterator[Stretch]:
        """Openings that end after `moment`, in order, until the calendar ends (CalendarDoesNotReach)."""
        day = moment.astimezone(LOCAL).date()
        yield from (stretch for stretch in self.office_hours(day) if stretch.closes > moment)
        while True:
            day += DAY
            yield from self.office_hours(day)
