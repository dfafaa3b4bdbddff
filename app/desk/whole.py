"""With the dossier as a whole: an apology with a new date, stop, withdraw for the applicant at the counter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import CasePage, frame_of, open_page
from app.desk.frame import desk_frame, say
from app.dossiers import wishes
from app.dossiers.alarms import suggested_due
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refused
from app.kit.words import N_
from app.org.models import Role
from app.procedures.escalations import national

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])


class DayUnknown(Refused):
    """Not a date, or not one the office works on."""

    says = N_("Hãy ghi ngày hẹn mới bằng ngày, tháng, năm; phải là một ngày làm việc.")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to be done with a whole dossier: its words, who may, what it asks."""

    name: str
    title: str
    tells: str
    button: str
    done: str
    roles: tuple[Role, ...]
    new_date: bool = False
    danger: bool = True


EXTEND = Wish(
    "extend", N_("Xin lỗi và hẹn lại"),
    N_("Chỉ một lần cho mỗi hồ sơ, chậm nhất một ngày trước hạn. Người nộp nhận văn bản xin lỗi ghi lý do và ngày mới."),
    N_("Gửi lời xin lỗi và ngày hẹn mới"), N_("Đã hẹn lại. Văn bản xin lỗi đang được in và gửi."), (Role.HEAD, Role.LEADER),
    new_date=True, danger=False,
)
STOP = Wish(
    "stop", N_("Dừng giải quyết"),
    N_("Dừng theo pháp luật hoặc theo yêu cầu, không phải vì máy hỏng. Người nộp nhận thông báo kèm lý do."),
    N_("Dừng giải quyết hồ sơ"), N_("Đã dừng giải quyết. Thông báo đang được in và gửi."), (Role.HEAD, Role.LEADER),
)
WITHDRAW = Wish(
    "withdraw", N_("Người nộp rút hồ sơ"),
    N_("Người nộp đến quầy xin rút. Hồ sơ kết thúc, khoản chưa nộp được hủy, giấy tờ trả lại người nộp."),
    N_("Ghi nhận rút hồ sơ"), N_("Đã ghi nhận rút hồ sơ."), (Role.RECEPTION, Role.HEAD),
)
Act = Callable[[Visit, CasePage, Any], Awaitable[None]]


async def _extend(visit: Visit, page: CasePage, form: Any) -> None:
    await wishes.extend(
        visit.db, visit.tools, page.case, officer=visit.officer, new_due=_new_due(visit, page, form),
        reason=str(form.get("reason", ""))[:2000], basis=str(form.get("basis", ""))[:500],
    )


async def _stop(visit: Visit, page: CasePage, form: Any) -> None:
    await wishes.stop(
        visit.db, visit.tools, page.case, officer=visit.officer, reason=str(form.get("reason", ""))[:2000]
    )


async def _withdraw(visit: Visit, page: CasePage, form: Any) -> None:
    await wishes.withdraw(
        visit.db, visit.tools, page.case, by=visit.actor, reason=str(form.get("reason", ""))[:2000]
    )


def _new_due(visit: Visit, page: CasePage, form: Any) -> datetime:
    """Closing time of the day that was typed. Raises DayUnknown."""
    try:
        day = date(*(int(str(form.get(f"new-{part}", ""))) for part in ("year", "month", "day")))
        return visit.tools.calendars.of(page.case.office_id).closing(day)
    except (ValueError, Refused):
        raise DayUnknown from None


async def _do(request: Request, visit: Visit, dossier_id: UUID, wish: Wish, act: Act) -> Response:
    require_role(visit, *wish.roles)
    page = await open_page(visit, dossier_id)
    form = await request.form()
    try:
        await act(visit, page, form)
    except Refused as refused:
        return await _page(request, visit, dossier_id, wish, form, refused.words(visit.language))
    await say(visit, kit_words.say(wish.done, visit.language))
    return RedirectResponse(f"/desk/dossiers/{dossier_id}", status_code=303)


async def _page(
    request: Request, visit: Visit, dossier_id: UUID, wish: Wish, form: Any = None, error: str = ""
) -> Response:
    require_role(visit, *wish.roles)
    page = await open_page(visit, dossier_id)
    typed = form if form is not None else {}
    day = {part: str(typed.get(f"new-{part}", "")) for part in ("day", "month", "year")}
    basis = str(typed.get("basis", ""))
    if form is None and wish.new_date and page.case.due_at:
        calendar = visit.tools.calendars.of(page.case.office_id)
        later = suggested_due(max(page.case.due_at, clock.now()), calendar).astimezone(clock.LOCAL).date()
        following, basis = _asked_for(request, later), national().apology.legal_basis
        day = {"day": str(following.day), "month": str(following.month), "year": str(following.year)}
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/whole.html", status=422 if error else 200, **frame_of(visit, page, ""),
            wish=wish, heading=words(wish.title), tells=words(wish.tells), button=words(wish.button), day=day,
            reason=str(typed.get("reason", "")), basis=basis, error=error,
            errors=[("reason", error)] if error else [],
        )


def _asked_for(request: Request, otherwise: date) -> date:
    """The day an alert proposed, carried in the address; anything else is passed over."""
    try:
        return date.fromisoformat(request.query_params.get("new", ""))
    except ValueError:
        return otherwise


def _offer(wish: Wish, act: Act) -> None:
    """Its two routes: the page that says what it means and asks, and the doing."""

    async def ask(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
        return await _page(request, visit, dossier_id, wish)

    async def do(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
        return await _do(request, visit, dossier_id, wish, act)

    router.add_api_route(f"/{{dossier_id}}/{wish.name}", ask, methods=["GET"], name=f"{wish.name}_page")
    router.add_api_route(f"/{{dossier_id}}/{wish.name}", do, methods=["POST"], name=wish.name)


_offer(EXTEND, _extend)
_offer(STOP, _stop)
_offer(WITHDRAW, _withdraw)
