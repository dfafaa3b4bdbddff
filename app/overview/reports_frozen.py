"""Freeze a report, open what was frozen, print and take it away as it was."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.routes import Router
from app.kit.errors import NotFound, Refused
from app.kit.words import N_, say
from app.overview.page import may_steer, show, tell
from app.overview.reports import frozen_row, frozen_way, name_of
from app.overview.reports_asking import Said, between, said_of_scope, scope_of, wanted
from app.overview.reports_files import printed, small_csv, workbook
from app.overview.reports_showing import table_of
from app.reports import freezing
from app.reports.forms import form_of
from app.reports.making import make_sheet
from app.reports.refusals import TooLongToFreeze
from app.reports.rules import View
from app.reports.sheet import same_figures

router = Router()
Text = Annotated[str, Form(max_length=40)]


@router.post("/overview/reports/{form}/freeze")
async def freeze(
    visit: SupervisorVisit, form: str, period: Text = "", first: Annotated[str, Form(alias="from", max_length=40)] = "",
    last: Annotated[str, Form(alias="to", max_length=40)] = "", office: Annotated[str, Form(max_length=10)] = "",
    view: Annotated[View, Form()] = "days", note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep the report as it stands; a correction needs its reason. On to what was frozen."""
    named = form_of(form)
    if not may_steer(visit, visit.officer.office_id):
        raise RoleMissing
    said = Said(period, first, last, office, view)
    asked = await wanted(visit, named, said)
    sheet = await make_sheet(visit.db, frozen_way(asked), visit.tools.calendars, most=freezing.MOST_LINES)
    if sheet.more:
        raise TooLongToFreeze(most=freezing.MOST_LINES)
    made = await freezing.freeze(
        visit.db, sheet, office_id=visit.officer.office_id, scope=scope_of(visit, said), by=visit.officer.id, note=note
    )
    await tell(visit, say(N_("Đã chốt báo cáo."), visit.language),
               say(N_("Bản này không đổi nữa; đính chính là một bản mới."), visit.language))
    return RedirectResponse(f"/overview/reports/frozen/{made}", status_code=303)


@router.get("/overview/reports/frozen/{snapshot_id}")
async def frozen(visit: SupervisorVisit, snapshot_id: UUID) -> Response:
    """A frozen report as it was, and whether today's figures say the same."""
    opened = await freezing.open_frozen(visit.db, snapshot_id, visit.officer.offices)
    one, sheet, language = opened.frozen, opened.sheet, visit.language
    said = said_of_scope(one.scope, one.period)
    path = f"/overview/reports/frozen/{one.id}"
    return await show(
        visit, "reports/frozen.html", name=name_of(one.form, language), one=one, sheet=sheet, whole=opened.whole,
        differs=await _differs(visit, opened, said), table=table_of(sheet, language, None), foot=sheet.foot_lines(language),
        between=between(sheet.period, language), period_words=sheet.period.words(language),
        live=said.href(f"/overview/reports/{one.form}"), xlsx=f"{path}/xlsx", csv=f"{path}/csv", printing=f"{path}/print",
        versions=[
            {**frozen_row(other, language), "here": other.id == one.id}
            for other in await freezing.versions(visit.db, one.office_id, one.form, one.period, one.scope)
        ],
    )


async def _differs(visit: Visit, opened: freezing.Opened, said: Said) -> bool:
    """Whether counting again today gives other figures; an office that has left the sight gives no answer."""
    try:
        asked = await wanted(visit, opened.frozen.form, said)
    except (NotFound, Refused):
        return False
    today = await make_sheet(visit.db, frozen_way(asked), visit.tools.calendars, most=freezing.MOST_LINES)
    return today.more or not same_figures(opened.sheet, today)


@router.get("/overview/reports/frozen/{snapshot_id}/xlsx")
async def frozen_xlsx(visit: SupervisorVisit, snapshot_id: UUID) -> Response:
    """The frozen report as a workbook."""
    return await workbook(visit, (await freezing.open_frozen(visit.db, snapshot_id, visit.officer.offices)).sheet)


@router.get("/overview/reports/frozen/{snapshot_id}/csv")
async def frozen_csv(visit: SupervisorVisit, snapshot_id: UUID) -> Response:
    """The frozen report as CSV."""
    return small_csv(visit, (await freezing.open_frozen(visit.db, snapshot_id, visit.officer.offices)).sheet)


@router.get("/overview/reports/frozen/{snapshot_id}/print")
async def frozen_print(visit: SupervisorVisit, snapshot_id: UUID) -> Response:
    """The frozen report for the printer: always as it was frozen."""
    opened = await freezing.open_frozen(visit.db, snapshot_id, visit.officer.offices)
    path = f"/overview/reports/frozen/{snapshot_id}"
    return await printed(visit, opened.sheet, path, version=opened.frozen.version)
