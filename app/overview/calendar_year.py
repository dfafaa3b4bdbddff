"""One year of an office's calendar as a page shows it: months, lines with their decisions, office hours."""

from calendar import Calendar as Weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.deadlines.calendar import Calendar
from app.deadlines.layers import Layer
from app.deadlines.timetable import CalendarDay, DayKind, HoursRule, written_hours
from app.kit.words import N_, say

# The letter in the day's box, and its words.
SIGNS: Final[dict[str, tuple[str, str]]] = {
    DayKind.HOLIDAY: ("L", N_("Nghỉ lễ")),
    DayKind.COMPENSATION: ("B", N_("Nghỉ bù")),
    DayKind.SWAPPED_OFF: ("H", N_("Nghỉ hoán đổi")),
    DayKind.WORKED: ("+", N_("Làm bù")),
    DayKind.LOCAL_CLOSURE: ("Đ", N_("Nghỉ địa phương")),
    DayKind.SHORTENED: ("½", N_("Làm việc một phần ngày")),
}
EXTRAPOLATED: Final = N_("ngoại suy, chưa có văn bản")


@dataclass(frozen=True, slots=True)
class Box:
    """One day: its number, its sign, what is said of it. `kind` is the look: worked, off, and the kinds of decrees."""

    day: date
    kind: str
    sign: str
    words: str


def months(calendar: Calendar, year: int, today: date, language: str) -> list[dict[str, Any]]:
    """Twelve months of weeks from Monday; days of other months are None."""
    return [
        {
            "first": date(year, month, 1),
            "words": say(N_("Tháng {month}"), language, month=month),
            "counted": sum(calendar.is_working_day(day) for day in _days(year, month)),
            "weeks": [
                [_box(calendar, day, today, language) if day.month == month else None for day in week]
                for week in Weeks().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def _days(year: int, month: int) -> Iterable[date]:
    return (day for week in Weeks().monthdatescalendar(year, month) for day in week if day.month == month)


def _box(calendar: Calendar, day: date, today: date, language: str) -> Box:
    line = calendar.line(day)
    if line is None:
        works = calendar.is_working_day(day)
        kind = "worked" if works else "off"
        words = "" if works else say(N_("Nghỉ cuối tuần"), language)
    else:
        kind = line.kind.value if line.kind.value != "worked" else "made-up"
        words = f"{say(SIGNS[line.kind][1], language)}: {line.name}"
        if line.extrapolated:
            words += f" ({say(EXTRAPOLATED, language)})"
    if day == today:
        words = ". ".join(part for part in (say(N_("Hôm nay"), language), words) if part)
    return Box(day, kind, SIGNS[line.kind][0] if line else "", words)


def lines(calendar: Calendar, year: int, language: str) -> list[dict[str, Any]]:
    """What decrees and changes say of this year, day by day; days in a row with one name and decision are one line."""
    found = lines_of(one for one in calendar.days if one.on.year == year)
    return [
        {
            "first": group[0].on, "last": group[-1].on, "words": group[0].name,
            "kind": say(SIGNS[group[0].kind][1], language), "sign": SIGNS[group[0].kind][0],
            "hours": _hours(group[0].hours), "decision": group[0].decision, "source": group[0].source,
            "extrapolated": group[0].extrapolated,
        }
        for group in found
    ]


def lines_of(days: Iterable[CalendarDay]) -> list[list[CalendarDay]]:
    """Days in a row with one name and decision together."""
    found: list[list[CalendarDay]] = []
    for line in sorted(days, key=lambda one: one.on):
        if found and _goes_on(found[-1][-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _goes_on(one: CalendarDay, other: CalendarDay) -> bool:
    alike = (one.kind, one.name, one.decision, one.hours) == (other.kind, other.name, other.decision, other.hours)
    return alike and other.on - one.on <= timedelta(days=1)


def hours(calendar: Calendar, year: int, language: str) -> list[dict[str, Any]]:
    """The rules of office hours that hold some time this year, the one that wins last."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [
        {
            "since": rule.valid_from, "until": rule.valid_to, "season": _season(rule, language), "hours": _hours(rule.hours),
            "decision": rule.decision,
        }
        for rule in calendar.hours if rule.valid_from <= last and (rule.valid_to is None or rule.valid_to >= first)
    ]


def said(layer: Layer, language: str) -> list[str]:
    """What a change says, a sentence a line."""
    found = []
    for group in lines_of(layer.days):
        day = f"{group[0].on:%d/%m/%Y}" + (f" – {group[-1].on:%d/%m/%Y}" if len(group) > 1 else "")
        opening = f", {_hours(group[0].hours)}" if group[0].hours else ""
        found.append(f"{day}: {say(SIGNS[group[0].kind][1], language)}, {group[0].name}{opening}")
    for rule in layer.hours:
        since, season = f"{rule.valid_from:%d/%m/%Y}", _season(rule, language)
        found.append(say(N_("Giờ làm việc từ {day}, {season}: {hours}"), language, day=since, season=season,
                         hours=_hours(rule.hours)))
    found += [say(N_("Bỏ dòng về ngày {day}"), language, day=f"{on:%d/%m/%Y}") for on in layer.back_days]
    found += [say(N_("Bỏ giờ làm việc từ {day}"), language, day=f"{on:%d/%m/%Y}") for on, _ in layer.back_hours]
    found += [say(N_("Năm {year} đã có đủ văn bản, không ngoại suy nữa"), language, year=year) for year in layer.decided]
    return found


def _season(rule: HoursRule, language: str) -> str:
    if rule.season is None:
        return say(N_("Cả năm"), language)
    (from_month, from_day), (to_month, to_day) = rule.season
    return say(N_("{first} đến {last}"), language, first=f"{from_day}/{from_month}", last=f"{to_day}/{to_month}")


def _hours(spans: Any) -> str:
    return written_hours(spans).replace(",", ", ").replace("-", "–") if spans else ""
