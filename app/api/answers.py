"""The form of a dossier: what was answered, page by page, and what is still missing."""

from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import Field

from app.api import cases
from app.api.dossier_views import DossierView
from app.api.dossiers import after_command
from app.api.once import once
from app.api.shapes import Body, DossierRef, IfMatch, Moment, OnceKey, View, Word
from app.dossiers import drafts, wishes
from app.dossiers import queries_api as queries
from app.dossiers.drafting import answers_of
from app.faces.access import SignedInVisit
from app.faces.routes import Router

router = Router(prefix="/dossiers/{dossier}", tags=["Form"])
PageId = Annotated[Word, Path(max_length=60, examples=["requester"])]


class Answers(View):
    """{page: {field: value}}. `_errors` in a page says that it was kept with mistakes or not confirmed yet."""

    pages: dict[str, dict[str, Any]]


class PageAnswers(Body):
    """Values of one page, by field. Dates: "2026-11-07", "1941", or {year, month, day}; addresses: {province, commune,
    street}. `serial` is your own counter: an older save never overwrites a newer one."""

    values: dict[str, Any] = Field(max_length=100, examples=[{"name": "Hoàng Thị Bích Liễu", "born_on": "1941"}])
    serial: int | None = Field(default=None, ge=1, le=2**31 - 1)


class Task(View):
    """One line of the task list."""

    id: str = Field(examples=["requester"])
    title: str
    status: Literal["done", "part", "todo", "not_needed"]
    page: str | None = Field(description="The page to fill in next.")


class Readiness(View):
    """What stands between the draft and its submission."""

    ready: bool
    tasks: list[Task]
    missing: list[str]


class Item(View):
    """One paper that was asked for again."""

    component: str
    what: str = Field(examples=["wrong"])
    why: str


class Supplement(View):
    """One request for supplement: a complete list."""

    n: int
    items: list[Item]
    reason: str
    asked_at: Moment
    due_at: Moment | None
    answered_at: Moment | None
    closed: str | None = Field(examples=["answered"])


class Supplements(View):
    """Every request, oldest first."""

    items: list[Supplement]


@router.get("/answers", summary="What was answered")
async def answers(visit: SignedInVisit, dossier: DossierRef) -> Answers:
    """All pages; an officer also sees what was noted with steps, under `office.<step>`."""
    case = await cases.case_for(visit, dossier)
    known = await answers_of(visit.db, case.id)
    if visit.maybe_officer is None:
        known = {page: values for page, values in known.items() if not page.startswith("office.")}
    return Answers(pages=known)


@router.put("/answers/{page}", summary="Answer one page")
@once
async def save(
    visit: SignedInVisit, response: Response, dossier: DossierRef, page: PageId, body: PageAnswers,
    if_match: IfMatch = None, idempotency_key: OnceKey = None,
) -> Answers:
    """422 with `errors` {field: sentence} when something does not fit; nothing is kept then."""
    case = await cases.case_for(visit, dossier, if_match)
    cases.require_editable(case)
    await drafts.save_page(visit.db, visit.tools, case, page, body.values, serial=body.serial)
    await cases.put_mark(visit, response, case)
    return Answers(pages={page: (await answers_of(visit.db, case.id)).get(page, {})})


@router.get("/readiness", summary="What is still missing")
async def readiness(visit: SignedInVisit, dossier: DossierRef) -> Readiness:
    """The task list: sections of the form, papers, the way of return."""
    case = await cases.case_for(visit, dossier)
    found = await drafts.readiness(visit.db, case, visit.language)
    return Readiness(
        ready=found.ready, missing=list(found.missing),
        tasks=[Task(id=one.id, title=one.title, status=one.status, page=one.first_page) for one in found.tasks],
    )


@router.get("/supplements", summary="What was asked for again")
async def supplements(visit: SignedInVisit, dossier: DossierRef) -> Supplements:
    """Requests with their lists, reasons and terms."""
    case = await cases.case_for(visit, dossier)
    return Supplements(items=[_supplement(row) for row in await queries.supplements_of(visit.db, case.id)])


@router.post("/supplements/answer", summary="Send the supplement")
@once
async def answer_supplement(
    visit: SignedInVisit, response: Response, dossier: DossierRef, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> DossierView:
    """Everything on the list has been mended: back to the office."""
    case = await cases.case_for(visit, dossier, if_match)
    await wishes.answer_supplement(visit.db, visit.tools, case, by=visit.actor)
    return await after_command(visit, response, case.id)


def _supplement(row: dict[str, Any]) -> Supplement:
    items = [Item(component=one["component"], what=one["what"], why=one.get("why") or "") for one in row.pop("items")]
    return Supplement(items=items, **row)
