"""Random lives of dossiers, written as rows that agree with each other: dossier, ledger, journal.

A life is a list of facts; `write` turns it into rows as the application leaves them. Nothing here knows how reports count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from app.kit.db import Db

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 200  # of the little world
AFTERWARDS = datetime(2026, 12, 31, tzinfo=UTC)  # "now": behind everything


@dataclass(frozen=True)
class LedgerLine:
    """One line: what it did, when it was written, and the due moment it left (None: standing still)."""

    kind: str
    cause: str
    at: datetime
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True)
class Life:
    """One dossier. `lines[-1].kind == "end"` when it is over."""

    office_id: int
    version: int  # which of the procedure versions
    channel: str
    return_way: str | None
    received_at: datetime | None
    lines: tuple[LedgerLine, ...]
    state: str
    submitted_at: datetime
    cause: str = ""
    boundary_free: bool = False
    id: UUID = field(default_factory=uuid4)

    @property
    def finished_at(self) -> datetime | None:
        """When handling ended."""
        return self.lines[-1].at if self.lines and self.lines[-1].kind == "end" else None


# Moments of offices, and the edges of days, where periods and dates are cut.
_CLOCKS = st.sampled_from([
    time(0), time(7), time(10, 30), time(16, 59, 59), time(17), time(17, 0, 1), time(23, 59, 59, 999999),
])


@st.composite
def _moment(draw: Any, low: int = 0, high: int = DAYS) -> datetime:
    day = START + timedelta(days=draw(st.integers(low, high)))
    clock = draw(_CLOCKS)
    local = datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.microsecond, tzinfo=UTC)
    return local - timedelta(hours=7)  # as the wall in Việt Nam shows it


@st.composite
def lives(draw: Any, offices: Sequence[int] = (901, 902, 903), versions: int = 3) -> Life:
    """One random life."""
    received = draw(_moment())
    term = timedelta(days=draw(st.integers(0, 20)))
    due = (received + term).replace(hour=10, minute=0, second=0, microsecond=0)  # 17:00 on the wall
    lines = [LedgerLine("start", "received", received, None, due)]
    at, paused, sorry = received, False, False
    for move in draw(st.lists(st.sampled_from(["supplement", "pay", "go", "sorry", "recount", "mark"]), max_size=5)):
        at += timedelta(hours=draw(st.integers(0, 24 * 9)))
        if move in ("supplement", "pay") and not paused:
            lines.append(LedgerLine("pause", move, at, due, None))
            paused = True
        elif move == "go" and paused:
            new = max(due, at + timedelta(days=draw(st.integers(0, 10)))) if draw(st.booleans()) else due
            lines.append(LedgerLine(draw(st.sampled_from(["resume", "restart"])), "answered", at, due, new))
            due, paused = new, False
        elif move == "sorry" and not paused and not sorry and at < due:
            new = due + timedelta(days=draw(st.integers(1, 8)))
            lines.append(LedgerLine("extend", "apology", at, due, new))
            due, sorry = new, True
        elif move == "recount" and not paused:
            new = due + timedelta(days=draw(st.integers(-2, 2)))
            lines.append(LedgerLine("recount", "calendar", at, due, new))
            due = new
        elif move == "mark":
            lines.append(LedgerLine("mark", "silence", at, due, due))
    state = draw(st.sampled_from(
        ["in_progress", "in_progress", "result_ready", "returned", "returned", "refused", "withdrawn", "stopped"]
    ))
    if state == "in_progress":
        state = "supplement_requested" if paused else state
    else:
        ended = draw(st.sampled_from([at, due, max(at, due), at + timedelta(days=draw(st.integers(0, 30)))]))
        lines.append(LedgerLine("end", state, max(ended, at), due, due))
    return Life(
        office_id=draw(st.sampled_from(list(offices))), version=draw(st.integers(0, versions - 1)),
        channel=draw(st.sampled_from(["online", "counter", "post"])),
        return_way=draw(st.sampled_from([None, "online", "counter", "post"])), received_at=received, lines=tuple(lines),
        state=state, submitted_at=received - timedelta(hours=draw(st.integers(0, 72))),
        cause=draw(st.sampled_from(["", "workload", "other", "a_word_long_gone"])), boundary_free=draw(st.booleans()),
    )


@st.composite
def never_received(draw: Any, offices: Sequence[int] = (901, 902, 903)) -> Life:
    """Submitted, and waiting or turned away: no column of 06a knows it."""
    at = draw(_moment())
    away = draw(st.booleans())
    lines = (LedgerLine("end", "refused", at + timedelta(hours=5), None, at),) if away else ()
    return Life(
        office_id=draw(st.sampled_from(list(offices))), version=0, channel="online", return_way=None, received_at=None,
        lines=lines, state="refused_at_intake" if away else "submitted", submitted_at=at,
    )


worlds = st.lists(st.one_of(lives(), lives(), lives(), never_received()), max_size=12)


async def write(db: Db, world: Sequence[Life], versions: Sequence[UUID], applicant: UUID) -> None:
    """The rows of these lives."""
    for number, life in enumerate(world):
        last = life.lines[-1] if life.lines else None
        due = last.due_after if last and life.received_at else None
        running = [line for line in life.lines if line.kind != "mark"]
        if running and running[-1].kind == "pause":
            due = None
        if life.finished_at is not None and life.received_at is None:
            due = None
        await db.run(
            "INSERT INTO dossier (id, office_id, code, submission_key, procedure_code, procedure_version_id, channel, state,"
            " return_way, return_address, applicant_id, holder_name, title, search, language, consent, sets, facts,"
            " supplements_asked, created_at, submitted_at, received_at, due_at, original_due_at, paused_at, finished_at,"
            " support_office_id, version) VALUES ($1, $2, $3, $4, '9.000001', $5, $6, $7, $8, '{}', $9, 'Tạ Nhẫn', '', '',"
            " 'vi', '{}', 1, '{}', 0, $10, $10, $11, $12, $13, $14, $15, $16, 0)",
            life.id, life.office_id, f"H99.08.{life.office_id:02}-{life.id.hex[:6]}-{number:04}", uuid4(),
            versions[life.version], life.channel, life.state, life.return_way, applicant, life.submitted_at,
            life.received_at, due, life.lines[0].due_after if life.received_at else None,
            running[-1].at if running and running[-1].kind == "pause" else None, life.finished_at,
            903 if life.boundary_free else None,
        )
        if life.received_at is not None:
            for place, line in enumerate(life.lines, start=1):
                await db.run(
                    "INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, rule, source,"
                    " due_before, due_after, term, reading, way, left_after, cutoff, calendar_version, note) VALUES"
                    " ($1, $2, $3, $4, $4, $5, $6, 'x', 'x', $7, $8, '3 working-days', 'days', 'working-days', 1, '15:00',"
                    " 'x', '')",
                    life.office_id, life.id, place, line.at, line.kind, line.cause, line.due_before, line.due_after,
                )
            await db.run(
                "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, facts) VALUES"
                " ($1, $2, $3, 'dossier.received', 'system', '{}')",
                life.office_id, life.id, life.received_at,
            )
        if life.finished_at is not None:
            await db.run(
                "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, facts) VALUES"
                " ($1, $2, $3, $4, 'system', '{}')",
                life.office_id, life.id, life.finished_at, f"dossier.{life.state}",
            )
        if life.cause:
            await db.run(
                "INSERT INTO late_cause (dossier_id, office_id, cause, words, said_by, said_at)"
                " VALUES ($1, $2, $3, '', $4, $5)",
                life.id, life.office_id, life.cause, uuid4(), life.submitted_at,
            )
