"""What a supervisor does about an overdue dossier: says why, apologises, reminds. Handing it on is in steps.py."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from app.dossiers import lateness
from app.dossiers.case import Case, open_case
from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit.errors import Refused
from app.kit.words import N_, say
from app.overview.late import HERE
from app.overview.late_case import page
from app.overview.page import may_steer, tell
from app.reports.rules import causes

router = Router(prefix=HERE)
LONGEST: Final = 2000


class CauseUnknown(Refused):
    """Not one of the causes of report 07a."""

    says = N_("Hãy chọn một nguyên nhân.")


class DayUnknown(Refused):
    """Not a date, or not one the office works on."""

    says = N_("Hãy ghi ngày dự kiến bằng ngày, tháng, năm; phải là một ngày làm việc.")


@router.post("/{dossier_id}/cause")
async def cause(
    request: Request, visit: SupervisorVisit, dossier_id: UUID, cause: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
) -> Response:
    """Why it is late."""
    case = await _own(visit, dossier_id)
    try:
        if cause not in {one.id for one in causes()}:
            raise CauseUnknown
        await lateness.say_cause(visit.db, case, officer=visit.officer, cause=cause, words=words[:LONGEST])
    except Refused as refused:
        return await page(visit, case, error=refused.words(visit.language), at_field="cause", typed=await request.form())
    await tell(visit, say(N_("Đã ghi nguyên nhân quá hạn."), visit.language))
    return _back(dossier_id)


@router.post("/{dossier_id}/apology")
async def apology(
    request: Request, visit: SupervisorVisit, dossier_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """The letter of a dossier that is late already."""
    case, form = await _own(visit, dossier_id), await request.form()
    try:
        expected = _expected(visit, case, form)
        await lateness.apologise(
            visit.db, visit.tools, case, officer=visit.officer, reason=reason[:LONGEST], expected=expected
        )
    except Refused as refused:
        wrong_day = isinstance(refused, DayUnknown | lateness.ExpectedTooEarly)
        return await page(visit, case, error=refused.words(visit.language), typed=form,
                          at_field="expected" if wrong_day else "reason")
    await tell(visit, say(N_("Đã ghi lời xin lỗi. Văn bản đang được in và người nộp được báo ngay."), visit.language))
    return _back(dossier_id)


@router.post("/{dossier_id}/remind")
async def remind(visit: SupervisorVisit, dossier_id: UUID, task: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Tell who has it, or the head."""
    case = await _own(visit, dossier_id)
    task_no = int(task) if task.isascii() and task.isdigit() and len(task) < 9 else None
    name = await lateness.remind(visit.db, case, officer=visit.officer, task_no=task_no)
    words = say(N_("Đã nhắc {name}."), visit.language, name=name) if name else \
        say(N_("Đã nhắc những người phụ trách."), visit.language)
    await tell(visit, words, say(N_("Lời nhắc hiện ở mục Việc của tôi của người đó."), visit.language))
    return _back(dossier_id)


def _expected(visit: Visit, case: Case, form: object) -> datetime:
    """Closing time of the day that was typed. Raises DayUnknown."""
    typed = getattr(form, "get", lambda *_: "")
    try:
        day = date(*(int(str(typed(f"expected-{part}", ""))) for part in ("year", "month", "day")))
        return visit.tools.calendars.of(case.office_id).closing(day)
    except (ValueError, OverflowError, Refused):
        raise DayUnknown from None


async def _own(visit: Visit, dossier_id: UUID) -> Case:
    """A dossier this officer may steer. Raises DossierNotFound, RoleMissing."""
    case = await open_case(visit.db, visit.tools, dossier_id)
    if not may_steer(visit, case.office_id):
        raise RoleMissing
    return case


def _back(dossier_id: UUID) -> Response:
    return RedirectResponse(f"{HERE}/{dossier_id}", status_code=303)
