"""Dates people give: whole ones, and partial ones where only the year, or month and year, is known. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.kit import clock
from app.kit.words import N_, say
from app.procedures.questions import FormField

EMPTY = N_("Hãy điền “{label}”")
NOT_DATE = N_("“{label}” phải là ngày có thật, ví dụ 07/11/2026")
NEED_YEAR = N_("“{label}” phải có năm, gồm 4 chữ số")
NEED_WHOLE = N_("“{label}” phải có đủ ngày, tháng và năm")
IN_FUTURE = N_("“{label}” phải là hôm nay ({today}) hoặc trước đó")
TOO_OLD = N_("“{label}” không thể trước năm 1880")
EARLIEST_YEAR = 1880


def partial(year: int | None, month: int | None = None, day: int | None = None) -> dict[str, int] | None:
    """A date as it is kept: {"year": 1941}, {"year": 1941, "month": 5}, or whole."""
    if year is None:
        return None
    known = {"year": year, "month": month, "day": day if month is not None else None}
    return {part: number for part, number in known.items() if number is not None}


def last_possible(value: Any) -> date | None:
    """The last day that a date may mean: 31/12/1941 for {"year": 1941}. None when it is absent or no date."""
    if not isinstance(value, Mapping) or not isinstance(value.get("year"), int):
        return None
    month = value.get("month", 12)
    try:
        return date(value["year"], month, value.get("day", monthrange(value["year"], month)[1]))
    except (ValueError, TypeError):
        return None


def check(field: FormField, given: Mapping[str, Any], label: str, language: str) -> tuple[Any, str | None]:
    """A date field's value and error. Takes three boxes (`<id>-day`…), a mapping, "2026-11-07" or "7/11/2026"."""
    parts = _parts(given.get(field.id), {p: given.get(f"{field.id}-{p}") for p in ("day", "month", "year")})
    typed = {name: text for name, text in parts.items() if text}
    if not typed:
        return None, say(EMPTY, language, label=label) if field.required else None
    if not all(text.isdigit() and len(text) <= 4 for text in typed.values()):
        return typed, say(NOT_DATE, language, label=label)
    numbers = {name: int(text) for name, text in typed.items()}
    if "year" not in numbers or len(typed["year"]) != 4:
        return numbers, say(NEED_YEAR, language, label=label)
    if numbers["year"] < EARLIEST_YEAR:
        return numbers, say(TOO_OLD, language, label=label)
    if "day" in numbers and "month" not in numbers:
        return numbers, say(NEED_WHOLE, language, label=label)
    if field.kind == "date" and len(numbers) < 3:
        return numbers, say(NEED_WHOLE, language, label=label)
    try:
        first_possible = date(numbers["year"], numbers.get("month", 1), numbers.get("day", 1))
    except ValueError:
        return numbers, say(NOT_DATE, language, label=label)
    if field.past and first_possible > clock.today():
        return numbers, say(IN_FUTURE, language, label=label, today=f"{clock.today():%d/%m/%Y}")
    return partial(numbers["year"], numbers.get("month"), numbers.get("day")), None


def _parts(whole: Any, boxes: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(whole, Mapping):
        boxes = whole
    elif isinstance(whole, str) and whole.strip():
        text = whole.strip()
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
            return {"year": match[1], "month": match[2], "day": match[3]}
        if match := re.fullmatch(r"(?:(?:(\d{1,2})[/.\- ])?(\d{1,2})[/.\- ])?(\d{4})", text):
            return {"year": match[3], "month": match[2] or "", "day": match[1] or ""}
        return {"year": text[:40], "month": "", "day": ""}
    return {part: str(boxes.get(part) if boxes.get(part) is not None else "").strip()[:40]
            for part in ("year", "month", "day")}
