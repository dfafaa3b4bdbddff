"""Check the answers, declare, submit; the page that proves it."""

from typing import Any
from uuid import UUID

from fastapi import Response

from app.dossiers import checklist
from app.dossiers.case import Case
from app.dossiers.drafting import answers_of
from app.dossiers.drafts import readiness
from app.dossiers.folder import track_url
from app.dossiers.intake import submit
from app.dossiers.models import DossierState
from app.dossiers.refusals import NotComplete
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.fees import service as fees
from app.kit.words import N_, say
from app.portal.hub import missing_words
from app.portal.own import own_case
from app.portal.page import go, show, speak
from app.portal.pictures import qr_of
from app.portal.wording import RETURN_WAYS, page_rows, procedure_term

router = Router(prefix="/dossiers/{dossier_id}", include_in_schema=False)


@router.get("/check")
async def check(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: everything in one place, each with its way to change it."""
    case = await own_case(visit, dossier_id)
    return await _page(visit, case) if case.state is DossierState.DRAFT else go(f"/dossiers/{case.id}")


@router.get("/sheet")
async def sheet(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: the same as a sheet for the printer."""
    case = await own_case(visit, dossier_id)
    return await show(
        visit, "check/sheet.html", office_id=case.office_id, case=case, title=_title(case, speak(visit)),
        sections=await sections_of(visit, case, change=False), papers=await _papers(visit, case, change=False),
        back=f"/dossiers/{case.id}/check" if case.state is DossierState.DRAFT else f"/dossiers/{case.id}",
    )


@router.post("/submit")
async def send(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: submit. A second click finds the same code."""
    case = await own_case(visit, dossier_id)
    if case.state is not DossierState.DRAFT:
        return go(f"/dossiers/{case.id}/submitted")
    form = await visit.request.form()
    if form.get("declared") != "1":
        told = say(N_("Hãy đánh dấu vào ô cam đoan trước khi nộp"), speak(visit))
        return await _page(visit, case, errors=[("declared", told)])
    try:
        await submit(visit.db, visit.tools, case, by=visit.actor)
    except NotComplete as refused:
        return await _page(visit, case, errors=[("missing", refused.words(speak(visit)))])
    return go(f"/dossiers/{case.id}/submitted")


@router.get("/submitted")
async def submitted(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: the code, what happens next and when. May be bookmarked."""
    case = await own_case(visit, dossier_id)
    if case.code is None:
        return go(f"/dossiers/{case.id}")
    language = speak(visit)
    balance = await fees.balance(visit.db, case.id)
    printed = await visit.db.row(
        "SELECT id FROM document WHERE dossier_id = $1 AND kind = 'form' AND component IN ('receipt', 'application')"
        " AND removed_at IS NULL ORDER BY component DESC, added_at DESC LIMIT 1",
        case.id,
    )
    return await show(
        visit, "check/submitted.html", office_id=case.office_id, case=case, title=_title(case, language),
        qr=qr_of(track_url(visit.tools, case.code)), owed=balance.owed, printed=printed["id"] if printed else None,
        term=procedure_term(case.procedure, language), phone=visit.citizen.phone or "", email=visit.citizen.email or "",
    )


async def sections_of(visit: Visit, case: Case, *, change: bool = True) -> list[dict[str, Any]]:
    """Every section of the form with its answers, in the reader's language."""
    language, answers = speak(visit), await answers_of(visit.db, case.id)
    pages = case.procedure.pages_for(case.facts)
    sections = []
    for section in case.procedure.form.sections:
        rows: list[dict[str, Any]] = []
        for page in pages:
            if page.section == section.id:
                href = f"/dossiers/{case.id}/answer/{page.id}?from=check" if change else ""
                rows += await page_rows(visit.db, page, answers.get(page.id, {}), language, href=href)
        if rows:
            sections.append({"title": section.title.in_(language), "rows": rows})
    return sections


async def _papers(visit: Visit, case: Case, *, change: bool = True) -> list[dict[str, Any]]:
    language, rows = speak(visit), []
    for line in await checklist.lines(visit.db, case):
        if line.component.how != "submit" or not (line.files or line.required):
            continue
        row: dict[str, Any] = {
            "name": line.component.name.in_(language),
            "value": ", ".join(one.name for one in line.files) or say(N_("Không có"), language),
        }
        if change:
            row["href"] = f"/dossiers/{case.id}/papers/{line.component.id}"
        rows.append(row)
    return rows


async def _page(visit: Visit, case: Case, *, errors: list[tuple[str, str]] | None = None) -> Response:
    language = speak(visit)
    ready = await readiness(visit.db, case, language)
    due = case.procedure.fees_for(case.facts, language=language)
    way = say(RETURN_WAYS.get(case.return_way or "", ""), language)
    row = {"name": say(N_("Nhận kết quả"), language), "value": way, "href": f"/dossiers/{case.id}/return?from=check"}
    if not way:
        row["missing"] = say(N_("Chọn cách nhận"), language)
    told = errors or []
    return await show(
        visit, "check/check.html", status=422 if told else 200, office_id=case.office_id, case=case,
        title=_title(case, language), sections=await sections_of(visit, case), papers=await _papers(visit, case),
        way=row, fees=due, total=sum(one.amount for one in due), missing=missing_words(ready, language), errors=told,
        declared_error=next((text for name, text in told if name == "declared"), ""),
    )


def _title(case: Case, language: str) -> str:
    return case.procedure.name(language)
