"""A wall calendar of our own for the oracle: a byte a minute, read from workflows/calendar/ without the product's code.

Days and minutes are plain numbers: a day is counted from the first day of the wall, a minute from its midnight.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = 1440
FOLDER = Path(__file__).parents[2] / "workflows" / "calendar"
Openings = tuple[tuple[int, int], ...]  # from and to, minutes of the day; `to` is shut already
SUMMER = ((4, 16), (10, 15))


@dataclass(frozen=True)
class Wall:
    """What somebody could read off a wall: which days the office opens, and when."""

    first: date
    days: int
    winter: Openings
    summer: Openings
    off: frozenset[date]
    worked: frozenset[date] = frozenset()
    short: Mapping[date, Openings] = field(default_factory=dict)
    national: bool = False  # exactly what the files of the country say

    def on(self, day: date) -> Openings:
        """The openings of one day; none on a day off."""
        if day in self.short:
            return self.short[day]
        if day in self.off or (day.weekday() >= 5 and day not in self.worked):
            return ()
        return self.summer if SUMMER[0] <= (day.month, day.day) <= SUMMER[1] else self.winter

    @cached_property
    def minutes(self) -> bytes:
        """One byte a minute from midnight of the first day: 1 while the office is open."""
        wall = bytearray(self.days * DAY)
        for number in range(self.days):
            for opens, closes in self.on(self.day(number)):
                wall[number * DAY + opens : number * DAY + closes] = b"\x01" * (closes - opens)
        return bytes(wall)

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def number(self, day: date) -> int:
        return (day - self.first).days

    def moment(self, minute: int) -> datetime:
        """The same minute for the product: aware, local."""
        return datetime.combine(self.first, time(0), ZONE) + timedelta(minutes=minute)

    def minute(self, moment: datetime) -> int:
        """And back. No daylight saving time in this zone: minutes are minutes."""
        return int((moment.astimezone(ZONE) - datetime.combine(self.first, time(0), ZONE)).total_seconds()) // 60


@cache
def country() -> tuple[frozenset[date], frozenset[date], frozenset[int], Openings]:
    """Days off, worked days, years somebody decided wholly, hours: read from the files as a person would."""
    lines: dict[date, str] = {}
    years = {int(path.stem): tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("[0-9]*.toml"))}
    whole = frozenset(year for year, content in years.items() if content.get("whole"))
    for entry in tomllib.loads((FOLDER / "extrapolated.toml").read_text())["day"]:
        if entry["on"].year not in whole:
            lines[entry["on"]] = entry["kind"]
    for content in years.values():
        for entry in content["day"]:
            assert "hours" not in entry, "a day with hours of its own: teach the oracle to read them"
            lines[entry["on"]] = entry["kind"]
    rules = tomllib.loads((FOLDER / "hours.toml").read_text())["hours"]
    assert len(rules) == 1, "several office hours: teach the oracle to choose"
    opened = tuple(tuple(_of_day(edge) for edge in span.split("-")) for span in rules[0]["open"])
    off = frozenset(on for on, kind in lines.items() if kind != "worked")
    return off, frozenset(lines) - off, whole, tuple((one, two) for one, two in opened)


def _of_day(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def national(first: date, days: int) -> Wall:
    """The country's wall from a day on."""
    off, worked, _, openings = country()
    last = first + timedelta(days=days)
    return Wall(
        first, days, openings, openings, frozenset(one for one in off if first <= one <= last),
        frozenset(one for one in worked if first <= one <= last), national=True,
    )


def long_rests(off: Sequence[date]) -> list[date]:
    """The first days of rests of three declared days or more in a row: Tết, and long National Days."""
    known = set(off)
    return sorted(
        one for one in known
        if one - timedelta(days=1) not in known and all(one + timedelta(days=n) in known for n in range(3))
    )
