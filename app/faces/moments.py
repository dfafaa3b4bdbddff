"""How moments, days, sums and sizes are written. Pure functions; local zone; Vietnamese first.

A day may be known only in part (a birth year is legal): `"1941"`, `"1941-03"` and `"1941-03-12"` are all days here.
"""

from datetime import date, datetime
from functools import lru_cache

from app.kit.clock import LOCAL

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SIZES = ((1024 * 1024, "MB"), (1024, "KB"))


def local(value: date | datetime) -> date | datetime:
    """An instant on the office's wall; a plain day stays what it is. A naive instant raises ValueError."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(LOCAL)


@lru_cache(maxsize=4096)
def weekday(value: date | datetime, language: str = "vi") -> str:
    """thứ Năm"""
    return _WEEKDAYS[language][local(value).weekday()]


@lru_cache(maxsize=4096)
def clock_time(value: datetime) -> str:
    """8:50"""
    here = value.astimezone(LOCAL)
    return f"{here.hour}:{here.minute:02}"


def clock_seconds(value: datetime) -> str:
    """8:50:05"""
    return f"{clock_time(value)}:{value.astimezone(LOCAL).second:02}"


@lru_cache(maxsize=4096)
def moment(value: datetime, language: str = "vi") -> str:
    """16:30 thứ Năm, 12/11/2026"""
    here = value.astimezone(LOCAL)
    return f"{here.hour}:{here.minute:02} {_WEEKDAYS[language][here.weekday()]}, {here:%d/%m/%Y}"


@lru_cache(maxsize=4096)
def day(value: date | datetime | str) -> str:
    """12/11/2026; of a day known in part, the part: 11/2026 or 2026."""
    if isinstance(value, str):
        return "/".join(reversed(value[:10].split("-")))
    return f"{local(value):%d/%m/%Y}"


@lru_cache(maxsize=4096)
def short_day(value: date | datetime) -> str:
    """9/11"""
    here = local(value)
    return f"{here.day}/{here.month}"


def when(value: datetime, today: date, today_words: str) -> str:
    """Hôm nay, 8:50 · 9/11, 14:20 · 9/11/2025, 14:20: as short as it can be without being unclear."""
    here = value.astimezone(LOCAL)
    if here.date() == today:
        return f"{today_words}, {clock_time(value)}"
    year = "" if here.year == today.year else f"/{here.year}"
    return f"{short_day(value)}{year}, {clock_time(value)}"


def number(value: float, decimals: int = 0, language: str = "vi") -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English."""
    written = f"{value:,.{decimals}f}"
    return written if language == "en" else written.translate(str.maketrans(",.", ".,"))


def money(value: int, language: str = "vi") -> str:
    """15.000 đ. Whole đồng, the smallest unit there is."""
    return f"{number(value, language=language)} đ"


def size(value: int, language: str = "vi") -> str:
    """2,4 MB of so many bytes."""
    for unit, word in _SIZES:
        if value >= unit:
            return f"{number(value / unit, 1, language)} {word}"
    return f"{value} B"
