"""One question a page: what is known is shown for confirmation, what is typed is never lost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.dossiers.case import Case
from app.dossiers.drafting import answers_of
from app.dossiers.drafts import save_page
from app.dossiers.refusals import FieldsRefused
from app.faces.access import CitizenVisit, PublicVisit, Visit
from app.faces.pages import fragment, render
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound
from app.portal.own import editable, own_case, require_editable
from app.portal.page import go, show, speak
from app.portal.questions import asked_in, commune_options, questions_of, typed_values
from app.portal.retention import kept_until
from app.portal.sign_in import unpark
from app.portal.wording import page_rows
from app.procedures.questions import FormPage
from app.sessions import service as sessions

router = Router(include_in_schema=False)


@router.get("/places/communes")
async def communes(visit: PublicVisit) -> Response:
    """Public: the communes of a province, for the list on a question page (htmx)."""
    query = visit.request.query_params
    province = next((value for name, value in query.items() if name.endswith("-province")), query.get("province", ""))
    options = await commune_options(visit.db, province[:2], speak(visit))
    return render(visit.request, "portal/answers/_communes.html", options=options)


@router.get("/dossiers/{dossier_id}/answer/{page_id}")
async def question(visit: CitizenVisit, dossier_id: UUID, page_id: str) -> Response:
    """The applicant: one question, with what was answered before."""
    case = await own_case(visit, dossier_id)
    if not editable(case):
        return go(f"/dossiers/{dossier_id}")
    page = _page(case, page_id)
    parked = unpark(visit.session, visit.request.url.path)
    if parked is not None and visit.session is not None:
        await sessions.drop_note(visit.db, visit.session, "parked")
        return await _show(visit, case, page, typed_values(page, parked), {}, parked=True)
    answers = await answers_of(visit.db, case.id)
    return await _show(visit, case, page, answers.get(page_id, {}), {})


@router.post("/dossiers/{dossier_id}/answer/{page_id}")
async def answer(visit: CitizenVisit, dossier_id: UUID, page_id: str) -> Response:
    """The applicant: keep the answers and go on; errors are shown with everything that was typed."""
    case = await own_case(visit, dossier_id)
    require_editable(case)
    page = _page(case, page_id)
    given = await _given(visit.request)
    if "places" in given:
        return await _show(visit, case, page, typed_values(page, given), {})
    try:
        await save_page(visit.db, visit.tools, case, page_id, given, leniently="later" in given)
    except FieldsRefused as refused:
        case = await own_case(visit, dossier_id)
        new = {name for name in refused.errors if name not in asked_in(page, given)}
        if new == set(refused.errors):
            return await _show(visit, case, page, typed_values(page, given), {}, opened=True)
        return await _show(visit, case, page, typed_values(page, given), refused.errors)
    case = await own_case(visit, dossier_id)
    return go(_next(case, page, given))


@router.post("/dossiers/{dossier_id}/answer/{page_id}/autosave")
async def autosave(visit: CitizenVisit, dossier_id: UUID, page_id: str) -> Response:
    """The applicant's browser: keep what is typed, right or wrong; a late, older save changes nothing."""
    case = await own_case(visit, dossier_id)
    require_editable(case)
    page = _page(case, page_id)
    given = await _given(visit.request)
    serial = _whole(given.get("serial_base")) + _whole(given.get("autosave_order"))
    await save_page(visit.db, visit.tools, case, page.id, given, serial=serial or None, leniently=True)
    return fragment(
        visit.request, "portal/answers/_saved.html", otherwise=f"/dossiers/{dossier_id}/answer/{page_id}",
        saved_at=clock.now(), until=kept_until(case, clock.now()),
    )


async def _show(
    visit: Visit, case: Case, page: FormPage, values: Mapping[str, Any], errors: Mapping[str, str], *,
    parked: bool = False, opened: bool = False,
) -> Response:
    language = speak(visit)
    pages = case.procedure.pages_for(case.facts)
    position = next((n for n, one in enumerate(pages) if one.id == page.id), -1)
    kept = await visit.db.row(
        "SELECT serial, saved_at FROM answer WHERE dossier_id = $1 AND question = $2", case.id, page.id
    )
    answers = await answers_of(visit.db, case.id)
    earlier: list[dict[str, Any]] = []
    for one in pages[: max(position, 0)]:
        if one.section == page.section and one.id in answers and not answers[one.id].get("_errors"):
            href = f"/dossiers/{case.id}/answer/{one.id}"
            earlier += [row for row in await page_rows(visit.db, one, answers[one.id], language, href=href) if row["value"]]
    questions = await questions_of(visit.db, case, page, values, errors, visit.citizen, language)
    return await show(
        visit, "answers/question.html", status=422 if errors else 200, office_id=case.office_id, case=case, page=page,
        title=page.title.in_(language), hint=page.hint.in_(language) if page.hint else "",
        procedure=case.procedure.procedure.short.in_(language), number=position + 1, total=len(pages),
        questions=questions, errors=[(_anchor(page, name), text) for name, text in errors.items()], earlier=earlier,
        back=_back(visit.request, case, pages, position), came=visit.request.query_params.get("from", ""),
        serial=kept["serial"] if kept else 0, saved_at=kept["saved_at"] if kept and kept["serial"] else None,
        until=kept_until(case, kept["saved_at"]) if kept else None, parked=parked, opened=opened,
    )


def _anchor(page: FormPage, name: str) -> str:
    kind = next((one.kind for one in page.fields if one.id == name), "")
    return {"date": f"{name}-day", "partial_date": f"{name}-day", "address": f"{name}-province"}.get(kind, name)


def _back(request: Request, case: Case, pages: tuple[FormPage, ...], position: int) -> str:
    if request.query_params.get("from") in ("check", "supplement"):
        return f"/dossiers/{case.id}/{request.query_params['from']}"
    if position > 0 and pages[position - 1].section == pages[position].section:
        return f"/dossiers/{case.id}/answer/{pages[position - 1].id}"
    return f"/dossiers/{case.id}"


def _next(case: Case, page: FormPage, given: Mapping[str, Any]) -> str:
    """The next question of the section; at its end the task list. A change goes back to where it came from."""
    if given.get("from") in ("check", "supplement"):
        return f"/dossiers/{case.id}/{given['from']}"
    pages = case.procedure.pages_for(case.facts)
    position = next((n for n, one in enumerate(pages) if one.id == page.id), len(pages))
    following = pages[position + 1] if position + 1 < len(pages) else None
    if "later" in given or following is None or following.section != page.section:
        return f"/dossiers/{case.id}"
    return f"/dossiers/{case.id}/answer/{following.id}"


def _page(case: Case, page_id: str) -> FormPage:
    page = case.procedure.form.page(page_id)
    if page is None:
        raise NotFound
    return page


async def _given(request: Request) -> dict[str, Any]:
    """The form as typed: a value, or a list where a name came several times."""
    given: dict[str, Any] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str):
            continue
        if name in given:
            given[name] = [*given[name], value] if isinstance(given[name], list) else [given[name], value]
        else:
            given[name] = value
    return given


def _whole(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 7 else 0
