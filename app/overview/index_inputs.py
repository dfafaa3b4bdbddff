"""Numbers of the index told from outside, entered by hand; and the index as a spreadsheet."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit.errors import NotFound, Refused
from app.kit.words import N_, say
from app.overview.index import csv_rows, may_tell, office_names
from app.overview.index_words import choices, period_of, period_words
from app.overview.page import address, offices_of, show, tell
from app.quality import inputs
from app.quality.period import Period, parse_period
from app.quality.scoring import score
from app.quality.sheet import Indicator, sheet_on
from app.reports.spreadsheet import BOM, csv_lines

router = Router(include_in_schema=False)
Word = Annotated[str, Query(max_length=40)]


@router.get("/overview/index/inputs")
async def form(visit: SupervisorVisit, office: Word = "", period: Word = "", indicator: Word = "") -> Response:
    """The form, and every number entered for the period."""
    return await _page(visit, period_of(period), {"office": office, "indicator": indicator}, {})


@router.post("/overview/index/inputs")
async def enter(request: Request, visit: SupervisorVisit) -> Response:
    """Keep a number; the one before stays in the history."""
    if not may_tell(visit):
        raise RoleMissing
    typed = {name: str(value) for name, value in (await request.form()).items()}
    period = parse_period(typed.get("period", ""))
    offices = offices_of(visit, typed.get("office", "") or str(visit.officer.office_id))
    known = {one.id: one for one in _told(period)}
    errors: dict[str, str] = {}
    chosen = known.get(typed.get("indicator", ""))
    if chosen is None:
        errors["indicator"] = say(N_("Hãy chọn một chỉ tiêu nhập tay."), visit.language)
    numerator, denominator = (_count(typed.get(name, "")) for name in ("numerator", "denominator"))
    for name, count in (("numerator", numerator), ("denominator", denominator)):
        if count is None:
            errors[name] = say(N_("Hãy nhập một số nguyên từ 0, ví dụ 12."), visit.language)
    if not errors and chosen is not None and numerator is not None and denominator is not None:
        try:
            serial = await inputs.enter(
                visit.db, office_id=offices[0], indicator=chosen, period=period, numerator=numerator,
                denominator=denominator, source=typed.get("source", ""), by=visit.officer.id,
            )
        except inputs.SourceMissing as refused:
            errors["source"] = refused.words(visit.language)
        except Refused as refused:
            errors["numerator"] = refused.words(visit.language)
        else:
            await tell(visit, say(N_("Đã ghi số liệu {indicator}, lần nhập {serial}. Số cũ vẫn được giữ."), visit.language,
                                  indicator=chosen.id, serial=serial))
            back = address("/overview/index/inputs", period=period.word, office=offices[0])
            return RedirectResponse(back, status_code=303)
    return await _page(visit, period, typed, errors)


async def _page(visit: Visit, period: Period, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    language, named = visit.language, await office_names(visit)
    offices = offices_of(visit, typed.get("office", ""))
    known = _told(period)
    by_id = {one.id: one for one in sheet_on(period.last_day).indicators}
    return await show(
        visit, "index/inputs.html", status=422 if errors else 200, may_tell=may_tell(visit), errors=errors,
        typed={name: typed.get(name, "") for name in ("office", "indicator", "numerator", "denominator", "source")},
        period=period.word, period_words=period_words(period, language), periods=_pairs(choices(period, language)),
        offices=_pairs([(str(one), words) for one, words in named.items()]), own=str(visit.officer.office_id),
        indicators=_pairs([(one.id, f"{one.id} {one.title.in_(language)}") for one in known]),
        rows=[{"told": one, "title": by_id[one.indicator].title.in_(language) if one.indicator in by_id else ""}
              for one in await inputs.history(visit.db, offices, period)],
        back=address("/overview/index", period=period.word, office=typed.get("office", "")),
    )


def _told(period: Period) -> list[Indicator]:
    return [one for one in sheet_on(period.last_day).on(period.last_day) if one.told]


def _pairs(options: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"value": value, "text": text} for value, text in options]


def _count(text: str) -> int | None:
    """A whole number as people type it: 1.234, 1 234."""
    digits = "".join(text.replace(".", "").split())
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else None


@router.get("/overview/index/export.csv")
async def export(
    visit: SupervisorVisit, office: Word = "", period: Word = "", procedure: Word = "", first: Word = "", last: Word = ""
) -> Response:
    """The index of the chosen offices and period, every cell safe."""
    chosen, offices = period_of(period, first, last), offices_of(visit, office)
    found = await score(visit.db, visit.tools, offices, chosen, procedure=procedure or None)
    named = await office_names(visit)
    if set(offices) - set(named):
        raise NotFound
    rows = csv_rows(found, [named[one] for one in offices], visit.language)
    return Response(
        (BOM + csv_lines(rows)).encode(), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="chi-so-766-{chosen.word}.csv"'},
    )
