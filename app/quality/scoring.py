"""Points of the index: what was counted, put through the sheet's conversions. What is not known stays unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Literal

from app.dossiers.tools import Tools
from app.kit.db import Db
from app.quality import inputs
from app.quality.catalogued import SETS, Codes, Shelf, communes_certifying, shelves_on
from app.quality.counting import Counted, count
from app.quality.functions import KINDS
from app.quality.inputs import Told
from app.quality.lenses import LENSES
from app.quality.period import Period
from app.quality.sheet import Group, Indicator, Level, Sheet, sheet_on

# Why there is no number: nobody has told it, nothing to count, not for this kind of office, not by procedure, no points.
Unknown = Literal["", "not_told", "nothing", "scope", "by_procedure", "info"]
_CENT: Final = Decimal("0.01")


def rounded(value: Fraction) -> Decimal:
    """Two decimals, half up: only for showing (rules.md 7)."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(_CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator in one period. `points` and `rate` are exact; None is not nought."""

    indicator: Indicator
    numerator: int | None = None
    denominator: int | None = None
    rate: Fraction | None = None
    points: Fraction | None = None
    source: str = ""  # where a number entered by hand comes from; empty: counted here
    unknown: Unknown = ""
    counted: frozenset[str] = frozenset()  # codes, where procedures or communes are counted
    good: frozenset[str] = frozenset()
    complaints: tuple[int, int] | None = None  # 5.4: told from outside

    @property
    def measurable(self) -> bool:
        """Whether its maximum is among what can be reached with what is known."""
        return self.points is not None

    @property
    def a_dossier(self) -> Fraction | None:
        """The points one dossier moves now, by being good or not; None where dossiers are not counted."""
        if self.rate is None or self.points is None or not self.denominator:
            return None
        if KINDS[self.indicator.function] != "dossiers":
            return None
        step, at = Fraction(1, self.denominator), self.indicator.conversion.points
        less, more = max(Fraction(0), self.rate - step), min(Fraction(1), self.rate + step)
        return max(self.points - at(less, self.indicator.max), at(more, self.indicator.max) - self.points)


@dataclass(frozen=True, slots=True)
class Score:
    """The index of some offices in one period. `points` out of `measurable`, not out of the total."""

    sheet: Sheet
    period: Period
    level: Level
    figures: tuple[Figure, ...]

    def figure(self, indicator_id: str) -> Figure | None:
        return next((one for one in self.figures if one.indicator.id == indicator_id), None)

    @property
    def points(self) -> Fraction:
        return sum((one.points for one in self.figures if one.points is not None), Fraction(0))

    @property
    def measurable(self) -> Decimal:
        return sum((one.indicator.max for one in self.figures if one.measurable), Decimal(0))

    @property
    def unknown(self) -> tuple[Figure, ...]:
        """Indicators with points whose points are not known."""
        return tuple(one for one in self.figures if one.points is None and one.indicator.max > 0)

    def of_group(self, group: Group) -> tuple[Figure, ...]:
        return tuple(one for one in self.figures if one.indicator.group == group.id)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything the scores of some offices and periods are made from; composing asks nothing more."""

    periods: tuple[Period, ...]
    counted: Counted
    shelves: Mapping[Period, Shelf]
    told: dict[tuple[int, str, Period], Told]
    communes: tuple[int, ...]
    provinces: tuple[int, ...]
    procedure: str | None
    sheets: tuple[Sheet, ...] | None = None

    def score(self, offices: Sequence[int], period: Period) -> Score:
        """The index of these offices (some of those gathered) in one of the periods. Raises NoSheet."""
        sheet = sheet_on(period.last_day, self.sheets)
        communes = tuple(one for one in self.communes if one in offices)
        province = next((one for one in self.provinces if one in offices), None)
        level: Level = "province" if province is not None or len(communes) > 1 else "commune"
        place = self.periods.index(period)
        figures = tuple(
            self._figure(one, period, place, offices, communes, province, level) for one in sheet.on(period.last_day)
        )
        return Score(sheet, period, level, figures)

    def _figure(
        self, one: Indicator, period: Period, place: int, offices: Sequence[int], communes: tuple[int, ...],
        province: int | None, level: Level,
    ) -> Figure:
        kind = KINDS[one.function]
        if level not in one.scope:
            return Figure(one, unknown="scope")
        if kind == "time":
            return Figure(one, unknown="info")
        if self.procedure is not None and (kind != "dossiers" or one.function == "satisfied"):
            return Figure(one, unknown="by_procedure")
        told = inputs.of_offices(self.told, one.id, period, communes, province)
        if one.function == "satisfied":
            return self._satisfied(one, self.counted.lens("satisfied", place, offices), told)
        if told is not None and one.told:
            return _figure(one, told[0], told[1], source=told[2])
        if kind == "hand":
            return Figure(one, unknown="not_told")
        if kind == "dossiers":
            good, counted = self.counted.lens(one.function, place, offices)
            return _figure(one, good, counted)
        shelf = self.shelves[period]
        codes = (communes_certifying(shelf, self.counted, place, communes) if kind == "communes"
                 else SETS[one.function](shelf, self.counted, place, offices))
        return _figure(one, len(codes.good), len(codes.counted), codes=codes)

    def _satisfied(self, one: Indicator, found: tuple[int, int], told: tuple[int, int, str] | None) -> Figure:
        """5.4: what is overdue is ours to count, what people disliked is told; without it the points are unknown."""
        in_time, counted = found
        if told is None and counted:
            return Figure(one, in_time, counted, unknown="not_told")
        disliked = Fraction(told[0], told[1]) if told is not None and told[1] else Fraction(0)
        rate = max(Fraction(0), Fraction(in_time, counted) - disliked) if counted else None
        return _figure(one, in_time, counted, rate=rate, source=told[2] if told else "",
                       complaints=told[:2] if told else None)


def _figure(
    one: Indicator, numerator: int, denominator: int, *, rate: Fraction | None = None, source: str = "",
    codes: Codes | None = None, complaints: tuple[int, int] | None = None,
) -> Figure:
    if rate is None and denominator:
        rate = Fraction(numerator, denominator)
    points, unknown = _points(one, rate)
    return Figure(
        one, numerator, denominator, rate, points, source, unknown, codes.counted if codes else frozenset(),
        codes.good if codes else frozenset(), complaints,
    )


def _points(one: Indicator, rate: Fraction | None) -> tuple[Fraction | None, Unknown]:
    if one.conversion.kind == "info":
        return None, "info"
    if rate is not None:
        return one.conversion.points(rate, one.max), ""
    if one.empty == "unknown":
        return None, "nothing"
    return Fraction(one.max if one.empty == "max" else 0), ""


async def gather(
    db: Db, tools: Tools, offices: Sequence[int], periods: Sequence[Period], *, procedure: str | None = None,
    sheets: tuple[Sheet, ...] | None = None,
) -> Gathered:
    """All the questions to the database, whatever the number of offices and periods. Raises NoSheet."""
    named = {one.function for period in periods for one in sheet_on(period.last_day, sheets).on(period.last_day)}
    lenses = [name for name in LENSES if name in named]
    kinds = await db.rows("SELECT id, kind FROM office WHERE id = ANY($1) ORDER BY id", list(offices))
    return Gathered(
        periods=tuple(periods), counted=await count(db, tools, offices, periods, procedure=procedure, lenses=lenses),
        shelves=await shelves_on(db, tools, periods),
        told=await inputs.newest(db, offices, periods),
        communes=tuple(row["id"] for row in kinds if row["kind"] == "commune"),
        provinces=tuple(row["id"] for row in kinds if row["kind"] == "province"), procedure=procedure, sheets=sheets,
    )


async def score(
    db: Db, tools: Tools, offices: Sequence[int], period: Period, *, procedure: str | None = None
) -> Score:
    """The index of these offices together. Raises NoSheet."""
    return (await gather(db, tools, offices, (period,), procedure=procedure)).score(offices, period)
