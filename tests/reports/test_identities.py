"""What must hold of any history and any period: the form's own sums, the carry-over, the units, and a slow recount."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.reports.behind import Behind, behind
from app.reports.counted import report_06a, report_06b, report_07a
from app.reports.counting import Thirteen, counts, thirteen
from app.reports.lists import Asked
from app.reports.periods import Period
from app.reports.sheet import Row, Sheet
from tests.reports import recount
from tests.reports.conftest import ALL, FIRST, SECOND, Worlds
from tests.reports.histories import DAYS, START, Life
from tests.reports.histories import worlds as random_worlds

many = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
VIEWS = ("days", "moments")
days = st.integers(-5, DAYS + 60).map(lambda n: START.date() + timedelta(days=n))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(days)
    return Period(first, first + timedelta(days=draw(st.integers(0, 90))))


def numbers(row: Row) -> dict[str, int]:
    return {str(n): cell for n, cell in enumerate(row.cells[2:], start=3) if isinstance(cell, int)}


def total(sheet: Sheet) -> dict[str, int]:
    return numbers(next(row for row in sheet.rows if row.weight == "total"))


@many
@given(world=random_worlds, period=periods(), view=st.sampled_from(VIEWS))
async def test_06a_is_what_journal_and_ledger_give(worlds: Worlds, world: list[Life], period: Period, view: str) -> None:
    async with worlds.of(world) as db:
        told = await recount.stories(db, ALL)
        sheet = await report_06a(db, ALL, period, view=view)  # type: ignore[arg-type]
    assert total(sheet) == recount.columns(told, period.first, period.last, view)


@many
@given(world=random_worlds, period=periods(), view=st.sampled_from(VIEWS))
async def test_every_row_keeps_the_sums_the_form_prints(
    worlds: Worlds, world: list[Life], period: Period, view: str
) -> None:
    async with worlds.of(world) as db:
        sheets = [
            await report_06a(db, ALL, period, view=view),  # type: ignore[arg-type]
            await report_06b(db, ALL, period, view=view),  # type: ignore[arg-type]
        ]
    for row in (row for sheet in sheets for row in sheet.rows):
        n = numbers(row)
        assert n["3"] == n["4"] + n["5"] + n["6"] == n["7"] + n["11"]
        assert n["7"] == n["8"] + n["9"] + n["10"]
        assert n["11"] == n["12"] + n["13"]


@many
@given(world=random_worlds, first=days, lengths=st.lists(st.integers(1, 40), min_size=2, max_size=4))
async def test_what_one_period_leaves_open_the_next_begins_with(
    worlds: Worlds, world: list[Life], first: date, lengths: list[int]
) -> None:
    async with worlds.of(world) as db:
        found: list[Thirteen] = []
        for length in lengths:
            last = first + timedelta(days=length - 1)
            found.append(thirteen(await counts(db, ALL, Period(first, last))))
            first = last + timedelta(days=1)
    for one, following in pairwise(found):
        assert one.open == following.carried


@many
@given(world=random_worlds, period=periods())
async def test_units_sum_up_to_the_province_and_sectors_to_the_whole(
    worlds: Worlds, world: list[Life], period: Period
) -> None:
    async with worlds.of(world) as db:
        by_sector = await report_06a(db, ALL, period)
        by_unit = await report_06b(db, ALL, period)
        alone = [total(await report_06a(db, [one], period)) for one in ALL]
    assert total(by_sector) == total(by_unit)
    for rows in (
        [numbers(row) for row in by_unit.rows if row.weight == "plain"],
        [numbers(row) for row in by_sector.rows if row.weight == "plain"],
        [numbers(row) for row in by_sector.rows if row.weight == "level"], alone,
    ):
        assert {n: sum(row[n] for row in rows) for n in total(by_sector)} == total(by_sector)


@many
@given(world=random_worlds, period=periods())
async def test_each_row_is_what_journal_and_ledger_give_of_its_office(
    worlds: Worlds, world: list[Life], period: Period
) -> None:
    async with worlds.of(world) as db:
        told = await recount.stories(db, ALL)
        sheet = await report_06b(db, ALL, period)
    for row in sheet.rows[:-1]:
        assert numbers(row) == recount.columns(told, period.first, period.last, office_id=int(row.about["office"]))


@many
@given(world=random_worlds, period=periods())
async def test_causes_sum_up_to_the_overdue_of_06a(worlds: Worlds, world: list[Life], period: Period) -> None:
    async with worlds.of(world) as db:
        of_all = thirteen(await counts(db, ALL, period))
        sheet = await report_07a(db, ALL, period)
    for row in sheet.rows:
        all_, late, overdue, *by_cause = (cell for cell in row.cells[2:] if isinstance(cell, int))
        assert all_ == late + overdue == sum(by_cause)
    assert sheet.rows[-1].cells[3:5] == (of_all.late, of_all.overdue)


@many
@given(world=random_worlds, period=periods(), view=st.sampled_from(VIEWS))
async def test_behind_every_number_lie_so_many_dossiers(
    worlds: Worlds, world: list[Life], period: Period, view: str
) -> None:
    async with worlds.of(world) as db:
        sheet = await report_06a(db, ALL, period, view=view)  # type: ignore[arg-type]
        for row in sheet.rows:
            for column, number in numbers(row).items():
                which = Behind(column, level=row.about.get("level", ""), sector=row.about.get("sector", ""))
                asked = Asked("06a", ALL, period, view)  # type: ignore[arg-type]
                found, said, _ = await behind(db, asked, which, limit=100)
                assert len({one.id for one in found}) == len(found) == said == number


@many
@given(world=random_worlds, period=periods())
async def test_an_office_counts_its_own_rows_only(worlds: Worlds, world: list[Life], period: Period) -> None:
    async with worlds.of(world, offices=[FIRST]) as db:
        told = await recount.stories(db, (FIRST,))
        seen = total(await report_06a(db, [FIRST], period))
        with_others = total(await report_06a(db, ALL, period))
        foreign = total(await report_06a(db, [SECOND], period))
    assert seen == with_others == recount.columns(told, period.first, period.last)
    assert not any(foreign.values())
