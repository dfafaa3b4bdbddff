"""Which days a report is about: presets by the reporting regime, or any days. Never the index's calendar months (R27).

Source of the presets and their cut day: workflows/reports/periods.toml (NĐ 09/2019/NĐ-CP art. 12, by what repeats it).
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from app.kit import clock
from app.kit.words import say
from app.reports.refusals import PeriodNotBegun, PeriodTooLong, PeriodUnclear

FOLDER: Final = Path(__file__).parents[2] / "workflows" / "reports"
MOST_YEARS: Final = 10
EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included, local days. `key` is empty for days somebody chose."""

    first: date
    last: date
    key: str = ""

    def words(self, language: str = "vi") -> str:
        """Tháng 11/2026; nothing for chosen days."""
        if not self.key:
            return ""
        year, _, rest = self.key.partition("-")
        kind = next(one for one in kinds() if one.id == rest[0])
        return say(kind.name, language, n=rest[1:], year=year)

    @property
    def begins_at(self) -> datetime:
        """Local midnight before the first day."""
        return datetime.combine(self.first, time(), clock.LOCAL)

    @property
    def ends_at(self) -> datetime:
        """Local midnight after the last day; itself no longer in the period."""
        return datetime.combine(self.last + timedelta(days=1), time(), clock.LOCAL)

    @property
    def as_of(self) -> datetime:
        """The moment open dossiers are judged at: the period's end, or now while it still runs."""
        return min(self.ends_at, clock.now())

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet: the figures are still moving."""
        return self.ends_at > clock.now()


@dataclass(frozen=True, slots=True)
class Regime:
    """When periods are cut, from when on, and who says so."""

    name: str
    cut_day: int
    valid_from: date
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A length of period: `M` month, `Q` quarter, `S` six months, `N` nine months, `Y` year."""

    id: str
    name: str
    months: int
    begins: tuple[int, ...]


@cache
def regimes(folder: Path = FOLDER) -> tuple[Regime, ...]:
    """Oldest first."""
    read = tomllib.loads((folder / "periods.toml").read_text())
    return tuple(sorted((Regime(**one) for one in read["regime"]), key=lambda one: one.valid_from))


@cache
def kinds(folder: Path = FOLDER) -> tuple[Kind, ...]:
    """As the file orders them: shortest first."""
    read = tomllib.loads((folder / "periods.toml").read_text())
    return tuple(Kind(**{**one, "begins": tuple(one["begins"])}) for one in read["kind"])


def regime_on(day: date) -> Regime:
    """The regime in force on a day; before the oldest, the oldest."""
    held = [one for one in regimes() if one.valid_from <= day]
    return held[-1] if held else regimes()[0]


def preset(key: str) -> Period:
    """`2026-M11`, `2026-Q4`, `2026-S1`, `2026-N1`, `2026-Y1`. Raises PeriodUnclear."""
    year_text, _, rest = key.partition("-")
    kind = next((one for one in kinds() if one.id == rest[:1]), None)
    if kind is None or not (year_text.isascii() and year_text.isdigit() and len(year_text) == 4):
        raise PeriodUnclear
    if not (rest[1:].isascii() and rest[1:].isdigit() and len(rest) <= 3):
        raise PeriodUnclear
    year, number = int(year_text), int(rest[1:])
    if not EARLIEST.year < year <= 2999 or not 1 <= number <= len(kind.begins):
        raise PeriodUnclear
    begins = kind.begins[number - 1]
    cut = regime_on(date(year, begins, 1)).cut_day
    first = _month(year, begins, 0) if cut == 1 else _month(year, begins, -1).replace(day=cut)
    behind = _month(year, begins, kind.months) if cut == 1 else _month(year, begins, kind.months - 1).replace(day=cut)
    return Period(first, behind - timedelta(days=1), f"{year}-{kind.id}{number}")


def _month(year: int, month: int, ahead: int) -> date:
    """The first day of the month `ahead` months away."""
    past = year * 12 + month - 1 + ahead
    return date(past // 12, past % 12 + 1, 1)


def chosen(first: date, last: date) -> Period:
    """Days somebody typed; a preset if they are one. Raises PeriodUnclear, PeriodNotBegun, PeriodTooLong."""
    period = next((one for one in presets_around(last) if (one.first, one.last) == (first, last)), Period(first, last))
    return checked(period)


def checked(period: Period) -> Period:
    """The period itself. Raises PeriodUnclear, PeriodNotBegun, PeriodTooLong."""
    if not EARLIEST <= period.first <= period.last <= date(2999, 12, 30):
        raise PeriodUnclear
    if period.first > clock.today():
        raise PeriodNotBegun(first=f"{period.first:%d/%m/%Y}")
    if (period.last - period.first).days > MOST_YEARS * 366:
        raise PeriodTooLong(years=MOST_YEARS)
    return period


def presets_around(day: date) -> list[Period]:
    """Every preset of the year `day` lies in and of the two years next to it that could hold it."""
    found = []
    for year in (day.year + 1, day.year):
        for kind in kinds():
            for number in range(1, len(kind.begins) + 1):
                found.append(preset(f"{year}-{kind.id}{number}"))
    return found


def offered(today: date, years: int = 2) -> list[Period]:
    """What a chooser offers: presets that have begun, newest first within each kind."""
    found = [
        preset(f"{year}-{kind.id}{number}")
        for kind in kinds() for year in range(today.year + 1, today.year - years, -1)
        for number in range(len(kind.begins), 0, -1)
    ]
    return [one for one in found if one.first <= today]


def months_back(today: date, count: int = 12) -> list[Period]:
    """The last `count` reporting months, oldest first, the running one last."""
    return [one for one in offered(today, years=3) if "-M" in one.key][:count][::-1]
