"""Periods of the index: calendar months, quarters and years, or from a day to a day. Never the 15th–14th of reports.

Source: rules.md 7, 14.2 and R27 (the two are kept apart).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from app.kit import clock
from app.kit.errors import NotFound

Unit = Literal["month", "quarter", "year", "range"]
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_WRITTEN: Final = re.compile(r"^(\d{4})(?:-(?:(\d{2})|q([1-4])))?$")
_RANGE: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})$")
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included."""

    unit: Unit
    first_day: date
    last_day: date

    @property
    def starts(self) -> datetime:
        return _midnight(self.first_day)

    @property
    def ends(self) -> datetime:
        """The midnight after the last day: not in the period any more."""
        return _midnight(self.last_day + DAY)

    @property
    def as_of(self) -> datetime:
        """What an unfinished dossier is compared with: the end of the period, or now while it runs."""
        return min(self.ends, clock.now())

    @property
    def word(self) -> str:
        """For an address: 2026-11, 2026-q4, 2026, 2026-11-01_2026-11-20."""
        if self.unit == "month":
            return f"{self.first_day:%Y-%m}"
        if self.unit == "quarter":
            return f"{self.first_day.year:04}-q{(self.first_day.month + 2) // 3}"
        if self.unit == "year":
            return f"{self.first_day.year:04}"
        return f"{self.first_day}_{self.last_day}"

    def before(self) -> "Period":
        """The period of the same kind just before; of a range, as many days."""
        if self.unit == "range":
            length = self.last_day - self.first_day
            return Period("range", self.first_day - DAY - length, self.first_day - DAY)
        return _of(self.unit, self.first_day - DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LOCAL)


def _of(unit: Unit, day: date) -> Period:
    """The calendar period of this kind that `day` is in."""
    months = _MONTHS[unit]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    last_month = first.month + months - 1
    after = date(first.year + 1, 1, 1) if last_month == 12 else first.replace(month=last_month + 1)
    return Period(unit, first, after - DAY)


def month_of(day: date) -> Period:
    return _of("month", day)


def quarter_of(day: date) -> Period:
    return _of("quarter", day)


def year_of(day: date) -> Period:
    return _of("year", day)


def last_months(period: Period, count: int = 12) -> tuple[Period, ...]:
    """The `count` months up to the one `period` ends in, or the present one if that comes first; oldest first."""
    month = month_of(min(period.last_day, clock.today()))
    found = [month]
    while len(found) < count:
        found.append(found[-1].before())
    return tuple(reversed(found))


def parse_period(text: str) -> Period:
    """A period as `word` writes it; empty: this month. Raises NotFound for anything else, or beyond 1990–2100."""
    if not text:
        return month_of(clock.today())
    try:
        if ranged := _RANGE.match(text):
            period = Period("range", date.fromisoformat(ranged[1]), date.fromisoformat(ranged[2]))
        elif written := _WRITTEN.match(text):
            year = int(written[1])
            if written[2]:
                period = month_of(date(year, int(written[2]), 1))
            elif written[3]:
                period = quarter_of(date(year, int(written[3]) * 3, 1))
            else:
                period = year_of(date(year, 1, 1))
        else:
            raise NotFound
    except (ValueError, OverflowError) as wrong:
        raise NotFound from wrong
    if not (period.first_day.year >= 1990 and period.last_day.year <= 2100 and period.first_day <= period.last_day):
        raise NotFound
    return period
