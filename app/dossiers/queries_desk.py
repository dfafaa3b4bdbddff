"""What the desk's pages show, by plain SQL: the frame, the work lists. Row-level security decides whose rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from app.alerts import service as alerts
from app.dossiers.models import DossierState
from app.kit.db import Db
from app.kit.glance import FEW, Glance
from app.org.people import SignedOfficer

Queue = Literal["todo", "mine", "free", "others"]
MANY: Final = 100  # lists are counted up to here: nobody needs to know more, and no page counts everything
PAGE: Final = 30

Cursor = tuple[datetime | None, UUID, int]


@dataclass(frozen=True, slots=True)
class Around:
    """What the header shows."""

    short_name: str
    phone: str
    to_sign: int
    alerts: int


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One open piece of work, or a dossier that waits for somebody else (then `step` is empty)."""

    dossier_id: UUID
    task_no: int
    step: str
    role: str
    officer_id: UUID | None
    officer_name: str | None
    step_due: datetime | None
    code: str | None
    holder_name: str
    title: str
    state: str
    version_id: UUID
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    office_id: int
    office_name: str

    @property
    def cursor(self) -> Cursor:
        return (self.step_due, self.dossier_id, self.task_no)


def ask_around(glance: Glance, officer: SignedOfficer, signing_steps: Sequence[str]) -> None:
    """The office's name, how many papers wait for this officer's signature or seal, and what they have not noted yet."""
    glance.ask("office", f"SELECT ARRAY[short_name, phone] FROM office WHERE id = {glance.placed(officer.office_id)}")
    if signing_steps:
        named = ", ".join(glance.placed(one) for one in signing_steps)
        # By lane, so that every plan goes down ix_step_work: this stands on every page of the desk.
        lanes = _lanes(
            glance.args, officer.offices, ("leader", "clerk"),
            lambda office, role: f"SELECT 1 FROM step s WHERE s.office_id = {office} AND s.role = {role}"
            f" AND s.name IN ({named}) LIMIT {MANY}",
        )
        glance.ask("to_sign", f"SELECT count(*) FROM (SELECT 1 FROM ({lanes}) one LIMIT {MANY}) x")
    alerts.ask_open(glance, officer)


def around_of(told: Mapping[str, Any]) -> Around:
    """What the header shows, from the answer to `ask_around`."""
    short_name, phone = told["office"] or ("", "")
    return Around(short_name, phone, told.get("to_sign", 0), told["alerts"])


_WHO: Final[dict[str, str]] = {
    "todo": "(s.officer_id IS NULL OR s.officer_id = $1)",
    "mine": "s.officer_id = $1",
    "free": "s.officer_id IS NULL",
    "others": "s.officer_id IS NOT NULL AND s.officer_id <> $1",
}


def _lanes(args: list[Any], offices: Sequence[int], roles: Sequence[str], scan: Callable[[str, str], str]) -> str:
    """`scan` of every lane (office, role), one behind the other; what it needs is added to `args`.

    Few lanes are named one by one: of an array PostgreSQL cannot know beforehand how long it is, and plans the question
    anew each time it is asked, which takes longer than answering it.
    """
    if 0 < len(offices) * len(roles) <= FEW:
        at, by = [_placed(args, one) for one in offices], [_placed(args, one) for one in roles]
        return " UNION ALL ".join(f"({scan(office, role)})" for office in at for role in by)
    return (
        f"SELECT one.* FROM unnest({_placed(args, list(offices))}::int[]) AS lane_office(id)"
        f" CROSS JOIN unnest({_placed(args, list(roles))}::text[]) AS lane(role)"
        f" CROSS JOIN LATERAL ({scan('lane_office.id', 'lane.role')}) one"
    )


def _placed(args: list[Any], value: object) -> str:
    args.append(value)
    return f"${len(args)}"


# One ordered index scan a lane (ix_step_work), merged: the page costs the same with 100 and with 100,000 open steps.
_WORK: Final = """
SELECT s.dossier_id, s.task_no, s.name AS step, s.role, s.officer_id, f.name AS officer_name, s.due_at AS step_due,
       d.code, d.holder_name, d.title, d.state, d.procedure_version_id, d.due_at, d.original_due_at, d.paused_at,
       d.finished_at, d.office_id, o.short_name AS office_name
FROM (SELECT * FROM ({lanes}) s ORDER BY s.due_at, s.dossier_id, s.task_no LIMIT {limit}) s
JOIN dossier d ON d.id = s.dossier_id
JOIN office o ON o.id = s.office_id
LEFT JOIN officer f ON f.id = s.officer_id
ORDER BY s.due_at, s.dossier_id, s.task_no
"""


async def work(
    db: Db, *, offices: tuple[int, ...], roles: list[str], officer_id: UUID, queue: Queue = "todo",
    since: datetime | None = None, until: datetime | None = None, procedure: str = "", step: str = "",
    after: Cursor | None = None, limit: int = PAGE,
) -> list[WorkRow]:
    """Open steps of these lanes by their due time, those without one last; one more than `limit` when there are more.

    `since` and `until` bound the due time, `until` not included. `after` is the last row of the page before.
    """
    args: list[Any] = [officer_id]
    conditions = [f"({_WHO[queue]} AND $1::uuid IS NOT NULL)"]
    for column, sign, value in (("due_at", ">=", since), ("due_at", "<", until), ("name", "=", step or None)):
        if value is not None:
            args.append(value)
            conditions.append(f"s.{column} {sign} ${len(args)}")
    if procedure:
        args.append(procedure)
        conditions.append(f"EXISTS (SELECT 1 FROM dossier p WHERE p.id = s.dossier_id AND p.procedure_code = ${len(args)})")
    if after is not None:
        conditions.append(_after(after, args))
    lanes = _lanes(
        args, offices, roles,
        lambda office, role: "SELECT s.dossier_id, s.task_no, s.office_id, s.name, s.role, s.officer_id, s.due_at"
        f" FROM step s WHERE s.office_id = {office} AND s.role = {role} AND {' AND '.join(conditions)}"
        f" ORDER BY s.due_at, s.dossier_id, s.task_no LIMIT {limit + 1}",
    )
    rows = await db.rows(_WORK.format(lanes=lanes, limit=limit + 1), *args)
    return [_work_row(row) for row in rows]


def _after(after: Cursor, args: list[Any]) -> str:
    due, dossier_id, task_no = after
    args += [dossier_id, task_no]
    place = f"(s.dossier_id, s.task_no) > (${len(args) - 1}, ${len(args)})"
    if due is None:
        return f"s.due_at IS NULL AND {place}"
    args.append(due)
    moment = f"${len(args)}"
    return f"(s.due_at > {moment} OR (s.due_at = {moment} AND {place}) OR s.due_at IS NULL)"


WORK_COUNTS: Final = ("todo", "mine", "free", "others", "late", "today", "soon")
WAITING_COUNTS: Final = ("drafts", "supplement", "ready", "asked", "stuck")


def ask_work(
    glance: Glance, *, offices: tuple[int, ...], roles: list[str], officer_id: UUID, now: datetime, tomorrow: datetime,
    soon: datetime,
) -> None:
    """How many lie in each queue, counted up to MANY: WORK_COUNTS."""
    me, begins, day, ends = (glance.placed(one) for one in (officer_id, now, tomorrow, soon))
    who = {name: said.replace("$1", f"{me}::uuid") for name, said in _WHO.items()}
    scans = {
        **who, "late": f"{who['todo']} AND s.due_at < {begins}",
        "today": f"{who['todo']} AND s.due_at >= {begins} AND s.due_at < {day}",
        "soon": f"{who['todo']} AND s.due_at >= {day} AND s.due_at < {ends}",
    }
    condition = "{condition}"
    lanes = _lanes(
        glance.args, offices, roles,
        lambda office, role: f"SELECT 1 FROM step s WHERE s.office_id = {office} AND s.role = {role} AND {condition}"
        f" LIMIT {MANY}",
    )
    for name in WORK_COUNTS:
        counted = lanes.replace(condition, scans[name])
        glance.ask(name, f"SELECT count(*) FROM (SELECT 1 FROM ({counted}) one LIMIT {MANY}) x")


def ask_waiting(glance: Glance, *, offices: tuple[int, ...], office_id: int, officer_id: UUID) -> None:
    """The other queues of the office, counted up to MANY: WAITING_COUNTS."""
    among = glance.among(offices)
    for name, condition in (
        ("drafts", f"dossier WHERE office_id {among} AND state = 'draft' AND assisted_by = {glance.placed(officer_id)}"),
        ("supplement", f"dossier WHERE office_id {among} AND state = 'supplement_requested'"),
        ("ready", f"dossier WHERE office_id {among} AND state = 'result_ready'"),
        ("asked", f"consultation WHERE asked_office_id = {glance.placed(office_id)} AND state = 'asked'"),
        ("stuck", f"finding WHERE office_id {among} AND cleared_at IS NULL"),
    ):
        glance.ask(name, f"SELECT count(*) FROM (SELECT 1 FROM {condition} LIMIT {MANY}) x")


# One ordered scan an office of ix_dossier_state (a draft: ix_dossier_draft), merged. The state is part of the text, one of
# ours and never the reader's: a parameter would hide from PostgreSQL that the index of what waits holds all of them.
_BY_STATE: Final = """
SELECT d.id AS dossier_id, 0 AS task_no, '' AS step, '' AS role, NULL::uuid AS officer_id, NULL AS officer_name,
       COALESCE(d.submitted_at, d.created_at) AS step_due, d.code, d.holder_name, d.title, d.state,
       d.procedure_version_id, d.due_at, d.original_due_at, d.paused_at, d.finished_at, d.office_id,
       o.short_name AS office_name
FROM unnest($1::int[]) AS waits(office_id) CROSS JOIN LATERAL (
  SELECT d.* FROM dossier d WHERE d.office_id = waits.office_id AND d.state = '{state}'
    AND ($2::uuid IS NULL OR d.assisted_by = $2) AND ($3::timestamptz IS NULL OR (d.{came}, d.id) > ($3, $4))
  ORDER BY d.{came}, d.id LIMIT $5
) d JOIN office o ON o.id = d.office_id
ORDER BY d.{came}, d.id LIMIT $5
"""


async def by_state(
    db: Db, *, offices: tuple[int, ...], state: str, assisted_by: UUID | None = None, after: Cursor | None = None,
    limit: int = PAGE,
) -> list[WorkRow]:
    """Dossiers that wait in a state, oldest first; `step_due` of a row is when it came, for the cursor only."""
    moment, last = (after[0], after[1]) if after else (None, None)
    known = DossierState(state)
    statement = _BY_STATE.format(state=known.value, came="created_at" if known is DossierState.DRAFT else "submitted_at")
    rows = await db.rows(statement, list(offices), assisted_by, moment, last, limit + 1)
    return [_work_row(row) for row in rows]


def _work_row(row: Any) -> WorkRow:
    return WorkRow(
        row["dossier_id"], row["task_no"], row["step"], row["role"], row["officer_id"], row["officer_name"],
        row["step_due"], row["code"], row["holder_name"], row["title"], row["state"], row["procedure_version_id"],
        row["due_at"], row["original_due_at"], row["paused_at"], row["finished_at"], row["office_id"], row["office_name"],
    )
