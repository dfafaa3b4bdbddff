"""The counting reports: 06a by sector and level, 06b by unit, 07a by cause."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.kit import clock
from app.kit.db import Db
from app.kit.words import N_
from app.reports.counting import Count, cases_args, cases_sql, counts, thirteen, without_compiling
from app.reports.forms import BY_SECTOR, BY_UNIT, NAMES, NUMBER, rules_foot
from app.reports.periods import Period
from app.reports.rules import UNSAID, LocalRule, View, causes, causes_source, rule_on
from app.reports.sectors import Sector, Unit, sectors, units
from app.reports.sheet import Column, Foot, Form, Row, Sheet

LEVELS: Final = {"province": N_("Cấp tỉnh"), "commune": N_("Cấp xã")}
_ROMAN: Final = ("I", "II", "III", "IV")


async def report_06a(
    db: Db, offices: Sequence[int], period: Period, *, view: View = "days", rule: LocalRule | None = None, unit: str = ""
) -> Sheet:
    """II.06a: thirteen columns by level and sector; the last row is the whole."""
    rule = rule or rule_on(period.last)
    found = await counts(db, offices, period, view=view, rule=rule)
    named = await units(db, offices)
    of = await sectors(db, [one.version_id for one in found])
    rows: list[Row] = []
    for level, group in _by_level(found, named):
        place = _ROMAN[sum(1 for row in rows if row.weight == "level")]
        rows.append(Row((place, LEVELS[level], *thirteen(group).columns), {"level": level}, "level", translated=True))
        for number, sector in enumerate(_sectors_in(group, of), start=1):
            of_it = [one for one in group if of[one.version_id].code == sector.code]
            rows.append(Row(
                (str(number), sector.name, *thirteen(of_it).columns), {"level": level, "sector": sector.code},
            ))
    rows.append(_total(thirteen(found).columns))
    return sheet("06a", BY_SECTOR, rows, period, named, unit, rules_foot(period, rule, view))


async def report_06b(
    db: Db, offices: Sequence[int], period: Period, *, view: View = "days", rule: LocalRule | None = None, unit: str = ""
) -> Sheet:
    """II.06b: the same by unit. A province without dossiers of its own has no row."""
    rule = rule or rule_on(period.last)
    found = await counts(db, offices, period, view=view, rule=rule)
    named = await units(db, offices)
    shown = [one for one in named if one.level == "commune" or any(c.office_id == one.id for c in found)]
    rows = [
        Row((str(number), one.name, *thirteen([c for c in found if c.office_id == one.id]).columns), {"office": str(one.id)})
        for number, one in enumerate(shown, start=1)
    ]
    rows.append(_total(thirteen(found).columns))
    return sheet("06b", BY_UNIT, rows, period, named, unit, rules_foot(period, rule, view))


async def report_07a(
    db: Db, offices: Sequence[int], period: Period, *, view: View = "days", rule: LocalRule | None = None, unit: str = ""
) -> Sheet:
    """II.07a: overdue dossiers by cause, by level and sector. The official columns were not seen: says so in its foot.

    Columns: all (3 = 4+5), handled late (4), open and late (5), then one per cause; the last is "not said".
    """
    rule = rule or rule_on(period.last)
    await without_compiling(db)
    rows = await db.rows(
        "SELECT office_id, procedure_version_id, outcome, COALESCE(cause, '') AS cause, count(*) AS n"
        f" FROM ({cases_sql(period, rule, view)}) counted"
        " LEFT JOIN (SELECT dossier_id, cause FROM late_cause WHERE office_id = ANY($1)) said ON dossier_id = id"
        " WHERE outcome IN (10, 13) GROUP BY office_id, procedure_version_id, outcome, COALESCE(cause, '')",
        *cases_args(offices, period, rule),
    )
    named = await units(db, offices)
    of = await sectors(db, [row["procedure_version_id"] for row in rows])
    known = [one.id for one in causes()]

    def numbers(some: Iterable[Any]) -> tuple[int, ...]:
        sums = dict.fromkeys(("all", "10", "13", *known, UNSAID.id), 0)
        for row in some:
            cause = row["cause"] if row["cause"] in sums else "other"
            for key in ("all", str(row["outcome"]), cause):
                sums[key] += row["n"]
        return tuple(sums.values())

    level_of = {one.id: one.level for one in named}
    made: list[Row] = []
    for number, level in enumerate(_levels(named)):
        group = [row for row in rows if level_of[row["office_id"]] == level]
        made.append(Row((_ROMAN[number], LEVELS[level], *numbers(group)), {"level": level}, "level", translated=True))
        found = sorted({of[row["procedure_version_id"]] for row in group}, key=lambda one: (one.name, one.code))
        for place, sector in enumerate({one.code: one for one in found}.values(), start=1):
            of_it = [row for row in group if of[row["procedure_version_id"]].code == sector.code]
            made.append(Row((str(place), sector.name, *numbers(of_it)), {"level": level, "sector": sector.code}))
    made.append(_total(numbers(rows)))
    foot = [
        (N_("Danh mục nguyên nhân: {source}. Các cột chính thức của Biểu II.07a chưa được đối chiếu."),
         {"source": causes_source()}),
        *rules_foot(period, rule, view),
    ]
    return sheet("07a", _cause_columns(), made, period, named, unit, foot)


def _cause_columns() -> tuple[Column, ...]:
    late = N_("Số hồ sơ quá hạn")
    by = N_("Chia theo nguyên nhân")
    return (
        NUMBER, Column("2", N_("Lĩnh vực, công việc giải quyết theo cấp"), sign="(2)", width=38),
        Column("all", N_("Tổng số"), "count", (late,), "(3)=(4)+(5)"),
        Column("10", N_("Giải quyết quá hạn"), "count", (late,), "(4)"),
        Column("13", N_("Đang giải quyết quá hạn"), "count", (late,), "(5)"),
        *(Column(f"cause-{one.id}", one.words, "count", (by,), f"({place})", 12)
          for place, one in enumerate((*causes(), UNSAID), start=6)),
    )


def sheet(
    form: Form, columns: Sequence[Column], rows: Sequence[Row], period: Period, named: Sequence[Unit], unit: str,
    foot: Foot, *, more: bool = False, as_of: datetime | None = None,
) -> Sheet:
    """A sheet of a named form, made now."""
    name = NAMES[form]
    whose = unit or ", ".join(one.name for one in named[:1])
    return Sheet(
        form=form, sign=name.sign, title=name.title, unit=whose, units=tuple(one.short_name for one in named), period=period,
        as_of=as_of or period.as_of, made_at=clock.now(), columns=tuple(columns), rows=tuple(rows),
        foot=tuple(foot), practice=name.practice, more=more,
    )


def _by_level(found: Sequence[Count], named: Sequence[Unit]) -> Iterable[tuple[str, list[Count]]]:
    level_of = {one.id: one.level for one in named}
    for level in _levels(named):
        yield level, [one for one in found if level_of[one.office_id] == level]


def _levels(named: Sequence[Unit]) -> list[str]:
    """The levels in this report, the province first."""
    return [level for level in LEVELS if any(one.level == level for one in named)]


def _sectors_in(group: Sequence[Count], of: Mapping[UUID, Sector]) -> list[Sector]:
    found = {of[one.version_id].code: of[one.version_id] for one in group}
    return sorted(found.values(), key=lambda one: (one.name, one.code))


def _total(numbers: Sequence[int]) -> Row:
    return Row(("", N_("Tổng cộng"), *numbers), {}, "total", translated=True)
