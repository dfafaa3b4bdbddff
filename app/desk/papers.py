"""The papers of a case beside each other: what there is, one sheet, a verdict for every line."""

from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from app.desk.case_page import CasePage, frame_of, may_work, open_page
from app.desk.frame import desk_frame, say
from app.desk.wording import COPIES, said
from app.documents import service as documents
from app.documents.rules import FileRefused, NothingChosen
from app.dossiers import checklist
from app.dossiers.checklist import Line, Verdict
from app.dossiers.judging import JUDGED_IN, judge_all
from app.dossiers.refusals import FieldsRefused
from app.faces.access import OfficerVisit, RoleMissing, Visit
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.journal import service as journal
from app.kit import words as kit_words
from app.kit.errors import Unavailable
from app.kit.words import N_
from app.procedures.package import Component

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])
VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "missing", "wrong")
MARKS: Final = {"ok": ("done", N_("Đạt")), "missing": ("late", N_("Thiếu")), "wrong": ("late", N_("Sai"))}


@router.get("/{dossier_id}/papers")
async def papers(
    request: Request, visit: OfficerVisit, dossier_id: UUID, see: str = "", file: str = "", page: int = 1,
    turn: int = 0, big: int = 0,
) -> Response:
    """One paper open, the others beside it, the checklist to its right."""
    return await _show(request, visit, await open_page(visit, dossier_id), see, file, page, turn, big)


@router.post("/{dossier_id}/papers")
async def judge(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Keep the verdicts. `do=all_ok` marks as in order what was given or is required and has no verdict yet."""
    page = await open_page(visit, dossier_id)
    if not may_work(visit, page.case):
        raise RoleMissing
    form = await request.form()
    see = str(form.get("see", ""))[:60]
    given: dict[str, tuple[Verdict, str]] = {}
    for line in await checklist.lines(visit.db, page.case):
        name = line.component.id
        told = str(form.get(f"v-{name}", ""))
        if form.get("do") == "all_ok" and told not in VERDICTS and (line.files or line.required):
            told = "ok"
        if told in VERDICTS:
            given[name] = (told, str(form.get(f"n-{name}", "")))
    try:
        changed = await judge_all(visit.db, page.case, given, officer=visit.officer, language=visit.language)
    except FieldsRefused as refused:
        return await _show(request, visit, page, see, typed=given, wrong=refused.errors)
    message = N_("Đã lưu kết quả xét {n} giấy tờ.") if changed else N_("Không có gì thay đổi.")
    await say(visit, kit_words.say(message, visit.language, n=changed))
    return RedirectResponse(f"/desk/dossiers/{dossier_id}/papers?see={see}", status_code=303)


@router.post("/{dossier_id}/papers/{component}/files")
async def attach(request: Request, visit: OfficerVisit, dossier_id: UUID, component: str) -> Response:
    """A paper digitised at the desk."""
    page = await open_page(visit, dossier_id)
    part = page.case.procedure.procedure.component(component)
    if part is None or not may_work(visit, page.case):
        raise RoleMissing
    async with request.form() as form:
        return await _attach(request, visit, page, part, form)


async def _attach(request: Request, visit: Visit, page: CasePage, part: Component, form: FormData) -> Response:
    dossier_id, component = page.case.id, part.id
    chosen = [one for one in form.getlist("file") if isinstance(one, UploadFile) and one.filename]
    try:
        if not chosen:
            raise NothingChosen("")
        for one in chosen:
            await documents.attach(
                visit.db, visit.tools.store, office_id=page.case.office_id, dossier_id=dossier_id, component=component,
                name=one.filename or "", data=await one.read(), added_by=visit.officer.id, most_files=part.most_files,
                copy_kind=str(form.get("copy_kind", "file"))[:12], source="counter",
            )
    except (FileRefused, Unavailable) as refused:
        status = 422 if isinstance(refused, FileRefused) else 503
        return await _show(request, visit, page, component, file_error=refused.words(visit.language), status=status)
    await journal.record(
        visit.db, dossier_id, page.case.office_id, "paper.added", by=visit.actor, component=component, files=len(chosen)
    )
    await say(visit, kit_words.say(N_("Đã lưu {n} tệp."), visit.language, n=len(chosen)))
    return RedirectResponse(f"/desk/dossiers/{dossier_id}/papers?see={component}", status_code=303)


async def _show(
    request: Request, visit: Visit, page: CasePage, see: str, file: str = "", sheet: int = 1, turn: int = 0, big: int = 0,
    *, typed: dict[str, tuple[Verdict, str]] | None = None, wrong: dict[str, str] | None = None, file_error: str = "",
    status: int = 200,
) -> Response:
    lines = await checklist.lines(visit.db, page.case)
    shown = next((line for line in lines if line.component.id == see), None) or (
        next((line for line in lines if line.verdict is None and line.files), None) or (lines[0] if lines else None)
    )
    judging = page.case.state in JUDGED_IN and may_work(visit, page.case)
    left = checklist.left(lines)
    errors = [(f"n-{name}", sentence) for name, sentence in (wrong or {}).items()]
    if file_error:
        errors = [("file", file_error)]
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/papers.html", status=422 if wrong else status, **frame_of(visit, page, "papers"),
            thumbs=[_thumb(page, line, shown, visit.language) for line in lines], line=shown,
            view=_view(page, shown, file, sheet, turn, big, visit.language) if shown else None, judging=judging,
            checks=[_check(line, typed or {}, wrong or {}, visit.language) for line in lines], left=left,
            done=sum(line.verdict is not None for line in lines), errors=errors, file_error=file_error,
            may_attach=may_work(visit, page.case), lang=visit.language, copies=[{"value": kind, "text": said(COPIES, kind)}
                                         for kind in (shown.component.copies if shown else ())],
        )


def _thumb(page: CasePage, line: Line, shown: Line | None, language: str) -> dict[str, Any]:
    mark, note = MARKS.get(line.verdict or "", ("ok", N_("Chưa xét")))
    more = ""
    if line.component.how == "data":
        more = words(N_(" · cơ quan tự tra cứu"))
    elif line.component.how == "present":
        more = words(N_(" · xuất trình"))
    elif line.component.how == "form":
        more = words(N_(" · lời khai, xem thẻ Biểu mẫu"))
    elif line.component.need == "asked":
        more = words(N_(" · chỉ khi cần bổ sung"))
    elif not line.files:
        more = words(N_(" · chưa có tệp"))
    return {
        "href": f"/desk/dossiers/{page.case.id}/papers?see={line.component.id}",
        "words": line.component.name.in_(language), "mark": mark, "note": words(note) + more,
        "here": shown is not None and line.component.id == shown.component.id,
    }


def _view(
    page: CasePage, line: Line, file: str, sheet: int, turn: int, big: int, language: str
) -> dict[str, Any] | None:
    """The sheet on the desk: which file, which page, how it is turned."""
    if not line.files:
        return None
    chosen = next((one for one in line.files if str(one.id) == file), line.files[0])
    pages = max(chosen.pages or 1, 1)
    number = min(max(sheet, 1), pages)
    turned = turn % 360 if turn % 90 == 0 else 0
    base = f"/desk/dossiers/{page.case.id}"

    def here(**changed: Any) -> str:
        parts = {"see": line.component.id, "file": chosen.id, "page": number, "turn": turned, "big": big, **changed}
        return f"{base}/papers?" + "&".join(f"{name}={value}" for name, value in parts.items())

    size = N_("Thu nhỏ") if big else N_("Phóng to")
    tools: list[dict[str, Any]] = [
        {"href": here(big=0 if big else 1), "words": words(size)},
        {"href": here(turn=(turned + 90) % 360), "words": words(N_("Xoay"))},
    ]
    if number > 1:
        tools.append({"href": here(page=number - 1), "words": words(N_("Trang trước"))})
    if number < pages:
        tools.append({"href": here(page=number + 1), "words": words(N_("Trang sau"))})
    for n, one in enumerate(line.files, start=1):
        if one.id != chosen.id:
            tools.append({"href": here(file=one.id, page=1), "words": words(N_("Tệp {n}"), n=n)})
    tools.append({"href": f"{base}/files/{chosen.id}", "words": words(N_("Mở tab mới")), "out": True})
    title = words(N_("{paper} · {kind}, trang {page}/{pages}"), paper=line.component.name.in_(language),
                  kind=said(COPIES, chosen.copy_kind), page=number, pages=pages)
    return {"title": title, "tools": tools, "src": f"{base}/files/{chosen.id}/{number}.png", "turned": turned,
            "big": bool(big), "name": chosen.name}


def _check(
    line: Line, typed: dict[str, tuple[Verdict, str]], wrong: dict[str, str], language: str
) -> dict[str, Any]:
    name = line.component.id
    verdict, note = typed.get(name, (line.verdict or "", line.note or ""))
    return {
        "name": f"v-{name}", "text": line.component.name.in_(language), "value": verdict, "note_name": f"n-{name}",
        "note": note, "error": wrong.get(name, ""), "hint": line.component.note.in_(language) if line.component.note else "",
    }
