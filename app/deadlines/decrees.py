"""Read a working calendar from workflows/calendar/: decrees first, holiday tables for years nobody has decided yet.

`hours.toml` (reach and office hours), `extrapolated.toml` (tables, written by app.deadlines.seed), `<year>.toml`
(decrees), `local/<scope>.toml` (a province's or an office's own closures and hours). On top of the files lie the changes
kept in the database, each on those of its own place. Day by day the narrower and then the newer wins.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.deadlines.calendar import Calendar
from app.deadlines.layers import Laid, Layer, layer_of, read_hours, season_of
from app.deadlines.timetable import CalendarDay, CalendarImpossible, DayKind, HoursRule
from app.kit.words import N_

NATIONAL = Path(__file__).parents[2] / "workflows" / "calendar"
COUNTRY: Final = "VN"


@dataclass(frozen=True, slots=True)
class Decrees:
    """The files of one folder, read once: how far they reach, and the layers of each place."""

    first_day: date
    last_day: date
    layers: Mapping[str, tuple[Layer, ...]]  # by scope: "VN", "H99", "H99.08.22"


def scopes_of(office_code: str) -> tuple[str, ...]:
    """From the province to the office: "H99.08.22" gives H99, H99.08, H99.08.22."""
    parts = office_code.split(".")
    return tuple(".".join(parts[: n + 1]) for n in range(len(parts)))


def within(scope: str, office_code: str) -> bool:
    """Whether what holds in `scope` holds in this office."""
    return scope == COUNTRY or scope in scopes_of(office_code)


def read_decrees(folder: Path = NATIONAL) -> Decrees:
    """All files. Raises CalendarImpossible, with the file's name, for anything that cannot be meant."""
    base = _read(folder / "hours.toml")
    try:
        first, last = date(base["first_year"], 1, 1), date(base["last_year"], 12, 31)
    except (KeyError, TypeError, ValueError) as wrong:
        raise CalendarImpossible(where="hours.toml", what="first_year, last_year") from wrong
    tables = folder / "extrapolated.toml"
    national = [layer_of("hours.toml", base)]
    if tables.exists():
        national.append(layer_of(tables.name, _read(tables)))
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].toml")):
        content = _read(path)
        layer = layer_of(path.name, {**content, "whole": [int(path.stem)] if content.get("whole", False) else False})
        for line in layer.days:
            if line.on.year != int(path.stem):
                raise CalendarImpossible(where=path.name, what=N_("{day} thuộc năm khác"), day=f"{line.on:%d/%m/%Y}")
        national.append(layer)
    local = {path.stem: (layer_of(path.name, _read(path)),) for path in sorted((folder / "local").glob("*.toml"))}
    return Decrees(first, last, {COUNTRY: tuple(national), **local})


def lay_out(
    decrees: Decrees, scopes: Sequence[str] = (), changes: Mapping[str, Sequence[Layer]] | None = None
) -> Calendar:
    """The calendar of a place: the nation's lines, then those of `scopes`, widest first; of each its files, then its
    changes, oldest first. Named after the narrowest place that has anything to say. Raises CalendarImpossible.
    """
    changes = changes or {}
    days: dict[date, CalendarDay] = {}
    hours: list[HoursRule] = []
    named = COUNTRY
    for scope in (COUNTRY, *scopes):
        layers = [*decrees.layers.get(scope, ()), *changes.get(scope, ())]
        if not layers:
            continue
        laid = Laid()
        for layer in layers:
            laid.lay(layer)
        days |= laid.days
        hours += laid.hours
        named = scope
    first, last = decrees.first_day, decrees.last_day
    return Calendar(
        first_day=first, last_day=last, days=tuple(days[on] for on in sorted(days) if first <= on <= last),
        hours=tuple(hours), scope=named,
    )


def load_calendar(folder: Path = NATIONAL, *, scopes: Sequence[str] = ()) -> Calendar:
    """The national calendar of the files, overridden by the local files of `scopes` that exist, widest first."""
    return lay_out(read_decrees(folder), scopes)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise CalendarImpossible(where=path.name, what=str(wrong)) from wrong


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
                    season=season_of(season.split("/") if season else None), hours=read_hours(hours.split(",")),
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
