"""Pieces of work: the worklist, and what is done with one step."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from app.api import cases
from app.api.dossier_views import DossierView, OpenStep, answered
from app.api.dossiers import after_command, answered_after
from app.api.lists import listed, moment
from app.api.once import once
from app.api.shapes import After, Body, DossierRef, IfMatch, Moment, Number, OnceKey, Page, View, Word
from app.dossiers import queries_desk as queries
from app.dossiers.asking import Ask
from app.dossiers.progress import act_and_show, act_as_applicant
from app.dossiers.queries_desk import Cursor
from app.faces.access import OfficerVisit, SignedInVisit, require_role
from app.faces.routes import Router
from app.faces.straight import looks
from app.faces.straight_writing import straight_writing
from app.org.models import Role
from app.procedures.package import Action
from app.procedures.parts import Words
from app.results import service as results
from app.steps import service as steps

router = Router(tags=["Steps"])
SIGNING = {"order_signature": "leader", "order_seal": "seal"}


class Work(View):
    """One open step with what is needed to choose it."""

    dossier_id: UUID
    code: str | None
    title: str
    holder_name: str
    state: str
    step: OpenStep
    dossier_due_at: Moment | None


class Worklist(Page):
    """Open steps, the nearest due time first."""

    items: list[Work]


class StepNow(OpenStep):
    """An open step with its actions. `preview_sha256`: what a signer must send back after looking at the document."""

    title: Words
    checklist: bool
    actions: list[Action]
    preview_sha256: str | None


class Steps(View):
    """What waits for people in a dossier."""

    items: list[StepNow]


class Doing(Body):
    """What is done with a step. `fields` as the action asks for them; `previewed_sha256` for signing and sealing."""

    action: str = Field(max_length=60, examples=["receive"])
    fields: dict[str, Any] = Field(default_factory=dict, max_length=60, examples=[{"collector_name": "Lê Văn Thử"}])
    reason: str = Field(default="", max_length=2000)
    previewed_sha256: str | None = Field(default=None, max_length=700)


class Handing(Body):
    """To whom a step is given."""

    officer_id: UUID
    reason: str = Field(default="", max_length=500)


@router.get("/steps", summary="My work by due time", response_model=Worklist)
@looks
async def worklist(
    visit: OfficerVisit,
    after: After = None,
    queue: Literal["todo", "mine", "free", "others"] = "todo",
    procedure: Annotated[Word, Query(max_length=20)] = "",
) -> Response:
    """Steps of the officer's lanes in the offices they see."""
    rows = await queries.work(
        visit.db, offices=visit.officer.offices, roles=sorted(visit.officer.roles), officer_id=visit.officer.id,
        queue=queue, procedure=procedure, after=_place(after),
    )
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    last = page[-1].cursor if more else None
    kept = f"&queue={queue}" + (f"&procedure={procedure}" if procedure else "")
    following = f"/api/v1/steps?after={cases.cursor(last[0] or '', last[1], last[2])}{kept}" if last else None
    return listed([
        {
            "dossier_id": row.dossier_id, "code": row.code, "title": row.title, "holder_name": row.holder_name,
            "state": row.state, "step": {
                "task_no": row.task_no, "name": row.step, "role": row.role, "held_by": row.officer_id, "opened_at": None,
                "due_at": moment(row.step_due),
            },
            "dossier_due_at": moment(row.due_at),
        }
        for row in page
    ], following)


@router.get("/dossiers/{dossier}/steps", summary="What waits in a dossier")
async def of_dossier(visit: SignedInVisit, dossier: DossierRef) -> Steps:
    """Open steps with their actions; an applicant sees their own."""
    case = await cases.case_for(visit, dossier)
    found = []
    for one in await steps.open_steps(visit.db, case.id):
        if visit.maybe_officer is None and one.role != "applicant":
            continue
        rule = case.procedure.procedure.steps[one.name]
        kind = next((SIGNING[action.command] for action in rule.actions if action.command in SIGNING), None)
        found.append(StepNow(
            task_no=one.task_no, name=one.name, role=one.role, held_by=one.officer_id, opened_at=one.opened_at,
            due_at=one.due_at, title=rule.title, checklist=rule.checklist, actions=list(rule.actions),
            preview_sha256=await results.preview_digest(visit.db, case.id, kind) if kind else None,
        ))
    return Steps(items=found)


@router.post("/dossiers/{dossier}/steps/{task_no}", summary="Do a step", response_model=DossierView)
@straight_writing
@once
async def do(
    visit: SignedInVisit, dossier: DossierRef, task_no: Number, body: Doing, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> Response:
    """An officer of the step's lane, or the applicant where it is theirs. Done twice, the second is told (409)."""
    ask = Ask(body.action, body.fields, body.reason, body.previewed_sha256)
    if visit.maybe_officer is None:
        case = await cases.case_for(visit, dossier, if_match)
        await act_as_applicant(visit.db, visit.tools, case, task_no, ask, citizen_id=visit.citizen.id)
        return await answered_after(visit, case.id)
    # Without If-Match there is nothing to compare, and `act_and_show` reads the dossier itself.
    dossier_id = await cases.id_for(visit, dossier)
    if if_match is not None:
        await cases.case_for(visit, dossier, if_match)
    return answered(visit, await act_and_show(visit.db, visit.tools, dossier_id, task_no, ask, by=visit.officer))


@router.post("/dossiers/{dossier}/steps/{task_no}/claim", summary="Take a step")
@once
async def claim(
    visit: OfficerVisit, response: Response, dossier: DossierRef, task_no: Number, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """Taking it twice is one taking; 409 names the colleague who has it."""
    case = await cases.case_for(visit, dossier, if_match)
    await steps.claim(visit.db, case.id, task_no, officer_id=visit.officer.id, roles=visit.officer.roles)
    return await after_command(visit, response, case.id)


@router.post("/dossiers/{dossier}/steps/{task_no}/release", summary="Give a step back")
@once
async def release(
    visit: OfficerVisit, response: Response, dossier: DossierRef, task_no: Number, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """Back to its lane."""
    case = await cases.case_for(visit, dossier, if_match)
    await steps.release(visit.db, case.id, task_no, officer_id=visit.officer.id)
    return await after_command(visit, response, case.id)


@router.post("/dossiers/{dossier}/steps/{task_no}/assign", summary="Give a step to somebody")
@once
async def assign(
    visit: OfficerVisit, response: Response, dossier: DossierRef, task_no: Number, body: Handing, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """The head, whoever had it before."""
    require_role(visit, Role.HEAD, Role.LEADER)
    case = await cases.case_for(visit, dossier, if_match)
    await steps.assign(visit.db, case.id, task_no, to=body.officer_id, by=visit.officer.id, why=body.reason or None)
    return await after_command(visit, response, case.id)


def _place(after: str | None) -> Cursor | None:
    parts = cases.read_cursor(after, 3)
    if parts is None:
        return None
    if not parts[2].isdecimal() or len(parts[2]) > 9:
        raise cases.CursorUnknown
    return (cases.moment_of(parts[0]) if parts[0] else None, cases.id_of(parts[1]), int(parts[2]))
