"""What a calendar is made of: lines of decrees, hours of opening."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise

from app.kit.errors import Refused
from app.kit.words import N_, say


class DayKind(StrEnum):
    """Why a day is not what its weekday says."""

    HOLIDAY = "holiday"  # nghỉ lễ
    COMPENSATION = "compensation"  # nghỉ bù
    SWAPPED_OFF = "swapped-off"  # nghỉ hoán đổi
    WORKED = "worked"  # làm bù: a worked Saturday or Sunday
    LOCAL_CLOSURE = "local-closure"  # nghỉ địa phương
    SHORTENED = "shortened"  # làm việc một phần ngày

    @property
    def worked(self) -> bool:
        return self in (DayKind.WORKED, DayKind.SHORTENED)


class CalendarImpossible(Refused):
    """A calendar that contradicts itself or names no decision.

    `where`: the file, scope or line; `what`: a sentence for the catalogues with its fields beside it, or a found text.
    """

    says = N_("Lịch làm việc không hợp lệ ({where}): {what}.")

    def words(self, language: str = "vi") -> str:
        """Both halves in the reader's language."""
        more = {name: value for name, value in self.fields.items() if name not in ("where", "what")}
        what, where = str(self.fields["what"]), self.fields["where"]
        said = say(what, language, **more) if more else what
        return say(type(self).says, language, where=say(str(where), language), what=said)


class CalendarDoesNotReach(Refused):
    """A day before the first or after the last day of the calendar."""

    says = N_("Lịch làm việc chỉ có từ {first} đến {last}; không tính được cho ngày {day}.")


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of opening, local time; `closes` is not part of it. Never across midnight."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One line of a decree: this day is off, or worked. `hours` only where the day has its own."""

    on: date
    kind: DayKind
    name: str
    decision: str
    source: str = ""
    extrapolated: bool = False  # no decree read: from published holiday tables
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Office hours from a day on, all year or in a season ((month, day) to (month, day), both included)."""

    valid_from: date
    hours: tuple[Hours, ...]
    decision: str
    valid_to: date | None = None
    season: tuple[tuple[int, int], tuple[int, int]] | None = None

    def covers(self, day: date) -> bool:
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        if self.season is None:
            return True
        begins, ends = self.season
        here = (day.month, day.day)
        return begins <= here <= ends if begins <= ends else here >= begins or here <= ends


@dataclass(frozen=True, slots=True)
class Stretch:
    """An opening on a certain day; aware, local zone. `closes` is the first moment the office is shut again."""

    opens: datetime
    closes: datetime

    @property
    def minutes(self) -> int:
        return int((self.closes - self.opens).total_seconds()) // 60


def check_hours(hours: tuple[Hours, ...], where: str) -> None:
    for span in hours:
        if span.opens >= span.closes or any(t.second or t.microsecond for t in (span.opens, span.closes)):
            raise CalendarImpossible(
                where=where, what=N_("giờ {opens}–{closes}: giờ đóng cửa phải sau giờ mở cửa, tính đến phút"),
                opens=f"{span.opens:%H:%M}", closes=f"{span.closes:%H:%M}",
            )
    for earlier, later in pairwise(hours):
        if later.opens < earlier.closes:
            raise CalendarImpossible(
                where=where, what=N_("giờ chồng nhau: {opens} mở lại trước khi đóng lúc {closes}"),
                opens=f"{later.opens:%H:%M}", closes=f"{earlier.closes:%H:%M}",
            )


def check_day(line: CalendarDay, weekend: frozenset[int], where: str) -> None:
    """One line of a decree by itself. Raises CalendarImpossible."""
    day, what = f"{line.on:%d/%m/%Y}", ""
    if not line.decision.strip():
        what = N_("{day} không có văn bản quyết định")
    elif line.kind is DayKind.WORKED and line.on.weekday() not in weekend:
        what = N_("{day} vốn là ngày làm việc")
    elif line.kind is DayKind.SHORTENED and not line.hours:
        what = N_("{day} thiếu giờ làm việc")
    elif line.hours and not line.kind.worked:
        what = N_("{day} là ngày nghỉ mà có giờ làm việc")
    if what:
        raise CalendarImpossible(where=where, what=what, day=day)
    check_hours(line.hours, where if day in where else f"{where} · {day}")


def check_rule(rule: HoursRule, where: str) -> None:
    """One rule of office hours by itself. Raises CalendarImpossible."""
    if not rule.hours or not rule.decision.strip():
        raise CalendarImpossible(
            where=where, what=N_("giờ làm việc từ {day} trống hoặc không có văn bản"), day=f"{rule.valid_from:%d/%m/%Y}"
        )
    check_hours(rule.hours, where)


def written_hours(hours: tuple[Hours, ...]) -> str:
    return ",".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in hours)


def written_season(season: tuple[tuple[int, int], tuple[int, int]] | None) -> str:
    return "" if season is None else "/".join(f"{month:02}-{day:02}" for month, day in season)


def numbers(weekdays: frozenset[int]) -> str:
    return ",".join(str(n) for n in sorted(weekdays))


def flat(text: str) -> str:
    """No separators inside a field."""
    return " ".join(text.replace("|", "/").split())
