"""Why it is due then: the time between two moments, cut into stretches that count or do not, each with its rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.deadlines.calendar import DAY, Calendar
from app.deadlines.counting import Way, begins
from app.deadlines.timetable import CalendarDay
from app.kit.clock import LOCAL
from app.kit.words import N_

LABOUR_CODE_REST = "Bộ luật Lao động 45/2019/QH14, Điều 111 khoản 1"
CIVIL_CODE_FIRST_DAY = "Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 2"
CIVIL_CODE_HOURS = "Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 1"
CIVIL_CODE_DAYS = "Bộ luật Dân sự 91/2015/QH13, Điều 145, 147"
CIVIL_CODE_LAST_DAY = "Bộ luật Dân sự 91/2015/QH13, Điều 148 khoản 5"
OFFICE_HOURS = "Giờ làm việc của cơ quan"
SAME_DAY_RULE = "Nghị định 23/2015/NĐ-CP, Điều 7; Luật Hộ tịch 60/2014/QH13"

# rule: (what a person reads, its source)
RULES: dict[str, tuple[str, str]] = {
    "received-closed": (N_("Nhận ngoài giờ: tính từ lúc mở cửa"), OFFICE_HOURS),
    "first-day": (N_("Ngày nhận không tính"), CIVIL_CODE_FIRST_DAY),
    "last-day": (N_("Phần còn lại của ngày cuối"), CIVIL_CODE_DAYS),
    "working-day": (N_("Ngày làm việc"), CIVIL_CODE_DAYS),
    "calendar-day": (N_("Ngày theo lịch"), CIVIL_CODE_DAYS),
    "moved": (N_("Ngày cuối rơi vào ngày nghỉ: hết ngày làm việc tiếp theo"), CIVIL_CODE_LAST_DAY),
    "same-day": (N_("Trong ngày"), SAME_DAY_RULE),
    "after-cutoff": (N_("Nhận sau giờ chốt trong ngày: trả vào ngày làm việc tiếp theo"), SAME_DAY_RULE),
    "office-time": (N_("Giờ làm việc"), CIVIL_CODE_HOURS),
    "midday": (N_("Nghỉ giữa ngày"), OFFICE_HOURS),
    "closed": (N_("Ngoài giờ làm việc"), OFFICE_HOURS),
    "weekly-rest": (N_("Nghỉ hằng tuần"), LABOUR_CODE_REST),
    "paused": (N_("Tạm dừng"), ""),
    "extended": (N_("Gia hạn"), ""),
    "late": (N_("Quá hạn"), ""),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, aware and local. `minutes` are office minutes it used of a term in hours, `days` days of a
    term in days. `why` is a sentence for gettext, or the decree's own words. `end` is None while a pause lasts."""

    start: datetime
    end: datetime | None
    counted: bool
    why: str
    rule: str
    source: str
    minutes: int = 0
    days: int = 0

    def as_plain(self) -> dict[str, object]:
        """For JSON."""
        return {
            "start": self.start.isoformat(), "end": self.end.isoformat() if self.end else None,
            "counted": self.counted, "minutes": self.minutes, "days": self.days,
            "why": self.why, "rule": self.rule, "source": self.source,
        }


def span(
    rule: str, start: datetime, end: datetime | None, *, counted: bool = False, minutes: int = 0, days: int = 0,
    why: str = "", source: str = "",
) -> Span:
    """A stretch under one of RULES, whose words and source are used where none are given."""
    words, basis = RULES[rule]
    return Span(start, end, counted, why or words, rule, source or basis, minutes, days)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbours that say the same become one; empty ones go."""
    whole: list[Span] = []
    for piece in spans:
        if piece.end is not None and piece.end <= piece.start:
            continue
        last = whole[-1] if whole else None
        alike = last is not None and (last.counted, last.why, last.rule, last.source) == (
            piece.counted, piece.why, piece.rule, piece.source)
        if last is not None and alike:
            whole[-1] = replace(last, end=piece.end, minutes=last.minutes + piece.minutes, days=last.days + piece.days)
        else:
            whole.append(piece)
    return tuple(whole)


def walk(moment: datetime, until: datetime, way: Way, calendar: Calendar, *, budget: int) -> Iterator[Span]:
    """The stretches of a clock set going at `moment`, up to `until`, one by one and not yet joined."""
    opening = min(calendar.next_opening(moment), until)
    if opening > moment:
        for piece in _shut(moment, opening, calendar):
            named = piece.rule in ("weekly-rest", "day-off")
            yield piece if named else span("received-closed", piece.start, piece.end)
    match way:
        case Way.WORKING_DAYS | Way.CALENDAR_DAYS:
            yield from _days(opening, until, way, calendar, budget)
        case Way.SAME_DAY:
            yield from _same_day(opening, until, calendar)
        case Way.MINUTES:
            yield from _minutes(opening, until, calendar)
        case Way.MINUTES_FROM_NEXT_DAY:
            since = min(begins(moment, way, calendar), until)
            night = min(_midnight(opening.date() + DAY), since)
            yield span("first-day", opening, night)
            yield from _shut(night, since, calendar)
            yield from _minutes(since, until, calendar)


def _days(opening: datetime, until: datetime, way: Way, calendar: Calendar, budget: int) -> Iterator[Span]:
    if opening.date() == until.date():
        yield span("last-day" if budget == 0 else "first-day", opening, until)
        return
    yield span("first-day", opening, _midnight(opening.date() + DAY))
    last = opening.date() + timedelta(days=budget)
    for start, end in _by_day(_midnight(opening.date() + DAY), until):
        day = start.date()
        if way is Way.CALENDAR_DAYS:
            counts = day <= last
            yield span("calendar-day" if counts else "moved", start, end, counted=counts, days=int(counts))
        else:
            yield _day(day, start, end, calendar)


def _day(day: date, start: datetime, end: datetime, calendar: Calendar) -> Span:
    if not calendar.is_working_day(day):
        return _off(day, start, end, calendar)
    line = calendar.line(day)
    return span("working-day", start, end, counted=True, days=1, why=line.name if line else "",
                source=_decision(line) if line else "")


def _same_day(opening: datetime, until: datetime, calendar: Calendar) -> Iterator[Span]:
    if opening.date() == until.date():
        yield span("same-day", opening, until, counted=True, days=1)
        return
    yield span("after-cutoff", opening, _midnight(opening.date() + DAY))
    for start, end in _by_day(_midnight(opening.date() + DAY), until):
        if calendar.is_working_day(start.date()):
            yield span("same-day", start, end, counted=True, days=1)
        else:
            yield _off(start.date(), start, end, calendar)


def _minutes(since: datetime, until: datetime, calendar: Calendar) -> Iterator[Span]:
    here, day = since, since.date()
    while here < until:
        for stretch in calendar.office_hours(day):
            opens, closes = max(stretch.opens, since), min(stretch.closes, until)
            if closes > opens:
                yield from _shut(here, opens, calendar)
                minutes = int((closes - opens).total_seconds()) // 60
                yield span("office-time", opens, closes, counted=True, minutes=minutes)
                here = closes
        day += DAY
        if _midnight(day) >= until:
            break
    yield from _shut(here, until, calendar)


def _shut(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Span]:
    """The office does not open between the two: say why, day by day."""
    for begins_at, ends_at in _by_day(start, end):
        day = begins_at.date()
        stretches = calendar.office_hours(day)
        if not stretches:
            yield _off(day, begins_at, ends_at, calendar)
            continue
        midday = stretches[0].closes <= begins_at and ends_at <= stretches[-1].opens
        yield span("midday" if midday else "closed", begins_at, ends_at)


def _off(day: date, start: datetime, end: datetime, calendar: Calendar) -> Span:
    line = calendar.line(day)
    if line is None:
        return span("weekly-rest", start, end)
    return Span(start, end, counted=False, why=line.name, rule="day-off", source=_decision(line))


def _decision(line: CalendarDay) -> str:
    return f"{line.decision} (ngoại suy)" if line.extrapolated else line.decision


def _by_day(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        stop = min(_midnight(start.date() + DAY), end)
        yield start, stop
        start = stop


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LOCAL)
