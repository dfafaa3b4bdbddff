"""Numbers of results: one book a year, each number once, nothing without a reason."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from app.kit.db import Db
from app.results import service as results
from app.results.service import DrawnNumber
from tests.factories import COMMUNE, NEIGHBOUR

NOON = datetime(2026, 12, 30, 5, tzinfo=UTC)


async def drafted(db: Db, office: int = COMMUNE) -> UUID:
    return await results.draft(
        db, dossier_id=uuid4(), office_id=office, n=1, kind="KQ.T.000001", title="Giấy thử", book="numbers", content={},
        copies=1, at=NOON,
    )


async def drawn(db: Db, result_id: UUID, day: date) -> DrawnNumber:
    return await results.draw_number(db, result_id, day=day, number_format="{number}/GT-{year}", at=NOON)


async def test_numbers_begin_at_one_and_follow_each_other(db: Db) -> None:
    texts = [(await drawn(db, await drafted(db), date(2026, 12, 30))).text for _ in range(3)]
    assert texts == ["01/GT-2026", "02/GT-2026", "03/GT-2026"]


async def test_a_number_drawn_again_is_the_same_with_todays_date(db: Db) -> None:
    one = await drafted(db)
    assert (await drawn(db, one, date(2026, 12, 30))).number == 1
    again = await drawn(db, one, date(2026, 12, 31))
    assert (again.number, again.dated) == (1, date(2026, 12, 31))
    assert await db.value("SELECT count(*) FROM register_entry WHERE result_id = $1", one) == 1


async def test_each_office_has_its_own_book(db: Db) -> None:
    assert (await drawn(db, await drafted(db), date(2026, 12, 30))).number == 1
    assert (await drawn(db, await drafted(db, NEIGHBOUR), date(2026, 12, 30))).number == 1


async def test_a_result_made_again_in_the_new_year_gets_a_number_of_the_new_book(db: Db) -> None:
    for _ in range(2):
        await drawn(db, await drafted(db), date(2026, 12, 30))
    late = await drafted(db)
    assert (await drawn(db, late, date(2026, 12, 31))).text == "03/GT-2026"
    assert (await drawn(db, late, date(2027, 1, 4))).text == "01/GT-2027"
    assert (await drawn(db, await drafted(db), date(2027, 1, 4))).text == "02/GT-2027"
    rows = await db.rows("SELECT year, void_why FROM register_entry WHERE result_id = $1 ORDER BY year", late)
    assert [tuple(row.values()) for row in rows] == [(2026, "year_turned"), (2027, None)]
