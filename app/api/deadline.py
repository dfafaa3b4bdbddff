"""When an answer is due and why: of one dossier for its people, of any receipt and term for anybody."""

from datetime import datetime, time
from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import Field

from app.api import cases
from app.api.public import not_too_often
from app.api.shapes import DossierRef, Moment, View, Word
from app.deadlines.counting import Reading
from app.deadlines.ledger import Difference
from app.deadlines.rules import DueMoment, due_moment
from app.deadlines.spans import Span
from app.deadlines.terms import parse_term
from app.dossiers.shares import Piece, Share
from app.dossiers.why import Entry, Row, Voice, Why, why_of
from app.faces.access import PublicVisit, SignedInVisit
from app.faces.limits import Limit
from app.faces.routes import Router
from app.faces.why import answer
from app.kit import clock
from app.kit.errors import Refused
from app.kit.words import N_, say
from app.org import people
from app.org.people import OfficeNotFound

router = Router()
ASKING: Final = Limit(60, 60.0)


class MomentUnreadable(Refused):
    """A moment of receipt nobody can read."""

    says = N_("Không đọc được thời điểm nhận “{text}”. Viết năm-tháng-ngày và giờ, ví dụ 2026-06-05T10:00.")


class CutoffUnreadable(Refused):
    """An hour nobody can read."""

    says = N_("Không đọc được giờ chốt “{text}”. Viết giờ:phút, ví dụ 15:00.")


class SpanView(View):
    """A span of time that counts or does not, with its rule. `minutes` are office minutes used of a term in hours, `days`
    days of a term in days. `end` is null while a pause lasts."""

    start: Moment
    end: Moment | None
    counted: bool
    minutes: int
    days: int
    total: int | None = Field(default=None, description="Used of the term with it, in the term's own unit.")
    rule: str = Field(examples=["working-day"])
    why: str
    source: str
    who: str | None = None
    note: str | None = Field(default=None, description="The written reason.")


class LedgerLine(View):
    """One line of the append-only ledger."""

    number: int
    at: Moment
    written_at: Moment
    kind: str = Field(examples=["pause"])
    words: str
    who: str
    source: str
    note: str
    due_before: Moment | None
    due_after: Moment | None
    calendar: str


class Stay(View):
    """One stay of the dossier with an agency: a step, or a question."""

    name: str
    since: Moment
    until: Moment | None
    due_at: Moment | None
    verdict: Literal["early", "on_time", "late"] | None


class ShareView(View):
    """What one agency had of the term, in office minutes inside it."""

    kind: Literal["lane", "agency"]
    who: str
    used: int
    budget: int | None
    verdict: Literal["early", "on_time", "late"] | None
    at_work: bool
    stays: list[Stay]


class Disagreement(View):
    """A ledger line whose stored result its facts do not give: an alarm."""

    line: int
    stored: Moment | None
    computed: Moment | None


class Deadline(View):
    """Why it is due then: the same the pages say."""

    answer: str = Field(description="One sentence: received, term, due.")
    received_at: Moment
    original_due: Moment
    current_due: Moment
    paused_since: Moment | None
    ended_at: Moment | None
    term: str
    budget: int = Field(description="The whole term: days, or office minutes.")
    unit: Literal["days", "minutes"]
    reading: str
    calendar: str
    unverified: bool = Field(description="Days off of a year whose notice nobody has read yet.")
    spans: list[SpanView]
    lines: list[LedgerLine]
    shares: list[ShareView]
    differences: list[Disagreement]


class Due(View):
    """When an answer to such a receipt is due."""

    due: Moment
    received: Moment
    counted_from: Moment
    term: str = Field(examples=["3 working-days"])
    reading: Reading
    calendar: str
    spans: list[SpanView]


@router.get("/dossiers/{dossier}/deadline", summary="Why it is due then", tags=["Around a dossier"])
async def of_dossier(visit: SignedInVisit, dossier: DossierRef) -> Deadline:
    """Every span from receipt to the due moment with its rule and source, the ledger, each agency's share.

    The applicant is told offices and roles, officers are told names.
    """
    case = await cases.case_for(visit, dossier)
    voice = Voice.OFFICER if visit.maybe_officer is not None else Voice.CITIZEN
    return _deadline(await why_of(visit.db, visit.tools, case, voice, visit.language), visit.language)


@router.get("/deadline", summary="When is it due", tags=["Public"])
async def of_anything(
    visit: PublicVisit,
    received: Annotated[Word, Query(
        max_length=40, description="Complete receipt; local time without a zone.", examples=["2026-06-05T10:00"],
    )],
    term: Annotated[Word, Query(
        max_length=60, description="Number and unit: working-days, working-hours, half-days, calendar-days; or same-day.",
        examples=["3 working-days"],
    )],
    reading: Annotated[Reading, Query(description="A working day as a whole day, or as 8 working hours.")] = "days",
    office: Annotated[Word, Query(max_length=35, description="Code of the office; without it, the common calendar.")] = "",
    cutoff: Annotated[Word, Query(max_length=8, description="After it same-day means the next working day.")] = "15:00",
) -> Due:
    """What `motcua deadline` says. Asks for nothing about anybody, keeps nothing."""
    not_too_often(visit, ASKING)
    calendar = visit.tools.calendar
    if office:
        found_office = await people.office_by_code(visit.db, office)
        if found_office is None or found_office.id is None:
            raise OfficeNotFound
        calendar = visit.tools.calendars.of(found_office.id)
    moment = _moment(received)
    calendar.reach(moment.date())
    found = due_moment(moment, parse_term(term), calendar=calendar, reading=reading, cutoff=_cutoff(cutoff))
    return _due(found, visit.language)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        if len(text.strip()) <= len("2026-06-05"):
            raise ValueError(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=clock.LOCAL)).astimezone(clock.LOCAL)
    except (ValueError, OverflowError):
        raise MomentUnreadable(text=text[:40]) from None


def _cutoff(text: str) -> time:
    try:
        hour = time.fromisoformat(text.strip())
    except ValueError:
        raise CutoffUnreadable(text=text[:40]) from None
    if hour.second or hour.microsecond or hour.tzinfo:
        raise CutoffUnreadable(text=text)
    return hour


def _due(found: DueMoment, language: str) -> Due:
    return Due(
        due=found.due_at, received=found.received_at, counted_from=found.counted_from, term=str(found.term),
        reading=found.reading, calendar=found.calendar.version, spans=[_span(one, language) for one in found.spans],
    )


def _span(one: Span, language: str) -> SpanView:
    return SpanView(
        start=one.start, end=one.end, counted=one.counted, minutes=one.minutes, days=one.days, rule=one.rule,
        why=say(one.why, language), source=say(one.source, language),
    )


def _deadline(why: Why, language: str) -> Deadline:
    return Deadline(
        answer=answer(why, language), received_at=why.received_at, original_due=why.due.original_due,
        current_due=why.due.current_due, paused_since=why.due.paused_since, ended_at=why.due.ended_at, term=why.term,
        budget=why.budget, unit="days" if why.in_days else "minutes", reading=why.reading, calendar=why.calendar,
        unverified=why.unread, spans=[_row(one) for one in why.pieces], lines=[_line(one) for one in why.entries],
        shares=[_share(one, clock.now()) for one in why.shares], differences=[_difference(one) for one in why.differences],
    )


def _row(one: Row) -> SpanView:
    return SpanView(
        start=one.start, end=one.end, counted=one.counted, minutes=one.minutes, days=one.days, total=one.total,
        rule=one.rule, why=one.words, source=one.source, who=one.who or None, note=one.note or None,
    )


def _line(one: Entry) -> LedgerLine:
    return LedgerLine(
        number=one.number, at=one.at, written_at=one.written_at, kind=one.kind, words=one.words, who=one.who,
        source=one.source, note=one.note, due_before=one.due_before, due_after=one.due_after, calendar=one.calendar,
    )


def _share(one: Share, now: datetime) -> ShareView:
    return ShareView(
        kind=one.kind, who=one.who, used=one.used, budget=one.budget, verdict=one.verdict, at_work=one.at_work,
        stays=[_stay(piece, now) for piece in one.pieces],
    )


def _stay(one: Piece, now: datetime) -> Stay:
    return Stay(name=one.name, since=one.since, until=one.until, due_at=one.due_at, verdict=one.verdict(now))


def _difference(one: Difference) -> Disagreement:
    return Disagreement(line=one.line_no, stored=one.stored, computed=one.computed)
