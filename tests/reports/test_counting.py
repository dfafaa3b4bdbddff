"""Single situations whose figures are known by hand; and a day of the office by its real verbs."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from app.kit import clock
from app.reports.behind import Behind, behind
from app.reports.counted import report_06a, report_07a
from app.reports.counting import Thirteen, counts, months, thirteen
from app.reports.lists import After, Asked, every, page
from app.reports.periods import Period, preset
from app.reports.rules import LocalRule, rule_on
from app.reports.unit_summary import late_since, report_07a_btp
from tests.dossiers.situations import received, sealed, supplement_asked
from tests.factories import COMMUNE, Make
from tests.reports import recount
from tests.reports.conftest import ALL, FIRST, PROVINCE, SECOND, Worlds
from tests.reports.histories import AFTERWARDS, LedgerLine, Life

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def wall(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment on the wall in Việt Nam, 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=clock.LOCAL).astimezone(UTC)


def a_life(
    *lines: LedgerLine, state: str = "in_progress", channel: str = "counter", office: int = FIRST, **more: object
) -> Life:
    """A dossier by its ledger; the first line is its receipt."""
    return Life(
        office_id=office, version=0, channel=channel, return_way="counter", received_at=lines[0].at, lines=lines,
        state=state, submitted_at=lines[0].at, **more,  # type: ignore[arg-type]
    )


def start(at: datetime, due: datetime) -> LedgerLine:
    return LedgerLine("start", "received", at, None, due)


def end(at: datetime, due: datetime, how: str = "returned") -> LedgerLine:
    return LedgerLine("end", how, at, due, due)


async def counted(
    worlds: Worlds, life: Life, view: str = "days", period: Period = MAY, rule: LocalRule | None = None
) -> Thirteen:
    async with worlds.of([life]) as db:
        return thirteen(await counts(db, ALL, period, view=view, rule=rule))  # type: ignore[arg-type]


DUE = wall(5, 20, 17)


@pytest.mark.parametrize(("ended", "by_days", "by_moments"), [
    (wall(5, 19, 17), "early", "early"), (wall(5, 20, 8), "on_time", "early"), (DUE, "on_time", "on_time"),
    (DUE + timedelta(seconds=59), "on_time", "on_time"),
    (wall(5, 20, 17, 1), "on_time", "late"), (wall(5, 21, 0), "late", "late"),
])
async def test_the_end_is_compared_by_date_or_to_the_moment(
    worlds: Worlds, ended: datetime, by_days: str, by_moments: str
) -> None:
    life = a_life(start(wall(5, 12), DUE), end(ended, DUE), state="returned")
    assert await counted(worlds, life) == Thirteen(direct=1, **{by_days: 1})
    assert await counted(worlds, life, "moments") == Thirteen(direct=1, **{by_moments: 1})


async def test_what_ends_at_midnight_belongs_to_the_day_that_begins(worlds: Worlds) -> None:
    life = a_life(start(wall(4, 20), wall(5, 20, 17)), end(wall(5, 1, 0), wall(5, 20, 17)), state="returned")
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    assert await counted(worlds, life, period=april) == Thirteen(direct=1, in_time=1)
    assert await counted(worlds, life) == Thirteen(carried=1, early=1)


async def test_what_arrives_at_midnight_belongs_to_the_day_that_begins(worlds: Worlds) -> None:
    life = a_life(start(wall(6, 1, 0), wall(6, 5, 17)))
    assert await counted(worlds, life) == Thirteen()


async def test_due_on_the_last_day_is_not_late_by_date_but_by_the_moment(worlds: Worlds) -> None:
    life = a_life(start(wall(5, 20), wall(5, 31, 17)))
    assert await counted(worlds, life) == Thirteen(direct=1, in_time=1)
    assert await counted(worlds, life, "moments") == Thirteen(direct=1, overdue=1)


async def test_an_apology_after_the_period_does_not_mend_the_period(worlds: Worlds) -> None:
    due, new = wall(5, 25, 17), wall(6, 20, 17)
    before = a_life(start(wall(5, 12), due), LedgerLine("extend", "apology", wall(5, 23), due, new))
    afterwards = a_life(start(wall(5, 12), due), LedgerLine("extend", "apology", wall(6, 2), due, new))
    assert await counted(worlds, before) == Thirteen(direct=1, in_time=1)
    assert await counted(worlds, afterwards) == Thirteen(direct=1, overdue=1)


async def test_a_citizen_who_collects_late_makes_nobody_late(worlds: Worlds) -> None:
    life = a_life(start(wall(5, 12), DUE), end(wall(5, 19), DUE, "result_ready"), state="returned")
    async with worlds.of([life]) as db:
        await db.run("UPDATE dossier SET returned_at = $2 WHERE id = $1", life.id, wall(6, 30))
        assert thirteen(await counts(db, ALL, MAY)) == Thirteen(direct=1, early=1)


@pytest.mark.parametrize(("how", "column"), [("withdrawn", "on_time"), ("stopped", "on_time"), ("refused", "late")])
async def test_endings_are_counted_where_the_local_rule_says(worlds: Worlds, how: str, column: str) -> None:
    life = a_life(start(wall(5, 12), DUE), end(wall(5, 28), DUE, how), state=how)
    assert await counted(worlds, life) == Thirteen(direct=1, **{column: 1})


async def test_another_local_rule_counts_otherwise(worlds: Worlds) -> None:
    base = rule_on(MAY.last)
    other = LocalRule("x", base.valid_from, "by_due", "by_due", "by_due", "on_time", "x")
    late = a_life(start(wall(5, 12), DUE), end(wall(5, 28), DUE, "withdrawn"), state="withdrawn")
    refused = a_life(start(wall(5, 12), DUE), end(wall(5, 28), DUE, "refused"), state="refused")
    asked = LedgerLine("pause", "supplement", wall(5, 15), DUE, None)
    waits = a_life(start(wall(5, 12), DUE), asked, state="supplement_requested")
    assert await counted(worlds, late, rule=other) == Thirteen(direct=1, late=1)
    assert await counted(worlds, refused, rule=other) == Thirteen(direct=1, on_time=1)
    assert await counted(worlds, waits) == Thirteen(direct=1, in_time=1)
    assert await counted(worlds, waits, rule=other) == Thirteen(direct=1, overdue=1)


async def test_a_dossier_of_several_agencies_counts_once(worlds: Worlds) -> None:
    life = a_life(start(wall(5, 12), DUE), boundary_free=True)  # handed in at another office
    async with worlds.of([life]) as db:
        assert thirteen(await counts(db, ALL, MAY)) == Thirteen(direct=1, overdue=1)
        assert thirteen(await counts(db, [SECOND], MAY)) == Thirteen()


async def test_a_running_period_is_judged_by_now(worlds: Worlds) -> None:
    life = a_life(start(wall(5, 4), DUE))
    async with worlds.of([life]) as db:
        for at, expected in ((wall(5, 18), Thirteen(direct=1, in_time=1)), (wall(5, 21), Thirteen(direct=1, overdue=1))):
            with clock.at(at):
                assert thirteen(await counts(db, ALL, MAY)) == expected


async def test_the_months_of_the_chart_are_those_of_06a(worlds: Worlds) -> None:
    world = [
        a_life(start(wall(4, 16), wall(5, 5, 17)), end(wall(5, 10), wall(5, 5, 17)), state="returned"),
        a_life(start(wall(5, 14, 23, 59), DUE), end(wall(5, 19), DUE), state="returned", channel="online"),
        a_life(start(wall(5, 15, 0), DUE), end(wall(5, 28), DUE, "withdrawn"), state="withdrawn"),
    ]
    shown = [preset(f"2026-M{n}") for n in (4, 5, 6, 7)]
    async with worlds.of(world) as db:
        found = await months(db, ALL, shown)
        for one in found:
            of_form = thirteen(await counts(db, ALL, one.period))
            assert (one.received, one.handled, one.late) == (of_form.online + of_form.direct, of_form.handled, of_form.late)
    assert [(one.received, one.handled, one.late) for one in found] == [(0, 0, 0), (2, 1, 1), (1, 2, 0), (0, 0, 0)]


async def test_the_unit_summary_splits_late_ones_by_apology(worlds: Worlds, make: Make) -> None:
    new = wall(5, 22, 17)
    sorry = LedgerLine("extend", "apology", wall(5, 18), DUE, new)
    world = [
        a_life(start(wall(5, 12), DUE), sorry, end(wall(5, 25), new), state="returned"),
        a_life(start(wall(5, 12), DUE), end(wall(5, 25), DUE), state="returned", channel="post"),
        a_life(start(wall(5, 12), DUE), sorry, end(wall(5, 21), new), state="returned", channel="online",
               boundary_free=True),
        a_life(start(wall(5, 12), DUE), office=SECOND),
        Life(FIRST, 0, "online", None, None, (), "submitted", wall(5, 20)),
        Life(FIRST, 0, "online", None, None, (), "submitted", wall(5, 31, 23)),
        Life(FIRST, 0, "online", None, None, (LedgerLine("end", "x", wall(5, 20), None, None),), "refused_at_intake",
             wall(5, 19)),
    ]
    async with worlds.of(world) as db:
        sheet = await report_07a_btp(db, ALL, MAY, calendars=make.tools.calendars)
        lists = [await page(db, Asked("apologies", ALL, MAY)), await page(db, Asked("overdue", ALL, MAY))]
    keys = [one.key for one in sheet.columns]
    row = dict(zip(keys, next(one for one in sheet.rows if one.about == {"office": str(FIRST)}).cells, strict=True))
    assert {name: row[name] for name in keys if row[name]} == {
        "1": "1", "2": "Đơn vị 902", "received": 3, "online_part": 1, "counter": 1, "post": 1, "boundary_free": 1,
        "handled": 3, "early": 1, "late": 2, "late_sorry": 1, "late_silent": 1,
        "waiting_in_time": 1, "waiting_late": 1, "not_accepted": 1,
    }
    total = dict(zip(keys, sheet.rows[-1].cells, strict=True))
    assert (total["received"], total["open"], total["overdue"]) == (4, 1, 1)
    assert sheet.practice
    (apologies, _), (overdue, _) = lists
    assert sorted((row.cells[5], row.cells[11], row.cells[12]) for row in apologies) == [
        ("Có", "Quá hạn", "Không quá hạn"), ("Có", "Quá hạn", "Quá hạn"), ("Không", "Quá hạn", ""), ("Không", "Quá hạn", ""),
    ]
    assert len(overdue) == 3
    assert sorted(row.cells[9] for row in overdue if isinstance(row.cells[9], int)) == [3, 5, 11]


async def test_a_letter_written_after_the_due_moment_is_an_apology_too(worlds: Worlds, make: Make) -> None:
    life = a_life(start(wall(5, 12), DUE), end(wall(5, 25), DUE), state="returned")
    async with worlds.of([life]) as db:
        for at, sorry in ((wall(6, 2), 0), (wall(5, 23), 1)):  # after the period, then within it
            await db.run(
                "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, why, facts) VALUES"
                " ($1, $2, $3, 'apology.written', 'system', 'Quá tải', '{}')",
                life.office_id, life.id, at,
            )
            sheet = await report_07a_btp(db, ALL, MAY, calendars=make.tools.calendars)
            row = dict(zip((one.key for one in sheet.columns), sheet.rows[-1].cells, strict=True))
            assert (row["late"], row["late_sorry"], row["late_silent"]) == (1, sorry, 1 - sorry)
            (listed,), _ = await page(db, Asked("apologies", ALL, MAY))
            assert listed.cells[5] == ("Có" if sorry else "Không")


def test_eight_working_hours_back_stand_before_the_moment(make: Make) -> None:
    at = wall(5, 20, 10)  # a Wednesday
    assert late_since(make.tools.calendars, COMMUNE, at) < wall(5, 19, 10)
    assert late_since(make.tools.calendars, COMMUNE, at) > wall(5, 19, 8)


async def test_a_list_read_page_by_page_is_the_whole_list(worlds: Worlds) -> None:
    world = [a_life(start(wall(5, 12), DUE)) for _ in range(7)]
    for form in ("register", "overdue", "apologies"):
        async with worlds.of(world) as db:
            asked = Asked(form, ALL, MAY)  # type: ignore[arg-type]
            whole, more = await page(db, asked)
            assert more is None
            read, after = await page(db, asked, limit=3)
            while after is not None:
                following, after = await page(db, asked, after, limit=3)
                read += following
        assert [row.cells for row in read] == [row.cells for row in whole]
        assert [row.cells[0] for row in whole] == list(range(1, 8))


async def test_the_cursor_of_a_foreign_place_shows_nothing_twice(worlds: Worlds) -> None:
    async with worlds.of([a_life(start(wall(5, 12), DUE))]) as db:
        found, total, _ = await behind(db, Asked("06a", ALL, MAY), Behind(), After(AFTERWARDS, uuid4()))
    assert (found, total) == ([], 1)


async def test_a_province_has_a_row_of_its_own_level(worlds: Worlds) -> None:
    world = [a_life(start(wall(5, 12), DUE)), a_life(start(wall(5, 12), DUE), office=PROVINCE)]
    async with worlds.of(world) as db:
        sheet = await report_06a(db, ALL, MAY)
        causes = await report_07a(db, ALL, MAY)
    assert [(row.cells[1], row.cells[2]) for row in sheet.rows if row.weight != "plain"] == [
        ("Cấp tỉnh", 1), ("Cấp xã", 1), ("Tổng cộng", 2),
    ]
    assert "huyện" not in str(sheet).lower() + str(causes).lower()  # R18


async def test_dossiers_of_the_real_verbs_are_counted_as_the_slow_recount_does(make: Make) -> None:
    """What they add to both counts: what other tests left in this office may be of their own making."""
    before = await counted_twice(make)
    for situation in (sealed, received, supplement_asked):
        await situation(make)
    after = await counted_twice(make)
    for (got, expected), (got_before, expected_before) in zip(after, before, strict=True):
        added = {column: got[column] - got_before[column] for column in got}
        assert added == {column: expected[column] - expected_before[column] for column in expected}
        assert (added["3"], added["7"], added["11"]) == (2, 1, 1)  # what waits for its reception is not counted


async def counted_twice(make: Make) -> list[tuple[dict[str, int], dict[str, int]]]:
    """06a of today by the product and by the slow recount, by days and by moments."""
    today, found = clock.today(), []
    async with make.database.transaction(offices=[COMMUNE]) as db:
        told = await recount.stories(db, (COMMUNE,))
        with clock.at(clock.now() + timedelta(days=2)):
            for view in ("days", "moments"):
                sheet = await report_06a(db, [COMMUNE], Period(today, today), view=view)  # type: ignore[arg-type]
                got = {str(n): cell for n, cell in enumerate(sheet.rows[-1].cells[2:], start=3)}
                found.append((got, recount.columns(told, today, today, view)))
    return found


async def test_an_export_holds_no_transaction_between_its_pages(make: Make) -> None:
    for _ in range(2):
        await received(make)
    today = clock.today()
    asked = Asked("register", (COMMUNE,), Period(today, today))
    read = [row async for rows in every(make.database, asked) for row in rows]
    async with make.database.transaction(offices=[COMMUNE]) as db:
        assert len(read) == await db.value(
            "SELECT count(*) FROM dossier WHERE office_id = $1 AND received_at >= $2 AND received_at < $3", COMMUNE,
            Period(today, today).begins_at, Period(today, today).ends_at,
        )
