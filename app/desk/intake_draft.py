"""A draft at the counter: the whole form on one page, papers counted and scanned, received by one press."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.dossiers import pdf
from app.desk.fields import error_pairs, view_of
from app.desk.files import as_file
from app.desk.frame import desk_frame, say
from app.desk.intake import CONSENTS
from app.desk.intake_form import Errors, keep
from app.desk.wording import RETURN_WAYS, said
from app.documents import service as documents
from app.dossiers import checklist, counter, drafts, elsewhere
from app.dossiers.case import Case, DossierNotFound, open_case
from app.dossiers.drafting import answers_of
from app.dossiers.handed_over import FIELD, checked, noted, read_moment
from app.dossiers.judging import COUNTED, counted_copies
from app.dossiers.models import DossierState
from app.dossiers.refusals import NotComplete
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.moments import moment, money
from app.faces.pages import render
from app.faces.parking import take_parked
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.fees import service as fees
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refused, Unavailable
from app.kit.words import N_
from app.org import people
from app.org.models import Role
from app.procedures.parts import Words
from app.procedures.questions import FormField

router = Router(prefix="/desk/intake", include_in_schema=False, dependencies=[Depends(desk_frame)])
AGREED: Final = {**CONSENTS, "post": N_("gửi qua bưu chính")}
STILL_MISSING: Final = N_("Còn thiếu: {what}")
RETURN_FIRST: Final = N_("Hãy chọn cách nhận kết quả")


@router.get("/{dossier_id}")
async def draft(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The dense page; a draft that was received meanwhile leads to its slip."""
    case = await _mine(visit, dossier_id)
    if case.state is not DossierState.DRAFT:
        return RedirectResponse(f"/desk/intake/{dossier_id}/done", status_code=303)
    errors: Errors = {}
    if (typed := await take_parked(visit)) is not None:  # the save that the end of a session cut off
        errors = await keep(visit, dossier_id, typed)
        case = await open_case(visit.db, visit.tools, dossier_id)
    return await _show(request, visit, case, errors)


@router.post("/{dossier_id}")
async def save(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Enter keeps and checks; `do=receive` receives what is whole. Nothing typed is ever lost on the way."""
    case = await _mine(visit, dossier_id)
    if case.state is not DossierState.DRAFT:
        return RedirectResponse(f"/desk/intake/{dossier_id}/done", status_code=303)
    async with request.form() as form:
        errors = {**await keep(visit, dossier_id, form), **await _keep_minutes(visit, case, form.get(FIELD))}
        receive = form.get("do") == "receive"
    case = await open_case(visit.db, visit.tools, dossier_id)
    if errors:
        return await _show(request, visit, case, errors)
    if receive:
        return await _receive(request, visit, case)
    await say(visit, kit_words.say(N_("Đã lưu nháp."), visit.language))
    return RedirectResponse(f"/desk/intake/{dossier_id}", status_code=303)


@router.post("/{dossier_id}/preview")
async def preview(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """After each change the script keeps the draft and shows the slip as it would be; without scripts, Save does."""
    case = await _mine(visit, dossier_id)
    if case.state is DossierState.DRAFT:
        async with request.form() as form:
            await keep(visit, dossier_id, form)
        case = await open_case(visit.db, visit.tools, dossier_id)
    with speaking(visit.language):
        return render(request, "desk/intake/_slip.html", slip=await _slip(visit, case), saved_at=clock.now())


@router.get("/{dossier_id}/done")
async def done(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The code, the promise, the slip to print, and the next person."""
    case = await _mine(visit, dossier_id)
    if case.state is DossierState.DRAFT:
        return RedirectResponse(f"/desk/intake/{dossier_id}", status_code=303)
    balance = await fees.balance(visit.db, case.id)
    office = await people.office(visit.db, case.office_id)
    with speaking(visit.language):
        return render(
            request, "desk/intake/done.html", case=case, owed=balance.owed, way=said(RETURN_WAYS, case.return_way),
            title=case.procedure.procedure.short.in_(visit.language), helping=_helping(visit, case), office=office,
        )


@router.get("/{dossier_id}/receipt.pdf")
async def receipt(visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The A5 slip, printed now; of what was taken in for another office, that it was."""
    try:
        case = await open_case(visit.db, visit.tools, dossier_id)
    except DossierNotFound:
        case = await _mine(visit, dossier_id)
    if _helping(visit, case):
        paper = await elsewhere.acknowledgement(visit.db, visit.tools, case)
        return pdf(paper.pdf, f"xac-nhan-{case.display_code}.pdf")
    if case.received_at is None:
        raise DossierNotFound
    paper = await counter.receipt_of(visit.db, visit.tools, case)
    return pdf(paper.pdf, f"giay-hen-{case.display_code}.pdf")


@router.get("/{dossier_id}/files/{document_id}")
async def file(visit: OfficerVisit, dossier_id: UUID, document_id: UUID) -> Response:
    """A scan of this draft, as it was stored."""
    case = await _mine(visit, dossier_id)
    document, data = await documents.read(visit.db, visit.tools.store, case.id, document_id)
    return as_file(document, data)


@router.get("/{dossier_id}/application.pdf")
async def application(visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The form as it was typed, to be read and signed by the applicant."""
    case = await _mine(visit, dossier_id)
    paper = await counter.application_of(visit.db, visit.tools, case)
    return pdf(paper.pdf, "to-khai.pdf")


async def _receive(request: Request, visit: Visit, case: Case) -> Response:
    """In a transaction of its own after the draft is kept: a refusal must not undo what was typed."""
    try:
        async with visit.db.savepoint():
            if _helping(visit, case):
                code = await elsewhere.hand_in(visit.db, visit.tools, case, officer=visit.officer)
            else:
                code = await counter.take_in(visit.db, visit.tools, case, officer=visit.officer)
    except NotComplete:
        return await _show(request, visit, case, await _lacking(visit, case))
    except (Refused, Unavailable) as refused:
        return await _show(request, visit, case, {"next": refused.words(visit.language)})
    await say(visit, kit_words.say(N_("Đã nhận hồ sơ {code}."), visit.language, code=code))
    return RedirectResponse(f"/desk/intake/{case.id}/done", status_code=303)


async def _lacking(visit: Visit, case: Case) -> Errors:
    """What stands between this draft and its code, each by the place where it is given."""
    ready = await drafts.readiness(visit.db, case, visit.language)
    errors: Errors = {}
    for page in case.procedure.pages_for(case.facts):
        title = page.title.in_(visit.language)
        if title in ready.missing:
            errors[f"page-{page.id}"] = kit_words.say(STILL_MISSING, visit.language, what=title)
    for line in await checklist.lines(visit.db, case):
        name = line.component.name.in_(visit.language)
        if name in ready.missing:
            errors[f"f-{line.component.id}"] = kit_words.say(STILL_MISSING, visit.language, what=name)
    if "return" in ready.missing:
        errors["out"] = kit_words.say(RETURN_FIRST, visit.language)
    return errors


async def _show(request: Request, visit: Visit, case: Case, errors: Errors) -> Response:
    answers = await answers_of(visit.db, case.id)
    office = await people.office(visit.db, case.office_id)
    province = office.territory_code if len(office.territory_code) == 2 else await _province(visit, office.territory_code)
    pages, pairs, focus = [], [], ""
    for page in case.procedure.pages_for(case.facts):
        told = {name.partition(".")[2]: text for name, text in errors.items() if name.startswith(f"{page.id}.")}
        values = answers.get(page.id, {})
        views = [await view_of(visit.db, one, values, told, visit.language, prefix=f"{page.id}.", province=province)
                 for one in page.fields]
        empty = next((view.name for view in views if view.typed and not view.optional and not view.value), "")
        focus = focus or empty
        pages.append({"id": page.id, "title": page.title.in_(visit.language), "fields": views})
        pairs += error_pairs(page.fields, told, f"{page.id}.")
    beside = ("out", "next", FIELD)
    pairs += [(name, text) for name, text in errors.items() if name.startswith(("page-", "f-")) or name in beside]
    ready = await drafts.readiness(visit.db, case, visit.language)
    helping = _helping(visit, case)
    alike = None if helping else await counter.alike(visit.db, case)  # what else the other office has is not ours to see
    person = await visit.db.row("SELECT * FROM citizen WHERE id = $1", case.applicant_id)
    with speaking(visit.language):
        papers = await _papers(visit, case, errors)
        return render(
            request, "desk/intake/draft.html", status=422 if errors else 200, case=case, pages=pages, papers=papers,
            errors=pairs, of=errors, person=person, slip=await _slip(visit, case), saved_at=None, alike=alike,
            missing=[one for one in ready.missing if one != "return"], ready=ready.ready,
            focus="" if ready.ready or errors else focus, title=case.procedure.procedure.short.in_(visit.language),
            ways=[{"value": way, "text": words(RETURN_WAYS[way])} for way in case.procedure.procedure.return_ways],
            way=case.return_way or ("counter" if "counter" in case.procedure.procedure.return_ways else ""),
            post=await _post_fields(visit, case, province), consent=said(AGREED, str(case.consent.get("how", ""))),
            helping=helping, office=office, handed_at=_typed_minutes(case),
            skip=",".join(f"f-{one['id']}" for one in papers),
        )


async def _papers(visit: Visit, case: Case, errors: Errors) -> list[dict[str, Any]]:
    """The checklist of the counter: copies of each kind, files, and what is still to be scanned."""
    counted, rows = await counted_copies(visit.db, case), []
    for line in await checklist.lines(visit.db, case):
        part, name = line.component, line.component.name.in_(visit.language)
        first = next((kind for kind in part.copies if kind in COUNTED), "")
        known = counted.get(part.id, {first: 1} if first and line.required and part.how != "data" else {})
        needed = part.how == "submit" and line.required
        if part.how == "data":
            mark, state = "done", words(N_("Cơ quan tự tra cứu"))
        elif line.files:
            mark, state = "done", words(N_("Đã quét {n} tệp"), n=len(line.files))
        elif part.how == "present":
            mark, state = "done", words(N_("Chỉ xuất trình"))
        else:
            mark, state = ("soon", words(N_("Chưa quét"))) if needed else ("ok", words(N_("Nếu có")))
        rows.append({
            "id": part.id, "name": name, "note": part.note.in_(visit.language) if part.note else "", "mark": mark,
            "state": state, "error": errors.get(f"f-{part.id}", ""), "scan": part.how != "data",
            "counts": [{"kind": kind, "n": known.get(kind, 0)} for kind in COUNTED],
            "files": [{"name": one.name, "size": one.size, "href": f"/desk/intake/{case.id}/files/{one.id}",
                       "remove": str(one.id)} for one in line.files],
        })
    return rows


async def _slip(visit: Visit, case: Case) -> dict[str, Any]:
    """The lines of the receipt as they would be if it were printed now."""
    office = await people.office(visit.db, case.office_id)
    now = clock.now()
    counted = await counted_copies(visit.db, case)
    kinds = {"original": N_("{n} bản chính"), "certified": N_("{n} bản chứng thực"), "photocopy": N_("{n} bản chụp")}
    sums = {kind: sum(numbers.get(kind, 0) for numbers in counted.values()) for kind in COUNTED}
    papers = ", ".join(words(kinds[kind], n=n) for kind, n in sums.items() if n)
    due, fee = "—", "—"
    try:
        told = counter.promise(visit.tools, case, case.facts, now, visit.language)
        due = words(N_("Chưa hẹn ngày")) if _helping(visit, case) else moment(told.due_at, visit.language)
        fee = money(sum(one.amount for one in told.fees), visit.language) if told.fees else words(N_("Không thu"))
    except (Refused, KeyError, ValueError, TypeError):
        pass  # the facts it hangs on have not been told yet
    lines = [
        (N_("Mã hồ sơ"), words(N_("cấp khi bấm Nhận hồ sơ"))), (N_("Tiếp nhận hồ sơ của"), case.holder_name),
        (N_("Nội dung"), case.procedure.name(visit.language)), (N_("Giấy tờ"), papers or "—"),
        (N_("Nhận lúc"), moment(_typed_minutes(case) or now, visit.language)), (N_("Trả lúc"), due),
        (N_("Phí, lệ phí"), fee),
        (N_("Nhận kết quả"), said(RETURN_WAYS, case.return_way) or "—"),
    ]
    helping = _helping(visit, case)
    title = N_("Giấy xác nhận đã nhận hồ sơ để chuyển cơ quan có thẩm quyền") if helping else N_(
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    )
    head = await people.office(visit.db, visit.officer.office_id) if helping else office
    return {"title": words(title), "office": head.authority, "centre": head.name,
            "lines": [{"name": words(name), "value": value} for name, value in lines]}


async def _post_fields(visit: Visit, case: Case, province: str) -> list[Any]:
    address = FormField(id="post", kind="address", label=Words(vi="Gửi đến", en="Send to"), required=False)
    view = await view_of(visit.db, address, {"post": case.return_address}, {}, visit.language, province=province)
    return [view, case.return_address.get("name", case.holder_name), case.return_address.get("phone", "")]


async def _province(visit: Visit, unit: str) -> str:
    return str(await visit.db.value(
        "SELECT parent_code FROM territory WHERE code = $1 ORDER BY valid_from DESC LIMIT 1", unit
    ) or "")


async def _keep_minutes(visit: Visit, case: Case, typed: object) -> Errors:
    """The hour and day of the minutes of hand-over, where the post brought it; its term begins with them."""
    if case.channel != "post" or not isinstance(typed, str):
        return {}
    try:
        handed = checked(read_moment(typed), now=clock.now())
    except Refused as refused:
        return {FIELD: refused.words(visit.language)}
    await visit.db.run(
        "UPDATE dossier SET consent = consent || jsonb_build_object($2::text, $3::text) WHERE id = $1",
        case.id, FIELD, handed.isoformat(),
    )
    return {}


def _typed_minutes(case: Case) -> datetime | None:
    try:
        return noted(case.consent)
    except Refused:  # a draft from before they were read
        return None


def _helping(visit: Visit, case: Case) -> bool:
    """Whether this officer's office only takes it in for the competent one."""
    return case.support_office_id == visit.officer.office_id


async def _mine(visit: Visit, dossier_id: UUID) -> Case:
    """A draft or fresh dossier that this officer's own office took in, for itself or for another one.

    For another one, the transaction works in that office from here on. Raises DossierNotFound, RoleMissing.
    """
    require_role(visit, Role.RECEPTION, Role.HEAD)
    try:
        case = await open_case(visit.db, visit.tools, dossier_id)
    except DossierNotFound:
        await elsewhere.step_in(visit.db, visit.officer, dossier_id)
        case = await open_case(visit.db, visit.tools, dossier_id)
    taken_in_by = case.support_office_id or case.office_id
    if taken_in_by != visit.officer.office_id or case.assisted_by is None:
        raise DossierNotFound
    return case
