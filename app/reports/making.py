"""Any report by its name, for whoever shows, exports, freezes or compares it."""

from dataclasses import dataclass

from app.deadlines.calendars import Calendars
from app.kit.db import Db
from app.kit.words import N_
from app.reports.counted import report_06a, report_06b, report_07a, sheet
from app.reports.forms import APOLOGIES, LISTS, OVERDUE, REGISTER, rules_foot
from app.reports.lists import Asked, page
from app.reports.periods import Period
from app.reports.rules import View, rule_on
from app.reports.sectors import units
from app.reports.sheet import Column, Foot, Form, Sheet
from app.reports.unit_summary import report_07a_btp

_COUNTED = {"06a": report_06a, "06b": report_06b, "07a": report_07a}
COLUMNS: dict[Form, tuple[Column, ...]] = {"register": REGISTER, "overdue": OVERDUE, "apologies": APOLOGIES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report somebody asks for. `unit` is whose it is, as printed in its title block."""

    form: Form
    offices: tuple[int, ...]
    period: Period
    view: View = "days"
    unit: str = ""
    language: str = "vi"

    @property
    def asked(self) -> Asked:
        """The same as a list."""
        return Asked(self.form, self.offices, self.period, self.view, self.language)


async def make_sheet(db: Db, wanted: Wanted, calendars: Calendars, *, most: int = 1000) -> Sheet:
    """The report now. A list has at most `most` lines; `more` says that it goes on."""
    if wanted.form in LISTS:
        rows, after = await page(db, wanted.asked, limit=most)
        named = await units(db, wanted.offices)
        return sheet(
            wanted.form, COLUMNS[wanted.form], rows, wanted.period, named, wanted.unit, _list_foot(wanted),
            more=after is not None,
        )
    if wanted.form == "07a-btp":
        return await report_07a_btp(
            db, wanted.offices, wanted.period, calendars=calendars, view=wanted.view, unit=wanted.unit
        )
    return await _COUNTED[wanted.form](db, wanted.offices, wanted.period, view=wanted.view, unit=wanted.unit)


def _list_foot(wanted: Wanted) -> Foot:
    rules = rules_foot(wanted.period, rule_on(wanted.period.last), wanted.view)
    if wanted.form == "register":
        return rules[:1]
    if wanted.form == "overdue":
        return rules
    told: Foot = [(N_("Hạn cũ là hạn trước khi xin lỗi, hạn mới là hạn hẹn lại. Việc tính theo hạn nào trong chỉ số của Cổng"
                      " chưa được xác định nên ghi cả hai."), {})]
    return [*told, *rules]

