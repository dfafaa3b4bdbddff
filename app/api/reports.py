"""Report II.06a for machines: the figures a supervisor sees, with their period, rules and sums."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.api.shapes import Moment, View
from app.faces.access import SupervisorVisit
from app.faces.routes import Router
from app.kit import clock
from app.kit.words import say
from app.org.people import OfficeNotFound
from app.reports.counted import report_06a
from app.reports.periods import Period, checked, chosen, months_back, preset
from app.reports.refusals import PeriodUnclear
from app.reports.rules import View as Compared
from app.reports.sectors import units, with_communes
from app.reports.sheet import Row

router = Router(tags=["Reports"])


class Line(View):
    """One row: a level, a sector within it, or the whole. `numbers` are columns 3 to 13 of the form, by their number."""

    kind: str = Field(examples=["level", "plain", "total"])
    level: str | None = Field(examples=["commune"])
    sector: str | None = Field(examples=["G15-HT"])
    name: str
    numbers: dict[str, int] = Field(examples=[{"3": 12, "4": 7, "5": 3, "6": 2, "7": 8, "8": 5, "9": 2, "10": 1}])


class Report06a(View):
    """The form as it would be printed now. 3 = 4+5+6 = 7+11; 7 = 8+9+10; 11 = 12+13."""

    form: str = Field(examples=["06a"])
    period: str = Field(description="The preset's key, or empty for chosen days.", examples=["2026-M11"])
    first: date
    last: date
    as_of: Moment
    made_at: Moment
    units: list[str]
    rows: list[Line]
    rules: list[str] = Field(description="How it was counted, as printed under the form.")


@router.get("/reports/06a", summary="Report II.06a/VPCP/KSTT")
async def summary(
    visit: SupervisorVisit, period: Annotated[str, Query(max_length=40)] = "",
    first: Annotated[date | None, Query(alias="from")] = None, last: Annotated[date | None, Query(alias="to")] = None,
    office: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None, view: Compared = "days",
) -> Report06a:
    """Thirteen columns by level and sector for supervisors, heads and leaders: of an office in sight and what lies under it.

    `period`: 2026-M11 (month, 15th to 14th), 2026-Q4, 2026-S1 (6 months), 2026-N1 (9 months), 2026-Y1; or `from` and `to`,
    both included. Without either: the running reporting month. `view`: compare by days or to the moment.
    """
    root = office or visit.officer.office_id
    if root not in visit.officer.offices:
        raise OfficeNotFound
    days = _period(period, first, last)
    offices = await with_communes(visit.db, root, visit.officer.offices)
    named = await units(visit.db, [root])
    sheet = await report_06a(visit.db, offices, days, view=view, unit=named[0].name)
    return Report06a(
        form=sheet.form, period=days.key, first=days.first, last=days.last, as_of=sheet.as_of, made_at=sheet.made_at,
        units=list(sheet.units), rows=[_line(row, visit.language) for row in sheet.rows],
        rules=sheet.foot_lines(visit.language),
    )


def _period(key: str, first: date | None, last: date | None) -> Period:
    if key:
        return checked(preset(key))
    if first is None and last is None:
        return months_back(clock.today(), 1)[0]
    if first is None or last is None:
        raise PeriodUnclear
    return chosen(first, last)


def _line(row: Row, language: str) -> Line:
    name = str(row.cells[1])
    return Line(
        kind=row.weight, level=row.about.get("level"), sector=row.about.get("sector"),
        name=say(name, language) if row.translated else name,
        numbers={str(n): cell for n, cell in enumerate(row.cells[2:], start=3) if isinstance(cell, int)},
    )
