"""Lists of open dossiers: what stands behind a number of the board."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from app.dossiers import queries_overview as queries
from app.dossiers.models import DossierState
from app.dossiers.queries_overview import OpenDossier, Sieve, Span
from app.dossiers.states import ENDED, WORDS
from app.faces.access import SupervisorVisit, Visit
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.page import address, after_of, after_text, due_of, names_of, offices_of, show, state_tag, step_words

router = APIRouter()
SPANS: Final = (
    ("", N_("Tất cả"), ""), ("late", N_("Quá hạn"), "late"), ("today", N_("Hạn hôm nay"), "today"),
    ("soon", N_("Còn 1 ngày"), "soon"), ("near", N_("Hôm nay và mai"), "soon"), ("later", N_("Còn lâu hơn"), "ok"),
    ("none", N_("Chưa tính hạn, đang dừng"), "paused"),
)
OPEN_STATES: Final = tuple(one for one in DossierState if one not in ENDED | {DossierState.DRAFT, DossierState.RESULT_READY})


@router.get("/overview/dossiers")
async def dossiers(
    visit: SupervisorVisit, span: Span = "", state: Annotated[str, Query(max_length=30)] = "",
    office: Annotated[str, Query(max_length=10)] = "", procedure: Annotated[str, Query(max_length=20)] = "",
    day: str = "", after: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Open dossiers by deadline; every filter is in the address."""
    offices, at, language = offices_of(visit, office), queries.horizon(visit.tools.calendar), visit.language
    if state and state not in OPEN_STATES:
        raise NotFound
    sieve = Sieve(span, state, None, procedure, _day(day))
    found, more = await queries.dossiers(visit.db, offices, at, sieve, after=after_of(after))
    kept = {"state": state, "office": office, "procedure": procedure, "day": day}
    here = {**kept, "span": span}
    current = await visit.tools.catalogue.all_current(visit.db, clock.today())
    seen = await queries.by_office(visit.db, visit.officer.offices, at) if len(visit.officer.offices) > 1 else []
    return await show(
        visit, "dossiers/list.html", rows=await lines(visit, found), many=len(seen) > 1, day=sieve.day,
        chips=[
            {"href": address("/overview/dossiers", **{**kept, "span": one}), "words": say(words, language), "mark": mark,
             "here": one == span}
            for one, words, mark in SPANS
        ],
        fields=[
            *([_field("office", N_("Đơn vị"), [(one.key, one.words) for one in seen], office, language)] if seen else []),
            _field("procedure", N_("Thủ tục"), [(one.code, one.procedure.short.in_(language)) for one in current], procedure,
                   language),
            _field("state", N_("Trạng thái"), [(one.value, say(WORDS[one], language)) for one in OPEN_STATES], state,
                   language),
        ],
        keep={name: value for name, value in (("span", span), ("day", day)) if value},
        next_href=address("/overview/dossiers", **here, after=after_text(more)) if more else None,
        first_href=address("/overview/dossiers", **here) if after else None,
    )


async def lines(visit: Visit, found: Sequence[OpenDossier]) -> list[dict[str, Any]]:
    """The dossiers as the table shows them."""
    loaded, language = await names_of(visit, (one.procedure_version_id for one in found)), visit.language
    return [
        {
            "href": f"/desk/dossiers/{one.id}", "person": one.holder_name, "code": one.code, "office": one.office_name,
            "procedure": loaded[one.procedure_version_id].procedure.short.in_(language),
            "due": due_of(visit, one.due_at, one.paused_at), "first_due": _first_promise(one),
            "step": step_words(loaded[one.procedure_version_id], one.step, language), "since": one.step_since,
            "officer": one.officer_name, "tag": state_tag(one.state, language),
        }
        for one in found
    ]


def _first_promise(one: OpenDossier) -> date | None:
    """The day first promised, where it was another."""
    if one.due_at is None or one.original_due_at is None:
        return None
    first, now = (moment.astimezone(clock.LOCAL).date() for moment in (one.original_due_at, one.due_at))
    return first if first != now else None


def _field(name: str, label: str, options: list[tuple[str, str]], value: str, language: str) -> dict[str, Any]:
    every = {"value": "", "text": say(N_("Tất cả"), language)}
    return {"name": name, "label": say(label, language), "value": value,
            "options": [every, *({"value": one, "text": text} for one, text in options)]}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise NotFound from wrong
    if day is not None and not 1900 <= day.year <= 2999:  # at the ends of time there is no day before or after
        raise NotFound
    return day
