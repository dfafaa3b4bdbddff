"""Pages of the overview: the frame around them, and how deadlines, steps and states are said in their lists."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from app.deadlines.calendar import Calendar
from app.dossiers.models import DossierState as S
from app.dossiers.queries_overview import After
from app.dossiers.states import WORDS
from app.faces.access import Visit
from app.faces.due import DueView, due_view
from app.faces.officers import say as tell
from app.faces.officers import stand_around
from app.faces.pages import render
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org.models import Role

__all__ = [
    "address", "after_of", "after_text", "day_of", "days_between", "due_of", "field", "may_steer", "names_of", "offices_of",
    "show", "state_tag", "step_words", "tell",
]

TAGS: Final[dict[S, str]] = {
    S.SUBMITTED: "wait", S.RECEIVED: "doing", S.IN_PROGRESS: "doing", S.SUPPLEMENT_REQUESTED: "wait",
    S.PAYMENT_REQUESTED: "wait", S.AWAITING_SIGNATURE: "sign", S.AWAITING_SEAL: "sign",
}


async def show(visit: Visit, template: str, /, *, status: int = 200, **context: Any) -> Response:
    """A page of the overview."""
    if getattr(visit.request.state, "frame", None) is None:
        await stand_around(visit)
    return render(visit.request, f"overview/{template}", status=status, at=clock.now(), **context)


def offices_of(visit: Visit, chosen: str) -> tuple[int, ...]:
    """The offices a page is about: the chosen one if the officer sees it, else all they see. Raises NotFound."""
    if not chosen:
        return visit.officer.offices
    if not chosen.isdecimal() or int(chosen) not in visit.officer.offices:
        raise NotFound
    return (int(chosen),)


def may_steer(visit: Visit, office_id: int) -> bool:
    """Whether this officer hands work round in that office: their own, and not merely watching it."""
    steers = visit.officer.roles & {Role.HEAD, Role.LEADER, Role.SUPERVISOR, Role.ADMINISTRATOR}
    return bool(steers) and visit.officer.office_id == office_id


def due_of(
    visit: Visit, due_at: datetime | None, paused_at: datetime | None = None, office_id: int | None = None
) -> DueView:
    """A deadline as lists show it, in working days of the office's calendar."""
    if due_at is None:
        return due_view(None, clock.now(), paused_since=paused_at)
    calendar = visit.tools.calendars.of(office_id or visit.officer.office_id)
    days = days_between(calendar, clock.today(), due_at.astimezone(clock.LOCAL).date())
    return due_view(due_at, clock.now(), paused_since=paused_at, calendar_days_left=days)


def days_between(calendar: Calendar, first: date, last: date) -> int:
    """Working days from one day to another; negative backwards."""
    return calendar.working_days_between(first, last) or -calendar.working_days_between(last, first)


async def names_of(visit: Visit, version_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Loaded procedures by version, for the words of lists."""
    return {one: await visit.tools.catalogue.version(visit.db, one) for one in set(version_ids)}


def step_words(loaded: Any, name: str | None, language: str) -> str:
    """What a step is called in its procedure."""
    if name is None:
        return ""
    rule = loaded.procedure.steps.get(name)
    return str(rule.title.in_(language)) if rule else name


def state_tag(state: S, language: str) -> dict[str, str]:
    """The business state for `say.tag`."""
    return {"words": say(WORDS[state], language), "kind": TAGS.get(state, "done")}


def address(path: str, **query: object) -> str:
    """A path with the parts of the query that say something."""
    said = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(said)}" if said else path


def after_text(after: After | None) -> str:
    """The place of the next page, for an address."""
    if after is None:
        return ""
    return f"{after.due_at.isoformat() if after.due_at else '-'}_{after.id}_{after.task_no}"


def after_of(text: str) -> After | None:
    """The other way round. Raises NotFound on anything we did not write."""
    if not text:
        return None
    try:
        moment, dossier_id, task_no = text.split("_")
        at = None if moment == "-" else datetime.fromisoformat(moment)
        if at is not None and at.tzinfo is None:
            raise NotFound
        return After(at, UUID(dossier_id), int(task_no))
    except ValueError as wrong:
        raise NotFound from wrong


def day_of(text: str) -> date | None:
    """A day from an address. Raises NotFound on anything that is none, and at the ends of time."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise NotFound from wrong
    if day is not None and not 1900 <= day.year <= 2999:  # there is no day before or after
        raise NotFound
    return day


def field(
    name: str, label: str, options: Iterable[tuple[str, str]], value: str, language: str, *, every: bool = True
) -> dict[str, Any]:
    """A filter of a list, for `lists.filters`. `label` is a msgid, the options are words already."""
    shown = [{"value": one, "text": text} for one, text in options]
    if every:
        shown.insert(0, {"value": "", "text": say(N_("Tất cả"), language)})
    return {"name": name, "label": say(label, language), "value": value, "options": shown}
