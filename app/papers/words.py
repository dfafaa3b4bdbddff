"""Dates, moments and money as official papers write them. Pure functions.

Sources: NĐ 30/2020 Phụ lục I (days below 10 and months 1 and 2 with a leading zero, here all months alike);
rules.md §2.2 items 14 and 15 ("… giờ … phút, ngày …"); Luật Hộ tịch Art. 14 (date of birth also in words);
NĐ 254/2026 Art. 23 (amount in figures and in words).
"""

import re
from datetime import date, datetime

from app.kit.clock import LOCAL

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = (("tỷ", 10**9), ("triệu", 10**6), ("nghìn", 10**3))
_MONTHS = (
    "một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai",
)  # fmt: skip
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def number(value: int) -> str:
    """A whole number in words: 2026 is "hai nghìn không trăm hai mươi sáu". Negative raises ValueError."""
    if value < 0:
        raise ValueError("only numbers from zero upwards are written in words")
    return _read(value, full=False) or "không"


def money(dong: int) -> str:
    """An amount in words, as a receipt says it: 15000 is "Mười lăm nghìn đồng". Unit: đồng, not negative."""
    text = f"{number(dong)} đồng"
    return text[0].upper() + text[1:]


def dong(amount: int) -> str:
    """An amount in figures: 15000 is "15.000 đ"."""
    return f"{amount:,}".replace(",", ".") + " đ"


def day(value: date | datetime) -> str:
    """"ngày 07 tháng 11 năm 2026". An aware instant is read on the office's clock."""
    local = _local_day(value)
    return f"ngày {local.day:02} tháng {local.month:02} năm {local.year}"


def day_in_words(value: date | datetime) -> str:
    """"ngày bảy tháng mười một năm hai nghìn không trăm hai mươi sáu"."""
    local = _local_day(value)
    return f"ngày {number(local.day)} tháng {_MONTHS[local.month - 1]} năm {number(local.year)}"


def moment(value: datetime) -> str:
    """"9 giờ 05 phút, ngày 11 tháng 11 năm 2026", local time. Naive instants raise ValueError."""
    local = _aware(value)
    return f"{local.hour} giờ {local.minute:02} phút, {day(local)}"


def moment_in_figures(value: datetime) -> str:
    """"09:05 11/11/2026", local time."""
    return f"{_aware(value):%H:%M %d/%m/%Y}"


def partial_day(text: str) -> str:
    """A date that may be partly known: "1941", "1941-05" or "1941-05-12"; "năm 1941", "tháng 05 năm 1941", …

    A birth year alone is legal. Anything else, or a day that does not exist, raises ValueError.
    """
    year, month, a_day = _partial(text)
    if month is None:
        return f"năm {year:04}"
    return f"tháng {month:02} năm {year:04}" if a_day is None else day(date(year, month, a_day))


def partial_day_in_words(text: str) -> str:
    """The same in words: "năm một nghìn chín trăm bốn mươi mốt"."""
    year, month, a_day = _partial(text)
    if month is None:
        return f"năm {number(year)}"
    if a_day is None:
        return f"tháng {_MONTHS[month - 1]} năm {number(year)}"
    return day_in_words(date(year, month, a_day))


def partial_day_in_figures(text: str) -> str:
    """The same in figures: "1941", "05/1941", "12/05/1941"."""
    return "/".join(reversed(text.split("-"))) if _partial(text) else ""


def masked(id_number: str) -> str:
    """An ID number for a copy that strangers may see: first three and last three figures stay."""
    return id_number if len(id_number) < 9 else id_number[:3] + "•" * (len(id_number) - 6) + id_number[-3:]


def _read(value: int, *, full: bool) -> str:
    """`full`: something stands before, so the hundreds are read even when they are zero."""
    for name, scale in _SCALES:
        if value >= scale:
            above, rest = divmod(value, scale)
            head = f"{_read(above, full=full and scale != 10**9)} {name}"
            return f"{head} {_read(rest, full=True)}" if rest else head
    return _below_thousand(value, full=full)


def _below_thousand(value: int, *, full: bool) -> str:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or (full and rest) else []
    if tens == 0 and ones:
        words += ["linh", _DIGITS[ones]] if words else [_DIGITS[ones]]
    elif tens:
        words.append("mười" if tens == 1 else f"{_DIGITS[tens]} mươi")
        if ones:
            words.append(_after_tens(tens, ones))
    return " ".join(words)


def _after_tens(tens: int, ones: int) -> str:
    if ones == 5:
        return "lăm"
    if tens > 1 and ones in (1, 4):
        return "mốt" if ones == 1 else "tư"
    return _DIGITS[ones]


def _partial(text: str) -> tuple[int, int | None, int | None]:
    found = _PARTIAL.fullmatch(text)
    if not found:
        raise ValueError("a date is written YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, a_day = (int(part) if part else None for part in found.groups())
    date(year or 0, month or 1, a_day or 1)
    return year or 0, month, a_day


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(LOCAL)


def _local_day(value: date | datetime) -> date:
    return _aware(value).date() if isinstance(value, datetime) else value
