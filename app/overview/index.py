"""The index of QĐ 766, live: five groups, what each indicator is made of, communes side by side, twelve months."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any

from fastapi import Query, Response

from app.faces.access import SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.org.models import Role
from app.overview.index_words import (
    choices,
    decimals,
    figure_row,
    period_of,
    period_words,
    plain,
)
from app.overview.page import address, field, offices_of, show
from app.procedures.catalogue import LoadedProcedure
from app.quality.period import Period, last_months
from app.quality.scoring import Figure, Gathered, Score, gather
from app.quality.sheet import sheets

router = Router(include_in_schema=False)
Word = Annotated[str, Query(max_length=40)]


@router.get("/overview/index")
async def index(
    visit: SupervisorVisit, office: Word = "", period: Word = "", procedure: Word = "", first: Word = "", last: Word = ""
) -> Response:
    """The score of the offices in sight in a period."""
    chosen, offices, language = period_of(period, first, last), offices_of(visit, office), visit.language
    gathered = await gather(visit.db, visit.tools, offices, (chosen,), procedure=procedure or None)
    score = gathered.score(offices, chosen)
    named = await office_names(visit)
    here = {"office": office, "period": chosen.word, "procedure": procedure}
    return await show(
        visit, "index/index.html", score=score_view(score, language, here), sheet=sheet_view(score, language),
        chosen_period=chosen, filters=await filters(visit, named, here, chosen), chosen=here,
        communes=compare(gathered, chosen, named, language, here) if len(gathered.communes) > 1 else [],
        ways={"week": address("/overview/index/week", office=office, procedure=procedure),
              "months": address("/overview/index/months", **here), "inputs": address("/overview/index/inputs", **here),
              "csv": address("/overview/index/export.csv", **here)},
        may_tell=may_tell(visit), running=chosen.ends > clock.now(),
    )


@router.get("/overview/index/months")
async def months(visit: SupervisorVisit, office: Word = "", period: Word = "", procedure: Word = "") -> Response:
    """Points of twelve months in a row, as drawn lines and as a table."""
    chosen, offices, language = period_of(period), offices_of(visit, office), visit.language
    twelve = [one for one in last_months(chosen) if any(sheet.holds_on(one.last_day) for sheet in sheets())]
    if not twelve:
        raise NotFound
    gathered = await gather(visit.db, visit.tools, offices, twelve, procedure=procedure or None)
    scores = [gathered.score(offices, one) for one in twelve]
    here = {"office": office, "period": chosen.word, "procedure": procedure}
    return await show(
        visit, "index/months.html", filters=await filters(visit, await office_names(visit), here, None), chosen=here,
        rows=[
            {"words": period_words(one.period, language),
             "href": address("/overview/index", **{**here, "period": one.period.word}),
             "points": decimals(one.points, language), "measurable": plain(one.measurable, language),
             "share": float(100 * one.points / Fraction(one.measurable)) if one.measurable else None,
             "on_time": _rate(one, "2.1"), "online": _rate(one, "3.3"), "digitised": _rate(one, "4.2")}
            for one in scores
        ],
    )


def _rate(score: Score, indicator: str) -> float | None:
    figure = score.figure(indicator)
    return None if figure is None or figure.rate is None else float(100 * figure.rate)


async def office_names(visit: Visit) -> dict[int, str]:
    """The offices in sight that take dossiers, and one's own, by name."""
    rows = await visit.db.rows(
        "SELECT id, short_name FROM office WHERE id = ANY($1) ORDER BY kind = 'commune', short_name",
        list(visit.officer.offices),
    )
    return {row["id"]: row["short_name"] for row in rows}


def may_tell(visit: Visit) -> bool:
    """Whether this officer enters numbers from outside."""
    return bool(visit.officer.roles & {Role.SUPERVISOR, Role.ADMINISTRATOR})


async def procedures_of(visit: Visit) -> tuple[LoadedProcedure, ...]:
    """The procedures in force today."""
    return await visit.tools.catalogue.all_current(visit.db, clock.today())


async def filters(
    visit: Visit, named: dict[int, str], here: dict[str, str], period: Period | None
) -> list[dict[str, Any]]:
    """Unit, period and procedure, for `lists.filters`; no period: the page has its own."""
    language = visit.language
    found = []
    if len(named) > 1:
        units = [(str(one), words) for one, words in named.items()]
        found.append(field("office", N_("Đơn vị"), units, here["office"], language))
    if period is not None:
        found.append(field("period", N_("Kỳ"), choices(period, language), period.word, language, every=False))
    known = [(one.code, one.procedure.short.in_(language)) for one in await procedures_of(visit)]
    found.append(field("procedure", N_("Thủ tục"), known, here["procedure"], language))
    return found


def score_view(score: Score, language: str, here: dict[str, str]) -> dict[str, Any]:
    """Groups with their indicators, sums of what is known, and what is not."""
    groups = []
    for group in score.sheet.groups:
        figures = score.of_group(group)
        known = [one for one in figures if one.points is not None]
        groups.append({
            "id": group.id, "known": bool(known), "title": group.title.in_(language), "max": plain(group.max, language),
            "points": decimals(_sum(known), language),
            "measurable": plain(sum((one.indicator.max for one in known), start=group.max * 0), language),
            "rows": [figure_row(one, language, address(f"/overview/index/{one.indicator.id}", **here)) for one in figures],
        })
    return {
        "points": decimals(score.points, language), "measurable": plain(score.measurable, language),
        "total": plain(score.sheet.total, language), "unknown_max": plain(score.sheet.total - score.measurable, language),
        "unknown": [f"{one.indicator.id} {one.indicator.title.in_(language)}" for one in score.unknown], "groups": groups,
        "unverified": any(one.indicator.unverified for one in score.figures), "level": score.level,
        "period": period_words(score.period, language),
    }


def sheet_view(score: Score, language: str) -> dict[str, str]:
    """Whose words the index follows."""
    sheet = score.sheet
    return {"title": sheet.title.in_(language), "decision": sheet.decision, "source": sheet.source,
            "note": sheet.note.in_(language) if sheet.note else ""}


def compare(
    gathered: Gathered, period: Period, named: dict[int, str], language: str, here: dict[str, str]
) -> list[dict[str, Any]]:
    """The communes, the best first; one without a known point last."""
    scores = [(one, gathered.score((one,), period)) for one in gathered.communes]
    scores.sort(key=lambda pair: (-float(pair[1].points / Fraction(pair[1].measurable)) if pair[1].measurable else 1.0,
                                  named.get(pair[0], "")))
    return [
        {"words": named.get(one, str(one)), "href": address("/overview/index", **{**here, "office": str(one)}),
         "points": decimals(score.points, language), "measurable": plain(score.measurable, language),
         "share": float(score.points / Fraction(score.measurable)) if score.measurable else 0.0,
         "groups": [_group_points(score, group.id, language) for group in score.sheet.groups]}
        for one, score in scores
    ]


def _sum(figures: Sequence[Figure]) -> Fraction:
    return sum((one.points for one in figures if one.points is not None), Fraction(0))


def _group_points(score: Score, group: str, language: str) -> str:
    known = [one for one in score.figures if one.indicator.group == group and one.points is not None]
    if not known:
        return "–"
    most = sum((one.indicator.max for one in known), start=score.measurable * 0)
    return f"{decimals(_sum(known), language)} / {plain(most, language)}"


def csv_rows(score: Score, named: Sequence[str], language: str) -> list[list[Any]]:
    """The index as lines of a spreadsheet; unknown stays empty."""
    def heads(*words: str) -> list[Any]:
        return [say(one, language) for one in words]

    rows: list[list[Any]] = [
        [f"{score.sheet.title.in_(language)}, {score.sheet.decision}"], [", ".join(named)],
        [period_words(score.period, language)], [],
        heads(N_("Chỉ tiêu thành phần"), N_("Tên"), N_("Tử số"), N_("Mẫu số"), N_("Tỷ lệ, %"), N_("Điểm"), N_("Điểm tối đa"),
              N_("Công thức"), N_("Nguồn số liệu"), N_("Ghi chú")),
    ]
    for one in score.figures:
        indicator = one.indicator
        figure = figure_row(one, language, "")
        notes = [figure["why"], say(N_("chưa kiểm chứng"), language) if indicator.unverified else "",
                 indicator.note.in_(language) if indicator.note else ""]
        rows.append([
            indicator.id, indicator.title.in_(language), one.numerator, one.denominator,
            figure["rate"].removesuffix(" %") if one.rate is not None else None,
            figure["points"] if one.points is not None else None, figure["max"], indicator.formula.in_(language),
            one.source or indicator.data.in_(language), "; ".join(note for note in notes if note),
        ])
    rows += [[], [say(N_("Tổng điểm đo được"), language), "", None, None, None, decimals(score.points, language),
                  plain(score.measurable, language)]]
    return rows
