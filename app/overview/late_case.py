"""One overdue dossier at a glance: how late, where, whose, why, what was done and what can be done."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Response

from app.deadlines import service as deadlines
from app.deadlines.calendar import Calendar
from app.deadlines.ledger import APOLOGY, remembered
from app.deadlines.models import LineKind
from app.dossiers import lateness, queries_case
from app.dossiers.case import Case, open_case
from app.dossiers.queries_workload import colleagues
from app.faces.access import SupervisorVisit, Visit
from app.faces.routes import Router
from app.journal.service import STEP_DUE_AT, STEP_NAME, STEP_OPENED_AT
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org.models import Role
from app.overview.late import HERE
from app.overview.page import days_between, due_of, may_steer, show, state_tag, step_words
from app.reports.rules import causes, causes_source

router = Router()
PAUSES: Final = {"supplement": N_("chờ bổ sung"), "payment": N_("chờ nộp tiền")}
ANCHORS: Final = {"cause": "cause", "reason": "reason", "expected": "expected-day"}


@router.get(HERE + "/{dossier_id}")
async def one(visit: SupervisorVisit, dossier_id: UUID) -> Response:
    """One overdue dossier: how late, where, whose, why, and what has been done."""
    return await page(visit, await open_case(visit.db, visit.tools, dossier_id))


async def page(visit: Visit, case: Case, *, error: str = "", at_field: str = "", typed: Any = None) -> Response:
    """The page of one case; with `error` again, at the field it is about, with what was typed."""
    if case.received_at is None or (case.due_at is None and case.paused_at is None):
        raise NotFound
    now, language = clock.now(), visit.language
    calendar = visit.tools.calendars.of(case.office_id)
    steps_now = await queries_case.steps_now(visit.db, case.id)
    ledger = await deadlines.lines_of(visit.db, case.id)
    steers = may_steer(visit, case.office_id)
    sent = await lateness.letters(visit.db, case.id)
    ledger_clock = remembered(ledger)
    apologised = bool(ledger_clock and APOLOGY in ledger_clock.extended_for)
    late = lateness.is_late(case, now)
    people = await colleagues(visit.db, case.office_id) if steers else []
    said = await lateness.said_cause(visit.db, case.id)
    typed = typed if typed is not None else {}
    expected = calendar.working_day_after(now.astimezone(clock.LOCAL).date(), 2)
    return await show(
        visit, "late/case.html", status=422 if error else 200, case=case, late=late, steers=steers, error=error,
        at_field=at_field, errors=[(ANCHORS[at_field], error)] if error else [], base=f"{HERE}/{case.id}",
        title=f"{case.procedure.procedure.short.in_(language)}: {case.holder_name}",
        due=due_of(visit, case.due_at, case.paused_at, case.office_id) if not case.finished_at else None,
        tag=state_tag(case.state, language), over=_over(calendar, case, now) if late else None,
        moved=case.original_due_at is not None and case.due_at is not None and case.original_due_at != case.due_at,
        bars=_bars(await _steps(visit, case, calendar, now)), pauses=_pauses(ledger, calendar, now, language),
        holders=[
            {"task_no": step.task_no, "step": step_words(case.procedure, step.name, language), "name": step.officer_name,
             "since": step.opened_at, "id": f"{case.id}:{step.task_no}",
             "colleagues": [{"value": str(one["id"]), "text": f"{one['name']} · {one['title']}"} for one in people
                            if step.role in one["roles"] and one["id"] != step.officer_id]}
            for step in steps_now if step.role != "applicant"
        ],
        said=said, cause_words=next((say(c.words, language) for c in causes() if said and c.id == said.cause), ""),
        causes=[{"value": c.id, "text": say(c.words, language)} for c in causes()], causes_source=causes_source(),
        typed_cause=str(typed.get("cause", said.cause if said else "")),
        typed_words=str(typed.get("words", said.words if said else "")),
        letters=sent, may_extend=not late and case.finished_at is None and not apologised,
        may_apologise=late and case.finished_at is None and steers
        and bool(visit.officer.roles & {Role.HEAD, Role.LEADER})
        and not any(not one.in_time and one.due_at > now for one in sent),
        reason=str(typed.get("reason", "")),
        day={part: str(typed.get(f"expected-{part}", getattr(expected, part))) for part in ("day", "month", "year")},
    )


async def _steps(visit: Visit, case: Case, calendar: Calendar, now: datetime) -> list[dict[str, Any]]:
    """Each step done and each open one: working minutes used against its budget, oldest first."""
    rows = await visit.db.rows(
        f"SELECT {STEP_NAME} AS name, {STEP_OPENED_AT} AS opened_at, {STEP_DUE_AT} AS due_at, j.at AS ended_at,"
        " COALESCE(o.name, '') AS officer FROM journal_line j LEFT JOIN officer o ON o.id = j.actor_id"
        f" WHERE j.dossier_id = $1 AND j.event = 'step.finished' AND {STEP_OPENED_AT} IS NOT NULL"
        " UNION ALL SELECT s.name, s.opened_at, s.due_at, NULL, COALESCE(o.name, '') FROM step s"
        " LEFT JOIN officer o ON o.id = s.officer_id WHERE s.dossier_id = $1 ORDER BY opened_at, ended_at NULLS LAST",
        case.id,
    )
    return [
        {
            "words": step_words(case.procedure, row["name"], visit.language), "officer": row["officer"],
            "open": row["ended_at"] is None, "opened_at": row["opened_at"],
            "used": calendar.working_minutes_between(row["opened_at"], row["ended_at"] or now),
            "budget": calendar.working_minutes_between(row["opened_at"], row["due_at"]) if row["due_at"] else None,
        }
        for row in rows
    ]


def _bars(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts of each bar: within the budget, over it, and what is left of it."""
    shown = []
    for step in steps:
        budget = step["budget"] if step["budget"] is not None else step["used"]
        within, over = min(step["used"], budget), max(0, step["used"] - budget)
        shown.append({**step, "values": [within, over, max(0, budget - step["used"])], "late": bool(over)})
    return shown


def _pauses(ledger: list[Any], calendar: Calendar, now: datetime, language: str) -> list[dict[str, Any]]:
    """When the clock stood still, why, and for how many working minutes."""
    found: list[dict[str, Any]] = []
    for line in ledger:
        if line.fact.kind is LineKind.PAUSE:
            found.append({"since": line.fact.at, "until": None, "cause": say(PAUSES.get(line.fact.cause, line.fact.cause),
                                                                             language)})
        elif found and found[-1]["until"] is None and line.fact.kind in (LineKind.RESUME, LineKind.RESTART, LineKind.END):
            found[-1]["until"] = line.fact.at
    return [
        {**one, "minutes": calendar.working_minutes_between(one["since"], one["until"] or now)} for one in found
    ]


def _over(calendar: Calendar, case: Case, now: datetime) -> dict[str, int]:
    """How late: working days by date, and working hours and minutes to the minute."""
    assert case.due_at is not None
    until = case.finished_at or now
    first, last = (moment.astimezone(clock.LOCAL).date() for moment in (case.due_at, until))
    minutes = calendar.working_minutes_between(case.due_at, until)
    return {"days": max(0, days_between(calendar, first, last)), "hours": minutes // 60, "minutes": minutes % 60}
