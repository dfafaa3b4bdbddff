"""Take a step, give it back, hand it on, do one of its actions. Of two officers, the second is told what happened."""

from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import SIGNING, CasePage, frame_of, open_page
from app.desk.fields import error_pairs, given_of, typed_of, view_of
from app.desk.frame import desk_frame, say
from app.dossiers import checklist
from app.dossiers import queries_case as queries
from app.dossiers.asking import Ask
from app.dossiers.progress import act
from app.dossiers.queries_case import StepNow
from app.dossiers.refusals import ActionUnknown, FieldsRefused, ReasonMissing
from app.dossiers.supplements import answer_by
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.moments import moment
from app.faces.pages import render
from app.faces.parking import take_parked
from app.faces.routes import Router
from app.faces.speaking import speaking
from app.kit import clock
from app.kit import words as kit_words
from app.kit.words import N_
from app.org.models import Role
from app.procedures.package import Action
from app.steps import service as steps

FAULTS: Final = {"missing": N_("còn thiếu"), "wrong": N_("chưa đúng")}
router = Router(prefix="/desk/steps", include_in_schema=False, dependencies=[Depends(desk_frame)])


@router.post("/{dossier_id}/{task_no}/claim")
async def claim(visit: OfficerVisit, dossier_id: UUID, task_no: int) -> Response:
    """Take a waiting step."""
    officer = visit.officer
    await steps.claim(visit.db, dossier_id, task_no, officer_id=officer.id, roles=officer.roles)
    await say(visit, kit_words.say(N_("Bạn đã nhận việc này."), visit.language))
    return _to(dossier_id)


@router.post("/{dossier_id}/{task_no}/release")
async def release(visit: OfficerVisit, dossier_id: UUID, task_no: int) -> Response:
    """Give a step back to its lane."""
    await steps.release(visit.db, dossier_id, task_no, officer_id=visit.officer.id)
    await say(visit, kit_words.say(N_("Đã trả việc về hàng chờ chung."), visit.language))
    return _to(dossier_id)


@router.get("/{dossier_id}/{task_no}/assign")
async def assign_page(request: Request, visit: OfficerVisit, dossier_id: UUID, task_no: int) -> Response:
    """Choose a colleague of the lane."""
    require_role(visit, Role.HEAD, Role.LEADER)
    page = await open_page(visit, dossier_id)
    step = _open(page, task_no)
    people = await queries.colleagues(visit.db, page.case.office_id, step.role)
    with speaking(visit.language):
        return render(
            request, "desk/steps/assign.html", **frame_of(visit, page, ""), people=people, step=step, task_no=task_no
        )


@router.post("/{dossier_id}/{task_no}/assign")
async def assign(request: Request, visit: OfficerVisit, dossier_id: UUID, task_no: int) -> Response:
    """A head gives a step to a colleague, whoever had it."""
    require_role(visit, Role.HEAD, Role.LEADER)
    form = await request.form()
    try:
        to = UUID(str(form.get("officer", "")))
    except ValueError:
        raise steps.StepNotFound from None
    why = str(form.get("why", "")).strip()[:500] or None
    await steps.assign(visit.db, dossier_id, task_no, to=to, by=visit.officer.id, why=why)
    await say(visit, kit_words.say(N_("Đã giao việc."), visit.language))
    return _to(dossier_id)


@router.get("/{dossier_id}/{task_no}/act/{action_id}")
async def action_page(
    request: Request, visit: OfficerVisit, dossier_id: UUID, task_no: int, action_id: str
) -> Response:
    """What an action asks, and what happens then."""
    page = await open_page(visit, dossier_id)
    action = _action(page, task_no, action_id)
    if action.command in SIGNING:
        return RedirectResponse(f"{SIGNING[action.command]}?see={dossier_id}", status_code=303)
    typed = await take_parked(visit)
    if typed is None:
        return await _ask(request, visit, page, task_no, action)
    values = typed_of(given_of(typed, action.fields), action.fields)
    return await _ask(request, visit, page, task_no, action, values, str(typed.get("reason", "")))


@router.post("/{dossier_id}/{task_no}/act/{action_id}")
async def do(request: Request, visit: OfficerVisit, dossier_id: UUID, task_no: int, action_id: str) -> Response:
    """Do it, once. Clicked twice or by two officers, the second learns who was first and when."""
    page = await open_page(visit, dossier_id)
    form = await request.form()
    step = next((one for one in page.steps if one.task_no == task_no), None)
    fields = _action(page, task_no, action_id).fields if step else ()
    given = given_of(form, fields)
    reason = str(form.get("reason", ""))[:4000]
    ask = Ask(action_id, given=given, reason=reason, previewed_sha256=str(form.get("sha256", "")) or None)
    try:
        await act(visit.db, visit.tools, dossier_id, task_no, ask, by=visit.officer)
    except FieldsRefused as refused:
        action = _action(page, task_no, action_id)
        return await _ask(request, visit, page, task_no, action, typed_of(given, fields), reason, refused.errors)
    except ReasonMissing as missing:
        action = _action(page, task_no, action_id)
        errors = {"reason": missing.words(visit.language)}
        return await _ask(request, visit, page, task_no, action, typed_of(given, fields), reason, errors)
    label = _action(page, task_no, action_id)
    tells = label.tells.in_(visit.language) if label.tells else ""
    done = kit_words.say(N_("Đã làm: {action}."), visit.language, action=label.label.in_(visit.language))
    await say(visit, done, tells)
    return _to(dossier_id)


async def _list_asked(visit: Visit, page: CasePage) -> dict[str, Any]:
    """The one list the applicant will get, and until when they may answer it if it is sent now."""
    lines, language = await checklist.lines(visit.db, page.case), visit.language
    due = answer_by(visit.tools, page.case, clock.now())
    return {
        "items": [
            {"key": line.component.name.in_(language), "value": kit_words.say(FAULTS[line.verdict], language),
             "note": line.note or ""}
            for line in lines if line.verdict in FAULTS
        ],
        "until": moment(due, language) if due else "",
    }


async def _ask(
    request: Request, visit: Visit, page: CasePage, task_no: int, action: Action, values: dict[str, Any] | None = None,
    reason: str = "", errors: dict[str, str] | None = None,
) -> Response:
    told = errors or {}
    shown = values or _collector(page, action)
    views = [await view_of(visit.db, one, shown, told, visit.language) for one in action.fields]
    pairs = error_pairs(action.fields, told) + [("reason", told[name]) for name in told if name == "reason"]
    asked = await _list_asked(visit, page) if action.command == "ask_supplement" else None
    with speaking(visit.language):
        return render(
            request, "desk/steps/action.html", status=422 if told else 200, **frame_of(visit, page, ""),
            label=action.label.in_(visit.language), danger=action.tone == "danger",
            tells=action.tells.in_(visit.language) if action.tells else "", fields=views, needs_reason=action.reason,
            reason=reason, reason_error=told.get("reason", ""), errors=pairs,
            address=f"/desk/steps/{page.case.id}/{task_no}/act/{action.id}", command=action.command, asked=asked,
        )


def _collector(page: CasePage, action: Action) -> dict[str, Any]:
    """Mostly the applicant collects: their name is there already, for the officer to change."""
    return {"collector_name": page.around.applicant} if action.command == "hand_over" else {}


def _open(page: CasePage, task_no: int) -> StepNow:
    step = next((one for one in page.steps if one.task_no == task_no), None)
    if step is None:
        raise steps.StepNotFound
    return step


def _action(page: CasePage, task_no: int, action_id: str) -> Action:
    rule = page.case.procedure.procedure.steps.get(_open(page, task_no).name)
    action = next((one for one in rule.actions if one.id == action_id), None) if rule else None
    if action is None:
        raise ActionUnknown
    return action


def _to(dossier_id: UUID) -> Response:
    return RedirectResponse(f"/desk/dossiers/{dossier_id}", status_code=303)
