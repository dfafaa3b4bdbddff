"""A term: how much of what. Written "3 working-days" in procedure files and on the command line."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from app.kit.errors import Refused
from app.kit.words import N_, say

MINUTES_PER_WORKING_DAY = 480  # 8 working hours, whatever the local timetable adds up to
MINUTES_PER_HALF_DAY = 240


class TermUnit(StrEnum):
    """Units of a term, as the law uses them."""

    WORKING_DAYS = "working-days"  # ngày làm việc
    WORKING_HOURS = "working-hours"  # giờ làm việc
    HALF_DAYS = "half-days"  # buổi, ½ ngày: 4 working hours
    CALENDAR_DAYS = "calendar-days"  # ngày
    SAME_DAY = "same-day"  # trong ngày


class TermRefused(Refused):
    """A term that cannot be read."""

    says = N_("Không hiểu thời hạn “{text}”. Viết số và đơn vị, ví dụ: 3 working-days, 8 working-hours, same-day.")


class TermWithoutUnit(TermRefused):
    """A number alone: days of work, calendar days and hours differ too much to guess."""

    says = N_("Thời hạn “{text}” thiếu đơn vị. Thêm một trong: {units}.")


class TermUnitUnknown(TermRefused):
    """A unit that is not ours."""

    says = N_("Không có đơn vị thời hạn “{unit}” trong “{text}”. Dùng một trong: {units}.")


class TermAbsurd(TermRefused):
    """Nothing, less than nothing, a part that is not counted, or more than any procedure takes."""

    says = N_("Thời hạn “{text}” không hợp lý: phải lớn hơn 0, nhiều nhất {most} {unit}, theo bước {step}.")


# Largest amount and smallest step of each unit.
LIMITS: dict[TermUnit, tuple[int, Decimal]] = {
    TermUnit.WORKING_DAYS: (500, Decimal("0.5")),
    TermUnit.WORKING_HOURS: (4000, Decimal("0.25")),
    TermUnit.HALF_DAYS: (1000, Decimal(1)),
    TermUnit.CALENDAR_DAYS: (730, Decimal(1)),
    TermUnit.SAME_DAY: (1, Decimal(1)),
}

WORDS: dict[TermUnit, str] = {
    TermUnit.WORKING_DAYS: N_("{amount} ngày làm việc"),
    TermUnit.WORKING_HOURS: N_("{amount} giờ làm việc"),
    TermUnit.HALF_DAYS: N_("{amount} buổi làm việc"),
    TermUnit.CALENDAR_DAYS: N_("{amount} ngày"),
    TermUnit.SAME_DAY: N_("Trong ngày"),
}

_WRITTEN = re.compile(r"(?P<amount>[-+]?[0-9]+(?:[.,][0-9]+)?)?\s*(?P<unit>\S.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """An amount and its unit; checked when made. Raises TermAbsurd."""

    amount: Decimal
    unit: TermUnit

    def __post_init__(self) -> None:
        most, step = LIMITS[self.unit]
        if not self.amount.is_finite() or not 0 < self.amount <= most or self.amount % step:
            raise TermAbsurd(text=str(self), most=most, unit=self.unit.value, step=step)

    def __str__(self) -> str:
        """As parse_term reads it."""
        return self.unit.value if self.unit is TermUnit.SAME_DAY else f"{self._plain()} {self.unit.value}"

    def _plain(self) -> str:
        return f"{self.amount.normalize():f}" if self.amount.is_finite() else str(self.amount)

    def words(self, language: str = "vi") -> str:
        """As a slip prints it: "3 ngày làm việc"."""
        amount = self._plain()
        return say(WORDS[self.unit], language, amount=amount.replace(".", ",") if language == "vi" else amount)

    @property
    def whole(self) -> bool:
        return self.amount == self.amount.to_integral_value()

    @property
    def working_minutes(self) -> int | None:
        """The term as office time: a working day is 8 hours. None for calendar days, which are no office time."""
        each = {
            TermUnit.WORKING_DAYS: MINUTES_PER_WORKING_DAY,
            TermUnit.WORKING_HOURS: 60,
            TermUnit.HALF_DAYS: MINUTES_PER_HALF_DAY,
            TermUnit.SAME_DAY: MINUTES_PER_WORKING_DAY,
            TermUnit.CALENDAR_DAYS: None,
        }[self.unit]
        return None if each is None else int(Fraction(self.amount) * each)


@lru_cache(maxsize=1024)
def parse_term(text: str) -> Term:
    """Read "3 working-days", "0.5 working-days", "8 working-hours", "15 calendar-days", "same-day".

    Raises TermWithoutUnit, TermUnitUnknown, TermAbsurd, or TermRefused when nothing can be made of it.
    """
    written = " ".join(text.split())
    match = _WRITTEN.fullmatch(written)
    if not written or match is None:
        raise TermRefused(text=text[:60])
    units = ", ".join(TermUnit)
    amount, word = match["amount"], (match["unit"] or "").lower()
    if not word:
        raise TermWithoutUnit(text=written[:60], units=units)
    plural = word if word in set(TermUnit) else f"{word}s"
    if plural not in set(TermUnit):
        raise TermUnitUnknown(text=written[:60], unit=word[:40], units=units)
    unit = TermUnit(plural)
    if amount is None and unit is not TermUnit.SAME_DAY:
        raise TermRefused(text=written[:60])
    return Term(Decimal((amount or "1").replace(",", ".")), unit)
