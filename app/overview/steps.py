"""What each officer has in hand, and handing it to somebody else."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from app.dossiers import queries_overview as queries
from app.dossiers.queries_overview import HeldStep, Span
from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.frame import Kind
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org import people
from app.overview.dossiers import SPANS
from app.overview.page import (
    address,
    after_of,
    after_text,
    due_of,
    may_steer,
    names_of,
    offices_of,
    show,
    step_words,
    tell,
)
from app.steps import service as steps
from app.steps.service import StepNotFound

router = APIRouter()
MOST = 100


@router.get("/overview/steps")
async def held(
    visit: SupervisorVisit, officer: Annotated[str, Query(max_length=40)] = "none", span: Span = "",
    office: Annotated[str, Query(max_length=10)] = "", after: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Open steps of one officer, or those nobody has taken; each can be given to a colleague."""
    offices, at, language = offices_of(visit, office), queries.horizon(visit.tools.calendar), visit.language
    who = _officer_id(officer)
    person = await queries.holder(visit.db, who) if who else None
    if who and (person is None or person["office_id"] not in visit.officer.offices):
        raise NotFound
    found, more = await queries.steps(visit.db, offices, at, officer=who, span=span, after=after_of(after))
    loaded = await names_of(visit, (one.procedure_version_id for one in found))
    here = {"officer": officer, "office": office, "span": span}
    own = visit.officer.office_id
    steers = may_steer(visit, own) and any(one.office_id == own for one in found)
    colleagues = await queries.colleagues(visit.db, own) if steers else []
    return await show(
        visit, "steps/list.html", officer=person, steers=steers, here_href=address("/overview/steps", **here),
        rows=[
            {
                "id": f"{one.dossier_id}:{one.task_no}", "href": f"/desk/dossiers/{one.dossier_id}", "code": one.code,
                "person": one.holder_name, "due": due_of(visit, one.due_at, one.paused_at), "since": one.opened_at,
                "procedure": loaded[one.procedure_version_id].procedure.short.in_(language), "ours": one.office_id == own,
                "step": step_words(loaded[one.procedure_version_id], one.name, language),
            }
            for one in found
        ],
        colleagues=[
            {"value": str(one["id"]), "text": f"{one['name']} · {one['title']}"}
            for one in colleagues if one["id"] != who and _could_take(one["roles"], found)
        ],
        chips=[
            {"href": address("/overview/steps", **{**here, "span": one}), "words": say(words, language), "mark": mark,
             "here": one == span}
            for one, words, mark in SPANS
        ],
        next_href=address("/overview/steps", **here, after=after_text(more)) if more else None,
        first_href=address("/overview/steps", **here) if after else None,
    )


@router.post("/overview/steps/assign")
async def assign(
    visit: SupervisorVisit, to: Annotated[str, Form(max_length=40)] = "",
    step: Annotated[list[str], Form(max_length=MOST)] = [],  # noqa: B006 (FastAPI copies it)
    back: Annotated[str, Form(max_length=300)] = "", why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Give the picked steps to a colleague of the same office; what could not be given is counted and said."""
    language = visit.language
    where = RedirectResponse(back if back.startswith("/overview/steps") else "/overview/steps", status_code=303)
    receiver = _officer_id(to) if to else None
    if receiver is None or not step:
        await tell(visit, say(N_("Chưa giao việc nào."), language),
                   say(N_("Hãy chọn hồ sơ và người nhận, rồi bấm Giao việc."), language), "bad")
        return where
    given = 0
    for one in step:
        given += await _give(visit, one, receiver, why.strip() or None)
    name = (await people.names(visit.db, [receiver])).get(receiver, "")
    said = say(N_("Đã giao {n} việc cho {name}."), language, n=given, name=name)
    if not given:
        said = say(N_("Chưa giao việc nào."), language)
    kind: Kind = "good" if given == len(step) else "warn" if given else "bad"
    await tell(visit, said, _left(len(step) - given, language), kind)
    return where


async def _give(visit: Visit, step: str, to: UUID, why: str | None) -> bool:
    """Whether the step was there to give and the receiver's role does such work. Raises RoleMissing, NotFound."""
    dossier, _, task = step.partition(":")
    try:
        dossier_id, task_no = UUID(dossier), int(task)
    except ValueError as wrong:
        raise NotFound from wrong
    office_id = await visit.db.value(
        "SELECT office_id FROM step WHERE dossier_id = $1 AND task_no = $2", dossier_id, task_no
    )
    if office_id is None:
        return False
    if not may_steer(visit, office_id):
        raise RoleMissing
    try:
        await steps.assign(visit.db, dossier_id, task_no, to=to, by=visit.officer.id, why=why)
    except StepNotFound:
        return False
    return True


def _left(count: int, language: str) -> str:
    if not count:
        return ""
    return say(N_("{n} việc không giao được: bước vừa xong, hoặc người nhận không làm loại việc đó."), language, n=count)


def _could_take(roles: list[str], found: list[HeldStep]) -> bool:
    return any(one.role in roles for one in found)


def _officer_id(text: str) -> UUID | None:
    if text == "none":
        return None
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong
