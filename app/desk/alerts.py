"""What this officer must know: terms that run out, apologies to be decided, dossiers that stand still."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.alerts.service import OpenAlert
from app.desk.frame import desk_frame, say
from app.desk.wording import ROLES, said
from app.faces.access import OfficerVisit, Visit
from app.faces.moments import clock_time, short_day
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import NotFound
from app.kit.words import N_
from app.org.models import Role
from app.sentinel.causes import WORDS, Cause

router = Router(prefix="/desk/alerts", include_in_schema=False, dependencies=[Depends(desk_frame)])
KINDS: Final = {
    AlertKind.TERM_NEAR: ("soon", N_("Sắp đến hạn")), AlertKind.TERM_DUE: ("late", N_("Đến hạn")),
    AlertKind.TERM_LATE: ("late", N_("Quá hạn")), AlertKind.APOLOGY_PROPOSED: ("soon", N_("Nên xin lỗi và hẹn lại")),
    AlertKind.STUCK: ("late", N_("Hồ sơ kẹt")),
}


@router.get("")
async def mine(request: Request, visit: OfficerVisit, before: Annotated[str, Query(max_length=90)] = "") -> Response:
    """Open alerts of this officer and of their roles, newest first."""
    found, more = await alerts.open_alerts(visit.db, visit.officer, before=_before(before))
    with speaking(visit.language):
        return render(
            request, "desk/alerts/list.html", rows=[_row(visit, one) for one in found],
            fresh=any(one.seen_at is None for one in found),
            next_href=f"/desk/alerts?before={more[0].strftime('%Y-%m-%dT%H:%M:%S.%fZ')}_{more[1]}" if more else None,
            first_href="/desk/alerts" if before else None,
        )


@router.post("/seen")
async def seen(visit: OfficerVisit) -> Response:
    """Take note of all of them. They stay in the list until nobody needs to act."""
    await alerts.see_all(visit.db, visit.officer)
    await say(visit, kit_words.say(N_("Đã ghi là đã xem."), visit.language))
    return RedirectResponse("/desk/alerts", status_code=303)


@router.post("/{alert_id}/seen")
async def seen_one(visit: OfficerVisit, alert_id: UUID) -> Response:
    """Take note of one."""
    await alerts.see(visit.db, alert_id, visit.officer)
    return RedirectResponse("/desk/alerts", status_code=303)


def _row(visit: Visit, one: OpenAlert) -> dict[str, Any]:
    mark, title = KINDS[one.kind]
    text, href, button = _way(visit, one)
    return {
        "alert": one, "mark": mark, "title": words(title), "text": text, "href": href, "button": button,
        "to": "" if one.officer_id else said(ROLES, one.role),
    }


def _way(visit: Visit, one: OpenAlert) -> tuple[str, str, str]:
    """What it is about, and the button that helps."""
    file = f"/desk/dossiers/{one.dossier_id}"
    if one.kind is AlertKind.STUCK:
        cause = Cause(one.facts["cause"])
        return words(WORDS[cause].title), f"/overview/stuck?cause={cause.value}", words(N_("Gỡ kẹt"))
    due = words(N_("Hạn {moment}"), moment=_moment(one.facts.get("due_at")))
    if one.kind is AlertKind.APOLOGY_PROPOSED:
        new = _when(one.facts.get("suggested"))
        text = words(N_("{due}. Nếu không kịp, thư xin lỗi phải gửi trước hạn ít nhất một ngày. Đề nghị hẹn lại {new}."),
                     due=due, new=_moment(one.facts.get("suggested")))
        decides = visit.officer.roles & {Role.HEAD, Role.LEADER} and one.office_id == visit.officer.office_id
        if new is not None and decides:
            day = new.astimezone(clock.LOCAL).date().isoformat()
            return text, f"{file}/extend?new={day}", words(N_("Xin lỗi và hẹn lại"))
        return text, file, words(N_("Mở hồ sơ"))
    return due, file, words(N_("Mở hồ sơ"))


def _moment(text: Any) -> str:
    moment = _when(text)
    return f"{clock_time(moment)} {short_day(moment)}" if moment else ""


def _when(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _before(text: str) -> tuple[datetime, UUID] | None:
    if not text:
        return None
    try:
        moment, alert_id = text.split("_")
        at, found = datetime.fromisoformat(moment), UUID(alert_id)
    except ValueError as wrong:
        raise NotFound from wrong
    if at.tzinfo is None:
        raise NotFound
    return at, found
