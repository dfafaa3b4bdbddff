"""Who has how much in hand, what each officer has, and handing it to somebody else: some, or all that a filter shows."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse

from app.dossiers import queries_workload as queries
from app.dossiers.horizons import Span, horizon
from app.dossiers.queries_workload import HeldStep
from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.frame import Kind
from app.faces.officers import stand_around
from app.faces.routes import Router
from app.kit.errors import NotFound
from app.kit.glance import Glance
from app.kit.words import N_, say
from app.org import people
from app.overview.dossiers import SPANS, ask_where, office_field, where_fields
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

router = Router()
MOST: Final = 100  # picked by hand on one page
MOST_AT_ONCE: Final = 1000  # of a whole filter; the rest stays, and the page says so
HERE: Final = "/overview/steps"
ProcedureCode = Annotated[str, Query(max_length=20)]
Office = Annotated[str, Query(max_length=10)]


@router.get(HERE)
async def held(
    visit: SupervisorVisit, officer: Annotated[str, Query(max_length=40)] = "", span: Span = "", office: Office = "",
    procedure: ProcedureCode = "", after: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Everybody's load; with `officer` their open steps, or those nobody has taken (none)."""
    if not officer:
        return await _everybody(visit, office)
    at, language, who = horizon(visit.tools.calendars, offices_of(visit, office)), visit.language, _officer_id(officer)
    person = await _person(visit, who)
    glance = Glance()
    ask_where(glance, visit)
    told = await stand_around(visit, glance)
    found, more = await queries.steps(
        visit.db, at, officer=who, span=span, procedure=procedure, after=after_of(after)
    )
    loaded = await names_of(visit, (one.procedure_version_id for one in found))
    here = {"officer": officer, "office": office, "span": span, "procedure": procedure}
    own = visit.officer.office_id
    steers = may_steer(visit, own) and any(one.office_id == own for one in found)
    return await show(
        visit, "steps/list.html", officer=person, steers=steers, here_href=address(HERE, **here), filter=here,
        whole=bool(more or after),
        rows=[
            {
                "id": f"{one.dossier_id}:{one.task_no}", "href": f"/desk/dossiers/{one.dossier_id}", "code": one.code,
                "person": one.holder_name, "due": due_of(visit, one.due_at, one.paused_at, one.office_id),
                "since": one.opened_at, "ours": one.office_id == own,
                "procedure": loaded[one.procedure_version_id].procedure.short.in_(language),
                "step": step_words(loaded[one.procedure_version_id], one.name, language),
            }
            for one in found
        ],
        colleagues=await _receivers(visit, found, but=who) if steers else [],
        chips=[
            {"href": address(HERE, **{**here, "span": one}), "words": say(words, language), "mark": mark,
             "here": one == span}
            for one, words, mark in SPANS
        ],
        fields=await where_fields(visit, told, office, procedure),
        keep={"officer": officer, **({"span": span} if span else {})},
        next_href=address(HERE, **here, after=after_text(more)) if more else None,
        first_href=address(HERE, **here) if after else None,
    )


async def _everybody(visit: Visit, office: str) -> Response:
    at = horizon(visit.tools.calendars, offices_of(visit, office))
    found = await queries.people(visit.db, at)
    many = len(at.offices) > 1

    def row(one: queries.Person) -> dict[str, Any]:
        key, calendar = str(one.id) if one.id else "none", visit.tools.calendars.of(visit.officer.office_id)
        minutes = calendar.working_minutes_between(one.open_since, at.now) if one.open_since else 0
        cells = [("", one.open), ("late", one.late), ("near", one.near), ("stuck", one.stuck)]
        return {
            "person": one, "href": address(HERE, officer=key, office=office), "note": one.office_name if many else one.title,
            "cells": [{"value": n, "href": address(HERE, officer=key, office=office, span=span)} for span, n in cells],
            "values": [one.open - one.late - one.near, one.near, one.late], "hours": minutes / 60 if one.open else None,
        }

    return await show(
        visit, "steps/people.html", rows=[row(one) for one in found], choice=await office_field(visit, office),
        since=at.now - timedelta(days=queries.LATELY.days),
    )


@router.post(HERE + "/assign")
async def assign(
    visit: SupervisorVisit, to: Annotated[str, Form(max_length=40)] = "",
    step: Annotated[list[str], Form(max_length=MOST)] = [],  # noqa: B006 (FastAPI copies it)
    back: Annotated[str, Form(max_length=300)] = "", why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Give the picked steps to a colleague of the same office; what could not be given is counted and said."""
    where = RedirectResponse(back if _ours(back) else HERE, status_code=303)
    receiver = _officer_id(to) if to else None
    if receiver is None or not step:
        await tell(visit, say(N_("Chưa giao việc nào."), visit.language),
                   say(N_("Hãy chọn hồ sơ và người nhận, rồi bấm Giao việc."), visit.language), "bad")
        return where
    await _give(visit, [_step(one) for one in step], receiver, why)
    return where


@router.post(HERE + "/assign-all")
async def assign_all(
    visit: SupervisorVisit, to: Annotated[str, Form(max_length=40)] = "", officer: Annotated[str, Form(max_length=40)] = "",
    span: Annotated[Span, Form()] = "", procedure: Annotated[str, Form(max_length=20)] = "",
    office: Annotated[str, Form(max_length=10)] = "", why: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Everything a filter shows, in the officer's own office: first how many, then, once sure, the giving."""
    own, who, language = visit.officer.office_id, _officer_id(officer), visit.language
    if not may_steer(visit, own):
        raise RoleMissing
    here = {"officer": officer, "office": office, "span": span, "procedure": procedure}
    person, at = await _person(visit, who), horizon(visit.tools.calendars, (own,))
    receiver = _officer_id(to) if to else None
    if receiver is not None and sure:
        found, _ = await queries.steps(
            visit.db, at, officer=who, span=span, procedure=procedure, role_of=receiver, limit=MOST_AT_ONCE
        )
        await _give(visit, [(one.dossier_id, one.task_no) for one in found], receiver, why)
        return RedirectResponse(address(HERE, **here), status_code=303)
    counts = await queries.steps_by_role(visit.db, at, office_id=own, officer=who, span=span, procedure=procedure)
    return await show(
        visit, "steps/all.html", officer=person, filter=here, most=MOST_AT_ONCE, total=sum(counts.values()),
        back_href=address(HERE, **here), asked=bool(receiver or sure) and not receiver,
        span_words=next((say(words, language) for one, words, _ in SPANS if one == span and one), ""),
        colleagues=[
            {"value": str(one["id"]), "name": one["name"], "title": one["title"], "count": n}
            for one in await queries.colleagues(visit.db, own)
            if one["id"] != who and (n := sum(counts.get(role, 0) for role in one["roles"]))
        ],
    )


async def _give(visit: Visit, picked: list[tuple[UUID, int]], to: UUID, why: str) -> None:
    """Hand over and say how it went."""
    language, own = visit.language, visit.officer.office_id
    if not may_steer(visit, own):
        raise RoleMissing
    given = await steps.assign_many(
        visit.db, picked, office_id=own, to=to, by=visit.officer.id, why=why.strip() or None
    )
    name = (await people.names(visit.db, [to])).get(to, "")
    said = say(N_("Đã giao {n} việc cho {name}."), language, n=given, name=name)
    if not given:
        said = say(N_("Chưa giao việc nào."), language)
    kind: Kind = "good" if given == len(picked) else "warn" if given else "bad"
    await tell(visit, said, _left(len(picked) - given, language), kind)


def _ours(back: str) -> bool:
    """A page that offers handing on, and nothing else."""
    return back.startswith((HERE, "/overview/late/")) and not set(back) & set("\\\r\n")


def _left(count: int, language: str) -> str:
    if not count:
        return ""
    return say(N_("{n} việc không giao được: bước vừa xong, hoặc người nhận không làm loại việc đó."), language, n=count)


async def _person(visit: Visit, who: UUID | None) -> Any:
    """Whose steps the page shows; None for nobody's. Raises NotFound for an officer out of sight."""
    person = await queries.holder(visit.db, who) if who else None
    if who and (person is None or person["office_id"] not in visit.officer.offices):
        raise NotFound
    return person


async def _receivers(visit: Visit, found: list[HeldStep], *, but: UUID | None) -> list[dict[str, str]]:
    return [
        {"value": str(one["id"]), "text": f"{one['name']} · {one['title']}"}
        for one in await queries.colleagues(visit.db, visit.officer.office_id)
        if one["id"] != but and any(step.role in one["roles"] for step in found)
    ]


def _step(text: str) -> tuple[UUID, int]:
    dossier, _, task = text.partition(":")
    try:
        found = UUID(dossier), int(task)
    except ValueError as wrong:
        raise NotFound from wrong
    if not 0 <= found[1] < 2**31:
        raise NotFound
    return found


def _officer_id(text: str) -> UUID | None:
    if text == "none":
        return None
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong
