"""A dossier that is late: say why, apologise all the same, remind whoever has it. None of it moves the due moment.

An apology in time, with a new date, is an extension (app.dossiers.wishes.extend, R8). After the due moment no date can be
agreed any more; the letter (Mẫu số 04) is still owed to the applicant, and the day it names is only for them to know.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.dossiers.case import Case
from app.dossiers.moves import Move
from app.dossiers.printing import queue_form
from app.dossiers.refusals import NeedsHead, ReasonMissing, WrongState
from app.dossiers.states import WORDS
from app.dossiers.tools import Tools
from app.dossiers.wishes import MAY_DECIDE
from app.dossiers.writing import write
from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, Refused
from app.kit.words import N_
from app.org.models import Role
from app.org.people import SignedOfficer
from app.steps.service import StepNotFound

WRITTEN = "apology.written"
LONGEST = 1000


class NotLate(Refused):
    """There is nothing to explain or apologise for yet."""

    says = N_("Hồ sơ này chưa quá hạn. Trước hạn, hãy dùng “Xin lỗi và hẹn lại” với ngày hẹn mới.")


class ExpectedTooEarly(Refused):
    """The day a late letter names must still come."""

    says = N_("Ngày dự kiến phải sau lúc này.")


class ApologisedAlready(Conflict):
    """The last letter's day has not passed yet."""

    says = N_("Đã gửi lời xin lỗi lúc {at}, dự kiến {expected}. Chỉ gửi lại khi ngày đó đã qua.")


@dataclass(frozen=True, slots=True)
class Said:
    """Why it was late, as the office said: a word of workflows/reports/causes.toml, more words, by whom and when."""

    cause: str
    words: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """An apology that was sent. `due_at`: the new date of an extension, or the expected one a late letter names."""

    at: datetime
    name: str
    reason: str
    due_at: datetime
    in_time: bool


def is_late(case: Case, now: datetime) -> bool:
    """Whether it is over its due moment, or was when it was finished. A stopped clock cannot be late."""
    return case.received_at is not None and case.due_at is not None and (case.finished_at or now) > case.due_at


async def say_cause(db: Db, case: Case, *, officer: SignedOfficer, cause: str, words: str) -> None:
    """Keep why it is (or was) late; said again, the newer counts and both are in the journal. Raises NotLate."""
    if not is_late(case, clock.now()):
        raise NotLate
    said, now = words.strip()[:LONGEST], clock.now()
    await db.run(
        "INSERT INTO late_cause (dossier_id, office_id, cause, words, said_by, said_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (dossier_id) DO UPDATE SET cause = excluded.cause, words = excluded.words,"
        " said_by = excluded.said_by, said_at = excluded.said_at",
        case.id, case.office_id, cause, said, officer.id, now,
    )
    await journal.record(
        db, case.id, case.office_id, "late.explained", by=Actor("officer", officer.id), why=said or None, cause=cause
    )


async def apologise(
    db: Db, tools: Tools, case: Case, *, officer: SignedOfficer, reason: str, expected: datetime
) -> None:
    """Send the letter of a dossier that is late already; the due moment stays where it is.

    Raises NeedsHead, ReasonMissing, NotLate, WrongState (handling is over), ExpectedTooEarly, ApologisedAlready,
    CaseMoved.
    """
    if not officer.roles & MAY_DECIDE:
        raise NeedsHead
    if not reason.strip():
        raise ReasonMissing
    now = clock.now()
    if case.finished_at is not None:
        raise WrongState(state=WORDS[case.state])
    if not is_late(case, now) or case.due_at is None:
        raise NotLate
    if expected <= now:
        raise ExpectedTooEarly
    last = next((one for one in await letters(db, case.id) if not one.in_time), None)
    if last is not None and last.due_at > now:
        raise ApologisedAlready(at=_hour(last.at), expected=_hour(last.due_at))
    move = Move(Actor("officer", officer.id), now)
    before, named = case.due_at.isoformat(), expected.isoformat()
    move.note(WRITTEN, reason.strip()[:2 * LONGEST], due_at=before, expected_at=named)
    move.tell("late_apology", expected_at=named)
    await queue_form(
        db, case, "apology", key=f"{case.id}:apology:{named}", reason_event=WRITTEN, due_at=before, new_due_at=named
    )
    await write(db, tools, case, move)


async def remind(db: Db, case: Case, *, officer: SignedOfficer, task_no: int | None) -> str:
    """Tell whoever has this step (None: the heads of the office) that it is late, once a day each; who was told.

    Raises NotLate, StepNotFound.
    """
    now = clock.now()
    if case.due_at is None or case.finished_at is not None or not is_late(case, now):
        raise NotLate
    role, to, name = Role.HEAD.value, None, ""
    if task_no is not None:
        row = await db.row(
            "SELECT s.role, s.officer_id, o.name FROM step s LEFT JOIN officer o ON o.id = s.officer_id AND o.active"
            " WHERE s.dossier_id = $1 AND s.task_no = $2 AND s.role <> 'applicant'", case.id, task_no,
        )
        if row is None:
            raise StepNotFound
        role, name = row["role"], row["name"] or ""
        to = row["officer_id"] if name else None
    day = now.astimezone(clock.LOCAL).date().isoformat()
    await alerts.tell(db, [alerts.Wanted(
        key=f"{case.id}:reminder:{to or role}:{day}", kind=AlertKind.TERM_LATE, office_id=case.office_id, role=role,
        dossier_id=case.id, officer_id=to, facts={"due_at": case.due_at.isoformat(), "by": str(officer.id)},
    )])
    await journal.record(
        db, case.id, case.office_id, "officer.reminded", by=Actor("officer", officer.id), role=role,
        to=str(to) if to else None,
    )
    return name


async def said_cause(db: Db, dossier_id: UUID) -> Said | None:
    """What the office said so far."""
    row = await db.row(
        "SELECT c.cause, c.words, COALESCE(o.name, '') AS name, c.said_at FROM late_cause c"
        " LEFT JOIN officer o ON o.id = c.said_by WHERE c.dossier_id = $1", dossier_id,
    )
    return Said(*row) if row else None


async def letters(db: Db, dossier_id: UUID) -> list[Letter]:
    """Every apology to this applicant, newest first, from the journal."""
    rows = await db.rows(
        "SELECT j.at, j.event, j.why, j.facts, COALESCE(o.name, '') AS name FROM journal_line j"
        " LEFT JOIN officer o ON o.id = j.actor_id WHERE j.dossier_id = $1"
        " AND j.event IN ('dossier.extended', 'apology.written') ORDER BY j.id DESC", dossier_id,
    )
    return [
        Letter(
            row["at"], row["name"], row["why"] or "",
            datetime.fromisoformat(row["facts"]["expected_at" if row["event"] == WRITTEN else "after"]),
            row["event"] != WRITTEN,
        )
        for row in rows
    ]


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(clock.LOCAL):%H:%M %d/%m/%Y}"
