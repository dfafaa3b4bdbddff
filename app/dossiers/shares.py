"""Whose time a dossier's term went to: each lane of the office, each agency that was asked (rules.md 2.7, 5.3).

A share is counted in office minutes inside the term: not before it starts, not while it stands still, not after handling
has ended. However many agencies work on a dossier, it is one dossier, of the office that owns it.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.deadlines import service as deadlines
from app.deadlines.calendar import Calendar
from app.deadlines.ledger import Line as LedgerLine
from app.deadlines.models import LineKind
from app.dossiers.case import Case
from app.dossiers.clock import calendar_of
from app.dossiers.tools import Tools
from app.journal import service as journal
from app.journal.service import Line as JournalLine
from app.kit import clock
from app.kit.db import Db

Verdict = Literal["early", "on_time", "late"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One stay of the dossier with somebody. `name`: step of the drawing, or kind of the question."""

    name: str
    since: datetime
    until: datetime | None  # None: still there
    due_at: datetime | None
    silent: bool = False  # the agency let its time run out

    def verdict(self, now: datetime) -> Verdict | None:
        """Judged to the minute; None without a due moment, and while it is there and in time."""
        if self.due_at is None or (self.until is None and now <= self.due_at):
            return None
        return "late" if self.silent else judge(self.until or now, self.due_at)


@dataclass(frozen=True, slots=True)
class Share:
    """What one agency had of the term. Minutes are office minutes inside it.

    `who`: a lane of the office ("specialist"), or the asked agency by name. `budget`: what its pieces were given, None
    where the package gives none. `used`: what it took. `used_of_budget`: of it, in pieces with a budget. `verdict` is
    None without a budget, and while it is still at work and in time.
    """

    kind: Literal["lane", "agency"]
    who: str
    used: int
    used_of_budget: int
    budget: int | None
    verdict: Verdict | None
    at_work: bool
    pieces: tuple[Piece, ...]


def judge(done: datetime, due: datetime) -> Verdict:
    """Both at their minute, as slips print them: before is early, the same minute on time, after late."""
    used, allowed = (moment.replace(second=0, microsecond=0) for moment in (done, due))
    return "early" if used < allowed else "on_time" if used == allowed else "late"


async def of_dossier(db: Db, tools: Tools, case: Case, *, at: datetime | None = None) -> tuple[Share, ...]:
    """The shares of a dossier at `at` (now): lanes in the order they came to it, then the asked agencies.

    Four statements. Empty before the term starts.
    """
    ledger = await deadlines.lines_of(db, case.id)
    if not ledger:
        return ()
    history = await journal.lines(db, case.id)
    standing = await db.rows(
        "SELECT name, role, opened_at, due_at FROM step WHERE dossier_id = $1 ORDER BY opened_at, task_no", case.id
    )
    asked = await consultations.of_dossier(db, case.id)
    timed = {name for name, rule in case.procedure.procedure.steps.items() if rule.budget}
    lanes = [*lane_pieces(history, timed), *(
        (row["role"], Piece(row["name"], row["opened_at"], None, row["due_at"] if row["name"] in timed else None))
        for row in standing
    )]
    return shares(lanes, agency_pieces(asked, case.finished_at), ledger, calendar_of(tools, case), at or clock.now())


def shares(
    lanes: Iterable[tuple[str, Piece]], agencies: Iterable[tuple[str, Piece]], ledger: Sequence[LedgerLine],
    calendar: Calendar, now: datetime,
) -> tuple[Share, ...]:
    """The same from what was read: pure."""
    running = running_of(ledger, now)
    gathered: dict[tuple[Literal["lane", "agency"], str], list[Piece]] = {}
    for who, piece in lanes:
        gathered.setdefault(("lane", who), []).append(piece)
    for who, piece in agencies:
        gathered.setdefault(("agency", who), []).append(piece)
    found = []
    for (kind, who), pieces in gathered.items():
        inside = [piece for piece in pieces if _touches(piece, running, now)]
        if inside:
            found.append(_share(kind, who, inside, running, calendar, now))
    return tuple(found)


def lane_pieces(history: Iterable[JournalLine], timed: Container[str]) -> list[tuple[str, Piece]]:
    """Steps that were done, each with its lane, from the journal.

    Only those in `timed` have time of their own; the others are due with the dossier, which is no one lane's budget.
    """
    return [
        (line.facts["role"], Piece(
            line.facts["step"], datetime.fromisoformat(line.facts["opened_at"]), line.at,
            datetime.fromisoformat(line.facts["due_at"])
            if line.facts.get("due_at") and line.facts["step"] in timed else None,
        ))
        for line in history if line.event == "step.finished" and line.facts.get("opened_at")
    ]


def agency_pieces(asked: Iterable[Consultation], ended_at: datetime | None) -> list[tuple[str, Piece]]:
    """Questions to other agencies; one that was taken back lasted until the dossier ended."""
    return [
        (one.agency, Piece(
            one.kind, one.asked_at, one.answered_at or (None if one.state == "asked" else ended_at), one.due_at,
            silent=one.state == "silent",
        ))
        for one in asked
    ]


def running_of(ledger: Sequence[LedgerLine], now: datetime) -> list[tuple[datetime, datetime]]:
    """From when until when the term ran, up to `now`."""
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for line in ledger:
        match line.fact.kind:
            case LineKind.START | LineKind.RESUME | LineKind.RESTART:
                since = line.fact.at
            case LineKind.PAUSE | LineKind.END if since is not None:
                found.append((since, line.fact.at))
                since = None
            case _:
                pass
    if since is not None and since <= now:
        found.append((since, now))
    return found


def _touches(piece: Piece, running: Sequence[tuple[datetime, datetime]], now: datetime) -> bool:
    """Whether any of it, be it no minute long, lies inside the term."""
    until = piece.until or now
    return any(
        max(piece.since, begins) < min(until, ends) or begins <= piece.since <= until <= ends for begins, ends in running
    )


def _share(
    kind: Literal["lane", "agency"], who: str, pieces: Sequence[Piece], running: Sequence[tuple[datetime, datetime]],
    calendar: Calendar, now: datetime,
) -> Share:
    used = [
        sum(
            calendar.working_minutes_between(max(piece.since, begins), min(piece.until or now, ends))
            for begins, ends in running
        )
        for piece in pieces
    ]
    given = [
        calendar.working_minutes_between(piece.since, piece.due_at) for piece in pieces if piece.due_at is not None
    ]
    budget = sum(given) if given else None
    spent = sum(minutes for minutes, piece in zip(used, pieces, strict=True) if piece.due_at is not None)
    at_work = any(piece.until is None for piece in pieces)
    return Share(
        kind=kind, who=who, used=sum(used), used_of_budget=spent, budget=budget,
        verdict=_verdict(spent, budget, [piece.verdict(now) for piece in pieces], at_work), at_work=at_work,
        pieces=tuple(pieces),
    )


def _verdict(used: int, budget: int | None, pieces: Sequence[Verdict | None], at_work: bool) -> Verdict | None:
    """By the sum of minutes; where it is used up exactly, by whether any piece came after its moment."""
    if budget is None:
        return None
    if used > budget:
        return "late"
    if at_work:
        return "late" if "late" in pieces and used == budget else None
    if used == budget:
        return "late" if "late" in pieces else "on_time"
    return "early"
