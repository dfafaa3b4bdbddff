"""Pages of the overview: the frame around them, and how deadlines, steps and states are said in their lists."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from app.dossiers.models import DossierState as S
from app.dossiers.queries_overview import After
from app.dossiers.states import WORDS
from app.faces.access import Visit
from app.faces.due import DueView, due_view
from app.faces.frame import Announcement, Frame, Kind, Office, WayItem
from app.faces.pages import render
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org import people
from app.org.models import Role
from app.sessions import service as sessions

TAGS: Final[dict[S, str]] = {
    S.SUBMITTED: "wait", S.RECEIVED: "doing", S.IN_PROGRESS: "doing", S.SUPPLEMENT_REQUESTED: "wait",
    S.PAYMENT_REQUESTED: "wait", S.AWAITING_SIGNATURE: "sign", S.AWAITING_SEAL: "sign",
}
# The officers' way about, as the desk shows it to the same people.
WAY: Final[tuple[tuple[str, str, frozenset[str]], ...]] = (
    ("/desk", N_("Việc của tôi"), frozenset()),
    ("/desk/intake", N_("Tiếp nhận"), frozenset({Role.RECEPTION, Role.HEAD})),
    ("/desk/sign", N_("Ký số"), frozenset({Role.LEADER})),
    ("/desk/seal", N_("Đóng dấu"), frozenset({Role.CLERK})),
    ("/desk/return", N_("Trả kết quả"), frozenset({Role.RECEPTION, Role.HEAD, Role.CLERK})),
    ("/overview", N_("Điều hành"), frozenset()),
)


async def show(visit: Visit, template: str, /, *, status: int = 200, **context: Any) -> Response:
    """A page of the overview."""
    office = await people.office(visit.db, visit.officer.office_id)
    visit.request.state.frame = Frame(
        office=Office(short=office.short_name, place=office.short_name, phone=office.phone), home="/desk",
        person=visit.officer.name, sign_out="/desk/sign-out", find="/desk/search", notices=await _said(visit),
        way=tuple(
            WayItem(href, say(words, visit.language))
            for href, words, roles in WAY if not roles or roles & visit.officer.roles
        ),
    )
    return render(visit.request, f"overview/{template}", status=status, at=clock.now(), **context)


async def tell(visit: Visit, title: str, text: str = "", kind: Kind = "good") -> None:
    """Say something once, on the next page this officer opens."""
    if visit.session is not None:
        said = {"title": title, "text": text, "kind": kind, "href": "", "link": ""}
        await sessions.put_note(visit.db, visit.session, said=[*visit.session.note.get("said", []), said])


async def _said(visit: Visit) -> tuple[Announcement, ...]:
    if visit.session is None or not visit.session.note.get("said"):
        return ()
    await sessions.drop_note(visit.db, visit.session, "said")
    return tuple(Announcement(**one) for one in visit.session.note["said"])


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


def due_of(visit: Visit, due_at: datetime | None, paused_at: datetime | None = None) -> DueView:
    """A deadline as lists show it, in working days of the office's calendar."""
    if due_at is None:
        return due_view(None, clock.now(), paused_since=paused_at)
    today, last = clock.today(), due_at.astimezone(clock.LOCAL).date()
    calendar = visit.tools.calendar
    days = calendar.working_days_between(today, last) or -calendar.working_days_between(last, today)
    return due_view(due_at, clock.now(), paused_since=paused_at, calendar_days_left=days)


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
