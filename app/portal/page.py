"""Pages of the portal: the frame around them, the citizen's language, and what was said about the last action."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.dossiers.queries_portal import FrontOffice, front_office
from app.dossiers.tools import Tools
from app.faces.access import Visit
from app.faces.frame import Announcement, Frame, Kind, Office, WayItem
from app.faces.pages import LANGUAGE_COOKIE, render
from app.kit import clock
from app.kit.db import Db
from app.kit.words import N_, say
from app.sessions import service as sessions


def speak(visit: Visit) -> str:
    """The language of this visit: what was chosen in this browser, else what the citizen chose before."""
    if LANGUAGE_COOKIE not in visit.request.cookies and visit.maybe_citizen is not None:
        visit.request.state.language = visit.maybe_citizen.language
    return visit.language


async def show(
    visit: Visit, template: str, /, *, status: int = 200, office_id: int | None = None,
    headers: dict[str, str] | None = None, **context: Any,
) -> Response:
    """A page of ours. `office_id` names the office it speaks for, when it is one dossier's."""
    language = speak(visit)
    notices = await _said(visit)
    calendars = visit.tools.calendars
    calendar = calendars.of(office_id) if office_id is not None else calendars.common
    visit.request.state.frame = await frame(
        visit.db, calendar.office_hours(clock.today()), language, office_id=office_id, notices=notices,
        person=visit.maybe_citizen.name if visit.maybe_citizen else "",
    )
    return render(visit.request, f"portal/{template}", status=status, headers=headers, **context)


async def show_alone(request: Request, template: str, /, *, status: int = 200, **context: Any) -> Response:
    """A page for a route that works in transactions of its own."""
    tools = request.app.state.tools
    async with tools.database.transaction() as db:
        request.state.frame = await frame(
            db, tools.calendar.office_hours(clock.today()), request.cookies.get(LANGUAGE_COOKIE, "vi")
        )
    return render(request, f"portal/{template}", status=status, **context)


async def tell(visit: Visit, title: str, text: str = "", kind: Kind = "good") -> None:
    """Say something once, on the next page this person opens."""
    if visit.session is not None:
        await sessions.put_note(visit.db, visit.session, said=[title, text, kind])


def go(address: str) -> Response:
    """To the page that shows what was done."""
    return RedirectResponse(address, status_code=303)


async def frame(
    db: Db, hours: tuple[Any, ...], language: str, *, office_id: int | None = None,
    notices: tuple[Announcement, ...] = (), person: str = "",
) -> Frame:
    """The frame of the portal, in the reader's language."""
    front = await front_office(db, office_id)
    way = [WayItem("/procedures", say(N_("Thủ tục"), language)), WayItem("/track", say(N_("Tra cứu hồ sơ"), language))]
    if person:
        way.append(WayItem("/dossiers", say(N_("Hồ sơ của tôi"), language)))
    else:
        way.append(WayItem("/sign-in", say(N_("Đăng nhập"), language)))
    return Frame(
        office=shown_office(front, hours, language) if front else Office(), way=tuple(way), person=person,
        sign_out="/sign-out" if person else "", notices=notices,
        foot=(WayItem("/verify", say(N_("Kiểm tra một văn bản"), language)),),
    )


async def house_frame(tools: Tools) -> Frame:
    """The frame of pages that come when nothing can be read: whom to call. Read once, at start-up."""
    async with tools.database.transaction() as db:
        front = await front_office(db)
    office = shown_office(front, (), "vi") if front else Office()
    return Frame(office=replace(office, hours=""))


def shown_office(front: FrontOffice, hours: tuple[Any, ...], language: str) -> Office:
    """How to reach the people behind the page."""
    office = front.office
    short = office.short_name[:1].lower() + office.short_name[1:]
    above = front.above[:1].lower() + front.above[1:]
    return Office(
        short=short, place=", ".join(part for part in (office.short_name, above) if part), centre=office.name,
        address=office.address, phone=office.phone, hours=hours_words(hours, language),
    )


def hours_words(hours: tuple[Any, ...], language: str) -> str:
    """When the counter is open today."""
    if not hours:
        return say(N_("Hôm nay quầy nghỉ"), language)
    spans = [f"{_hour(one.opens)}–{_hour(one.closes)}" for one in hours]
    return say(N_("Hôm nay quầy mở {hours}"), language, hours=", ".join(spans))


def _hour(moment: datetime) -> str:
    here = moment.astimezone(clock.LOCAL)
    return f"{here.hour}:{here.minute:02}"


async def _said(visit: Visit) -> tuple[Announcement, ...]:
    if visit.session is None or "said" not in visit.session.note:
        return ()
    title, text, kind = visit.session.note["said"]
    await sessions.drop_note(visit.db, visit.session, "said")
    return (Announcement(title, text, kind),)
