"""Mend everything that was asked, in one go, by its day."""

from typing import Any
from uuid import UUID

from fastapi import Response

from app.dossiers import checklist, wishes
from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.dossiers.queries_portal import open_supplement
from app.dossiers.refusals import NotComplete
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.kit.words import N_, say
from app.portal.dates import moment_view
from app.portal.own import own_case
from app.portal.page import go, show, speak, tell
from app.portal.papers import shown_files

router = Router(prefix="/dossiers/{dossier_id}/supplement", include_in_schema=False)


@router.get("")
async def defects(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: every defect at once, each with its reason and its way to mend it."""
    case = await own_case(visit, dossier_id)
    return await _page(visit, case)


@router.post("")
async def send(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: send everything back to the office."""
    case, language = await own_case(visit, dossier_id), speak(visit)
    if case.state is not DossierState.SUPPLEMENT_REQUESTED:
        return go(f"/dossiers/{case.id}")
    try:
        await wishes.answer_supplement(visit.db, visit.tools, case, by=visit.actor)
    except NotComplete as refused:
        return await _page(visit, case, error=refused.words(language))
    await tell(visit, say(N_("Đã gửi phần bổ sung."), language), say(N_("Cán bộ xem lại và báo cho bạn."), language))
    return go(f"/dossiers/{case.id}")


async def _page(visit: Visit, case: Case, *, error: str = "") -> Response:
    request = await open_supplement(visit.db, case.id)
    if request is None or case.state is not DossierState.SUPPLEMENT_REQUESTED:
        return go(f"/dossiers/{case.id}")
    language = speak(visit)
    lines = {line.component.id: line for line in await checklist.lines(visit.db, case)}
    left = set(await wishes.still_to_mend(visit.db, case, dict(request)))
    items: list[dict[str, Any]] = []
    for item in request["items"]:
        part = case.procedure.procedure.component(item["component"])
        line = lines.get(item["component"])
        if part is None:
            continue
        name = part.name.in_(language)
        what = N_("Còn thiếu") if item["what"] == "missing" else N_("Chưa đúng")
        fields = [{"href": f"/dossiers/{case.id}/answer/{page.id}?from=supplement", "words": page.title.in_(language)}
                  for page in case.procedure.pages_for(case.facts)] if part.how == "form" else []
        items.append({
            "id": part.id, "name": name, "what": say(what, language), "why": item.get("why") or "",
            "files": [{**one, "remove": ""} for one in shown_files(case, line)] if line else [],
            "mended": part.name.in_(case.language) not in left, "sendable": part.how == "submit",
            "pages": fields,
        })
    pages = [
        {"href": f"/dossiers/{case.id}/answer/{page.id}?from=supplement", "words": page.title.in_(language)}
        for page in case.procedure.pages_for(case.facts)
    ]
    return await show(
        visit, "supplement/defects.html", status=422 if error else 200, office_id=case.office_id, case=case,
        request=request, items=items, pages=pages, error=error, errors=[("items", error)] if error else (),
        due=moment_view(request["due_at"], visit.tools.calendars.of(case.office_id)) if request["due_at"] else None,
        procedure=case.procedure.procedure.short.in_(language), stopped=case.paused_at is not None,
    )
