"""By which moments the overview counts, office by office, and the one condition behind each number and its list.

Offices have calendars of their own, so “by the next working day” and “eight working hours ago” are a moment each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from app.deadlines.calendar import Calendar
from app.deadlines.calendars import Calendars
from app.dossiers.models import WAITING
from app.kit import clock
from app.kit.db import Db

Span = Literal["", "late", "today", "soon", "near", "later", "none", "stuck", "waiting"]
Age = Literal["", "d3", "d7", "d15", "d30", "older"]
RECEPTION: Final = 8 * 60  # working minutes an online dossier may wait for an answer (NĐ 118/2025 art. 17, rules.md 5.1)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Now, midnight after today; for each office midnight after its next working day and the end of its patience."""

    now: datetime
    today_ends: datetime
    offices: tuple[int, ...]
    soon_ends: tuple[datetime, ...]
    waiting_since: tuple[datetime, ...]  # submitted before it and not answered: over eight working hours

    @property
    def args(self) -> list[object]:
        """$1 to $5 of every statement of the overview."""
        return [list(self.offices), list(self.soon_ends), list(self.waiting_since), self.now, self.today_ends]


def horizon(calendars: Calendars, offices: Sequence[int]) -> Horizon:
    """From the present moment, by each office's calendar."""
    now, today = clock.now(), clock.today()
    own = [calendars.of(one) for one in offices]
    said = {id(one): (midnight(one.working_day_after(today)), reception_floor(one, now)) for one in own}
    return Horizon(
        now, midnight(today), tuple(offices), tuple(said[id(one)][0] for one in own), tuple(said[id(one)][1] for one in own)
    )


def midnight(day: date) -> datetime:
    """The end of a local day."""
    return datetime.combine(day + timedelta(days=1), time(), clock.LOCAL)


def reception_floor(calendar: Calendar, now: datetime) -> datetime:
    """What was submitted before this moment has waited more than eight working hours; not earlier than the calendar."""
    left, day = timedelta(minutes=RECEPTION), now.astimezone(clock.LOCAL).date()
    while day > calendar.first_day:
        for stretch in reversed(calendar.office_hours(day)):
            closes = min(stretch.closes, now)
            if closes <= stretch.opens:
                continue
            if left < closes - stretch.opens:
                return closes - left
            left -= closes - stretch.opens
        day -= timedelta(days=1)
    return midnight(calendar.first_day)


async def without_compiling(db: Db) -> None:
    """Let PostgreSQL interpret this transaction's counts: compiling them (JIT) takes longer than running them."""
    await db.run("SELECT set_config('jit', 'off', true)")


# Việt Nam's wall (no other offset since 1975): by interval, because a zone's name is looked up again for every row.
WALL: Final = "AT TIME ZONE INTERVAL '7 hours'"
# $1 offices, $2 ends of their next working day, $3 ends of patience, $4 now, $5 the end of today.
SIGHT: Final = "unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) AS h(office_id, soon_ends, waiting_since)"
OPEN: Final = "d.finished_at IS NULL AND d.code IS NOT NULL"
# The dossier of a step, in the words of ix_dossier_state, which then answers alone. No step waits in a dossier that is over.
AT_STEP: Final = f"dossier d ON d.id = s.dossier_id AND d.{WAITING}"
NOW: Final = "$4::timestamptz"
TODAY: Final = "$5::timestamptz"
# Days ago, in a query of its own: asked once, where the plain difference is worked out again for every row.
_AGO: Final = "(SELECT $4::timestamptz - interval '{} days')"
SPANS: Final[Mapping[str, str]] = {
    "late": f"d.due_at < {NOW}",
    "today": f"d.due_at >= {NOW} AND d.due_at < {TODAY}",
    "soon": f"d.due_at >= {TODAY} AND d.due_at < h.soon_ends",
    "near": f"d.due_at >= {NOW} AND d.due_at < h.soon_ends",
    "later": "d.due_at >= h.soon_ends",
    "none": "d.due_at IS NULL",
    "stuck": "d.id IN (SELECT f.dossier_id FROM finding f WHERE f.cleared_at IS NULL AND f.office_id = ANY($1)"
             " AND f.dossier_id IS NOT NULL)",
    "waiting": "d.state = 'submitted' AND d.submitted_at < h.waiting_since",
}
AGES: Final[Mapping[str, str]] = {
    "d3": f"d.submitted_at > {_AGO.format(3)}",
    "d7": f"d.submitted_at <= {_AGO.format(3)} AND d.submitted_at > {_AGO.format(7)}",
    "d15": f"d.submitted_at <= {_AGO.format(7)} AND d.submitted_at > {_AGO.format(15)}",
    "d30": f"d.submitted_at <= {_AGO.format(15)} AND d.submitted_at > {_AGO.format(30)}",
    "older": f"d.submitted_at <= {_AGO.format(30)}",
}
# Every moment is used, so that PostgreSQL knows its type whatever else is asked.
TYPED: Final = "$4::timestamptz <= $5::timestamptz"


def counts(spans: Sequence[str]) -> str:
    """A count of each, in one pass over the same rows; LEFT JOINs leave `d.id` empty."""
    return ", ".join(f"count(*) FILTER (WHERE {SPANS.get(name) or AGES[name]}) AS {name}" for name in spans)
