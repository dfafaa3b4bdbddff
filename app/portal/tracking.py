"""One dossier of the citizen: the task list of a draft, or where a submitted one stands."""

from typing import Any
from uuid import UUID

from fastapi import Response

from app.documents import service as documents
from app.dossiers import wishes
from app.dossiers.case import Case
from app.dossiers.drafts import readiness
from app.dossiers.models import DossierState as S
from app.dossiers.queries_portal import applicant_step, open_supplement
from app.dossiers.refusals import MessageEmpty, MessageTooLong
from app.dossiers.showing import FORMS_FOR_APPLICANT, result_open
from app.dossiers.states import UNDECIDED
from app.faces.access import CitizenVisit, Visit
from app.faces.routes import Router
from app.fees import service as fees
from app.journal import service as journal
from app.kit import clock
from app.kit.words import N_, say
from app.notices import service as notices
from app.org import people
from app.portal.dates import moment_view, promise_view
from app.portal.hub import tasks_of
from app.portal.own import own_case
from app.portal.page import go, show, speak, tell
from app.portal.retention import kept_until
from app.portal.timeline import events, stations
from app.portal.wording import HEADINGS, RETURN_WAYS
from app.results import service as results
from app.sentinel.service import told_publicly

router = Router(prefix="/dossiers/{dossier_id}", include_in_schema=False)


@router.get("")
async def dossier(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: go on with the draft, or see what is next, by when, by whom."""
    case = await own_case(visit, dossier_id)
    return await _hub(visit, case) if case.state is S.DRAFT else await _tracking(visit, case)


@router.post("/messages")
async def write(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant writes to the office."""
    case, language = await own_case(visit, dossier_id), speak(visit)
    if case.state is S.DRAFT:
        return go(f"/dossiers/{case.id}")
    body = str((await visit.request.form()).get("body", ""))
    try:
        await wishes.write_message(visit.db, visit.tools, case, by=visit.actor, body=body)
    except (MessageEmpty, MessageTooLong) as refused:
        return await _tracking(visit, case, typed=body, error=refused.words(language))
    await tell(visit, say(N_("Đã gửi tin nhắn."), language), say(N_("Cán bộ trả lời trên trang này."), language))
    return go(f"/dossiers/{case.id}")


@router.get("/withdraw")
async def ask_withdraw(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: what withdrawing means, before it is done."""
    case = await own_case(visit, dossier_id)
    if case.state not in UNDECIDED:
        return go(f"/dossiers/{case.id}")
    return await show(visit, "tracking/withdraw.html", office_id=case.office_id, case=case, title=_title(case, visit))


@router.post("/withdraw")
async def withdraw(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant takes the dossier back; again changes nothing."""
    case = await own_case(visit, dossier_id)
    if case.state is S.WITHDRAWN:
        return go(f"/dossiers/{case.id}")
    reason = str((await visit.request.form()).get("reason", ""))[:1000]
    await wishes.withdraw(visit.db, visit.tools, case, by=visit.actor, reason=reason)
    await tell(visit, say(N_("Đã rút hồ sơ."), speak(visit)))
    return go(f"/dossiers/{case.id}")


async def _hub(visit: Visit, case: Case) -> Response:
    language = speak(visit)
    ready = await readiness(visit.db, case, language)
    saved = await visit.db.value("SELECT max(saved_at) FROM answer WHERE dossier_id = $1 AND serial > 0", case.id)
    return await show(
        visit, "tracking/hub.html", office_id=case.office_id, case=case, title=_title(case, visit),
        tasks=tasks_of(case, ready, language), left=len(ready.missing), saved_at=saved,
        until=kept_until(case, saved or case.created_at),
    )


async def _tracking(visit: Visit, case: Case, *, typed: str = "", error: str = "") -> Response:
    db, language, calendar = visit.db, speak(visit), visit.tools.calendars.of(case.office_id)
    lines = await journal.lines(db, case.id)
    officers = await people.names(db, [line.actor.id for line in lines if line.actor.kind == "officer" and line.actor.id])
    step = await applicant_step(db, case.id)
    request = await open_supplement(db, case.id)
    balance = await fees.balance(db, case.id)
    messages = await notices.messages_of(db, case.id)
    if any(one.read_at is None and one.author_kind != "citizen" for one in messages):
        await notices.read_by(db, case.id, "citizen", clock.now())
    heading = N_("Hãy xem bản dự thảo kết quả") if step else HEADINGS[case.state]
    return await show(
        visit, "tracking/tracking.html", status=422 if error else 200, office_id=case.office_id, case=case,
        title=_title(case, visit), heading=say(heading, language),
        due=promise_view(case, calendar) if case.received_at else None,
        promised=case.original_due_at if case.finished_at is None else None, moved=_moved(case, lines),
        stations=stations(case.state, lines, language, case.due_at), events=events(lines, officers, language),
        request=request, request_due=moment_view(request["due_at"], calendar) if request and request["due_at"] else None,
        step=step, step_due=moment_view(await _answer_by(visit, case), calendar) if step else None, balance=balance,
        ended_why=_why(lines, case.state), results=await _results(visit, case), forms=await _forms(visit, case),
        way=say(RETURN_WAYS.get(case.return_way or "", ""), language),
        messages=_thread(messages, visit), typed=typed, errors=[("body", error)] if error else (), error=error,
        stands_still=say(told, language) if (told := await told_publicly(db, case.id)) else "",
        may_withdraw=case.state in UNDECIDED, phone=visit.citizen.phone or "",
        receiver=next((officers.get(one.actor.id or case.id, "") for one in lines if one.event == "dossier.received"), ""),
    )


async def _answer_by(visit: Visit, case: Case) -> Any:
    """When the step of the applicant closes by itself: the timer beside it."""
    return await visit.db.value("SELECT min(due_at) FROM timer WHERE dossier_id = $1 AND name LIKE 'draft%'", case.id)


async def _results(visit: Visit, case: Case) -> list[dict[str, Any]]:
    """The issued results: their numbers, and the file once it may be opened."""
    open_now = await result_open(visit.db, case)
    return [
        {"title": one.title, "number": one.number_text or "", "dated": one.dated, "store_code": one.store_code or "",
         "revoked": one.state == "revoked", "why": one.revoked_why or "", "verify": f"/verify/{one.verify_key}",
         "href": f"/dossiers/{case.id}/papers/{one.document_id}/file" if open_now and one.document_id else ""}
        for one in await results.of_dossier(visit.db, case.id) if one.state in ("issued", "revoked")
    ]


async def _forms(visit: Visit, case: Case) -> list[dict[str, str]]:
    """The slips and receipts that were printed for the applicant."""
    return [
        {"href": f"/dossiers/{case.id}/papers/{one.id}/file", "words": one.name}
        for one in await documents.of_dossier(visit.db, case.id, ["form", "receipt"])
        if one.kind == "receipt" or one.component in FORMS_FOR_APPLICANT
    ]


def _thread(messages: list[Any], visit: Visit) -> list[dict[str, Any]]:
    language = speak(visit)
    who = {"citizen": say(N_("Bạn"), language), "officer": say(N_("Cán bộ"), language)}
    return [
        {"who": who.get(one.author_kind, ""), "at": one.at, "text": one.body, "ours": one.author_kind == "citizen"}
        for one in messages
    ]


def _moved(case: Case, lines: list[journal.Line]) -> Any:
    """The later date, when the office itself moved its promise; a term begun anew after a supplement is no delay."""
    apologised = any(line.event == "dossier.extended" for line in lines)
    later = case.due_at is not None and case.original_due_at is not None and case.due_at > case.original_due_at
    moved = apologised and later
    return case.due_at if moved and case.finished_at is None else None


def _why(lines: list[journal.Line], state: S) -> str:
    if state not in (S.REFUSED, S.REFUSED_AT_INTAKE, S.STOPPED):
        return ""
    return next((line.why for line in reversed(lines) if line.event == f"dossier.{state.value}" and line.why), "")


def _title(case: Case, visit: Visit) -> str:
    return case.procedure.procedure.short.in_(speak(visit))
