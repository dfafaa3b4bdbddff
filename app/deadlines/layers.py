"""What one place says in one paper: days, hours, and lines it takes back. Layers laid over each other are a calendar.

A layer is written in TOML, in the files of workflows/calendar/ as in a change kept in the database. The wider place
comes first; of one place the older. Day by day the narrower and then the newer wins.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from app.deadlines.timetable import CalendarDay, CalendarImpossible, DayKind, Hours, HoursRule
from app.kit.words import N_

Season = tuple[tuple[int, int], tuple[int, int]]
KNOWN: Final = {
    "day": {"on", "kind", "name", "decision", "source", "hours"},
    "hours": {"valid_from", "valid_to", "season", "open", "decision"},
    "take_back": {"on", "hours_from", "season"},
}
TOP: Final = {*KNOWN, "whole", "source", "extrapolated", "first_year", "last_year"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One paper's lines. `decided`: years that need no holiday tables any more. `where`: its file or its number."""

    where: str
    days: tuple[CalendarDay, ...] = ()
    hours: tuple[HoursRule, ...] = ()
    back_days: tuple[date, ...] = ()
    back_hours: tuple[tuple[date, Season | None], ...] = ()
    decided: tuple[int, ...] = ()

    def place(self, kind: str, number: int) -> str:
        """What to call its n-th line of this kind, from 0, when it is wrong."""
        key = self.days[number].on if kind == "day" else self.hours[number].valid_from
        return place_of(self.where, kind, number + 1, key)

    @property
    def empty(self) -> bool:
        return not (self.days or self.hours or self.back_days or self.back_hours or self.decided)


class Laid:
    """The layers of one place, laid in order."""

    def __init__(self) -> None:
        self.days: dict[date, CalendarDay] = {}
        self.hours: list[HoursRule] = []

    def lay(self, layer: Layer) -> None:
        """One more. Raises CalendarImpossible where it takes back what this place never said."""
        for year in layer.decided:
            self.days = {on: line for on, line in self.days.items() if on.year != year or not line.extrapolated}
        for on in layer.back_days:
            if self.days.pop(on, None) is None:
                raise CalendarImpossible(
                    where=layer.where, what=N_("không có dòng nào của nơi này về ngày {day} để bỏ"), day=f"{on:%d/%m/%Y}"
                )
        for valid_from, season in layer.back_hours:
            place = next((n for n in reversed(range(len(self.hours)))
                          if self.hours[n].valid_from == valid_from and self.hours[n].season == season), None)
            if place is None:
                raise CalendarImpossible(
                    where=layer.where, what=N_("không có giờ làm việc nào của nơi này từ {day} để bỏ"),
                    day=f"{valid_from:%d/%m/%Y}",
                )
            del self.hours[place]
        self.days.update({line.on: line for line in layer.days})
        self.hours += layer.hours


def read_layer(where: str, text: str, *, decision: str = "", source: str = "") -> Layer:
    """A layer from TOML; `decision` and `source` stand for lines without their own. Raises CalendarImpossible."""
    try:
        content = tomllib.loads(text)
    except ValueError as wrong:
        raise CalendarImpossible(where=where, what=str(wrong)) from wrong
    return layer_of(where, content, decision=decision, source=source)


def layer_of(where: str, content: Mapping[str, Any], *, decision: str = "", source: str = "") -> Layer:
    """The same from TOML already read."""
    for name in content:
        if name not in TOP:
            raise CalendarImpossible(where=where, what=N_("không hiểu mục “{name}”"), name=name)
    for kind in KNOWN:
        entries = content.get(kind, [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise CalendarImpossible(where=where, what=N_("mục “{name}” phải viết là [[{name}]]"), name=kind)
    source = content.get("source", source)
    back_days, back_hours = _taken_back(where, content)
    whole = content.get("whole", ())
    if not isinstance(whole, bool) and not (
        isinstance(whole, list | tuple) and all(type(year) is int for year in whole)
    ):
        raise CalendarImpossible(where=where, what=N_("“whole” phải là danh sách năm"), name="whole")
    return Layer(
        where, days=tuple(_days(where, content, decision, source)), hours=tuple(_hours(where, content, decision)),
        back_days=back_days, back_hours=back_hours, decided=() if isinstance(whole, bool) else tuple(whole),
    )


def place_of(where: str, kind: str, number: int, key: object) -> str:
    """“Quyết định 5 · [[day]] 2 (2026-12-07)”: the line that is wrong."""
    return f"{where} · [[{kind}]] {number} ({key})"


def _known(where: str, kind: str, entry: Mapping[str, Any]) -> None:
    for name in entry:
        if name not in KNOWN[kind]:
            raise CalendarImpossible(where=where, what=N_("không hiểu mục “{name}”"), name=name)


def _days(where: str, content: Mapping[str, Any], decision: str, source: str) -> list[CalendarDay]:
    """The [[day]] lines. A day twice in one paper is a slip, not an override."""
    lines: dict[date, CalendarDay] = {}
    for number, entry in enumerate(content.get("day", []), start=1):
        here = place_of(where, "day", number, entry.get("on", "?"))
        _known(here, "day", entry)
        try:
            on = entry["on"]
            line = CalendarDay(
                on=on, kind=DayKind(entry["kind"]), name=_text(entry["name"]),
                decision=_text(entry.get("decision", decision)), source=_text(entry.get("source", source)),
                hours=read_hours(entry.get("hours", [])), extrapolated=bool(content.get("extrapolated", False)),
            )
        except KeyError as missing:
            raise CalendarImpossible(where=here, what=N_("thiếu mục “{name}”"), name=missing.args[0]) from missing
        except (ValueError, TypeError, AttributeError) as wrong:
            raise CalendarImpossible(where=here, what=str(wrong)) from wrong
        if type(on) is not date:
            raise CalendarImpossible(where=here, what=N_("{day} không phải là ngày"), day=on)
        if on in lines:
            raise CalendarImpossible(where=here, what=N_("{day} có hai dòng"), day=f"{on:%d/%m/%Y}")
        lines[on] = line
    return list(lines.values())


def _hours(where: str, content: Mapping[str, Any], decision: str) -> list[HoursRule]:
    rules = []
    for number, entry in enumerate(content.get("hours", []), start=1):
        here = place_of(where, "hours", number, entry.get("valid_from", "?"))
        _known(here, "hours", entry)
        try:
            rule = HoursRule(
                valid_from=_a_date(entry["valid_from"]), hours=read_hours(entry["open"]),
                valid_to=_a_date(entry["valid_to"]) if "valid_to" in entry else None,
                season=season_of(entry.get("season")), decision=_text(entry.get("decision", decision)),
            )
        except KeyError as missing:
            raise CalendarImpossible(where=here, what=N_("thiếu mục “{name}”"), name=missing.args[0]) from missing
        except (ValueError, TypeError, AttributeError) as wrong:
            raise CalendarImpossible(where=here, what=str(wrong)) from wrong
        if rule.valid_to is not None and rule.valid_to < rule.valid_from:
            raise CalendarImpossible(where=here, what=N_("hết hiệu lực ({day}) trước khi có hiệu lực"),
                                     day=f"{rule.valid_to:%d/%m/%Y}")
        rules.append(rule)
    return rules


def _taken_back(
    where: str, content: Mapping[str, Any]
) -> tuple[tuple[date, ...], tuple[tuple[date, Season | None], ...]]:
    days: list[date] = []
    hours: list[tuple[date, Season | None]] = []
    for number, entry in enumerate(content.get("take_back", []), start=1):
        here = place_of(where, "take_back", number, entry.get("on", entry.get("hours_from", "?")))
        _known(here, "take_back", entry)
        if ("on" in entry) == ("hours_from" in entry):
            raise CalendarImpossible(where=here, what=N_("viết “{one}” hoặc “{other}”"), one="on", other="hours_from")
        try:
            if "on" in entry:
                days.append(_a_date(entry["on"]))
            else:
                hours.append((_a_date(entry["hours_from"]), season_of(entry.get("season"))))
        except (ValueError, TypeError, AttributeError) as wrong:
            raise CalendarImpossible(where=here, what=str(wrong)) from wrong
    return tuple(days), tuple(hours)


def _a_date(value: Any) -> date:
    if type(value) is not date:
        raise TypeError(f"{value!r}: YYYY-MM-DD")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r}: \"…\"")
    return value


def read_hours(written: Sequence[str]) -> tuple[Hours, ...]:
    """["07:00-11:30", "13:30-17:00"]. Raises ValueError."""
    if isinstance(written, str):
        raise ValueError(f"{written}: [\"07:00-11:30\", …]")
    spans = []
    for text in written:
        opens, dash, closes = text.partition("-")
        if not dash:
            raise ValueError(text)
        span = Hours(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
        if span.opens.tzinfo or span.closes.tzinfo:
            raise ValueError(text)
        spans.append(span)
    return tuple(spans)


def season_of(written: Sequence[str] | None) -> Season | None:
    """["04-16", "10-15"], month and day, both included."""
    if not written:
        return None
    begins, ends = (date.fromisoformat(f"2000-{text}") for text in written)
    return (begins.month, begins.day), (ends.month, ends.day)
