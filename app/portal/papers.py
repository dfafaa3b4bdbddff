"""Papers of a dossier: one a page, seen as soon as they are here, taken out again while they may be."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData, UploadFile

from app.documents import rules
from app.documents import service as documents
from app.dossiers import checklist
from app.dossiers.case import Case
from app.dossiers.checklist import Line
from app.dossiers.models import DossierState
from app.dossiers.queries_portal import open_supplement
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.kit.errors import NotFound, Refusal, Unavailable
from app.kit.words import N_, say
from app.portal.own import editable, own_case, require_editable
from app.portal.page import go, show, speak, tell

router = Router(prefix="/dossiers/{dossier_id}/papers", include_in_schema=False)

COPIES = {
    "original": N_("bản chính"), "certified": N_("bản sao chứng thực"), "photocopy": N_("bản chụp"),
    "file": N_("tệp hoặc ảnh chụp"),
}


@router.get("")
async def papers(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: every paper, and where each stands."""
    case = await own_case(visit, dossier_id)
    if case.state is not DossierState.DRAFT:
        return go(f"/dossiers/{dossier_id}")
    lines, language = await checklist.lines(visit.db, case), speak(visit)
    return await show(
        visit, "papers/list.html", office_id=case.office_id, case=case, procedure=_short(case, language),
        tasks=[paper_task(case, line, lines, language) for line in lines if _in_list(line)],
        others=[_other(line, language) for line in lines if line.component.how in ("present", "data")],
    )


@router.get("/{component}")
async def paper(visit: CitizenVisit, dossier_id: UUID, component: str) -> Response:
    """The applicant: send one paper, see what was sent."""
    case = await own_case(visit, dossier_id)
    if not editable(case):
        return go(f"/dossiers/{dossier_id}")
    return await _page(visit, case, component)


@router.post("/{component}")
async def send(visit: CitizenVisit, dossier_id: UUID, component: str) -> Response:
    """The applicant: take a file in, take one out, or go on. A refused file leaves everything else as it was."""
    case = await own_case(visit, dossier_id, held=True)
    require_editable(case)
    async with visit.request.form() as form:
        return await _take(visit, case, component, form)


async def _take(visit: Visit, case: Case, component: str, form: FormData) -> Response:
    line = await _line(visit, case, component)
    origin = "?from=supplement" if form.get("from") == "supplement" else ""
    here = f"/dossiers/{case.id}/papers/{component}{origin}"
    if remove := str(form.get("remove", "")):
        await documents.remove(visit.db, case.id, _document_in(line, remove))
        await tell(visit, say(N_("Đã bỏ tệp."), speak(visit)))
        return go(here)
    sent = [one for one in form.getlist("paper") if isinstance(one, UploadFile) and one.filename]
    if not sent and form.get("do") == "go_on":
        return go(await _after(visit, case, component, bool(origin)))
    try:
        if not sent:
            raise rules.NothingChosen("")
        for one in sent:
            await documents.attach(
                visit.db, visit.tools.store, office_id=case.office_id, dossier_id=case.id, component=component,
                name=one.filename or "", data=await one.read(rules.LARGEST + 1), added_by=visit.citizen.id,
                most_files=line.component.most_files,
            )
    except (rules.FileRefused, Unavailable) as refused:
        return await _page(visit, case, component, refused=refused)
    await tell(visit, say(N_("Đã nhận tệp “{name}”."), speak(visit), name=rules.clean_name(sent[-1].filename or "")),
               say(N_("Xem lại bên dưới: đúng giấy tờ, đọc được chữ."), speak(visit)))
    return go(here)


async def _page(visit: Visit, case: Case, component: str, *, refused: Refusal | None = None) -> Response:
    line, language = await _line(visit, case, component), speak(visit)
    part, error = line.component, refused.words(language) if refused else ""
    origin = "supplement" if case.state is DossierState.SUPPLEMENT_REQUESTED else ""
    asked = await _asked(visit, case, component) if origin else None
    wanted = ", ".join(say(COPIES[kind], language) for kind in part.copies)
    status = 503 if isinstance(refused, Unavailable) else 422 if refused else 200
    return await show(
        visit, "papers/paper.html", status=status, office_id=case.office_id, case=case, component=component,
        name=part.name.in_(language), note=part.note.in_(language) if part.note else "", wanted=wanted, asked=asked,
        files=shown_files(case, line), full=len(line.files) >= part.most_files, most=part.most_files,
        optional=not line.required or part.one_of is not None, procedure=_short(case, language), error=error,
        errors=[("paper", error)] if error else (), origin=origin,
        back=f"/dossiers/{case.id}/supplement" if origin else f"/dossiers/{case.id}/papers",
    )


def shown_files(case: Case, line: Line) -> list[dict[str, Any]]:
    """The files of a paper, as the list of files draws them."""
    return [
        {"name": one.name, "size": one.size, "href": f"/dossiers/{case.id}/papers/{one.id}/file", "remove": str(one.id),
         "preview": f"/dossiers/{case.id}/papers/{one.id}/preview", "note": ""}
        for one in line.files
    ]


def paper_task(case: Case, line: Line, lines: Sequence[Line], language: str) -> dict[str, str]:
    """One line of the list of papers."""
    part = line.component
    alike = [other for other in lines if part.one_of and other.component.one_of == part.one_of]
    given_alike = any(other.files for other in alike if other is not line)
    done = bool(line.files) or not line.required or given_alike
    hint = say(N_("{n} tệp"), language, n=len(line.files)) if line.files else ""
    if not line.files and given_alike:
        hint = say(N_("Đã có giấy tờ khác thay thế"), language)
    elif not line.files and len(alike) > 1:
        hint = say(N_("Chỉ cần một trong {n} loại giấy tờ cùng nhóm"), language, n=len(alike))
    elif not line.files and not line.required:
        hint = say(N_("Không bắt buộc"), language)
    return {"words": part.name.in_(language), "state": "done" if done else "todo", "hint": hint,
            "href": f"/dossiers/{case.id}/papers/{part.id}"}


def _in_list(line: Line) -> bool:
    """Whether everybody who applies may send it; what only a supplement asks for is not offered before."""
    return line.component.how == "submit" and line.component.need != "asked"


async def _line(visit: Visit, case: Case, component: str) -> Line:
    """The line of a paper one can send. Raises NotFound."""
    for line in await checklist.lines(visit.db, case):
        if line.component.id == component and line.component.how == "submit":
            return line
    raise NotFound


async def _after(visit: Visit, case: Case, component: str, mending: bool) -> str:
    """The next paper that is still missing, else the list."""
    if mending:
        return f"/dossiers/{case.id}/supplement"
    lines = await checklist.lines(visit.db, case)
    tasks = {line.component.id: paper_task(case, line, lines, "vi") for line in lines if _in_list(line)}
    order = list(tasks)
    following = order[order.index(component) + 1 :] if component in order else []
    left = next((name for name in following if tasks[name]["state"] == "todo"), None)
    return f"/dossiers/{case.id}/papers/{left}" if left else f"/dossiers/{case.id}/papers"


async def _asked(visit: Visit, case: Case, component: str) -> dict[str, Any] | None:
    request = await open_supplement(visit.db, case.id)
    items = request["items"] if request else []
    return next((item for item in items if item["component"] == component), None)


def _document_in(line: Line, text: str) -> UUID:
    found = next((one.id for one in line.files if str(one.id) == text), None)
    if found is None:
        raise documents.DocumentNotFound
    return found


def _other(line: Line, language: str) -> dict[str, Any]:
    data = line.component.how == "data"
    words = say(N_("Không cần nộp") if data else N_("Chỉ xuất trình"), language)
    note = line.component.note.in_(language) if line.component.note else ""
    tag = {"words": words, "kind": "doing" if data else ""}
    return {"words": line.component.name.in_(language), "tag": tag, "note": note}


def _short(case: Case, language: str) -> str:
    return case.procedure.procedure.short.in_(language)
