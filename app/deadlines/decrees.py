"""Read a working calendar from workflows/calendar/: decrees first, holiday tables for years nobody has decided yet.

`hours.toml` (reach and office hours), `extrapolated.toml` (tables, written by app.deadlines.seed), `<year>.toml`
(decrees), `local/<scope>.toml` (a province's or an office's own closures and hours). Later ones win, day by day.
"""

import tomllib
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from app.deadlines.calendar import Calendar
from app.deadlines.timetable import CalendarDay, CalendarImpossible, DayKind, Hours, HoursRule

NATIONAL = Path(__file__).parents[2] / "workflows" / "calendar"


def scopes_of(office_code: str) -> tuple[str, ...]:
    """From the province to the office: "H99.08.22" gives H99, H99.08, H99.08.22."""
    parts = office_code.split(".")
    return tuple(".".join(parts[: n + 1]) for n in range(len(parts)))


def load_calendar(folder: Path = NATIONAL, *, scopes: Sequence[str] = ()) -> Calendar:
    """The national calendar, overridden by the local files of `scopes` that exist, widest first.

    Raises CalendarImpossible, with the file's name, for anything that cannot be meant.
    """
    base = _read(folder / "hours.toml")
    days: dict[date, CalendarDay] = {}
    extrapolated = folder / "extrapolated.toml"
    tables = _days(extrapolated, _read(extrapolated)) if extrapolated.exists() else []
    decreed = {path: _read(path) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].toml"))}
    decided_years = {int(path.stem) for path, content in decreed.items() if content.get("whole", False)}
    for line in tables:
        if line.on.year not in decided_years:
            days[line.on] = line
    for path, content in decreed.items():
        for line in _days(path, content):
            if line.on.year != int(path.stem):
                raise CalendarImpossible(where=path.name, what=f"{line.on:%d/%m/%Y} thuộc năm khác")
            days[line.on] = line
    hours = _hours("hours.toml", base)
    scope = "VN"
    for name in scopes:
        path = folder / "local" / f"{name}.toml"
        if path.exists():
            content = _read(path)
            days |= {line.on: line for line in _days(path, content)}
            hours += _hours(path.name, content)
            scope = name
    try:
        first, last = date(base["first_year"], 1, 1), date(base["last_year"], 12, 31)
    except (KeyError, TypeError, ValueError) as wrong:
        raise CalendarImpossible(where="hours.toml", what="first_year, last_year") from wrong
    return Calendar(
        first_day=first, last_day=last, days=tuple(days[on] for on in sorted(days) if first <= on <= last),
        hours=tuple(hours), scope=scope,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise CalendarImpossible(where=path.name, what=str(wrong)) from wrong


def _days(path: Path, content: dict[str, Any]) -> list[CalendarDay]:
    """The [[day]] lines. A day twice in one file is a slip, not an override."""
    lines: dict[date, CalendarDay] = {}
    for entry in content.get("day", []):
        try:
            on = entry["on"]
            line = CalendarDay(
                on=on, kind=DayKind(entry["kind"]), name=entry["name"], decision=entry["decision"],
                source=entry.get("source", content.get("source", "")), hours=read_hours(entry.get("hours", [])),
                extrapolated=content.get("extrapolated", False),
            )
        except (KeyError, ValueError, TypeError) as wrong:
            raise CalendarImpossible(where=path.name, what=f"{entry.get('on', '?')}: {wrong}") from wrong
        if type(on) is not date:
            raise CalendarImpossible(where=path.name, what=f"{on} không phải là ngày")
        if on in lines:
            raise CalendarImpossible(where=path.name, what=f"{on:%d/%m/%Y} có hai dòng")
        lines[on] = line
    return list(lines.values())


def _hours(name: str, content: dict[str, Any]) -> list[HoursRule]:
    rules = []
    for entry in content.get("hours", []):
        try:
            rules.append(HoursRule(
                valid_from=entry["valid_from"], valid_to=entry.get("valid_to"), hours=read_hours(entry["open"]),
                season=_season(entry.get("season")), decision=entry["decision"],
            ))
        except (KeyError, ValueError, TypeError) as wrong:
            raise CalendarImpossible(where=name, what=f"hours: {wrong}") from wrong
    return rules


def read_hours(written: Sequence[str]) -> tuple[Hours, ...]:
    """["07:00-11:30", "13:30-17:00"]. Raises ValueError."""
    spans = []
    for text in written:
        opens, dash, closes = text.partition("-")
        if not dash:
            raise ValueError(text)
        spans.append(Hours(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())))
    return tuple(spans)


def _season(written: Sequence[str] | None) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """["04-16", "10-15"], month and day, both included."""
    if not written:
        return None
    begins, ends = (date.fromisoformat(f"2000-{text}") for text in written)
    return (begins.month, begins.day), (ends.month, ends.day)


def calendar_from_text(text: str) -> Calendar:
    """The calendar that Calendar.as_text wrote down. Raises CalendarImpossible."""
    try:
        header, *lines = (line.split("|") for line in text.splitlines())
        _, scope, first, last, weekend = header
        rules, days = [], []
        for kind, *fields in lines:
            if kind == "hours":
                begins, ends, season, hours, decision = fields
                rules.append(HoursRule(
                    valid_from=date.fromisoformat(begins), valid_to=date.fromisoformat(ends) if ends else None,
                    season=_season(season.split("/") if season else None), hours=read_hours(hours.split(",")),
                    decision=decision,
                ))
            else:
                on, word, guessed, hours, name, decision, source = fields
                days.append(CalendarDay(
                    on=date.fromisoformat(on), kind=DayKind(word), name=name, decision=decision, source=source,
                    extrapolated=guessed == "1", hours=read_hours(hours.split(",")) if hours else (),
                ))
        return Calendar(
            first_day=date.fromisoformat(first), last_day=date.fromisoformat(last), days=tuple(days),
            hours=tuple(rules), weekend=frozenset(int(n) for n in weekend.split(",") if n), scope=scope,
        )
    except (ValueError, TypeError) as wrong:
        raise CalendarImpossible(where="as_text", what=str(wrong)) from wrong
