"""The case file: summary, form, history. Papers, messages and the other tabs are files of their own."""

from typing import Any
from uuid import UUID

from fastapi import Depends, Request, Response

from app.desk.answers import page_rows
from app.desk.case_page import frame_of, open_page
from app.desk.frame import desk_frame
from app.desk.journal_words import QUIET, event_of
from app.desk.wording import RETURN_WAYS, said
from app.dossiers import checklist, forms_printing
from app.dossiers import queries_case as queries
from app.dossiers.drafting import answers_of
from app.dossiers.models import DossierState
from app.faces.access import OfficerVisit
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])


@router.get("/{dossier_id}")
async def summary(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Where the dossier stands, what is next, the newest of its history."""
    page = await open_page(visit, dossier_id)
    case = page.case
    lines = await checklist.lines(visit.db, case)
    journal = await queries.journal(visit.db, case.id)
    jobs = await queries.jobs_of(visit.db, case.id)
    receipts = await visit.db.rows(
        "SELECT id, name, added_at FROM document WHERE dossier_id = $1 AND kind IN ('form', 'receipt')"
        " AND removed_at IS NULL ORDER BY added_at DESC",
        case.id,
    )
    with speaking(visit.language):
        events = [event_of(row, case.procedure, visit.language) for row in journal if row.event not in QUIET]
        return render(
            request, "desk/dossiers/summary.html", **frame_of(visit, page, ""), events=events[:6],
            more=len(events) > 6, lines=lines, language_of_case=visit.language, jobs=jobs, receipts=receipts,
            return_way=said(RETURN_WAYS, case.return_way), draft=case.state is DossierState.DRAFT,
        )


@router.get("/{dossier_id}/form")
async def form(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Everything the applicant said, and what officers noted."""
    page = await open_page(visit, dossier_id)
    case = page.case
    answers = await answers_of(visit.db, case.id)
    sections: list[dict[str, Any]] = []
    for section in case.procedure.form.sections:
        rows: list[dict[str, str]] = []
        for one in case.procedure.pages_for(case.facts):
            if one.section == section.id:
                rows += await page_rows(visit.db, one.fields, answers.get(one.id, {}), visit.language)
        if rows:
            sections.append({"title": section.title.in_(visit.language), "rows": rows})
    notes = []
    for name, rule in case.procedure.procedure.steps.items():
        fields = tuple(one for action in rule.actions for one in action.fields)
        values = answers.get(f"office.{name}")
        if values and fields:
            rows = await page_rows(visit.db, fields, values, visit.language)
            notes.append({"title": rule.title.in_(visit.language), "rows": rows})
    with speaking(visit.language):
        return render(request, "desk/dossiers/form.html", **frame_of(visit, page, "form"), sections=sections, notes=notes)


@router.get("/{dossier_id}/journal")
async def journal(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The whole history, newest first."""
    page = await open_page(visit, dossier_id)
    rows = await queries.journal(visit.db, dossier_id)
    with speaking(visit.language):
        events = [event_of(row, page.case.procedure, visit.language) for row in rows if row.event not in QUIET]
        return render(request, "desk/dossiers/journal.html", **frame_of(visit, page, "journal"), events=events)


@router.get("/{dossier_id}/control-slip.pdf")
async def control_slip(visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Phiếu kiểm soát quá trình giải quyết, as the dossier stands now."""
    page = await open_page(visit, dossier_id)
    paper = await forms_printing.control_slip_of(visit.db, visit.tools, page.case)
    return pdf(paper.pdf, f"phieu-kiem-soat-{page.case.display_code}.pdf")


def pdf(data: bytes, name: str) -> Response:
    """A paper printed for this officer now; shown in the browser, kept by nobody."""
    return Response(data, media_type="application/pdf", headers={
        "content-disposition": f'inline; filename="{name}"', "cache-control": "private, no-store",
    })
