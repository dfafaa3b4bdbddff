"""Reports: choose one, see it, open the dossiers behind each number."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse

from app.faces.access import SupervisorVisit, Visit
from app.faces.reading import read
from app.faces.routes import Router
from app.kit import clock
from app.kit.errors import NotFound, Refused
from app.kit.words import N_, say
from app.overview.page import address, may_steer, show
from app.overview.reports_asking import (
    Said,
    between,
    choices,
    form_links,
    period_words,
    root_of,
    scope_of,
    wanted,
)
from app.overview.reports_showing import table_of
from app.reports import freezing, lists
from app.reports.behind import Behind, behind
from app.reports.counting import HOLDS, months
from app.reports.forms import LISTS, NAMES, form_of
from app.reports.lists import After
from app.reports.making import COLUMNS, Wanted, make_sheet
from app.reports.periods import months_back
from app.reports.rules import View, causes
from app.reports.sheet import Form, Sheet, same_figures, with_rows

router = Router()
LINES = 100  # of a list on one page
Word = Annotated[str, Query(max_length=40)]
Place = Annotated[str, Query(max_length=140)]


def said_by(
    period: Word = "", first: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "", office: Annotated[str, Query(max_length=10)] = "",
    view: View = "days",
) -> Said:
    """The parts of the address every report has."""
    return Said(period, first, last, office, view)


Asking = Annotated[Said, Depends(said_by)]


@router.get("/overview/reports")
async def landing(visit: SupervisorVisit, said: Asking, form: Word = "") -> Response:
    """Every report, the last twelve months, what was frozen last. With a form, on to it."""
    if form:
        return RedirectResponse(said.href(f"/overview/reports/{form_of(form)}"), status_code=303)
    root_of(visit, said)
    language = visit.language
    found, as_of = await read(
        visit, lambda lent: months(lent.db, visit.officer.offices, months_back(clock.today()))
    )
    frozen = await freezing.newest(visit.db, visit.officer.offices)
    return await show(
        visit, "reports/landing.html", forms=form_links(said, language), as_of=as_of,
        months=[
            {"words": one.period.words(language), "first": one.period.first, "last": one.period.last,
             "short": f"{one.period.last:%m}", "received": one.received,
             "handled": one.handled, "late": one.late,
             "href": address("/overview/reports/06a", period=one.period.key)}
            for one in found
        ],
        frozen=[frozen_row(one, language) for one in frozen],
    )


def frozen_row(one: freezing.Frozen, language: str) -> dict[str, Any]:
    """A frozen report in a list."""
    name = NAMES[one.form]
    return {
        "href": f"/overview/reports/frozen/{one.id}", "words": say(name.sign or name.title, language),
        "version": one.version,
        "period": period_words(one.period, language), "by": one.frozen_by, "at": one.frozen_at, "note": one.note,
    }


@router.get("/overview/reports/{form}")
async def report(visit: SupervisorVisit, said: Asking, form: str, after: Place = "") -> Response:
    """One report as a table. A period that cannot be is answered with the same page and words (422)."""
    named, language = form_of(form), visit.language
    root_of(visit, said)
    try:
        asked = await wanted(visit, named, said)
    except Refused as wrong:
        return await show(
            visit, "reports/report.html", status=422, name=name_of(named, language), form=named, sheet=None, said=said,
            chosen=await choices(visit, said, None), errors=[("period", wrong.words(language))], error=wrong.words(language),
            frozen=[],
        )
    (sheet, more), as_of = await read(visit, lambda lent: first_lines(lent, asked, after_of(after)))
    if as_of is not None:
        sheet = replace(sheet, as_of=as_of)
    frozen = await freezing.versions(
        visit.db, visit.officer.office_id, named, asked.period, scope_of(visit, said)
    )
    differs = False
    if frozen and not after and not sheet.more:
        opened = await freezing.open_frozen(visit.db, frozen[0].id, visit.officer.offices)
        differs = not same_figures(opened.sheet, await live(visit, asked, sheet))
    return await show(
        visit, "reports/report.html", name=name_of(named, language), form=named, sheet=sheet, said=said, error="",
        between=between(asked.period, language), period_words=asked.period.words(language),
        table=table_of(sheet, language, said), foot=sheet.foot_lines(language),
        chosen=await choices(visit, said, asked.period),
        csv=said.href(f"/overview/reports/{named}/csv"), xlsx=said.href(f"/overview/reports/{named}/xlsx"),
        printing=said.href(f"/overview/reports/{named}/print"), may_freeze=may_steer(visit, visit.officer.office_id),
        frozen=[frozen_row(one, language) for one in frozen], differs=differs,
        next_href=said.href(f"/overview/reports/{named}", after=str(more)) if more else None,
        first_href=said.href(f"/overview/reports/{named}") if after else None,
    )


async def live(visit: Visit, asked: Wanted, shown: Sheet) -> Sheet:
    """Today's figures in the language things are frozen in."""
    if asked.form not in LISTS or asked.language == "vi":
        return shown
    return await make_sheet(visit.db, frozen_way(asked), visit.tools.calendars, most=freezing.MOST_LINES)


def frozen_way(asked: Wanted) -> Wanted:
    """The same report as it is frozen: in Vietnamese, the language of the forms."""
    return Wanted(asked.form, asked.offices, asked.period, asked.view, asked.unit, "vi")


async def first_lines(visit: Visit, asked: Wanted, after: After | None) -> tuple[Sheet, After | None]:
    """A counting report whole; of a list, one page."""
    if asked.form not in LISTS:
        return await make_sheet(visit.db, asked, visit.tools.calendars), None
    rows, more = await lists.page(visit.db, asked.asked, after, limit=LINES)
    sheet = await make_sheet(visit.db, asked, visit.tools.calendars, most=1)
    return with_rows(sheet, rows, more=more is not None), more


def name_of(form: Form, language: str) -> dict[str, Any]:
    """Sign, title and mark of a form."""
    named = NAMES[form]
    return {"sign": say(named.sign, language), "title": say(named.title, language), "practice": named.practice,
            "list": form in COLUMNS}


@router.get("/overview/reports/{form}/dossiers")
async def dossiers(
    visit: SupervisorVisit, said: Asking, form: str, column: Word = "3", level: Word = "", sector: Place = "",
    cause: Word = "", alone: Word = "", after: Place = "",
) -> Response:
    """The dossiers a number of a report counts: exactly those. `alone`: of this unit without what lies under it."""
    named, language = form_of(form), visit.language
    if column not in HOLDS or level not in ("", "province", "commune"):
        raise NotFound
    if cause not in ("", "-", *(one.id for one in causes())):
        raise NotFound
    asked = (await wanted(visit, named, said)).asked
    if alone:
        asked = lists.Asked(asked.form, (root_of(visit, said),), asked.period, asked.view, asked.language)
    which = Behind(column, level, sector, None if not cause else cause.removeprefix("-"))
    found, total, more = await behind(visit.db, asked, which, after_of(after))
    here = {"column": column, "level": level, "sector": sector, "cause": cause, "alone": alone}
    path = f"/overview/reports/{named}/dossiers"
    return await show(
        visit, "reports/behind.html", name=name_of(named, language), total=total,
        rows=[{"one": one, "how": say(OUTCOMES[one.outcome], language), "kind": KINDS[one.outcome]} for one in found],
        between=between(asked.period, language), back=said.href(f"/overview/reports/{named}"),
        next_href=said.href(path, **here, after=str(more)) if more else None,
        first_href=said.href(path, **here) if after else None,
    )


OUTCOMES = {
    8: N_("Trước hạn"), 9: N_("Đúng hạn"), 10: N_("Giải quyết quá hạn"), 12: N_("Đang giải quyết, trong hạn"),
    13: N_("Đang giải quyết, quá hạn"),
}
KINDS = {8: "done", 9: "done", 10: "bad", 12: "doing", 13: "bad"}


def after_of(text: str) -> After | None:
    """The place a page begins behind. Raises NotFound on anything we did not write."""
    if not text:
        return None
    try:
        at, dossier_id, before = text.split("_")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1900 <= moment.year <= 2999 or not 0 <= int(before) < 10**9:
            raise NotFound
        return After(moment, UUID(dossier_id), int(before))
    except (ValueError, OverflowError) as wrong:
        raise NotFound from wrong
