"""What lies in 2.1 (early, on time, in time, late and how) and 2.2 (average handling time in the unit of the term)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from app.deadlines.calendar import Calendar
from app.deadlines.terms import MINUTES_PER_HALF_DAY, MINUTES_PER_WORKING_DAY, TermUnit
from app.deadlines.timetable import CalendarDoesNotReach
from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.quality.counting import arguments, without_due
from app.quality.lenses import DUE, LENSES, source
from app.quality.period import DAY, Period

_GOOD = LENSES["on_time"].good
_LATE = dict(LENSES["on_time"].reasons)


@dataclass(frozen=True, slots=True)
class Timeliness:
    """The dossiers of 2.1 by what became of them; the parts add up to `counted`."""

    counted: int
    early: int  # handled before the day it was due
    on_time: int  # handled on the day it was due, in time
    in_term: int  # not handled, not due yet
    waiting: int  # waits for the applicant, was in time when that began
    late_done: int
    late_open: int
    late_waiting: int
    supplements: int  # late only because a supplement was asked for more than once
    no_due: int


async def timeliness(
    db: Db, tools: Tools, offices: Sequence[int], period: Period, *, procedure: str | None = None
) -> Timeliness:
    """One question; every dossier falls into one part."""
    args = arguments(offices, (period,), procedure, await without_due(db, tools, offices, (period,)))
    day = "(({}) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    row = await db.row(
        f"SELECT count(*) AS counted,"
        f" count(*) FILTER (WHERE part = 'good' AND done AND ends_on < due_on) AS early,"
        f" count(*) FILTER (WHERE part = 'good' AND done AND ends_on >= due_on) AS on_time,"
        f" count(*) FILTER (WHERE part = 'good' AND NOT done AND NOT waits) AS in_term,"
        f" count(*) FILTER (WHERE part = 'good' AND NOT done AND waits) AS waiting,"
        f" count(*) FILTER (WHERE part = 'late_done') AS late_done, count(*) FILTER (WHERE part = 'late_open') AS late_open,"
        f" count(*) FILTER (WHERE part = 'late_waiting') AS late_waiting,"
        f" count(*) FILTER (WHERE part = 'supplements') AS supplements, count(*) FILTER (WHERE part = 'no_due') AS no_due"
        f" FROM (SELECT CASE WHEN {_GOOD} THEN 'good' WHEN {_LATE['no_due']} THEN 'no_due'"
        f" WHEN {_LATE['late_done']} THEN 'late_done' WHEN {_LATE['late_waiting']} THEN 'late_waiting'"
        f" WHEN {_LATE['late_open']} THEN 'late_open' ELSE 'supplements' END AS part,"
        f" d.finished_at IS NOT NULL AS done, COALESCE(d.paused_at < p.as_of, false) AS waits,"
        f" {day.format('d.finished_at')} AS ends_on, {day.format(DUE)} AS due_on {source('received')} OFFSET 0) one",
        *args,
    )
    assert row is not None
    return Timeliness(**dict(row))


@dataclass(frozen=True, slots=True)
class HandlingTime:
    """How long finished dossiers of one procedure and term took, and may take, in the unit of the term."""

    procedure: str
    term: str
    unit: TermUnit
    dossiers: int
    average: Decimal  # two decimals
    hours: Decimal  # the same in working hours


async def handling_time(
    db: Db, tools: Tools, offices: Sequence[int], period: Period, *, procedure: str | None = None
) -> list[HandlingTime]:
    """Finished in the period with a result (9, 10). Working time is counted by each office's calendar in the database:
    a moment is turned into the working minutes before it by a search in the calendar's openings.
    """
    found: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for calendar, of_it in _by_calendar(tools, offices).items():
        opens, lengths, before = _openings(calendar, period)
        rows = await db.rows(
            "WITH one AS MATERIALIZED (SELECT d.id, d.procedure_code, d.received_at, d.finished_at FROM dossier d"
            "  WHERE d.office_id = ANY($1) AND d.finished_at >= $2 AND d.finished_at < $3 AND d.received_at IS NOT NULL"
            "  AND d.state IN ('result_ready', 'returned') AND ($4::text IS NULL OR d.procedure_code = $4)),"
            " mark AS (SELECT one.id, one.received_at AS at, 1 AS sign FROM one"
            "  UNION ALL SELECT one.id, one.finished_at, -1 FROM one"
            "  UNION ALL SELECT l.dossier_id, l.at, CASE WHEN l.kind = 'pause' THEN -1 ELSE 1 END FROM one"
            "   JOIN deadline_line l ON l.dossier_id = one.id AND l.kind <> 'start'"
            "    AND (l.kind = 'pause') = (l.due_before IS NOT NULL) AND l.at <= one.finished_at),"
            " used AS (SELECT id, -sum(sign * CASE WHEN b = 0 THEN 0"
            "   ELSE ($7::float8[])[b] + LEAST(extract(epoch FROM at - ($5::timestamptz[])[b]) / 60, ($6::float8[])[b]) END)"
            "   AS minutes, -sum(sign * extract(epoch FROM date_trunc('day', at AT TIME ZONE 'Asia/Ho_Chi_Minh')) / 86400)"
            "   AS days FROM (SELECT mark.*, width_bucket(mark.at, $5::timestamptz[]) AS b FROM mark) m GROUP BY id)"
            " SELECT one.procedure_code, s.term, count(*) AS dossiers, avg(used.minutes)::float8 AS minutes,"
            "  avg(used.days)::float8 AS days FROM one JOIN used USING (id)"
            "  JOIN deadline_line s ON s.dossier_id = one.id AND s.line_no = 1 GROUP BY one.procedure_code, s.term",
            of_it, period.starts, period.ends, procedure, opens, lengths, before,
        )
        for row in rows:
            found.setdefault((row["procedure_code"], row["term"]), []).append((row["dossiers"], row["minutes"], row["days"]))
    return [_mean(code, term, parts) for (code, term), parts in sorted(found.items())]


def _mean(code: str, term: str, parts: list[tuple[int, float, float]]) -> HandlingTime:
    dossiers = sum(count for count, _, _ in parts)
    minutes = sum(count * minutes for count, minutes, _ in parts) / dossiers
    days = sum(count * days for count, _, days in parts) / dossiers
    unit = TermUnit(term.split(" ")[-1])
    each = {
        TermUnit.WORKING_DAYS: minutes / MINUTES_PER_WORKING_DAY, TermUnit.HALF_DAYS: minutes / MINUTES_PER_HALF_DAY,
        TermUnit.CALENDAR_DAYS: days,
    }.get(unit, minutes / 60)
    return HandlingTime(code, term, unit, dossiers, _two(each), _two(minutes / 60))


def _two(value: float) -> Decimal:
    return Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _by_calendar(tools: Tools, offices: Sequence[int]) -> dict[Calendar, list[int]]:
    """Offices that count by the same calendar, together."""
    found: dict[str, tuple[Calendar, list[int]]] = {}
    for office_id in offices:
        calendar = tools.calendars.of(office_id)
        found.setdefault(calendar.version, (calendar, []))[1].append(office_id)
    return dict(found.values())


def _openings(calendar: Calendar, period: Period) -> tuple[list[datetime], list[float], list[float]]:
    """Every opening from two years before the period to its end: begins, minutes long, minutes before it."""
    opens: list[datetime] = []
    lengths: list[float] = []
    before: list[float] = []
    total = 0.0
    day = max(calendar.first_day, period.first_day - 730 * DAY)
    while day <= min(calendar.last_day, period.last_day, clock.today() + DAY):
        try:
            stretches = calendar.office_hours(day)
        except CalendarDoesNotReach:
            break
        for stretch in stretches:
            length = (stretch.closes - stretch.opens).total_seconds() / 60
            opens.append(stretch.opens)
            lengths.append(length)
            before.append(total)
            total += length
        day += DAY
    return opens, lengths, before
