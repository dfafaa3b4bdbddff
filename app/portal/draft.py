"""Look at the draft of the result: agree, or say what is wrong, before it is signed."""

from uuid import UUID

from fastapi import Response

from app.dossiers.asking import Ask
from app.dossiers.case import Case
from app.dossiers.progress import act_as_applicant
from app.dossiers.queries_portal import applicant_step
from app.dossiers.refusals import FieldsRefused, ReasonMissing
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.kit.words import N_, say
from app.portal.dates import moment_view
from app.portal.own import own_case
from app.portal.page import go, show, speak, tell

router = Router(prefix="/dossiers/{dossier_id}/draft", include_in_schema=False)


@router.get("")
async def look(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: the draft, and what to do with it."""
    return await _page(visit, await own_case(visit, dossier_id))


@router.post("")
async def answer(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: one of the step's actions. A second click finds the step done."""
    case, language = await own_case(visit, dossier_id), speak(visit)
    step = await applicant_step(visit.db, case.id)
    if step is None:
        return go(f"/dossiers/{case.id}")
    form = await visit.request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    ask = Ask(given.get("action", ""), given=given, reason=given.get("reason"))
    try:
        await act_as_applicant(visit.db, visit.tools, case, step["task_no"], ask, citizen_id=visit.citizen.id)
    except (ReasonMissing, FieldsRefused):
        error = say(N_("Hãy ghi rõ chỗ nào cần sửa, và sửa thành thế nào"), language)
        return await _page(visit, case, typed=given.get("reason", ""), error=error)
    await tell(visit, say(N_("Đã gửi trả lời của bạn."), language))
    return go(f"/dossiers/{case.id}")


async def _page(visit: Visit, case: Case, *, typed: str = "", error: str = "") -> Response:
    step = await applicant_step(visit.db, case.id)
    if step is None:
        return go(f"/dossiers/{case.id}")
    language = speak(visit)
    rule = case.procedure.procedure.steps[step["name"]]
    drafts = await visit.db.rows(
        "SELECT d.id, d.name, d.size, r.title FROM result r JOIN document d ON d.id = r.draft_id"
        " WHERE r.dossier_id = $1 AND r.number IS NULL ORDER BY r.n",
        case.id,
    )
    due = await visit.db.value("SELECT min(due_at) FROM timer WHERE dossier_id = $1 AND name LIKE 'draft%'", case.id)
    agree = [one for one in rule.actions if not one.reason]
    correct = [one for one in rule.actions if one.reason]
    return await show(
        visit, "draft/look.html", status=422 if error else 200, office_id=case.office_id, case=case,
        procedure=case.procedure.procedure.short.in_(language), due_at=due,
        due=moment_view(due, visit.tools.calendars.of(case.office_id)) if due else None,
        drafts=[
            {"title": one["title"], "href": f"/dossiers/{case.id}/papers/{one['id']}/file", "name": one["name"],
             "size": one["size"], "preview": f"/dossiers/{case.id}/papers/{one['id']}/preview"} for one in drafts
        ],
        agree=[{"id": one.id, "label": one.label.in_(language)} for one in agree],
        correct=[{"id": one.id, "label": one.label.in_(language)} for one in correct],
        typed=typed, error=error, errors=[("reason", error)] if error else (),
    )
