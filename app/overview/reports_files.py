"""Reports to take away: XLSX, CSV, and a page for the printer laid out as the official form."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse

from app.faces.access import SupervisorVisit, Visit
from app.faces.pages import render
from app.faces.routes import Router
from app.org import people
from app.overview.reports import Asking, name_of
from app.overview.reports_asking import between, wanted
from app.overview.reports_showing import table_of
from app.reports.forms import LISTS, form_of
from app.reports.lists import every
from app.reports.making import COLUMNS, Wanted, make_sheet
from app.reports.periods import Period
from app.reports.refusals import TooLongForSheet, TooLongToPrint
from app.reports.sheet import Form, Sheet
from app.reports.spreadsheet import MOST_LINES, as_csv, as_xlsx, file_name, stream_csv

router = Router()
MOST_PRINTED = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@router.get("/overview/reports/{form}/xlsx")
async def xlsx(visit: SupervisorVisit, said: Asking, form: str) -> Response:
    """One workbook, written beside the loop. Raises TooLongForSheet."""
    asked = await wanted(visit, form_of(form), said)
    sheet = await make_sheet(visit.db, asked, visit.tools.calendars, most=MOST_LINES)
    if sheet.more:
        raise TooLongForSheet(most=MOST_LINES)
    return await workbook(visit, sheet)


async def workbook(visit: Visit, sheet: Sheet) -> Response:
    """The sheet as an attachment."""
    noted(visit, sheet.form, sheet.period, "xlsx")
    data = await asyncio.to_thread(as_xlsx, sheet, visit.language)
    return Response(data, media_type=XLSX, headers=taken_away(sheet.form, sheet.period, "xlsx"))


@router.get("/overview/reports/{form}/csv")
async def csv(visit: SupervisorVisit, said: Asking, form: str) -> Response:
    """A list of any length as a stream, a thousand lines a transaction; a counting report whole."""
    asked = await wanted(visit, form_of(form), said)
    if asked.form not in LISTS:
        return small_csv(visit, await make_sheet(visit.db, asked, visit.tools.calendars))
    noted(visit, asked.form, asked.period, "csv")
    return StreamingResponse(_lines(visit, asked), media_type=CSV, headers=taken_away(asked.form, asked.period, "csv"))


def small_csv(visit: Visit, sheet: Sheet) -> Response:
    """The sheet as an attachment."""
    noted(visit, sheet.form, sheet.period, "csv")
    return Response(as_csv(sheet, visit.language), media_type=CSV, headers=taken_away(sheet.form, sheet.period, "csv"))


def _lines(visit: Visit, asked: Wanted) -> AsyncIterator[bytes]:
    return stream_csv(COLUMNS[asked.form], every(visit.tools.database, asked.asked), visit.language)


def noted(visit: Visit, form: Form, period: Period, ending: str) -> None:
    """Who took which figures away (rules.md 13: exports are logged); ids only."""
    structlog.get_logger().info(
        "report exported", officer=str(visit.officer.id), office=visit.officer.office_id, form=form, ending=ending,
        first=str(period.first), last=str(period.last),
    )


def taken_away(form: Form, period: Period, ending: str) -> dict[str, str]:
    """Headers of a file that is saved, not shown."""
    name = file_name(form, period, ending)
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}


@router.get("/overview/reports/{form}/print")
async def printing(visit: SupervisorVisit, said: Asking, form: str) -> Response:
    """The page for the printer. Raises TooLongToPrint."""
    asked = await wanted(visit, form_of(form), said)
    sheet = await make_sheet(visit.db, asked, visit.tools.calendars, most=MOST_PRINTED)
    if sheet.more:
        raise TooLongToPrint(most=MOST_PRINTED)
    return await printed(visit, sheet, said.href(f"/overview/reports/{asked.form}"))


async def printed(visit: Visit, sheet: Sheet, back: str, *, version: int = 0) -> Response:
    """The official form as a page."""
    office = await people.office(visit.db, visit.officer.office_id)
    return render(
        visit.request, "overview/reports/print.html", sheet=sheet, name=name_of(sheet.form, visit.language), back=back,
        table=table_of(sheet, visit.language, None), foot=sheet.foot_lines(visit.language), version=version,
        between=between(sheet.period, visit.language), period_words=sheet.period.words(visit.language), office=office,
    )
