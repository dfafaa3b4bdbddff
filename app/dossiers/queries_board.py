"""The numbers of the supervisors' board: one pass over the open dossiers gives most of them, one query each the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from app.dossiers.horizons import AT_STEP, OPEN, SIGHT, TYPED, WALL, Horizon, counts, without_compiling
from app.kit.db import Db

PAGE: Final = 50
COUNTED: Final = ("late", "today", "soon", "later", "none", "stuck", "waiting")
AGED: Final = ("d3", "d7", "d15", "d30", "older")


@dataclass(frozen=True, slots=True)
class Counts:
    """Open dossiers (or steps) by their deadline; stuck and waiting are among them, not beside them."""

    late: int = 0
    today: int = 0
    soon: int = 0
    later: int = 0
    none: int = 0
    stuck: int = 0
    waiting: int = 0
    supplement: int = 0
    d3: int = 0
    d7: int = 0
    d15: int = 0
    d30: int = 0
    older: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return self.late + self.today + self.soon + self.later + self.none

    @property
    def urgency(self) -> tuple[int, int, int]:
        """Sorts the worst first."""
        return (-self.late, -(self.today + self.soon), -self.stuck)


@dataclass(frozen=True, slots=True)
class Load:
    """The counts of one office, procedure or officer."""

    key: str
    words: str
    note: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Week:
    """How many were finished in the week that begins on `monday`, and how many of those in time."""

    monday: date
    finished: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Board:
    """All that one pass over the open dossiers tells."""

    all: Counts
    offices: tuple[Load, ...]
    procedures: tuple[Load, ...]


async def board(db: Db, at: Horizon) -> Board:
    """Counted once by office and procedure, summed up here. Offices by name are those in sight that take dossiers."""
    await without_compiling(db)
    rows = await db.rows(
        f"SELECT o.id AS office_id, o.short_name, o.kind, c.* FROM office o LEFT JOIN ("
        f"  SELECT d.office_id AS of_office, d.procedure_code, {counts((*COUNTED, *AGED))},"
        "    count(*) FILTER (WHERE d.state = 'supplement_requested') AS supplement"
        f"  FROM {SIGHT} JOIN dossier d ON d.office_id = h.office_id AND {OPEN} WHERE {TYPED}"
        "  GROUP BY d.office_id, d.procedure_code) c ON c.of_office = o.id WHERE o.id = ANY($1)",
        *at.args,
    )
    found = [(row, _counts(row)) for row in rows]
    names = {str(row["office_id"]): row["short_name"] for row in rows if row["kind"] == "commune" or row["of_office"]}
    return Board(
        total(one for _, one in found),
        _loads(((str(row["office_id"]), one) for row, one in found if str(row["office_id"]) in names), names),
        _loads(((row["procedure_code"], one) for row, one in found if row["procedure_code"]), {}),
    )


async def by_officer(db: Db, at: Horizon, *, idle: bool = False) -> list[Load]:
    """Open steps by who has them: nobody's first (key "none"), then the most overdue, then `idle` hands; a page of them."""
    await without_compiling(db)
    rows = await db.rows(
        f"SELECT COALESCE(p.id::text, 'none') AS key, COALESCE(p.name, '') AS words, COALESCE(p.title, '') AS note, c.*"
        f" FROM (SELECT s.officer_id, {counts(COUNTED)} FROM {SIGHT} JOIN step s ON s.office_id = h.office_id"
        f"   JOIN {AT_STEP} WHERE s.role <> 'applicant' AND {TYPED} GROUP BY s.officer_id) c"
        f" {'FULL' if idle else 'LEFT'} JOIN (SELECT id, name, title FROM officer WHERE office_id = ANY($1)"
        "   AND (id IN (SELECT officer_id FROM step)"
        "     OR active AND roles ?| ARRAY['reception', 'specialist', 'head', 'leader', 'clerk'])) p ON p.id = c.officer_id"
        " ORDER BY p.id IS NOT NULL, c.late DESC NULLS LAST, c.today + c.soon DESC NULLS LAST, c.later DESC NULLS LAST,"
        f" p.name LIMIT {PAGE}",
        *at.args,
    )
    return [Load(row["key"], row["words"], row["note"], _counts(row)) for row in rows]


async def days_ahead(db: Db, at: Horizon, until: datetime) -> dict[date, int]:
    """How many dossiers come due on each local day from now until `until`."""
    rows = await db.rows(
        f"SELECT (d.due_at {WALL})::date AS day, count(*) AS n FROM {SIGHT}"
        f" JOIN dossier d ON d.office_id = h.office_id AND {OPEN} AND d.due_at >= $4 AND d.due_at < $6 WHERE {TYPED}"
        " GROUP BY day",
        *at.args, until,
    )
    return {row["day"]: row["n"] for row in rows}


async def weeks(db: Db, offices: Sequence[int], since: datetime) -> dict[date, Week]:
    """What was finished since a Monday, by local week; in time by the due moment that stood at the end."""
    rows = await db.rows(
        f"SELECT date_trunc('week', d.finished_at {WALL})::date AS monday, count(*) AS finished,"
        " count(*) FILTER (WHERE d.finished_at < d.due_at + interval '1 minute') AS in_time FROM dossier d"
        " WHERE d.office_id = ANY($1) AND d.finished_at >= $2 AND d.received_at IS NOT NULL AND d.due_at IS NOT NULL"
        " GROUP BY monday",
        list(offices), since,
    )
    return {row["monday"]: Week(row["monday"], row["finished"], row["in_time"]) for row in rows}


def total(found: Iterable[Counts]) -> Counts:
    """All together."""
    sums = dict.fromkeys(_NAMES, 0)
    for one in found:
        for name in _NAMES:
            sums[name] += getattr(one, name)
    return Counts(**sums)


_NAMES: Final = tuple(one.name for one in fields(Counts))


def _counts(row: Any) -> Counts:
    known = set(row.keys())
    return Counts(**{name: row[name] or 0 for name in _NAMES if name in known})


def _loads(found: Iterable[tuple[str, Counts]], names: Mapping[str, str]) -> tuple[Load, ...]:
    """The worst first."""
    parts: dict[str, list[Counts]] = {}
    for key, one in found:
        parts.setdefault(key, []).append(one)
    loads = [Load(key, names.get(key, key), "", total(ones)) for key, ones in parts.items()]
    return tuple(sorted(loads, key=lambda one: (one.counts.urgency, one.words)))

