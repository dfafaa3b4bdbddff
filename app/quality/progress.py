"""Where promises stand: goal, now and before, and what is missing in dossiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from app.dossiers.tools import Tools
from app.kit.db import Db
from app.quality import inputs
from app.quality.counting import Counted, Termed, arguments, count
from app.quality.handling import handling_time
from app.quality.lenses import source
from app.quality.period import Period
from app.quality.sheet import sheet_on
from app.quality.targets import MEASURES, Promise


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure of a unit in one period. `value` None: nothing to measure, or not told."""

    value: Fraction | None = None
    good: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A promise, where it stands and stood; `missing` dossiers, None where that cannot be said in dossiers."""

    promise: Promise
    now: Standing
    before: Standing
    reached: bool | None
    missing: int | None = None
    beyond_reach: bool = False  # a goal of 100 % with dossiers that have failed it already


async def progress(db: Db, tools: Tools, promises: Sequence[Promise], period: Period) -> list[Progress]:
    """Goal, now and before, of every promise: one count for all units, whatever their number."""
    if not promises:
        return []
    offices = sorted({one.office_id for one in promises})
    periods = (period, period.before())
    lenses = sorted({MEASURES[one.measure].lens for one in promises} - {""})
    counted = await count(db, tools, offices, periods, lenses=lenses, flags=()) if lenses else Counted()
    wanted = {one.measure for one in promises}
    early = await _early(db, offices, periods) if "early_rate" in wanted else {}
    late = await _longest(db, offices, periods) if "longest_overdue" in wanted else {}
    told = await inputs.newest(db, offices, periods) if "satisfaction" in wanted else {}
    hours: dict[tuple[int, int], Standing] = {}
    if "handling_hours" in wanted:
        for office_id in offices:
            for place, each in enumerate(periods):
                hours[office_id, place] = await _hours(db, tools, office_id, each)

    def standing(promise: Promise, place: int) -> Standing:
        rule, key = MEASURES[promise.measure], (promise.office_id, place)
        if promise.measure == "early_rate":
            return early.get(key, Standing())
        if promise.measure == "longest_overdue":
            days = late.get(key, [])
            return Standing(Fraction(max(days, default=0)), sum(one > promise.goal for one in days), len(days))
        if promise.measure == "handling_hours":
            return hours[key]
        good, every = counted.lens(rule.lens, place, [promise.office_id])
        if promise.measure == "satisfaction":
            return _satisfaction(good, every, told, promise.office_id, periods[place])
        return Standing(Fraction(100 * good, every) if every else None, good, every)

    return [_judged(promise, standing(promise, 0), standing(promise, 1)) for promise in promises]


def _judged(promise: Promise, now: Standing, before: Standing) -> Progress:
    rule, goal = MEASURES[promise.measure], Fraction(promise.goal)
    if now.value is None:
        return Progress(promise, now, before, None)
    if rule.kind != "rate":
        reached = now.value <= goal
        return Progress(promise, now, before, reached, now.good if rule.kind == "days" and not reached else None)
    reached = now.value >= goal
    if reached:
        return Progress(promise, now, before, True, 0)
    if goal == 100:
        return Progress(promise, now, before, False, None, beyond_reach=True)
    return Progress(promise, now, before, False, missing(now.value, now.counted, goal))


def missing(value: Fraction, counted: int, goal: Fraction) -> int:
    """How many more good dossiers, all else as it is, bring a rate (percent) up to a goal below 100."""
    return max(0, ceil((goal - value) * counted / (100 - goal)))


def _satisfaction(
    good: int, every: int, told: dict[tuple[int, str, Period], inputs.Told], office_id: int, period: Period
) -> Standing:
    """As 5.4 of the sheet in force: unknown until the complaints are told."""
    indicator = next((one.id for one in sheet_on(period.last_day).on(period.last_day) if one.function == "satisfied"), "")
    said = told.get((office_id, indicator, period))
    if said is None or not every:
        return Standing(None, good, every)
    disliked = Fraction(said.numerator, said.denominator) if said.denominator else Fraction(0)
    return Standing(100 * max(Fraction(0), Fraction(good, every) - disliked), good, every)


async def _early(db: Db, offices: Sequence[int], periods: Sequence[Period]) -> dict[tuple[int, int], Standing]:
    """Finished in the period before the day they were due ÷ finished in it."""
    rows = await db.rows(
        "SELECT p.n, d.office_id, count(*) AS counted, count(*) FILTER (WHERE d.supplements_asked <= 1"
        " AND (d.finished_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < (d.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"
        f" AS good {source('finished')} AND d.received_at IS NOT NULL GROUP BY p.n, d.office_id",
        *arguments(offices, periods, None, Termed()),
    )
    return {
        (row["office_id"], row["n"] - 1):
            Standing(Fraction(100 * row["good"], row["counted"]), row["good"], row["counted"])
        for row in rows
    }


async def _longest(db: Db, offices: Sequence[int], periods: Sequence[Period]) -> dict[tuple[int, int], list[int]]:
    """Whole calendar days overdue of every dossier that was overdue when the period ended (or is now)."""
    rows = await db.rows(
        "SELECT p.n, d.office_id, ((LEAST(d.finished_at, p.as_of - interval '1 microsecond')"
        "  AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - (d.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS days"
        f" {source('in_hand')} AND d.due_at < LEAST(d.finished_at, p.as_of)",
        *arguments(offices, periods, None, Termed()),
    )
    found: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        found.setdefault((row["office_id"], row["n"] - 1), []).append(row["days"])
    return found


async def _hours(db: Db, tools: Tools, office_id: int, period: Period) -> Standing:
    rows = await handling_time(db, tools, [office_id], period)
    every = sum(one.dossiers for one in rows)
    if not every:
        return Standing()
    mean = sum((one.hours * one.dossiers for one in rows), Decimal(0)) / every
    return Standing(Fraction(mean.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)), every, every)
