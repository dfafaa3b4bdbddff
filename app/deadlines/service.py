"""The verbs of the deadline ledger. Each writes one line in the caller's transaction and says where the clock stands.

The caller (dossiers) stores `Due.due_at` on the dossier in the same transaction and writes the journal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
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
from app.kit.places import placed
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
    entry = first_entry(
        received_at=received_at, term=term, reading=reading, calendar=calendar, cutoff=cutoff, cause=cause, by=by,
        source=source, note=note,
    )
    if not await write_entry(db, dossier_id, entry, office_id=office_id):
        raise DeadlineAlreadyRuns
    return entry.due


def first_entry(
    *, received_at: datetime, term: Term, reading: Reading, calendar: Calendar, cutoff: time = CUTOFF,
    cause: str = "received", by: UUID | None = None, source: str = COMPLETE_RECEIPT, note: str = "",
) -> "Entry":
    """The line `start` writes, for who writes it with other rows in one statement. Raises CalendarDoesNotReach."""
    fact = Fact(LineKind.START, received_at, cause, term=term, reading=reading, cutoff=cutoff)
    return _entry(1, fact, None, advance(None, fact, calendar), calendar, by, source, note)


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


def last_entry(
    lines: Sequence[Line], *, cause: str, calendar: Calendar, at: datetime, by: UUID | None = None,
    source: str = COMPLETE_RECEIPT, note: str = "",
) -> "Entry":
    """The line `end` writes behind these, for who writes it with other rows. Raises DeadlineNotStarted, DeadlineEnded."""
    return _next(lines, Fact(LineKind.END, at, cause), calendar, by, source, note)


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


COLUMNS: Final = (
    "kind", "at", "cause", "term", "reading", "cutoff", "due_before", "due_after", "way", "left_after", "calendar_version",
    "rule", "source", "note", "actor_id", "written_at",
)
_READ = f"SELECT {', '.join(COLUMNS)} FROM deadline_line WHERE dossier_id = $1 ORDER BY line_no"
# The ledger in one column, as a part of a larger question; `read_lines` reads it.
LEDGER: Final = f"""
  ARRAY(SELECT ROW({', '.join(COLUMNS)}) FROM deadline_line WHERE dossier_id = {{dossier}}::uuid ORDER BY line_no)"""
_READ_MANY = _READ.replace("SELECT kind", "SELECT dossier_id, kind").replace(
    "dossier_id = $1 ORDER BY line_no", "dossier_id = ANY($1) ORDER BY dossier_id, line_no"
)
# A line as a part of the statement that moves the dossier; a number that is taken is not written again.
WRITE_ENTRY: Final = """
  INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, actor_id, rule, source,
    due_before, due_after, term, reading, way, left_after, cutoff, calendar_version, note)
  SELECT {office}::int, {dossier}::uuid, {line_no}::int, {line_at}::timestamptz, {line_written_at}::timestamptz,
    {line_kind}::text, {line_cause}::text, {line_by}::uuid, {line_rule}::text, {line_source}::text,
    {line_due_before}::timestamptz, {line_due_after}::timestamptz, {line_term}::text, {line_reading}::text,
    {line_way}::text, {line_left}::int, {line_cutoff}::time, {line_calendar}::text, {line_note}::text"""
UNLESS_TAKEN: Final = "ON CONFLICT (dossier_id, line_no) DO NOTHING RETURNING line_no"
_WRITE = placed(f"{WRITE_ENTRY} {UNLESS_TAKEN}")
# Whoever goes on with a ledger need not know its office.
_GO_ON = placed(f"{WRITE_ENTRY} {UNLESS_TAKEN}".replace(
    "{office}::int", "(SELECT office_id FROM deadline_line WHERE dossier_id = {dossier}::uuid AND line_no = 1)"
))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to be written: where the clock stands after it, and what `WRITE_ENTRY` is given."""

    due: Due
    values: Mapping[str, Any]


async def write_entry(db: Db, dossier_id: UUID, entry: Entry, *, office_id: int | None = None) -> bool:
    """Write it by itself. False when a line of this number was there."""
    sql = _GO_ON if office_id is None else _WRITE
    return await db.row(sql.sql, *sql.args({"dossier": dossier_id, "office": office_id, **entry.values})) is not None


def read_lines(ledger: Sequence[Sequence[Any]]) -> list[Line]:
    """What `LEDGER` told."""
    return [_line(dict(zip(COLUMNS, row, strict=True))) for row in ledger]


async def _play(
    db: Db, dossier_id: UUID, fact: Fact, calendar: Calendar, by: UUID | None, source: str, note: str
) -> Due:
    """One more fact. The line's number is unique, so of two at the same time one is refused (LedgerMoved)."""
    entry = _next(await lines_of(db, dossier_id), fact, calendar, by, source, note)
    if not await write_entry(db, dossier_id, entry):
        raise LedgerMoved
    return entry.due


def _next(
    lines: Sequence[Line], fact: Fact, calendar: Calendar, by: UUID | None, source: str, note: str
) -> Entry:
    before = remembered(lines)
    if before is None:
        raise DeadlineNotStarted
    return _entry(len(lines) + 1, fact, before, advance(before, fact, calendar), calendar, by, source, note)


def _entry(
    number: int, fact: Fact, before: Clock | None, now: Clock, calendar: Calendar, by: UUID | None, source: str, note: str
) -> Entry:
    return Entry(_due(now), {
        "line_no": number, "line_at": fact.at, "line_written_at": clock.now(), "line_kind": fact.kind.value,
        "line_cause": fact.cause, "line_by": by,
        "line_rule": fact.rule or (fact.cause if fact.kind is LineKind.EXTEND else now.way.value), "line_source": source,
        "line_due_before": before.due if before else None,
        "line_due_after": None if fact.kind is LineKind.PAUSE else now.due, "line_term": str(now.term),
        "line_reading": now.reading, "line_way": now.way.value, "line_left": now.left, "line_cutoff": now.cutoff,
        "line_calendar": calendar.version, "line_note": note,
    })


def _line(row: asyncpg.Record | Mapping[str, Any]) -> Line:
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
