"""Changing the calendar: propose, look at what it moves, put it in force, see how far the counting has come."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from app.deadlines import changes
from app.deadlines.calendar import Calendar
from app.deadlines.decrees import COUNTRY, lay_out, scopes_of
from app.deadlines.models import CalendarChange, ChangeState
from app.deadlines.timetable import CalendarImpossible
from app.dossiers import queries_calendar as queries
from app.dossiers.queries_calendar import Effect, Which
from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.calendar import PATH, change_rows, own_scopes, require_in_sight, require_may_change
from app.overview.calendar_form import CHOICES, FormWrong, content_of, input_type
from app.overview.page import address, names_of, show, tell

router = Router()
AGAIN: Final = "3"  # seconds until a page that shows progress asks again
FIELDS: Final = ("scope", "what", "first", "last", "name", "hours", "season", "lines", "decision", "source")
TOUCHED: Final[tuple[tuple[Which, str, str], ...]] = (
    ("", N_("Đổi ngày hẹn"), ""), ("later", N_("Muộn hơn"), ""), ("earlier", N_("Sớm hơn"), ""),
    ("late", N_("Thành quá hạn"), "late"), ("rescued", N_("Hết quá hạn"), "ok"), ("steps", N_("Chỉ đổi hạn của bước"), ""),
)
Short = Annotated[str, Form(max_length=300)]


@router.get("/overview/calendar/new")
async def new(visit: SupervisorVisit) -> Response:
    """An empty form. Raises RoleMissing for those who may not change any place's calendar."""
    if not await own_scopes(visit):
        raise RoleMissing
    return await _form(visit, dict.fromkeys(FIELDS, ""), {})


@router.post("/overview/calendar/new")
async def propose(
    visit: SupervisorVisit, scope: Annotated[str, Form(max_length=40)] = "", what: Annotated[str, Form(max_length=20)] = "",
    first: Annotated[str, Form(max_length=40)] = "", last: Annotated[str, Form(max_length=40)] = "", name: Short = "",
    hours: Short = "", season: Annotated[str, Form(max_length=40)] = "",
    lines: Annotated[str, Form(max_length=changes.MOST_LETTERS)] = "", decision: Short = "", source: Short = "",
) -> Response:
    """Write the change down and have its effect counted; a form that cannot be meant comes back with its reasons."""
    given = dict(zip(FIELDS, (scope, what, first, last, name, hours, season, lines, decision, source), strict=True))
    errors = {}
    if scope:
        await require_may_change(visit, scope)
    else:
        errors["scope"] = say(N_("Hãy chọn nơi áp dụng."), visit.language)
    if not decision.strip():
        errors["decision"] = changes.ChangeWithoutDecision().words(visit.language)
    try:
        content = content_of(given, await _calendar(visit, scope or COUNTRY), visit.language)
        if not errors:
            change = await changes.propose(
                visit.db, visit.tools.calendars.decrees, scope=scope, content=content, decision=decision, source=source,
                by=visit.officer.id, office_id=visit.officer.office_id,
            )
            return RedirectResponse(f"{PATH}/changes/{change.id}", status_code=303)
    except FormWrong as wrong:
        errors = wrong.errors | errors
    except (CalendarImpossible, changes.ChangeEmpty) as impossible:
        errors["lines" if what == "lines" else "first"] = impossible.words(visit.language)
    return await _form(visit, given, errors)


@router.get("/overview/calendar/changes/{change_id}")
async def look(
    visit: SupervisorVisit, change_id: UUID, which: Which = "", after: Annotated[str, Query(max_length=90)] = ""
) -> Response:
    """A change: what it says, what it moves, how far it has come."""
    change = await _seen(visit, change_id)
    now, offices = change.applied_at or clock.now(), visit.officer.offices
    by_office = await queries.by_office(visit.db, change.id, offices, now)
    found, more = await queries.effects(visit.db, change.id, offices, now, which=which, after=_after(after))
    here, running = f"{PATH}/changes/{change.id}", _running(change)
    answer = await show(
        visit, "calendar/change.html", row=(await change_rows(visit, [change]))[0], change=change, running=running,
        content=_content(change), mine=change.scope in await own_scopes(visit), place=here, offices=by_office,
        rows=await _rows(visit, found), which=which, total=sum(one.moved for one in by_office),
        chips=[
            {"href": address(here, which=one), "words": say(words, visit.language), "mark": mark, "here": one == which,
             "count": sum(getattr(office, one or "moved") for office in by_office)}
            for one, words, mark in TOUCHED
        ],
        next_href=address(here, which=which, after=f"{more[0].isoformat()}_{more[1]}") if more else None,
        first_href=address(here, which=which) if after else None,
    )
    if running:
        answer.headers["refresh"] = AGAIN
    return answer


@router.get("/overview/calendar/changes/{change_id}/confirm")
async def confirm(visit: SupervisorVisit, change_id: UUID) -> Response:
    """The second look: how many dossiers move, before anything does."""
    change = await _own(visit, change_id)
    if change.state != ChangeState.PROPOSED:
        raise changes.ChangeNoLongerOpen
    if change.seen_at is None:
        return RedirectResponse(f"{PATH}/changes/{change.id}", status_code=303)
    by_office = await queries.by_office(visit.db, change.id, visit.officer.offices, clock.now())
    return await show(
        visit, "calendar/confirm.html", row=(await change_rows(visit, [change]))[0], change=change, content=_content(change),
        place=f"{PATH}/changes/{change.id}", late=sum(one.late for one in by_office),
        earlier=sum(one.earlier for one in by_office),
    )


@router.post("/overview/calendar/changes/{change_id}/apply")
async def apply(
    visit: SupervisorVisit, change_id: UUID, moved: Annotated[int, Form(ge=0, le=2_000_000_000)] = 0
) -> Response:
    """In force from now on; the open dossiers are counted again behind the page."""
    await _own(visit, change_id)
    await changes.apply(
        visit.db, visit.tools.calendars.decrees, change_id, by=visit.officer.id, office_id=visit.officer.office_id,
        moved=moved,
    )
    await tell(visit, say(N_("Lịch mới đã có hiệu lực. Máy đang tính lại hồ sơ."), visit.language))
    return RedirectResponse(f"{PATH}/changes/{change_id}", status_code=303)


@router.post("/overview/calendar/changes/{change_id}/look")
async def count_anew(visit: SupervisorVisit, change_id: UUID) -> Response:
    """Count the effect again: dossiers have come and gone since."""
    change = await _own(visit, change_id)
    await changes.look(visit.db, change, office_id=visit.officer.office_id)
    return RedirectResponse(f"{PATH}/changes/{change_id}", status_code=303)


@router.post("/overview/calendar/changes/{change_id}/drop")
async def drop(visit: SupervisorVisit, change_id: UUID) -> Response:
    """Not to be; the proposal stays in the history."""
    await _own(visit, change_id)
    await changes.drop(visit.db, change_id)
    await tell(visit, say(N_("Đã bỏ thay đổi. Lịch vẫn như cũ."), visit.language))
    return RedirectResponse(f"{PATH}/changes/{change_id}", status_code=303)


async def _seen(visit: Visit, change_id: UUID) -> CalendarChange:
    change = await changes.change_of(visit.db, change_id)
    await require_in_sight(visit, change)
    return change


async def _own(visit: Visit, change_id: UUID) -> CalendarChange:
    change = await _seen(visit, change_id)
    await require_may_change(visit, change.scope)
    return change


async def _form(visit: Visit, given: dict[str, str], errors: dict[str, str]) -> Response:
    language, scopes = visit.language, await own_scopes(visit)
    return await show(
        visit, "calendar/new.html", status=422 if errors else 200, given=given, wrong=errors,
        # What a browser without a date field let through is shown as it was typed.
        first_type=input_type(given["first"]), last_type=input_type(given["last"]), errors=list(errors.items()),
        scopes=[{"value": scope, "text": words} for scope, words in scopes.items()],
        choices=[{"value": value, "text": say(words, language)} for value, words in CHOICES],
    )


async def _calendar(visit: Visit, scope: str) -> Calendar:
    """The calendar of the place a form is about, with everything that is in force there."""
    layers = await changes.layers_in_force(visit.db)
    return lay_out(visit.tools.calendars.decrees, () if scope == COUNTRY else scopes_of(scope), layers)


async def _rows(visit: Visit, found: list[Effect]) -> list[dict[str, Any]]:
    loaded = await names_of(visit, (one.procedure_version_id for one in found))
    return [
        {"effect": one, "href": f"/desk/dossiers/{one.dossier_id}",
         "procedure": loaded[one.procedure_version_id].procedure.short.in_(visit.language)}
        for one in found
    ]


def _running(change: CalendarChange) -> bool:
    return change.state == ChangeState.APPLYING or (change.state == ChangeState.PROPOSED and change.seen_at is None)


def _content(change: CalendarChange) -> str:
    return change.content.strip()


def _after(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    try:
        at, _, dossier_id = text.partition("_")
        moment, found = datetime.fromisoformat(at), UUID(dossier_id)
    except ValueError as wrong:
        raise NotFound from wrong
    if moment.tzinfo is None or not 1900 < moment.year <= 9000:
        raise NotFound
    return moment, found
