"""Lists of open dossiers: what stands behind a number of the board."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query, Response

from app.dossiers import queries_overview as queries
from app.dossiers.horizons import Age, Span, horizon
from app.dossiers.models import DossierState
from app.dossiers.queries_overview import OpenDossier, Sieve
from app.dossiers.states import ENDED, WORDS
from app.faces.access import SupervisorVisit, Visit
from app.faces.officers import stand_around
from app.faces.routes import Router
from app.faces.straight import looks
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.glance import Glance
from app.kit.words import N_, say
from app.org import people
from app.overview.page import (
    address,
    after_of,
    after_text,
    day_of,
    due_of,
    field,
    names_of,
    offices_of,
    show,
    state_tag,
    step_words,
)

router = Router()
Told = Mapping[str, Any]
SPANS: Final = (
    ("", N_("Tất cả"), ""), ("late", N_("Quá hạn"), "late"), ("today", N_("Hạn hôm nay"), "today"),
    ("soon", N_("Còn 1 ngày"), "soon"), ("near", N_("Hôm nay và mai"), "soon"), ("later", N_("Còn lâu hơn"), "ok"),
    ("none", N_("Chưa tính hạn, đang dừng"), "paused"), ("stuck", N_("Hồ sơ kẹt"), "late"),
    ("waiting", N_("Chờ tiếp nhận quá 8 giờ"), "late"),
)
AGES: Final = (
    ("d3", N_("Trong 3 ngày")), ("d7", N_("3 đến 7 ngày")), ("d15", N_("7 đến 15 ngày")), ("d30", N_("15 đến 30 ngày")),
    ("older", N_("Hơn 30 ngày")),
)
OPEN_STATES: Final = tuple(one for one in DossierState if one not in ENDED | {DossierState.DRAFT, DossierState.RESULT_READY})


@router.get("/overview/dossiers")
@looks
async def dossiers(
    visit: SupervisorVisit, span: Span = "", state: Annotated[str, Query(max_length=30)] = "",
    office: Annotated[str, Query(max_length=10)] = "", procedure: Annotated[str, Query(max_length=20)] = "",
    day: str = "", age: Age = "", after: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Open dossiers by deadline; every filter is in the address."""
    at, language = horizon(visit.tools.calendars, offices_of(visit, office)), visit.language
    if state and state not in OPEN_STATES:
        raise NotFound
    sieve = Sieve(span, state, procedure, day_of(day), age)
    told = await around(visit)
    found, more = await queries.dossiers(visit.db, at, sieve, after=after_of(after))
    kept = {"state": state, "office": office, "procedure": procedure, "day": day, "age": age}
    here = {**kept, "span": span}
    return await show(
        visit, "dossiers/list.html", rows=await lines(visit, found), many=len(visit.officer.offices) > 1, day=sieve.day,
        chips=[
            {"href": address("/overview/dossiers", **{**kept, "span": one}), "words": say(words, language), "mark": mark,
             "here": one == span}
            for one, words, mark in SPANS
        ],
        fields=[
            *await where_fields(visit, told, office, procedure),
            field("state", N_("Trạng thái"), [(one.value, say(WORDS[one], language)) for one in OPEN_STATES], state,
                  language),
            field("age", N_("Đã nộp"), [(one, say(words, language)) for one, words in AGES], age, language),
        ],
        keep={name: value for name, value in (("span", span), ("day", day)) if value},
        next_href=address("/overview/dossiers", **here, after=after_text(more)) if more else None,
        first_href=address("/overview/dossiers", **here) if after else None,
    )


async def around(visit: Visit) -> Told:
    """What stands around a list of dossiers: the frame, and what its filters by unit and procedure offer."""
    glance = Glance()
    ask_where(glance, visit)
    return await stand_around(visit, glance)


def ask_where(glance: Glance, visit: Visit) -> None:
    """What `where_fields` needs to know."""
    visit.tools.catalogue.ask_current(glance, clock.today())
    if len(visit.officer.offices) > 1:
        people.ask_communes(glance, visit.officer.offices)


async def where_fields(visit: Visit, told: Told, office: str, procedure: str) -> list[dict[str, Any]]:
    """The filters by unit (where more than one is in sight) and by procedure."""
    current, language = await visit.tools.catalogue.versions(visit.db, told["procedures"]), visit.language
    return [
        *_offices(told, office, language),
        field("procedure", N_("Thủ tục"), [(one.code, one.procedure.short.in_(language)) for one in current],
              procedure, language),
    ]


async def office_field(visit: Visit, office: str) -> list[dict[str, Any]]:
    """The filter by unit; none for who sees one office only."""
    if len(visit.officer.offices) < 2:
        return []
    glance = Glance()
    people.ask_communes(glance, visit.officer.offices)
    return _offices(await glance.told(visit.db), office, visit.language)


def _offices(told: Told, office: str, language: str) -> list[dict[str, Any]]:
    if "communes" not in told:
        return []
    return [field("office", N_("Đơn vị"), [(one, name) for one, name in told["communes"] or ()], office, language)]


async def lines(visit: Visit, found: Sequence[OpenDossier]) -> list[dict[str, Any]]:
    """The dossiers as the table shows them; an overdue one leads to what can be done about that."""
    loaded, language = await names_of(visit, (one.procedure_version_id for one in found)), visit.language
    now = clock.now()
    return [
        {
            "href": f"/overview/late/{one.id}" if one.due_at and one.due_at < now else f"/desk/dossiers/{one.id}",
            "why_href": f"/overview/dossiers/{one.id}/why", "person": one.holder_name, "code": one.code,
            "office": one.office_name, "procedure": loaded[one.procedure_version_id].procedure.short.in_(language),
            "due": due_of(visit, one.due_at, one.paused_at, one.office_id), "first_due": _first_promise(one),
            "step": step_words(loaded[one.procedure_version_id], one.step, language), "since": one.step_since,
            "officer": one.officer_name, "tag": state_tag(one.state, language), "cause": one.cause,
            "apology_at": one.apology_at,
        }
        for one in found
    ]


def _first_promise(one: OpenDossier) -> date | None:
    """The day first promised, where it was another."""
    if one.due_at is None or one.original_due_at is None:
        return None
    first, now = (moment.astimezone(clock.LOCAL).date() for moment in (one.original_due_at, one.due_at))
    return first if first != now else None
