"""What supervisors look at: how much is open, how late, at whom; each number and the list behind it by one condition.

Plain SQL on the indexes of the open dossiers, the open steps and the failures; one query a block, keyset pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from app.deadlines.calendar import Calendar
from app.dossiers.models import DossierState
from app.kit import clock
from app.kit.db import Db

PAGE: Final = 50
Span = Literal["", "late", "today", "soon", "near", "later", "none"]


@dataclass(frozen=True, slots=True)
class Horizon:
    """The moments the figures are counted by: now, midnight after today, midnight after the next working day."""

    now: datetime
    today_ends: datetime
    soon_ends: datetime


@dataclass(frozen=True, slots=True)
class Tiles:
    """Open dossiers by deadline, and what machines could not do."""

    late: int
    today: int
    soon: int
    supplement: int
    open: int
    stuck: int
    failed: int


@dataclass(frozen=True, slots=True)
class Load:
    """How many are late, due by the next working day, due later, or without a running deadline."""

    key: str
    words: str
    note: str
    late: int
    near: int
    later: int
    none: int


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which open dossiers a list shows. Empty fields let everything through."""

    span: Span = ""
    state: str = ""
    office: int | None = None
    procedure: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended. `due_at` None: among those without a deadline."""

    due_at: datetime | None
    id: UUID
    task_no: int = 0


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """One line of a list: the dossier and where it stands."""

    id: UUID
    code: str
    holder_name: str
    procedure_version_id: UUID
    office_name: str
    state: DossierState
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    step: str | None
    step_since: datetime | None
    officer_name: str | None


@dataclass(frozen=True, slots=True)
class HeldStep:
    """One piece of work somebody has, or nobody."""

    dossier_id: UUID
    task_no: int
    office_id: int
    name: str
    role: str
    opened_at: datetime
    officer_id: UUID | None
    officer_name: str | None
    code: str
    holder_name: str
    procedure_version_id: UUID
    due_at: datetime | None
    paused_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job that stopped trying, or a notice that did not get through. `name` is the job's or the event's."""

    kind: Literal["job", "notice"]
    id: str
    office_id: int
    office_name: str
    dossier_id: UUID | None
    code: str | None
    name: str
    channel: str
    trouble: str
    at: datetime


def horizon(calendar: Calendar) -> Horizon:
    """By the office's calendar, from the present moment."""
    today = clock.today()
    return Horizon(clock.now(), _midnight(today), _midnight(calendar.working_day_after(today)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), clock.LOCAL)


# $1 offices, $2 now, $3 the end of the next working day, $4 the end of today.
_OPEN: Final = "d.finished_at IS NULL AND d.code IS NOT NULL AND d.office_id = ANY($1)"
_SPANS: Final[Mapping[str, str]] = {
    "late": "d.due_at < $2",
    "today": "d.due_at >= $2 AND d.due_at < $4",
    "soon": "d.due_at >= GREATEST($2, $4) AND d.due_at < $3",
    "near": "d.due_at >= $2 AND d.due_at < $3",
    "later": "d.due_at >= $3",
    "none": "d.id IS NOT NULL AND d.due_at IS NULL",
}
# Every moment is used, so that PostgreSQL knows its type whatever else is asked.
_TYPED: Final = "$2::timestamptz <= $3::timestamptz AND $4::timestamptz <= $3"


def _counts(*spans: str) -> str:
    return ", ".join(f"count(d.id) FILTER (WHERE {_SPANS[name]}) AS {name}" for name in spans)


_FOUR: Final = _counts("late", "near", "later", "none")
_WORST_FIRST: Final = "late DESC, near DESC"


async def tiles(db: Db, offices: Sequence[int], at: Horizon) -> Tiles:
    """The numbers on top, in one question."""
    row = await db.row(
        f"SELECT {_counts('late', 'today', 'soon')}, count(*) FILTER (WHERE d.state = 'supplement_requested') AS supplement,"
        " count(*) AS open,"
        " (SELECT count(*) FROM job WHERE state = 'stuck' AND office_id = ANY($1)) AS stuck,"
        " (SELECT count(*) FROM notice WHERE state = 'failed' AND office_id = ANY($1)) AS failed"
        f" FROM dossier d WHERE {_OPEN}",
        list(offices), at.now, at.soon_ends, at.today_ends,
    )
    assert row is not None
    return Tiles(**dict(row))


async def by_office(db: Db, offices: Sequence[int], at: Horizon) -> list[Load]:
    """Every office in sight that takes dossiers."""
    return await _loads(
        db, f"SELECT o.id::text AS key, o.short_name AS words, '' AS note, {_FOUR}"
        f" FROM office o LEFT JOIN dossier d ON d.office_id = o.id AND {_OPEN} WHERE o.id = ANY($1)"
        f" GROUP BY o.id HAVING o.kind = 'commune' OR count(d.id) > 0 ORDER BY {_WORST_FIRST}, o.short_name",
        offices, at,
    )


async def by_procedure(db: Db, offices: Sequence[int], at: Horizon) -> list[Load]:
    """Every procedure with open dossiers; `words` is its code."""
    return await _loads(
        db, f"SELECT d.procedure_code AS key, d.procedure_code AS words, '' AS note, {_FOUR} FROM dossier d WHERE {_OPEN}"
        f" GROUP BY d.procedure_code ORDER BY {_WORST_FIRST}, d.procedure_code",
        offices, at,
    )


async def by_officer(db: Db, offices: Sequence[int], at: Horizon, *, idle: bool = False) -> list[Load]:
    """Open steps by who has them: nobody's first (key "none"), then the most overdue, then `idle` hands; a page of them."""
    return await _loads(
        db, f"SELECT COALESCE(p.id::text, 'none') AS key, COALESCE(p.name, '') AS words, COALESCE(p.title, '') AS note,"
        f" {_FOUR} FROM (SELECT w.id, w.due_at, s.officer_id FROM step s JOIN dossier w ON w.id = s.dossier_id"
        "   WHERE s.office_id = ANY($1) AND s.role <> 'applicant') d"
        f" {'FULL' if idle else 'LEFT'} JOIN (SELECT id, name, title FROM officer WHERE office_id = ANY($1)"
        "   AND (id IN (SELECT officer_id FROM step)"
        "     OR active AND roles ?| ARRAY['reception', 'specialist', 'head', 'leader', 'clerk'])) p ON p.id = d.officer_id"
        f" GROUP BY p.id, p.name, p.title ORDER BY p.id IS NOT NULL, {_WORST_FIRST}, count(d.id) DESC, p.name LIMIT {PAGE}",
        offices, at,
    )


async def _loads(db: Db, sql: str, offices: Sequence[int], at: Horizon) -> list[Load]:
    return [Load(**dict(row)) for row in await db.rows(sql, list(offices), at.now, at.soon_ends)]


async def days_ahead(db: Db, offices: Sequence[int], at: Horizon, until: datetime) -> dict[date, int]:
    """How many dossiers come due on each local day from now until `until`."""
    rows = await db.rows(
        f"SELECT (d.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*) AS n FROM dossier d WHERE {_OPEN}"
        " AND d.due_at >= $2 AND d.due_at < $3 GROUP BY day",
        list(offices), at.now, until,
    )
    return {row["day"]: row["n"] for row in rows}


_LIST: Final = """
SELECT d.id, d.code, d.holder_name, d.procedure_version_id, o.short_name AS office_name, d.state, d.due_at,
  d.original_due_at, d.paused_at, s.name AS step, s.opened_at AS step_since, s.officer_name
FROM dossier d JOIN office o ON o.id = d.office_id
LEFT JOIN LATERAL (SELECT t.name, t.opened_at, p.name AS officer_name FROM step t LEFT JOIN officer p ON p.id = t.officer_id
  WHERE t.dossier_id = d.id ORDER BY t.task_no LIMIT 1) s ON true
"""


async def dossiers(
    db: Db, offices: Sequence[int], at: Horizon, sieve: Sieve, *, after: After | None = None, limit: int = PAGE
) -> tuple[list[OpenDossier], After | None]:
    """Open dossiers by deadline, those without one last; and where the next page begins."""
    where, args = [_OPEN, _TYPED], _Args(list(offices), at.now, at.soon_ends, at.today_ends)
    if sieve.span:
        where.append(_SPANS[sieve.span])
    if sieve.state:
        where.append(f"d.state = {args.add(sieve.state)}")
    if sieve.office is not None:
        where.append(f"d.office_id = {args.add(sieve.office)}")
    if sieve.procedure:
        where.append(f"d.procedure_code = {args.add(sieve.procedure)}")
    if sieve.day is not None:
        begins = args.add(_midnight(sieve.day - timedelta(days=1)))
        where.append(f"d.due_at >= {begins} AND d.due_at < {args.add(_midnight(sieve.day))}")
    if after is not None:
        where.append(_after(after, args))
    rows = await db.rows(f"{_LIST} WHERE {' AND '.join(where)} ORDER BY d.due_at, d.id LIMIT {limit + 1}", *args)
    found = [OpenDossier(**{**dict(row), "state": DossierState(row["state"])}) for row in rows[:limit]]
    return found, After(found[-1].due_at, found[-1].id) if len(rows) > limit else None


async def steps(
    db: Db, offices: Sequence[int], at: Horizon, *, officer: UUID | None, span: Span = "", after: After | None = None
) -> tuple[list[HeldStep], After | None]:
    """What an officer has in hand, or what nobody has taken (None), by the dossier's deadline; and the next page."""
    args = _Args(list(offices), at.now, at.soon_ends, at.today_ends)
    where = ["s.office_id = ANY($1)", "s.role <> 'applicant'", _TYPED]
    where.append("s.officer_id IS NULL" if officer is None else f"s.officer_id = {args.add(officer)}")
    if span:
        where.append(f"({_SPANS[span]})")
    if after is not None:
        where.append(_after(after, args, "s.task_no"))
    rows = await db.rows(
        "SELECT s.dossier_id, s.task_no, s.office_id, s.name, s.role, s.opened_at, s.officer_id, p.name AS officer_name,"
        " d.code, d.holder_name, d.procedure_version_id, d.due_at, d.paused_at"
        " FROM step s JOIN dossier d ON d.id = s.dossier_id LEFT JOIN officer p ON p.id = s.officer_id"
        f" WHERE {' AND '.join(where)} ORDER BY d.due_at, d.id, s.task_no LIMIT {PAGE + 1}",
        *args,
    )
    found = [HeldStep(**dict(row)) for row in rows[:PAGE]]
    last = found[-1] if found else None
    return found, After(last.due_at, last.dossier_id, last.task_no) if last and len(rows) > PAGE else None


async def holder(db: Db, officer_id: UUID) -> Mapping[str, Any] | None:
    """Name, title and office of whoever holds steps, also of one who has left."""
    row = await db.row("SELECT name, title, office_id FROM officer WHERE id = $1", officer_id)
    return dict(row) if row else None


async def colleagues(db: Db, office_id: int) -> list[Mapping[str, Any]]:
    """Who could take work over in an office: id, name, title, roles."""
    rows = await db.rows(
        "SELECT id, name, title, roles FROM officer WHERE office_id = $1 AND active ORDER BY name", office_id
    )
    return [dict(row) for row in rows]


async def troubles(
    db: Db, offices: Sequence[int], *, before: datetime | None = None
) -> tuple[list[Trouble], datetime | None]:
    """Stuck jobs and failed notices, newest first; and where the next page begins."""
    rows = await db.rows(
        "SELECT t.*, o.short_name AS office_name, d.code FROM ("
        "  SELECT 'job' AS kind, id::text, office_id, dossier_id, name, '' AS channel, COALESCE(trouble, '') AS trouble,"
        "    created_at AS at FROM job WHERE state = 'stuck' AND office_id = ANY($1)"
        "  UNION ALL SELECT 'notice', id::text, office_id, dossier_id, event, channel, COALESCE(trouble, ''), created_at"
        "    FROM notice WHERE state = 'failed' AND office_id = ANY($1)) t"
        " JOIN office o ON o.id = t.office_id LEFT JOIN dossier d ON d.id = t.dossier_id"
        f" WHERE $2::timestamptz IS NULL OR t.at < $2 ORDER BY t.at DESC, t.id LIMIT {PAGE + 1}",
        list(offices), before,
    )
    found = [Trouble(**dict(row)) for row in rows[:PAGE]]
    return found, found[-1].at if len(rows) > PAGE else None


class _Args(list[object]):
    """Positional arguments; `add` gives the placeholder."""

    def __init__(self, *known: object) -> None:
        super().__init__(known)

    def add(self, value: object) -> str:
        self.append(value)
        return f"${len(self)}"


def _after(after: After, args: _Args, task: str = "") -> str:
    """The rows behind `after` in the order (due_at with none last, id, task)."""
    key = f"(d.id, {task}) > ({args.add(after.id)}, {args.add(after.task_no)})" if task else f"d.id > {args.add(after.id)}"
    if after.due_at is None:
        return f"(d.due_at IS NULL AND {key})"
    at = args.add(after.due_at)
    return f"(d.due_at > {at} OR (d.due_at = {at} AND {key}) OR d.due_at IS NULL)"
