"""An invented clock for the gallery: received before a holiday, stopped for a supplement, moved with an apology."""

from datetime import datetime
from functools import cache

from app.deadlines.decrees import load_calendar
from app.deadlines.explain import stretches_of
from app.deadlines.ledger import Clock, Fact, Line, advance
from app.deadlines.models import LineKind
from app.deadlines.service import COMPLETE_RECEIPT, EXTENSION, SUPPLEMENT, Due, Explanation
from app.deadlines.terms import parse_term
from app.dossiers.why import Voice, account
from app.faces.why import Account, shown
from app.kit.clock import LOCAL


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


FACTS = (
    (Fact(LineKind.START, _at(17, 15, 20), "received", term=parse_term("3 working-days"), reading="days"),
     COMPLETE_RECEIPT, ""),
    (Fact(LineKind.PAUSE, _at(18, 10), "supplement"), SUPPLEMENT, "Ảnh giấy chứng sinh bị mờ."),
    (Fact(LineKind.RESUME, _at(20, 9, 5), "supplement"), SUPPLEMENT, ""),
    (Fact(LineKind.EXTEND, _at(20, 14), "apology", new_due=_at(27, 17)), EXTENSION, "Chờ xã Phú Lương trả lời."),
)


@cache
def why_sample(language: str) -> Account:
    """The account as an applicant reads it."""
    calendar = load_calendar()
    clock: Clock | None = None
    lines = []
    for fact, source, note in FACTS:
        before, clock = clock, advance(clock, fact, calendar)
        lines.append(Line(
            fact=fact, way=clock.way, left_after=clock.left, due_before=before.due if before else None,
            due_after=None if fact.kind is LineKind.PAUSE else clock.due, calendar_version=calendar.version, rule="",
            source=source, note=note, actor_id=None, written_at=fact.at,
        ))
    assert clock is not None
    told = Explanation(
        Due(clock.original_due, clock.due, None), tuple(lines), stretches_of(lines, lambda _: calendar), (),
    )
    return shown(account(told, Voice.CITIZEN, language, {}), language)
