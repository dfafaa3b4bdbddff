"""The verbs of the deadline ledger. Each writes one line in the caller's transaction and says where the clock stands.

The caller (dossiers) stores `Due.due_at` on the dossier in the same transaction and writes the journal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

import asyncpg

from app.deadlines.calendar import Calendar
from app.deadlines.counting import CUTOFF, Reading, Way
from app.deadlines.decrees import calendar_from_text
from app.deadlines.explain import stretches_of
from app.deadlines.ledger import APOLOGY, Clock, Difference, Fact, Line, advance, recompute, remembered
from app.deadlines.models import LineKind
from app.deadlines.refusals import DeadlineAlreadyRuns, DeadlineNotStarted, ExtensionNeedsReason, LedgerMoved
from app.deadlines.spans import Span
from app.deadlines.terms import Term, parse_term
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.words import N_

# Sources of the rules, as lines carry them. "[old]": text of NĐ 61/2018 numbering, confirmed to coincide where seen.
COMPLETE_RECEIPT = "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa đổi bởi Nghị định 309/2026/NĐ-CP)"
SUPPLEMENT = "Nghị định 118/2025/NĐ-CP, Điều 19 khoản 4"
EXTENSION = "Nghị định 118/2025/NĐ-CP, Điều 19 khoản 9"


class CalendarNotKept(NotFound):
    """A ledger line names a calendar that was never stored."""

    says = N_("Không còn lưu lịch làm việc {version} nên không giải thích được thời hạn cũ.")


@dataclass(frozen=True, slots=True)
class Due:
    """Where a dossier's clock stands."""

    original_due: datetime  # as first promised
    current_due: datetime  # as last computed; does not bind while paused
    paused_since: datetime | None
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """What to store on the dossier: None while the clock stands still."""
        return None if self.paused_since is not None and self.ended_at is None else self.current_due


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why it is due then."""

    due: Due
    lines: tuple[Line, ...]
    spans: tuple[Span, ...]
    differences: tuple[Difference, ...]  # lines whose stored result their facts do not give; empty, or an alarm


async def start(
    db: Db, dossier_id: UUID, *, office_id: int, received_at: datetime, term: Term, reading: Reading,
    calendar: Calendar, cutoff: time = CUTOFF, cause: str = "received", by: UUID | None = None,
    source: str = COMPLETE_RECEIPT, note: str = "",
) -> Due:
    """The term begins with the complete receipt (competent agency's receipt, hand-over minutes: the caller knows).

    Raises DeadlineAlreadyRuns, CalendarDoesNotReach.
    """
    fact = Fact(LineKind.START, received_at, cause, term=term, reading=reading, cutoff=cutoff)
    now = advance(None, fact, calendar)
    if not await _write(db, dossier_id, office_id, 1, fact, None, now, calendar, by, source, note):
        raise DeadlineAlreadyRuns
    return _due(now)


async def pause(
    db: Db, dossier_id: UUID, *, cause: str, calendar: Calendar, at: datetime | None = None, by: UUID | None = None,
    source: str = SUPPLEMENT, note: str = "",
) -> Due:
    """The clock stands still (a supplement, a duty to pay). Raises DeadlinePaused, DeadlineEnded, LedgerRunsForward."""
    return await _play(db, dossier_id, Fact(LineKind.PAUSE, at or clock.now(), cause), calendar, by, source, note)


async def resume(
    db: Db, dossier_id: UUID, *, cause: str, calendar: Calendar, at: datetime | None = None, by: UUID | None = None,
    source: str = SUPPLEMENT, note: str = "",
) -> Due:
    """What was left of the term runs on. A clock that was late when it paused keeps its old due moment.

    Raises DeadlineNotPaused, DeadlineEnded, LedgerRunsForward.
    """
    return await _play(db, dossier_id, Fact(LineKind.RESUME, at or clock.now(), cause), calendar, by, source, note)


async def restart(
    db: Db, dossier_id: UUID, *, cause: str, calendar: Calendar, term: Term | None = None, at: datetime | None = None,
    by: UUID | None = None, source: str = SUPPLEMENT, note: str = "",
) -> Due:
    """A full new term (the same, or `term`) from `at`. Raises DeadlineNotPaused, DeadlineEnded, LedgerRunsForward."""
    fact = Fact(LineKind.RESTART, at or clock.now(), cause, term=term)
    return await _play(db, dossier_id, fact, calendar, by, source, note)


async def extend(
    db: Db, dossier_id: UUID, *, new_due: datetime, reason: str, basis: str, calendar: Calendar, cause: str = APOLOGY,
    at: datetime | None = None, by: UUID | None = None,
) -> Due:
    """A new date with its ground: an apology (once, at the latest the day before), or another `cause` the law gives.

    Raises ExtensionNeedsReason, ExtensionTooLate, ExtensionAskedTwice, ExtensionNotLater, ExtensionOutsideHours,
    DeadlinePaused, DeadlineEnded.
    """
    if not reason.strip() or not basis.strip():
        raise ExtensionNeedsReason
    fact = Fact(LineKind.EXTEND, at or clock.now(), cause, new_due=new_due)
    return await _play(db, dossier_id, fact, calendar, by, basis, reason)


async def recount(
    db: Db, dossier_id: UUID, *, calendar: Calendar, source: str, at: datetime | None = None, by: UUID | None = None,
    note: str = "",
) -> Due:
    """Count an open term again by a changed calendar; `source` is the decision that changed it."""
    fact = Fact(LineKind.RECOUNT, at or clock.now(), "calendar")
    return await _play(db, dossier_id, fact, calendar, by, source, note)


async def mark(
    db: Db, dossier_id: UUID, *, cause: str, rule: str, source: str, calendar: Calendar, at: datetime | None = None,
    note: str = "",
) -> Due:
    """Silence or a lapse had its effect in law: written down by the system, the due moment stays.

    `cause`: silence, lapse. `rule`: what follows (consent, undertaking, report, confirmed, stop, refuse). `note`: whose
    silence. Raises DeadlineNotStarted, DeadlineEnded.
    """
    fact = Fact(LineKind.MARK, at or clock.now(), cause, rule=rule)
    return await _play(db, dossier_id, fact, calendar, None, source, note)


async def end(
    db: Db, dossier_id: UUID, *, cause: str, calendar: Calendar, at: datetime | None = None, by: UUID | None = None,
    source: str = COMPLETE_RECEIPT, note: str = "",
) -> Due:
    """Handling is finished, refused, withdrawn or stopped; late or paused makes no difference. Raises DeadlineEnded."""
    return await _play(db, dossier_id, Fact(LineKind.END, at or clock.now(), cause), calendar, by, source, note)


async def due(db: Db, dossier_id: UUID) -> Due | None:
    """Where the clock stands; None before it started."""
    now = remembered(await lines_of(db, dossier_id))
    return _due(now) if now else None


async def explain(db: Db, dossier_id: UUID, *, calendar: Calendar) -> Explanation:
    """Every line and every stretch. `calendar` is today's; older ones are fetched. Raises DeadlineNotStarted."""
    lines = await lines_of(db, dossier_id)
    now = remembered(lines)
    if now is None:
        raise DeadlineNotStarted
    calendars = await kept_calendars(db, {line.calendar_version for line in lines}, calendar)
    _, differences = recompute(lines, calendars)
    return Explanation(_due(now), tuple(lines), stretches_of(lines, calendars), tuple(differences))


async def keep_calendar(db: Db, calendar: Calendar) -> bool:
    """Store a calendar by its version, at start-up and on change. True if it was new."""
    return await db.run(
        "INSERT INTO working_calendar (version, scope, first_day, last_day, content, kept_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING",
        calendar.version, calendar.scope, calendar.first_day, calendar.last_day, calendar.as_text(), clock.now(),
    ) == 1


async def kept_calendars(db: Db, versions: set[str], today: Calendar) -> Callable[[str], Calendar]:
    """Look-up of the calendars of these versions. Raises CalendarNotKept."""
    known = {today.version: today}
    if versions <= known.keys():
        return known.__getitem__
    rows = await db.rows(
        "SELECT version, content FROM working_calendar WHERE version = ANY($1)", list(versions - known.keys())
    )
    known |= {row["version"]: calendar_from_text(row["content"]) for row in rows}
    missing = versions - known.keys()
    if missing:
        raise CalendarNotKept(version=", ".join(sorted(missing)))
    return known.__getitem__


async def lines_of(db: Db, dossier_id: UUID) -> list[Line]:
    """The ledger, oldest first."""
    return [_line(row) for row in await db.rows(_READ, dossier_id)]


async def ledgers_of(db: Db, dossier_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """Many ledgers in one query, each oldest first; dossiers without a line are left out."""
    found: dict[UUID, list[Line]] = {}
    for row in await db.rows(_READ_MANY, list(dossier_ids)):
        found.setdefault(row["dossier_id"], []).append(_line(row))
    return found


_READ = """
    SELECT kind, at, cause, term, reading, cutoff, due_before, due_after, way, left_after, calendar_version,
           rule, source, note, actor_id, written_at
      FROM deadline_line WHERE dossier_id = $1 ORDER BY line_no
"""
_READ_MANY = _READ.replace("SELECT kind", "SELECT dossier_id, kind").replace(
    "dossier_id = $1 ORDER BY line_no", "dossier_id = ANY($1) ORDER BY dossier_id, line_no"
)
_WRITE = """
    INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, actor_id, rule, source,
                               due_before, due_after, term, reading, way, left_after, cutoff, calendar_version, note)
    VALUES (coalesce($1::int, (SELECT office_id FROM deadline_line WHERE dossier_id = $2 AND line_no = 1)),
            $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    ON CONFLICT (dossier_id, line_no) DO NOTHING
"""


async def _play(
    db: Db, dossier_id: UUID, fact: Fact, calendar: Calendar, by: UUID | None, source: str, note: str
) -> Due:
    """One more fact. The line's number is unique, so of two at the same time one is refused (LedgerMoved)."""
    lines = await lines_of(db, dossier_id)
    before = remembered(lines)
    if before is None:
        raise DeadlineNotStarted
    now = advance(before, fact, calendar)
    if not await _write(db, dossier_id, None, len(lines) + 1, fact, before, now, calendar, by, source, note):
        raise LedgerMoved
    return _due(now)


async def _write(
    db: Db, dossier_id: UUID, office_id: int | None, number: int, fact: Fact, before: Clock | None, now: Clock,
    calendar: Calendar, by: UUID | None, source: str, note: str,
) -> bool:
    rule = fact.rule or (fact.cause if fact.kind is LineKind.EXTEND else now.way.value)
    written = await db.run(
        _WRITE, office_id, dossier_id, number, fact.at, clock.now(), fact.kind.value, fact.cause, by,
        rule, source, before.due if before else None,
        None if fact.kind is LineKind.PAUSE else now.due, str(now.term), now.reading, now.way.value, now.left,
        now.cutoff, calendar.version, note,
    )
    return written == 1


def _line(row: asyncpg.Record) -> Line:
    kind = LineKind(row["kind"])
    fact = Fact(
        kind, row["at"], row["cause"], term=parse_term(row["term"]), reading=row["reading"], cutoff=row["cutoff"],
        new_due=row["due_after"] if kind is LineKind.EXTEND else None,
        rule=row["rule"] if kind is LineKind.MARK else "",
    )
    return Line(
        fact=fact, way=Way(row["way"]), left_after=row["left_after"], due_before=row["due_before"],
        due_after=row["due_after"], calendar_version=row["calendar_version"], rule=row["rule"], source=row["source"],
        note=row["note"], actor_id=row["actor_id"], written_at=row["written_at"],
    )


def _due(now: Clock) -> Due:
    return Due(now.original_due, now.due, now.paused_since, now.ended_at)
