"""The lists behind the numbers of the overview: open dossiers, overdue ones, what machines could not do. Keyset pages.

One ordered scan of ix_dossier_open an office, merged: a page costs the same with 100 and with 100,000 open dossiers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from app.dossiers.horizons import AGES, NOW, OPEN, SPANS, TODAY, TYPED, Age, Horizon, Span, midnight
from app.dossiers.models import DossierState
from app.kit.db import Db

PAGE: Final = 50
FEW: Final = 4  # offices
YesNo = Literal["", "yes", "no"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which open dossiers a list shows. Empty fields let everything through.

    `officer`: who has an open step of it; "none": a step nobody has. `cause`, `apology`: whether the office said why it
    is late, and whether it apologised.
    """

    span: Span = ""
    state: str = ""
    procedure: str = ""
    day: date | None = None
    age: Age = ""
    officer: UUID | Literal["", "none"] = ""
    cause: YesNo = ""
    apology: YesNo = ""


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended. `due_at` None: among those without a deadline."""

    due_at: datetime | None
    id: UUID
    task_no: int = 0


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """One line of a list: the dossier and where it stands. `cause` and `apology_at` are told of overdue ones."""

    id: UUID
    office_id: int
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
    cause: str | None = None
    apology_at: datetime | None = None


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


# An apology is a line of the ledger when it came in time with a new date, else a line of the journal (R8).
APOLOGIES: Final = (
    "SELECT l.written_at AS at FROM deadline_line l WHERE l.dossier_id = d.id AND l.kind = 'extend' AND l.cause = 'apology'"
    " UNION ALL SELECT j.at FROM journal_line j WHERE j.dossier_id = d.id AND j.event = 'apology.written'"
)
# (SELECT …) hides from the planner how many offices there are and what moment it is: it would plan the list anew whenever it
# is asked, which takes longer than reading the page, and comes to the same plan.
_SIGHT: Final = (
    "unnest((SELECT $1::int[]), (SELECT $2::timestamptz[]), (SELECT $3::timestamptz[]))"
    " AS h(office_id, soon_ends, waiting_since)"
)
_LIST: Final = """
SELECT d.id, d.office_id, d.code, d.holder_name, d.procedure_version_id, o.short_name AS office_name, d.state, d.due_at,
  d.original_due_at, d.paused_at, s.name AS step, s.opened_at AS step_since, s.officer_name{told}
FROM ({page}) {shown} JOIN office o ON o.id = d.office_id
LEFT JOIN LATERAL (SELECT t.name, t.opened_at, p.name AS officer_name FROM step t LEFT JOIN officer p ON p.id = t.officer_id
  WHERE t.dossier_id = d.id ORDER BY t.task_no LIMIT 1) s ON true{more}
ORDER BY d.due_at, d.id
"""
_ONE_LOOK: Final = f"""
  SELECT first.* FROM {_SIGHT} CROSS JOIN LATERAL ({{scans}}) first WHERE {TYPED}
  ORDER BY first.due_at, first.id LIMIT {{limit}}
"""
# Of a hundred offices a page has few rows each: two of each scan, then the rest of those whose second may be on it.
_TWO_LOOKS: Final = f"""
  WITH head AS MATERIALIZED (
    SELECT h.*, first.* FROM {_SIGHT} CROSS JOIN LATERAL (
      SELECT d.id, d.due_at, row_number() OVER (ORDER BY d.due_at, d.id) AS nth FROM dossier d
      WHERE d.office_id = h.office_id AND {{where}} ORDER BY d.due_at, d.id LIMIT 2) first WHERE {TYPED}
  ), last AS MATERIALIZED (
    SELECT COALESCE(due_at, 'infinity') AS due_at, id FROM head ORDER BY 1, 2 OFFSET {{limit}} - 1 LIMIT 1)
  SELECT id, due_at FROM (
    SELECT id, due_at FROM head
    UNION ALL SELECT rest.id, rest.due_at FROM head AS h CROSS JOIN LATERAL (
      SELECT d.id, d.due_at FROM dossier d WHERE d.office_id = h.office_id AND {{where}}
      ORDER BY d.due_at, d.id OFFSET 2 LIMIT {{limit}}) rest
    WHERE h.nth = 2 AND NOT EXISTS (
      SELECT FROM last WHERE (COALESCE(h.due_at, 'infinity'), h.id) > (last.due_at, last.id))) found
  ORDER BY due_at, id LIMIT {{limit}}
"""
_OPENED: Final = "shown JOIN dossier d ON d.id = shown.id"
_SCAN: Final = (
    "(SELECT {columns} FROM dossier d WHERE d.office_id = h.office_id AND {where}"
    " ORDER BY d.due_at, d.id LIMIT {limit})"
)


async def dossiers(
    db: Db, at: Horizon, sieve: Sieve, *, after: After | None = None, limit: int = PAGE
) -> tuple[list[OpenDossier], After | None]:
    """Open dossiers by deadline, those without one last; and where the next page begins."""
    args = Args(at.args)
    where = [OPEN, *_conditions(sieve, args)]
    scans = [where]
    if after is not None:
        scans = [[*where, behind(after, args, dated=True)]]
        if after.due_at is not None and sieve.span not in DATED and sieve.day is None:
            scans.append([*where, "d.due_at IS NULL"])  # a scan of their own: joined by OR, the place would bound neither
    late = sieve.span == "late"
    # Only the rows of the page are opened, unless hardly any others are scanned.
    few = len(at.offices) <= FEW
    at_once = few and sieve == Sieve(sieve.span) and sieve.span in (*DATED, "", "none")
    said = [" AND ".join(one) for one in scans]
    if few or len(said) > 1 or sieve.span in RARE:
        scan = _SCAN.format(columns="d.*" if at_once else "d.id, d.due_at", where="{where}", limit=limit + 1)
        page = _ONE_LOOK.format(scans=" UNION ALL ".join(scan.format(where=one) for one in said), limit=limit + 1)
    else:
        page = _TWO_LOOKS.format(where=said[0], limit=limit + 1)
    rows = await db.rows(
        _LIST.format(
            page=page, shown="d" if at_once else _OPENED,
            told=f", c.cause, (SELECT max(a.at) FROM ({APOLOGIES}) a) AS apology_at" if late else "",
            more="\nLEFT JOIN late_cause c ON c.dossier_id = d.id" if late else "",
        ),
        *args,
    )
    found = [_line(*row) for row in rows[:limit]]
    return found, After(found[-1].due_at, found[-1].id) if len(rows) > limit else None


def _line(*row: Any) -> OpenDossier:
    """Columns and fields are in one order."""
    values = list(row)
    values[6] = DossierState(values[6])
    return OpenDossier(*values)


def _hidden(condition: str) -> str:
    for moment in (NOW, TODAY):
        condition = condition.replace(moment, f"(SELECT {moment})")
    return condition


def _conditions(sieve: Sieve, args: "Args") -> list[str]:
    where = []
    if sieve.span:
        where.append(_hidden(SPANS[sieve.span]))
    if sieve.age:
        where.append(_hidden(AGES[sieve.age]))
    if sieve.state:
        where.append(f"d.state = {args.add(sieve.state)}")
    if sieve.procedure:
        where.append(f"d.procedure_code = {args.add(sieve.procedure)}")
    if sieve.day is not None:
        begins = args.add(midnight(sieve.day - timedelta(days=1)))
        where.append(f"d.due_at >= {begins} AND d.due_at < {args.add(midnight(sieve.day))}")
    if sieve.officer:
        who = "IS NULL" if sieve.officer == "none" else f"= {args.add(sieve.officer)}"
        where.append(
            f"EXISTS (SELECT 1 FROM step t WHERE t.dossier_id = d.id AND t.role <> 'applicant' AND t.officer_id {who})"
        )
    if sieve.cause:
        said = "EXISTS (SELECT 1 FROM late_cause c WHERE c.dossier_id = d.id)"
        where.append(said if sieve.cause == "yes" else f"NOT {said}")
    if sieve.apology:
        where.append(f"{'' if sieve.apology == 'yes' else 'NOT '}EXISTS ({APOLOGIES})")
    return where


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


RARE: Final = frozenset({"none", "stuck", "waiting"})  # of which an office has so few that its scan seldom stops early
DATED: Final = frozenset({"late", "today", "soon", "near", "later"})


class Args(list[object]):
    """Positional arguments; `add` gives the placeholder."""

    def add(self, value: object) -> str:
        self.append(value)
        return f"${len(self)}"


def behind(after: After, args: Args, *, task: str = "", dated: bool = False) -> str:
    """The rows behind `after` in the order (due_at with none last, id, task). `dated`: none of them is without a date."""
    names, values = ("d.id, " + task, (after.id, after.task_no)) if task else ("d.id", (after.id,))
    key = f"({names}) > ({', '.join(args.add(one) for one in values)})"
    if after.due_at is None:
        return f"(d.due_at IS NULL AND {key})"
    at = args.add(after.due_at)
    rest = f"d.due_at >= {at} AND (d.due_at > {at} OR {key})"
    return f"({rest})" if dated else f"({rest} OR d.due_at IS NULL)"
