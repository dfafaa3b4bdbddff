"""What an address of the reports asks for: period, units, view. And the choices a page offers."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.faces.access import Visit
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.page import address
from app.reports.forms import FORMS, NAMES
from app.reports.making import Wanted
from app.reports.periods import Period, checked, chosen, months_back, offered, preset
from app.reports.refusals import PeriodUnclear
from app.reports.rules import View
from app.reports.sectors import units, with_communes
from app.reports.sheet import Form
from app.reports.spreadsheet import PERIOD

VIEWS: Final[dict[View, str]] = {"days": N_("Theo ngày"), "moments": N_("Theo giờ, phút")}


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of the address as they were given."""

    period: str = ""
    first: str = ""
    last: str = ""
    office: str = ""
    view: View = "days"

    def href(self, path: str, **more: object) -> str:
        """`path` about the same report."""
        return address(path, **self.fields, **more)

    @property
    def fields(self) -> dict[str, str]:
        """Names and values, for addresses and hidden fields; chosen days only where no preset is named."""
        days = {} if self.period else {"from": self.first, "to": self.last}
        view = self.view if self.view != "days" else ""
        return {name: value for name, value in
                {"period": self.period, **days, "office": self.office, "view": view}.items() if value}


def period_of(said: Said) -> Period:
    """The period an address means; the running month when it says nothing.

    Raises PeriodUnclear, PeriodNotBegun, PeriodTooLong.
    """
    if said.period:
        return checked(preset(said.period))
    if not said.first and not said.last:
        return months_back(clock.today(), 1)[0]
    return chosen(_day(said.first), _day(said.last))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise PeriodUnclear from wrong


async def wanted(visit: Visit, form: Form, said: Said) -> Wanted:
    """The report an address asks for. Raises NotFound for a unit out of sight, and what `period_of` raises."""
    period = period_of(said)
    root = root_of(visit, said)
    offices = await with_communes(visit.db, root, visit.officer.offices)
    name = next((one.name for one in await units(visit.db, [root])), "")
    return Wanted(form, tuple(offices), period, said.view, name, visit.language)


def root_of(visit: Visit, said: Said) -> int:
    """The office at the top of the report: the chosen one, else one's own. Raises NotFound."""
    if not said.office:
        return visit.officer.office_id
    if not (said.office.isascii() and said.office.isdigit()) or int(said.office) not in visit.officer.offices:
        raise NotFound
    return int(said.office)


def scope_of(visit: Visit, said: Said) -> str:
    """What a frozen report is told apart by, beside form and days: the unit at its top and the view."""
    return f"office={root_of(visit, said)}&view={said.view}"


def said_of_scope(scope: str, period: Period) -> Said:
    """The address of a frozen report's live figures."""
    parts = dict(one.split("=", 1) for one in scope.split("&") if "=" in one)
    view: View = "moments" if parts.get("view") == "moments" else "days"
    return Said(period.key, period.first.isoformat(), period.last.isoformat(), parts.get("office", ""), view)


async def choices(visit: Visit, said: Said, period: Period | None) -> dict[str, Any]:
    """The fields of the form that chooses period, units and view."""
    language = visit.language
    seen = await units(visit.db, visit.officer.offices)
    free = {"value": "", "text": say(N_("Tự chọn ngày"), language)}
    key = said.period or (period.key if period else "")
    periods = [free, *({"value": one.key, "text": period_words(one, language)} for one in offered(clock.today()))]
    if key and key not in {one["value"] for one in periods}:
        periods.append({"value": key, "text": period_words(period, language) if period else key})
    return {
        "periods": periods, "period_key": key,
        "first": said.first or (period.first.isoformat() if period else ""),
        "last": said.last or (period.last.isoformat() if period else ""),
        "units": [{"value": str(one.id), "text": one.short_name} for one in seen] if len(seen) > 1 else [],
        "unit": said.office or str(visit.officer.office_id),
        "views": [{"value": key, "text": say(words, language)} for key, words in VIEWS.items()], "view": said.view,
    }


def period_words(period: Period, language: str) -> str:
    """Tháng 11/2026 (15/10/2026 – 14/11/2026): never a period without its days."""
    days = f"{period.first:%d/%m/%Y} – {period.last:%d/%m/%Y}"
    named = period.words(language)
    return f"{named} ({days})" if named else days


def between(period: Period, language: str) -> str:
    """Từ ngày … đến ngày …"""
    return say(PERIOD, language, first=f"{period.first:%d/%m/%Y}", last=f"{period.last:%d/%m/%Y}")


def form_links(said: Said, language: str) -> list[dict[str, str]]:
    """Every report, with what it is for."""
    links = []
    for form in FORMS:
        name = NAMES[form]
        words = say(name.title, language)
        sign = say(name.sign, language)
        note = say(name.about, language)
        links.append({"href": said.href(f"/overview/reports/{form}"), "words": f"{sign}. {words}" if sign else words,
                      "note": f"{note} {say(N_('(mẫu địa phương)'), language)}" if name.practice else note})
    return links


