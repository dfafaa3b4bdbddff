"""What somebody fills in to change the calendar, written down as the lines the files use."""

import re
from datetime import date, timedelta
from typing import Any, Final

import orjson

from app.deadlines.calendar import DAY, Calendar
from app.deadlines.timetable import CalendarDoesNotReach, DayKind
from app.kit.words import N_, say

LONGEST: Final = timedelta(days=60)
# What a change may be, with what it is called.
CHOICES: Final[tuple[tuple[str, str], ...]] = (
    ("local-closure", N_("Nghỉ địa phương: đóng cửa các ngày làm việc trong khoảng")),
    ("holiday", N_("Nghỉ lễ")),
    ("compensation", N_("Nghỉ bù")),
    ("swapped-off", N_("Nghỉ hoán đổi")),
    ("worked", N_("Làm bù: làm việc vào thứ Bảy hoặc Chủ nhật")),
    ("shortened", N_("Làm việc một phần ngày, theo giờ ghi dưới đây")),
    ("hours", N_("Giờ làm việc mới, kể từ ngày đầu")),
    ("back", N_("Bỏ dòng đã có của nơi này về các ngày đó")),
    ("lines", N_("Nhiều dòng một lúc, viết như tệp lịch")),
)
_HOURS = re.compile(r"([0-2]?\d)[:hg.]([0-5]\d)\s*[-–]\s*([0-2]?\d)[:hg.]([0-5]\d)")
_SEASON = re.compile(r"(\d{1,2})/(\d{1,2})\s*[-–]\s*(\d{1,2})/(\d{1,2})")


class FormWrong(Exception):
    """Fields with what is wrong with each, in the reader's language."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def content_of(given: dict[str, str], calendar: Calendar, language: str) -> str:
    """The TOML lines of a filled form. `calendar`: the place's own, so that a closure names working days only.

    Raises FormWrong. Whether the lines can be meant is app.deadlines.changes' question.
    """
    what = given["what"]
    if what not in dict(CHOICES):
        raise FormWrong({"what": say(N_("Hãy chọn loại thay đổi."), language)})
    if what == "lines":
        if not given["lines"].strip():
            raise FormWrong({"lines": say(N_("Hãy viết ít nhất một dòng."), language)})
        return given["lines"].replace("\r\n", "\n")
    errors: dict[str, str] = {}
    first = _date(given["first"], "first", errors, language)
    last = _date(given["last"], "last", errors, language) if given["last"].strip() else first
    if first and last and what != "hours" and not timedelta() <= last - first <= LONGEST:
        errors["last"] = say(N_("Ngày cuối phải từ ngày đầu, nhiều nhất {most} ngày sau."), language, most=LONGEST.days)
    if what not in ("hours", "back") and not given["name"].strip():
        errors["name"] = say(N_("Hãy ghi tên gọi, người dân sẽ đọc: ví dụ Nghỉ chống bão."), language)
    opening = _opening(given["hours"], errors, language) if what in ("shortened", "hours") or given["hours"].strip() else []
    season = _season(given["season"], errors, language) if what == "hours" and given["season"].strip() else ""
    if errors or first is None or last is None:
        raise FormWrong(errors)
    if what == "hours":
        until = f"valid_to = {last}\n" if given["last"].strip() else ""
        return f"[[hours]]\nvalid_from = {first}\n{until}{season}open = {_text(opening)}\n"
    days = _days(first, last, what, calendar)
    if not days:
        raise FormWrong({"first": say(N_("Trong khoảng này không có ngày nào để thay đổi."), language)})
    if what == "back":
        return "".join(f"[[take_back]]\non = {day}\n" for day in days)
    more = f"hours = {_text(opening)}\n" if opening else ""
    name = _text(" ".join(given["name"].split()))
    return "\n".join(f'[[day]]\non = {day}\nkind = "{what}"\nname = {name}\n{more}' for day in days)


def _days(first: date, last: date, what: str, calendar: Calendar) -> list[date]:
    """The days of the span; of a closure only those on which the office would work, of make-up days only weekends."""
    span = [first + n * DAY for n in range((last - first).days + 1)]
    if len(span) == 1:
        return span
    try:
        if what in (DayKind.LOCAL_CLOSURE, DayKind.SHORTENED):
            return [day for day in span if calendar.is_working_day(day)]
        if what == DayKind.WORKED:
            return [day for day in span if not calendar.is_working_day(day)]
        if what == "back":
            return [day for day in span if calendar.line(day) is not None]
    except CalendarDoesNotReach:
        return span
    return span


def input_type(text: str) -> str:
    """A field for dates keeps only what is written as it writes it."""
    return "date" if re.fullmatch(r"|\d{4}-\d\d-\d\d", text, re.ASCII) else "text"


def _date(text: str, field: str, errors: dict[str, str], language: str) -> date | None:
    """2026-12-07 or 7/12/2026."""
    written = text.strip()
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", written, re.ASCII)
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1]))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
            return date.fromisoformat(written)
    except ValueError:
        pass
    errors[field] = say(N_("Hãy ghi ngày, ví dụ 7/12/2026."), language)
    return None


def _opening(text: str, errors: dict[str, str], language: str) -> list[str]:
    """“7:00–11:30, 13:30–17:00”."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    found = []
    for part in parts:
        match = _HOURS.fullmatch(part)
        if match and int(match[1]) < 24 and int(match[3]) < 24:
            found.append(f"{int(match[1]):02}:{match[2]}-{int(match[3]):02}:{match[4]}")
    if not parts or len(found) < len(parts):
        errors["hours"] = say(N_("Hãy ghi giờ mở và giờ đóng, ví dụ 7:00–11:30, 13:30–17:00."), language)
    return found


def _season(text: str, errors: dict[str, str], language: str) -> str:
    match = _SEASON.fullmatch(text.strip())
    try:
        if match:
            begins, ends = date(2000, int(match[2]), int(match[1])), date(2000, int(match[4]), int(match[3]))
            return f'season = ["{begins:%m-%d}", "{ends:%m-%d}"]\n'
    except ValueError:
        pass
    errors["season"] = say(N_("Hãy ghi mùa theo ngày/tháng, ví dụ 16/4–15/10."), language)
    return ""


def _text(value: Any) -> str:
    """A TOML string or list of strings; JSON writes them alike, but for the one control character it leaves bare."""
    return orjson.dumps(value).decode().replace("\x7f", "")
