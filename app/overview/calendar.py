"""The working calendar of an office: a year at a glance, its decisions, and what changes it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

from app.deadlines import changes
from app.deadlines.decrees import COUNTRY, scopes_of
from app.deadlines.models import CalendarChange, ChangeState
from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org import people
from app.org.models import Office, OfficeKind, Role
from app.overview import calendar_year
from app.overview.page import address, show

router = Router()
PATH: Final = "/overview/calendar"
STATES: Final[dict[str, tuple[str, str]]] = {
    ChangeState.PROPOSED: (N_("Đang xem trước"), "wait"),
    ChangeState.APPLYING: (N_("Đang tính lại hồ sơ"), "doing"),
    ChangeState.APPLIED: (N_("Đã áp dụng"), "done"),
    ChangeState.DROPPED: (N_("Đã bỏ"), ""),
}
OfficeId = Annotated[str, Query(max_length=10)]


@router.get("/overview/calendar")
async def year(
    visit: SupervisorVisit, office: OfficeId = "", year: Annotated[str, Query(max_length=10)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A year of one office, and the changes that hold there."""
    language, chosen = visit.language, await _office(visit, office)
    calendar = visit.tools.calendars.of(chosen.id or 0)
    wanted = _year(year, calendar.first_day.year, calendar.last_day.year)
    seen = [*_around(chosen)]
    found = await changes.changes_for(visit.db, seen, before=_moment(before), limit=21)
    offices = await offices_in_sight(visit)
    own = await own_scopes(visit)
    return await show(
        visit, "calendar/year.html", office=chosen, year=wanted, today=clock.today(),
        months=calendar_year.months(calendar, wanted, clock.today(), language),
        lines=calendar_year.lines(calendar, wanted, language), hours=calendar_year.hours(calendar, wanted, language),
        signs=[(sign, say(words, language)) for sign, words in calendar_year.SIGNS.values()],
        extrapolated=say(calendar_year.EXTRAPOLATED, language),
        counted=sum(one.year == wanted for one in calendar.working_days), version=calendar.version,
        before_href=address(PATH, office=office, year=wanted - 1) if wanted > calendar.first_day.year else None,
        after_href=address(PATH, office=office, year=wanted + 1) if wanted < calendar.last_day.year else None,
        changes=await change_rows(visit, found[:20]),
        next_href=(
            address(PATH, office=office, year=wanted, before=found[19].proposed_at.isoformat()) if len(found) > 20 else None
        ),
        first_href=address(PATH, office=office, year=wanted) if before else None,
        fields=[
            {"name": "office", "label": say(N_("Đơn vị"), language), "value": str(chosen.id),
             "options": [{"value": str(one.id), "text": one.short_name} for one in offices]},
        ] if len(offices) > 1 else [],
        propose_href=f"{PATH}/new" if own else None,
    )


async def offices_in_sight(visit: Visit) -> list[Office]:
    """The offices whose calendars this officer may look at: their own first."""
    rows = await visit.db.rows(
        "SELECT * FROM office WHERE id = ANY($1) ORDER BY id <> $2, short_name", list(visit.officer.offices),
        visit.officer.office_id,
    )
    return [Office(**dict(row)) for row in rows]


async def own_scopes(visit: Visit) -> dict[str, str]:
    """For which places this officer may change the calendar, and what they are called.

    The nation's lines: the installation's administrator, who sits in the province. The province's: its administrator
    and its supervisor. A commune's own: its head, leader and administrator.
    """
    office, roles, language = await people.office(visit.db, visit.officer.office_id), visit.officer.roles, visit.language
    found: dict[str, str] = {}
    if office.kind == OfficeKind.PROVINCE:
        if Role.ADMINISTRATOR in roles:
            found[COUNTRY] = say(N_("Cả nước: mọi đơn vị của hệ thống này"), language)
        if roles & {Role.ADMINISTRATOR, Role.SUPERVISOR}:
            found[office.code] = say(N_("Cả tỉnh: mọi đơn vị thuộc {name}"), language, name=office.short_name)
    elif roles & {Role.HEAD, Role.LEADER, Role.ADMINISTRATOR}:
        found[office.code] = say(N_("Riêng đơn vị: {name}"), language, name=office.short_name)
    return found


async def require_may_change(visit: Visit, scope: str) -> None:
    """Raises RoleMissing unless this officer may change the calendar there."""
    if scope not in await own_scopes(visit):
        raise RoleMissing


async def require_in_sight(visit: Visit, change: CalendarChange) -> None:
    """A change of a place that touches none of the officer's offices is as if it were not. Raises ChangeNotFound."""
    offices = await offices_in_sight(visit)
    if not any(change.scope in _around(office) for office in offices):
        raise changes.ChangeNotFound


async def change_rows(visit: Visit, found: Sequence[CalendarChange]) -> list[dict[str, Any]]:
    """Changes as lists and their own pages name them."""
    officers = {who for one in found for who in (one.proposed_by, one.applied_by) if who is not None}
    names = await people.names(visit.db, list(officers)) if officers else {}
    places = await scope_words(visit, {one.scope for one in found})
    return [_change_row(visit, one, names, places) for one in found]


def _change_row(
    visit: Visit, change: CalendarChange, names: Mapping[UUID, str], places: Mapping[str, str]
) -> dict[str, Any]:
    words, kind = STATES[change.state]
    return {
        "change": change, "href": f"{PATH}/changes/{change.id}", "decision": change.decision, "source": change.source,
        "said": calendar_year.said(changes.layer_of_change(change), visit.language),
        "scope": places[change.scope], "tag": {"words": say(words, visit.language), "kind": kind},
        "proposed_by": names.get(change.proposed_by, ""),
        "applied_by": names.get(change.applied_by, "") if change.applied_by else "",
    }


async def scope_words(visit: Visit, scopes: Collection[str]) -> dict[str, str]:
    """For whom each of them holds."""
    rows = await visit.db.rows("SELECT code, short_name FROM office WHERE code = ANY($1)", list(scopes))
    named = {row["code"]: str(row["short_name"]) for row in rows} | {COUNTRY: say(N_("Cả nước"), visit.language)}
    return {one: named.get(one, one) for one in scopes}


def _around(office: Office) -> tuple[str, ...]:
    return (COUNTRY, *scopes_of(office.code))


async def _office(visit: Visit, chosen: str) -> Office:
    """The chosen office if it is in sight, else the officer's own. Raises NotFound."""
    if not chosen:
        return await people.office(visit.db, visit.officer.office_id)
    if not (chosen.isascii() and chosen.isdecimal()) or int(chosen) not in visit.officer.offices:
        raise NotFound
    return await people.office(visit.db, int(chosen))


def _year(text: str, first: int, last: int) -> int:
    if not text:
        return min(max(clock.today().year, first), last)
    if not (text.isascii() and text.isdecimal()) or not first <= int(text) <= last:
        raise NotFound
    return date(int(text), 1, 1).year


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise NotFound from wrong
    if found.tzinfo is None or not 1900 < found.year < 9000:
        raise NotFound
    return found
