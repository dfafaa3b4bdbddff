"""Set going again what stands still: a head's or an administrator's hand, each time with a line in the journal.

Nothing here decides anything in an applicant's matter; it restores what the drawing, the ledger or the law already said.
"""

from typing import Final
from uuid import UUID

from app.deadlines import service as deadlines
from app.dossiers import supplements
from app.dossiers.alarms import alarm_for
from app.dossiers.case import Case
from app.dossiers.clock import calendar_of, run_again
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.progress import awaits, deliver, fire_timer
from app.dossiers.refusals import WrongState
from app.dossiers.states import WORDS
from app.dossiers.tools import Tools
from app.dossiers.writing import write
from app.engine import turns
from app.jobs import service as jobs
from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.words import N_
from app.notices.models import NoticeState
from app.org.models import Role
from app.org.people import SignedOfficer

MAY_MEND: Final = frozenset({Role.HEAD, Role.LEADER, Role.ADMINISTRATOR})
TOLD_OTHERWISE: Final = N_("Cán bộ đã báo người nộp bằng cách khác.")


class NothingToMend(Conflict):
    """It moves again already."""

    says = N_("Hồ sơ không còn kẹt ở đây nữa; không cần làm gì.")


class NoticeNotFound(NotFound):
    """No such notice in these offices, or it is not an undelivered one any more."""

    says = N_("Không có thông báo này, hoặc thông báo đã được gửi.")


class MendingNeedsHead(Refused):
    """Setting a dossier going again is for those who answer for it."""

    says = N_("Việc này do người đứng đầu, lãnh đạo hoặc quản trị của đơn vị làm.")


def may_mend(officer: SignedOfficer, office_id: int) -> bool:
    """Whether this officer sets dossiers of that office going again."""
    return bool(officer.roles & MAY_MEND) and officer.office_id == office_id


async def rebuild(db: Db, tools: Tools, case: Case, *, by: SignedOfficer) -> int:
    """Set up again the steps, timers and jobs that the drawing waits for and no row stands for; how many.

    Raises MendingNeedsHead, NothingToMend, CaseMoved.
    """
    _require(by, case)
    if case.process is None or case.ended:
        raise NothingToMend
    there = {row["task_no"] for row in await db.rows(
        "SELECT task_no FROM step WHERE dossier_id = $1 UNION SELECT task_no FROM timer WHERE dossier_id = $1"
        " UNION SELECT (payload->>'task_no')::int FROM job WHERE dossier_id = $1 AND payload ? 'task_no'"
        "   AND state IN ('waiting', 'stuck')", case.id,
    )}
    lost = [
        task for task in turns.open_tasks(case.procedure.drawing, case.process)
        if task.kind in ("step", "timer", "effect") and task.no not in there
    ]
    if not lost:
        raise NothingToMend
    move = Move(Actor("officer", by.id), clock.now())
    move.opened = {task.no: task for task in lost}
    due = await db.value("SELECT due_at FROM supplement_request WHERE dossier_id = $1 AND closed IS NULL", case.id)
    if due is not None:
        move.columns["supplement_due"] = due
    move.note("dossier.mended", what="rebuilt", tasks=[task.no for task in lost])
    await write(db, tools, case, move)
    for task in lost:
        if task.kind == "effect":  # known under its key, finished or dropped while its task stayed open
            job_id = await db.value(
                "UPDATE job SET state = 'waiting', attempts = 0, run_at = $2 WHERE key = $1 AND state IN ('done', 'dropped')"
                " RETURNING id", f"{case.id}:{task.no}", move.at,
            )
            await jobs.wake_all(db, [job_id] if job_id else [])
    return len(lost)


async def wake(db: Db, tools: Tools, case: Case, task_no: int, *, by: SignedOfficer) -> None:
    """Fire an overdue timer now; what stops it is raised. Raises MendingNeedsHead, NothingToMend."""
    _require(by, case)
    row = await db.row(
        "SELECT name FROM timer WHERE dossier_id = $1 AND task_no = $2 AND due_at <= $3", case.id, task_no, clock.now()
    )
    if row is None:
        raise NothingToMend
    if not await fire_timer(db, tools, case.id, task_no, row["name"]):
        await db.run("DELETE FROM timer WHERE dossier_id = $1 AND task_no = $2", case.id, task_no)
    await _note(db, case, by, "woken", timer=row["name"])


async def end_pause(db: Db, tools: Tools, case: Case, *, by: SignedOfficer) -> None:
    """Let a clock go on that nothing else will set going: as if what it waited for had come.

    Raises MendingNeedsHead, NothingToMend, CaseMoved.
    """
    _require(by, case)
    if case.paused_at is None or case.finished_at is not None:
        raise NothingToMend
    move = Move(Actor("officer", by.id), clock.now())
    move.note("dossier.mended", what="clock_goes_on")
    if case.state is DossierState.SUPPLEMENT_REQUESTED and awaits(case, "supplement_received"):
        await supplements.answered(db, tools, case, move)
        await deliver(db, tools, case, "supplement_received", {}, move)
        return
    await run_again(db, tools, case, move, "mended", source=deadlines.SUPPLEMENT)
    await write(db, tools, case, move)


async def follow_ledger(db: Db, tools: Tools, case: Case, *, by: SignedOfficer) -> None:
    """Put on the dossier what its deadline ledger says; the ledger is the truth. Raises NothingToMend, WrongState."""
    _require(by, case)
    due = await deadlines.due(db, case.id)
    if due is None or due.ended_at is not None:
        raise WrongState(state=WORDS[case.state])
    if (due.due_at, due.paused_since) == (case.due_at, case.paused_at):
        raise NothingToMend
    now = clock.now()
    alarm = None
    if due.due_at is not None:
        alarm = alarm_for(
            case.procedure.procedure, since=case.received_at or now, due_at=due.due_at, calendar=calendar_of(tools, case),
            now=now,
        )
    await db.run(
        "UPDATE dossier SET due_at = $2, paused_at = $3, original_due_at = $4, alarm_at = $5, alarm_no = 0,"
        " version = version + 1 WHERE id = $1",
        case.id, due.due_at, due.paused_since, due.original_due, alarm,
    )
    await _note(
        db, case, by, "ledger_followed", before=case.due_at.isoformat() if case.due_at else None,
        after=due.due_at.isoformat() if due.due_at else None,
    )


async def send_again(db: Db, case: Case, notice_id: UUID, *, by: SignedOfficer) -> int:
    """Queue the channels of an undelivered notice once more; how many. Raises NoticeNotFound."""
    rows = await _undelivered(db, case, notice_id)
    now = clock.now()
    for row in rows:
        await db.run("UPDATE notice SET state = 'queued', trouble = NULL WHERE id = $1", row["id"])
        await jobs.queue(
            db, "send_notice", key=f"notice:{row['key']}:{now:%Y%m%d%H%M%S}", office_id=case.office_id, dossier_id=case.id,
            notice_id=str(row["id"]),
        )
    await _note(db, case, by, "notice_sent_again", notice=str(notice_id))
    return len(rows)


async def told_otherwise(db: Db, case: Case, notice_id: UUID, *, by: SignedOfficer) -> None:
    """Somebody told the applicant by telephone, paper or at the counter. Raises NoticeNotFound."""
    for row in await _undelivered(db, case, notice_id):
        await db.run(
            "UPDATE notice SET state = $2, trouble = $3 WHERE id = $1", row["id"], NoticeState.SKIPPED.value, TOLD_OTHERWISE
        )
    await _note(db, case, by, "told_otherwise", notice=str(notice_id))


async def _undelivered(db: Db, case: Case, notice_id: UUID) -> list[dict[str, object]]:
    """The failed channels of one announcement."""
    rows = await db.rows(
        "SELECT n.id, n.key FROM notice n JOIN notice one ON one.id = $2 AND one.dossier_id = n.dossier_id"
        " AND left(one.key, -length(one.channel)) = left(n.key, -length(n.channel))"
        " WHERE n.dossier_id = $1 AND n.state = 'failed'", case.id, notice_id,
    )
    if not rows:
        raise NoticeNotFound
    return [dict(row) for row in rows]


async def _note(db: Db, case: Case, by: SignedOfficer, what: str, **facts: str | None) -> None:
    await journal.record(db, case.id, case.office_id, "dossier.mended", by=Actor("officer", by.id), what=what, **facts)


def _require(by: SignedOfficer, case: Case) -> None:
    if not may_mend(by, case.office_id):
        raise MendingNeedsHead
