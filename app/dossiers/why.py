"""Why it is due then: one content for the citizen, the officer and the supervisor, each in their words.

Facts only; moments are put into words by whoever shows them. Nobody is told more than they may know: in public no
written reason and no person, to the applicant offices and roles, to officers names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.deadlines import service as deadlines
from app.deadlines.counting import Way, at_minute, budget_of, way_of
from app.deadlines.ledger import Difference, Line
from app.deadlines.models import LineKind
from app.deadlines.service import Due, Explanation
from app.deadlines.spans import Span
from app.dossiers import shares
from app.dossiers.case import Case
from app.dossiers.shares import Share
from app.dossiers.tools import Tools
from app.dossiers.why_month import Month, months_of
from app.dossiers.why_words import CAUSES, GOES_ON, KINDS, OFFICER_ROLES, READINGS, RULES_FOR_CITIZENS
from app.kit.clock import LOCAL
from app.kit.db import Db
from app.kit.words import N_, say

MOST_ROWS: Final = 24  # days of a term in hours told one by one; more are told in blocks, and one by one beside them
UNREAD: Final = "(ngoại suy)"  # how a source says that no decree was read for the day


class Voice(StrEnum):
    """Who is spoken to."""

    PUBLIC = "public"  # whoever knows the code: progress and dates (R11)
    CITIZEN = "citizen"  # the applicant: with the reasons, without officers' names
    OFFICER = "officer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the account: a stretch that counts or does not. `end` is None while a pause lasts.

    Days or minutes are what it used; `total` is what was used of the term with it, in the same unit, None where the row
    adds nothing to the term (an extension comes on top).
    """

    start: datetime
    end: datetime | None
    rule: str
    words: str
    source: str
    counted: bool
    days: int
    minutes: int
    total: int | None
    who: str = ""
    note: str = ""
    anew: bool = False  # a full new term begins here


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the append-only ledger."""

    number: int
    at: datetime
    written_at: datetime
    kind: str
    words: str
    who: str
    source: str
    note: str
    due_before: datetime | None
    due_after: datetime | None
    calendar: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything a page or a machine is told."""

    voice: Voice
    received_at: datetime
    due: Due
    term: str
    reading: str
    in_days: bool
    budget: int
    rows: tuple[Row, ...]
    pieces: tuple[Row, ...]  # the same uncut: every opening and every midday
    entries: tuple[Entry, ...]
    differences: tuple[Difference, ...]
    months: tuple[Month, ...]
    left_out: int  # months that are not drawn
    calendar: str
    unread: bool  # days of a year whose notice nobody has read yet: unverified
    shares: tuple[Share, ...] = ()  # whose time the term went to; none in public

    @property
    def moved(self) -> bool:
        """Whether the present due moment is another than the first promise."""
        return self.due.current_due != self.due.original_due


async def why_of(db: Db, tools: Tools, case: Case, voice: Voice, language: str) -> Why:
    """The account of one dossier's due moment. Raises DeadlineNotStarted, CalendarNotKept."""
    told = await deadlines.explain(db, case.id, calendar=tools.calendars.of(case.office_id))
    why = account(told, voice, language, await _people(db, told.lines, voice, language))
    return replace(why, shares=await shares.of_dossier(db, tools, case))


async def why_in_public(db: Db, tools: Tools, dossier_id: UUID, office_id: int, language: str) -> Why:
    """The same for whoever knows the code. The caller has the rows of that office in sight."""
    told = await deadlines.explain(db, dossier_id, calendar=tools.calendars.of(office_id))
    return account(told, Voice.PUBLIC, language, {})


def account(told: Explanation, voice: Voice, language: str, people: Mapping[UUID, str]) -> Why:
    """Put an explanation into an account. `people`: what each actor is called here."""
    term = next(line.fact.term for line in reversed(told.lines) if line.fact.term is not None)
    first = told.lines[0].fact
    assert first.reading is not None
    way = way_of(term, first.reading)
    pieces = _rows(told, voice, language, people)
    months, left_out = months_of(told.spans, told.due, frozenset(one.start for one in pieces if one.anew), language)
    return Why(
        voice=voice, received_at=at_minute(first.at), due=_local(told.due), term=term.words(language).lower(),
        reading=say(READINGS[way], language), in_days=_in_days(way), budget=budget_of(term, way),
        rows=_by_day(pieces, language), pieces=pieces, entries=_entries(told.lines, voice, language, people),
        differences=told.differences, months=months, left_out=left_out, calendar=told.lines[-1].calendar_version,
        unread=any(UNREAD in one.source for one in told.spans),
    )


def _local(due: Due) -> Due:
    return Due(
        due.original_due.astimezone(LOCAL), due.current_due.astimezone(LOCAL),
        due.paused_since.astimezone(LOCAL) if due.paused_since else None,
        due.ended_at.astimezone(LOCAL) if due.ended_at else None,
    )


def _in_days(way: Way) -> bool:
    return way in (Way.WORKING_DAYS, Way.CALENDAR_DAYS, Way.SAME_DAY)


def _rows(told: Explanation, voice: Voice, language: str, people: Mapping[UUID, str]) -> tuple[Row, ...]:
    """Every span, with what was used so far. The sum begins anew where the term does."""
    restarts = [at_minute(line.fact.at) for line in told.lines if line.fact.kind is LineKind.RESTART]
    causes = {at_minute(line.fact.at): line for line in told.lines if line.fact.kind is LineKind.PAUSE}
    grounds = {at_minute(line.due_after): line for line in told.lines
               if line.fact.kind in (LineKind.EXTEND, LineKind.RECOUNT) and line.due_after is not None}
    rows: list[Row] = []
    total, again = 0, False
    for one in told.spans:
        again = again or one.rule == "paused"
        anew = bool(restarts) and one.start >= restarts[0] and one.rule != "paused"
        if anew:
            restarts.pop(0)
            total = 0
        beyond = one.rule == "extended"
        total += 0 if beyond else one.days or one.minutes
        line = causes.get(one.start) if one.rule == "paused" else None
        if beyond and one.end is not None:
            line = grounds.get(one.end)
        rows.append(Row(
            start=one.start, end=one.end, rule=one.rule, words=_words(one, line, again, voice, language),
            source=say(one.source, language) if voice is not Voice.PUBLIC or line is None else "", counted=one.counted,
            days=one.days, minutes=one.minutes, total=total if one.counted and not beyond else None,
            who=_who(line, voice, language, people) if line else "", anew=anew,
            note=line.note if line and voice is not Voice.PUBLIC else "",
        ))
    return tuple(rows)


def _words(one: Span, line: Line | None, again: bool, voice: Voice, language: str) -> str:
    """The rule in the reader's words. A decree's own name of the day is said as it is."""
    if line is not None:
        return say(CAUSES.get((line.fact.kind.value, line.fact.cause), KINDS[line.fact.kind]), language)
    if one.rule == "first-day" and again:
        return say(GOES_ON, language)
    if one.rule == "day-off":
        return say(N_("Ngày nghỉ: {name}"), language, name=one.why)
    if one.rule == "paused":
        return say(KINDS[LineKind.PAUSE], language)
    if one.rule == "extended":
        return say(KINDS[LineKind.EXTEND], language)
    plain = voice in (Voice.PUBLIC, Voice.CITIZEN) and one.rule in RULES_FOR_CITIZENS
    words = say(RULES_FOR_CITIZENS[one.rule] if plain else one.why, language)
    if one.rule == "working-day" and plain and one.why != "Ngày làm việc":
        return f"{words} {say(one.why, language)}."
    return words


def _by_day(pieces: Sequence[Row], language: str) -> tuple[Row, ...]:
    """Office hours of one day and what lies between them become one row; nothing is left out between rows."""
    rows: list[Row] = []
    for piece in pieces:
        last = rows[-1] if rows else None
        joins = (
            last is not None and last.rule == "office-time" and not piece.anew and last.end is not None
            and piece.rule in ("office-time", "midday", "closed")
            and (piece.start.date() == last.start.date() or piece.rule == "closed")
            and (piece.rule != "closed" or last.end.date() == last.start.date())
        )
        if last is None or not joins:
            rows.append(piece)
            continue
        rows[-1] = Row(
            start=last.start, end=piece.end, rule="office-time", words=last.words, source=last.source, counted=True, days=0,
            minutes=last.minutes + piece.minutes, total=piece.total if piece.total is not None else last.total,
            anew=last.anew,
        )
    told = tuple(_closed(row, language) for row in rows)
    return told if len(told) <= MOST_ROWS else _by_block(told)


def _by_block(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Days of office time in a row become one: a long term in hours still fits on two sheets."""
    blocks: list[Row] = []
    for row in rows:
        last = blocks[-1] if blocks else None
        if last is None or row.anew or row.rule != "office-time" or last.rule not in ("office-time", "closed"):
            blocks.append(row)
            continue
        words = row.words if last.rule == "closed" or last.words == row.words else max(last.words, row.words, key=len)
        blocks[-1] = replace(
            row, start=last.start, minutes=last.minutes + row.minutes, words=words, anew=last.anew,
        )
    return tuple(blocks)


def _closed(row: Row, language: str) -> Row:
    """A day's office time says that the hours around it do not count."""
    if row.rule != "office-time" or row.end is None or (row.end - row.start).total_seconds() == row.minutes * 60:
        return row
    words = say(N_("Giờ làm việc; nghỉ trưa và ngoài giờ không tính"), language)
    return Row(row.start, row.end, row.rule, words, row.source, True, 0, row.minutes, row.total, anew=row.anew)


def _note(line: Line, voice: Voice) -> str:
    """Why somebody did it. What is written where a term begins are remarks on the rule, for those who work with it."""
    begins = line.fact.kind in (LineKind.START, LineKind.RESTART)
    return "" if voice is Voice.PUBLIC or (begins and voice is Voice.CITIZEN) else line.note


def _entries(
    lines: Sequence[Line], voice: Voice, language: str, people: Mapping[UUID, str]
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            number=number, at=at_minute(line.fact.at), written_at=line.written_at.astimezone(LOCAL),
            kind=line.fact.kind.value, words=_line_words(line, language), who=_who(line, voice, language, people),
            source=say(line.source, language), note=_note(line, voice),
            due_before=line.due_before.astimezone(LOCAL) if line.due_before else None,
            due_after=line.due_after.astimezone(LOCAL) if line.due_after else None, calendar=line.calendar_version,
        )
        for number, line in enumerate(lines, start=1)
    )


def _line_words(line: Line, language: str) -> str:
    kind, cause = line.fact.kind, line.fact.cause
    known = CAUSES.get((kind.value, line.fact.rule)) if kind is LineKind.MARK else None
    return say(known or CAUSES.get((kind.value, cause), KINDS[kind]), language)


def _who(line: Line, voice: Voice, language: str, people: Mapping[UUID, str]) -> str:
    """Who did it, as far as this reader is told."""
    if voice is Voice.PUBLIC:
        return ""
    if line.actor_id is None:
        return say(N_("Hệ thống"), language)
    return people.get(line.actor_id, say(N_("Người nộp"), language))


async def _people(db: Db, lines: Sequence[Line], voice: Voice, language: str) -> dict[UUID, str]:
    """What the officers among the actors are called: names for officers, office and role for the applicant."""
    asked = list({line.actor_id for line in lines if line.actor_id is not None})
    rows = await db.rows(
        "SELECT o.id, o.name, o.title, o.roles, f.short_name FROM officer o JOIN office f ON f.id = o.office_id"
        " WHERE o.id = ANY($1)", asked,
    )
    return {
        row["id"]: f"{row['name']}, {row['title']}" if voice in (Voice.OFFICER, Voice.SUPERVISOR)
        else f"{_role(row['roles'], language)}, {row['short_name']}"
        for row in rows
    }


def _role(roles: Sequence[str], language: str) -> str:
    return next((say(words, language) for role, words in OFFICER_ROLES.items() if role in roles),
                say(N_("Cán bộ"), language))
