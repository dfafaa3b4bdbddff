"""Behind a score: the formula, the numbers, and the dossiers that cost points, each with why. And those of this week."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, Final, get_args
from uuid import UUID

from fastapi import Query, Response

from app.deadlines.terms import parse_term
from app.faces.access import SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.index import filters, may_tell, office_names, procedures_of
from app.overview.index_words import (
    AT_STAKE,
    LOST_ALREADY,
    conversion_words,
    decimals,
    figure_row,
    help_for,
    page_place,
    percent,
    period_of,
    period_words,
    plain,
    reason_words,
)
from app.overview.page import address, due_of, names_of, offices_of, show, state_tag
from app.quality import costs, inputs, threats
from app.quality.costs import Which
from app.quality.counting import count
from app.quality.functions import KINDS
from app.quality.handling import handling_time, timeliness
from app.quality.lenses import LENSES
from app.quality.period import Period, last_months, month_of
from app.quality.scoring import Figure, gather, score

router = Router(include_in_schema=False)
Word = Annotated[str, Query(max_length=80)]
READINGS: Final = {
    "on_time": N_("So với hạn hiện tại trong sổ thời hạn"),
    "on_time_first_promise": N_("So với ngày hẹn đầu tiên, trừ thời gian bổ sung"),
    "on_time_in_hand": N_("Tính cả hồ sơ kỳ trước chuyển sang"),
}
UNITS: Final = {
    "working-days": N_("ngày làm việc"), "working-hours": N_("giờ làm việc"), "half-days": N_("buổi"),
    "calendar-days": N_("ngày"), "same-day": N_("giờ làm việc"),
}


@router.get("/overview/index/week")
async def week(visit: SupervisorVisit, office: Word = "", procedure: Word = "", after: Word = "") -> Response:
    """Dossiers that will cost points soon, while something helps."""
    offices, language = offices_of(visit, office), visit.language
    place = _after(after)
    found, more = await threats.threats(
        visit.db, visit.tools, offices, procedure=procedure or None, after=threats.After(*place) if place else None
    )
    worth = await score(visit.db, visit.tools, offices, month_of(clock.today()))
    figures = {one.indicator.id: one for one in worth.figures}
    loaded = await names_of(visit, (one.procedure_version_id for one in found))
    here = {"office": office, "procedure": procedure}
    rows = []
    for one in found:
        href, link = help_for(one.reasons, one.id, language)
        rows.append({
            "href": f"/desk/dossiers/{one.id}", "person": one.holder_name, "code": one.code, "office": one.office_name,
            "procedure": loaded[one.procedure_version_id].procedure.short.in_(language),
            "tag": state_tag(one.state, language), "finished": one.finished_at,
            "due": due_of(visit, one.due_at, one.paused_at) if one.finished_at is None else None,
            "officer": one.officer, "reasons": reason_words(one.reasons, 2, language),
            "stake": _stake(one.reasons, figures, language), "help": href, "help_words": link,
        })
    named = await office_names(visit)
    return await show(
        visit, "index/week.html", rows=rows, many=len(offices) > 1, chosen=here,
        filters=await filters(visit, named, here, None), back=address("/overview/index", **here),
        next_href=address("/overview/index/week", **here, after=_text(more.at, more.id)) if more else None,
        first_href=address("/overview/index/week", **here) if after else None,
    )


def _stake(reasons: tuple[str, ...], figures: dict[str, Figure], language: str) -> str:
    """The points one such dossier is worth this month, by what is lost already and what may be."""
    said = []
    for lost in (True, False):
        wanted = sorted({one for reason in reasons if (reason in LOST_ALREADY) is lost for one in AT_STAKE[reason]})
        worth = [(one, figures[one].a_dossier) for one in wanted if one in figures]
        known = [(one, points) for one, points in worth if points]  # nought: full marks with or without it
        points = sum((points for _, points in known), start=Fraction(0))
        if not known:
            continue
        amount = decimals(points, language) if points >= Fraction(1, 100) else say(N_("dưới 0,01"), language)
        words = (N_("đã mất khoảng {points} điểm ({indicators})") if lost
                 else N_("có thể mất khoảng {points} điểm ({indicators})"))
        said.append(say(words, language, points=amount, indicators=", ".join(one for one, _ in known)))
    return "; ".join(said)


@router.get("/overview/index/{indicator_id}")
async def indicator(
    visit: SupervisorVisit, indicator_id: str, office: Word = "", period: Word = "", procedure: Word = "",
    which: Word = "cost", reading: Word = "", after: Word = "",
) -> Response:
    """One indicator: what it is made of, and its dossiers."""
    chosen, offices, language = period_of(period), offices_of(visit, office), visit.language
    if which not in get_args(Which):
        raise NotFound
    gathered = await gather(visit.db, visit.tools, offices, (chosen,), procedure=procedure or None)
    figure = gathered.score(offices, chosen).figure(indicator_id)
    if figure is None:
        raise NotFound
    one, kind = figure.indicator, KINDS[figure.indicator.function]
    if reading and reading not in one.also:
        raise NotFound
    here = {"office": office, "period": chosen.word, "procedure": procedure}
    path = f"/overview/index/{one.id}"
    named = await office_names(visit)
    context: dict[str, Any] = {
        "indicator": {
            "id": one.id, "title": one.title.in_(language), "formula": one.formula.in_(language),
            "data": one.data.in_(language),
            "source": one.source, "note": one.note.in_(language) if one.note else "", "unverified": one.unverified,
            "codes": one.codes, "codes_unverified": one.codes_unverified, "max": plain(one.max, language),
            "conversion": conversion_words(one.conversion, one.max, language), "told": one.told,
        },
        "figure": figure_row(figure, language, ""), "filters": await filters(visit, named, here, chosen), "chosen": here,
        "path": path, "period_words": period_words(chosen, language), "back": address("/overview/index", **here),
        "kind": kind, "may_tell": may_tell(visit), "readings": [], "parts_of": [], "times": [], "codes": [], "rows": [],
        "told": await inputs.history(visit.db, offices, chosen, one.id) if one.told else [],
        "enter": address("/overview/index/inputs", **{**here, "indicator": one.id}),
        "chips": [], "next_href": None, "first_href": None, "line": [], "many": len(offices) > 1,
        "complaints": figure.complaints, "reading": reading,
    }
    if kind == "dossiers" and figure.unknown not in ("scope",):
        context |= await _dossiers(visit, figure, offices, chosen, here, path, which, reading, after)
    elif kind == "time":
        context["times"] = await _times(visit, offices, chosen, procedure)
    elif kind in ("procedures", "communes") and figure.counted:
        context["codes"] = await _codes(visit, figure, kind, named)
    return await show(visit, "index/indicator.html", **context)


async def _dossiers(
    visit: Visit, figure: Figure, offices: tuple[int, ...], chosen: Period, here: dict[str, str], path: str, which: str,
    reading: str, after: str,
) -> dict[str, Any]:
    language, one, procedure = visit.language, figure.indicator, here["procedure"] or None
    lens, place = reading or one.function, _after(after)
    shown: Which = "good" if which == "good" else "all" if which == "all" else "cost"
    found, more = await costs.behind(
        visit.db, visit.tools, lens, offices, chosen, which=shown, procedure=procedure,
        after=costs.After(*place) if place else None,
    )
    twelve = last_months(chosen)
    wanted = (one.function, *one.also)
    line = await count(visit.db, visit.tools, offices, (*twelve, chosen), procedure=procedure, lenses=wanted, flags=())
    good, counted = line.lens(lens, len(twelve), offices)
    loaded = await names_of(visit, (each.procedure_version_id for each in found))
    query = {**here, "reading": reading}
    labels = {"cost": N_("Mất điểm"), "good": N_("Đạt"), "all": N_("Tất cả")}
    counts = {"cost": counted - good, "good": good, "all": counted}
    return {
        "rows": [
            {"href": f"/desk/dossiers/{each.id}", "person": each.holder_name, "code": each.code, "office": each.office_name,
             "procedure": loaded[each.procedure_version_id].procedure.short.in_(language), "received": each.received_at,
             "due_at": each.due_at, "finished": each.finished_at, "tag": state_tag(each.state, language),
             "reasons": reason_words(each.reasons, each.supplements_asked, language), "good": each.good}
            for each in found
        ],
        "chips": [{"href": address(path, **query, which="" if name == "cost" else name), "words": say(words, language),
                   "count": counts[name], "here": name == which} for name, words in labels.items()],
        "readings": [_reading(name, line.lens(name, len(twelve), offices), figure, language, name == lens,
                              address(path, **here, reading="" if name == one.function else name))
                     for name in wanted] if one.also else [],
        "parts_of": await _parts(visit, offices, chosen, procedure) if one.function.startswith("on_time") else [],
        "line": [_month(month, line.lens(lens, n, offices), language, address(path, **{**query, "period": month.word}))
                 for n, month in enumerate(twelve)],
        "next_href": address(path, **query, which=which, after=_text(more.at, more.id)) if more else None,
        "first_href": address(path, **query, which=which) if after else None, "basis": LENSES[lens].basis,
    }


def _reading(
    name: str, found: tuple[int, int], figure: Figure, language: str, here: bool, href: str
) -> dict[str, Any]:
    good, counted = found
    rate = Fraction(good, counted) if counted else None
    points = figure.indicator.conversion.points(rate, figure.indicator.max) if rate is not None else None
    return {"words": say(READINGS[name], language), "counts": f"{good} / {counted}", "rate": percent(rate, language),
            "points": "–" if points is None else decimals(points, language), "here": here, "href": href}


def _month(month: Period, found: tuple[int, int], language: str, href: str) -> dict[str, Any]:
    good, counted = found
    rate = Fraction(good, counted) if counted else None
    return {"words": period_words(month, language), "href": href, "counts": f"{good} / {counted}",
            "rate": percent(rate, language), "value": float(100 * rate) if rate is not None else None}


async def _parts(visit: Visit, offices: tuple[int, ...], chosen: Period, procedure: str | None) -> list[dict[str, Any]]:
    """2.1 taken apart; the parts add up to all."""
    found = await timeliness(visit.db, visit.tools, offices, chosen, procedure=procedure)
    named = (
        (N_("Xong trước hạn"), found.early, 1), (N_("Xong đúng hạn"), found.on_time, 1),
        (N_("Chưa xong, còn trong hạn"), found.in_term, 1),
        (N_("Chờ bổ sung hoặc chờ nộp phí, lúc dừng còn trong hạn"), found.waiting, 1),
        (N_("Xong sau hạn"), found.late_done, 4), (N_("Chưa xong, đã quá hạn"), found.late_open, 4),
        (N_("Đang chờ, lúc dừng đã quá hạn"), found.late_waiting, 4),
        (N_("Trễ chỉ vì yêu cầu bổ sung hơn một lần"), found.supplements, 4), (N_("Không biết hạn trả"), found.no_due, 4),
    )
    return [{"words": say(words, visit.language), "value": value, "tone": tone} for words, value, tone in named]


async def _times(visit: Visit, offices: tuple[int, ...], chosen: Period, procedure: str) -> list[dict[str, Any]]:
    names = {one.code: one.procedure.short.in_(visit.language) for one in await procedures_of(visit)}
    return [
        {"procedure": names.get(one.procedure, one.procedure), "code": one.procedure, "dossiers": one.dossiers,
         "term": parse_term(one.term).words(visit.language), "average": decimals(one.average, visit.language),
         "unit": say(UNITS[one.unit.value], visit.language), "hours": decimals(one.hours, visit.language)}
        for one in await handling_time(visit.db, visit.tools, offices, chosen, procedure=procedure or None)
    ]


async def _codes(visit: Visit, figure: Figure, kind: str, named: dict[int, str]) -> list[dict[str, Any]]:
    """The procedures or communes that count, those that cost points first."""
    names = {one.code: one.procedure.short.in_(visit.language) for one in await procedures_of(visit)}
    if kind == "communes":
        names = {str(one): words for one, words in named.items()}
    rows = [{"code": "" if kind == "communes" else one, "words": names.get(one, one), "good": one in figure.good}
            for one in figure.counted]
    return sorted(rows, key=lambda row: (row["good"], row["words"]))


def _text(at: datetime, dossier_id: UUID) -> str:
    return f"{at.isoformat()}_{dossier_id}"


def _after(text: str) -> tuple[datetime, UUID] | None:
    place = page_place(text)
    if place is None:
        return None
    try:
        at, dossier_id = datetime.fromisoformat(place[0]), UUID(place[1])
    except ValueError as wrong:
        raise NotFound from wrong
    if at.tzinfo is None:
        raise NotFound
    return at, dossier_id
