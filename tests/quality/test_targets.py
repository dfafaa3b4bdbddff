"""Targets: what is refused, what is missing in dossiers, what stays in the history."""

import asyncio
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from app.kit.db import Database
from app.quality import inputs, progress, targets
from app.quality.period import parse_period
from app.quality.sheet import sheets
from tests.factories import COMMUNE, NEIGHBOUR
from tests.quality.conftest import MARCH, Book, day


async def promise(book: Book, measure: str = "on_time_rate", goal: str = "90", **more: Any) -> UUID:
    officer = await book.db.value("SELECT id FROM officer WHERE login = 'head@tanmai'")
    asked: dict[str, Any] = {
        "office_id": COMMUNE, "head_id": officer, "decision": "Kế hoạch 12/KH-UBND", "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31), **more,
    }
    return await targets.set_target(book.db, measure=measure, goal=Decimal(goal), by=officer, **asked)


async def standing(book: Book, words: str = "2026-03") -> progress.Progress:
    period = parse_period(words)
    [one] = await progress.progress(
        book.db, book.tools, await targets.promised(book.db, [COMMUNE], period), period
    )
    return one


async def test_what_is_missing_is_said_in_dossiers(book: Book) -> None:
    await promise(book)
    for n in range(10):
        await book.dossier(finished=day(4 if n < 6 else 30))
    found = await standing(book)
    assert (found.now.value, found.reached) == (60, False)
    assert found.missing == 30  # (6 + 30) of (10 + 30) is 90 %
    assert Fraction(6 + 30, 10 + 30) >= Fraction(9, 10) > Fraction(6 + 29, 10 + 29)


@pytest.mark.parametrize(("good", "counted", "goal"), [(95, 100, 96), (1, 2, 60), (0, 1, 99), (89, 99, 90), (7, 9, 80)])
def test_the_missing_dossiers_reach_the_goal_and_one_less_does_not(good: int, counted: int, goal: int) -> None:
    more = progress.missing(Fraction(100 * good, counted), counted, Fraction(goal))
    assert Fraction(good + more, counted + more) * 100 >= goal
    assert more > 0
    assert Fraction(good + more - 1, counted + more - 1) * 100 < goal


async def test_a_goal_of_everything_is_beyond_reach_after_one_failure(book: Book) -> None:
    await promise(book, goal="100")
    await book.dossier(finished=day(30))
    found = await standing(book)
    assert (found.beyond_reach, found.missing) == (True, None)


async def test_the_period_before_stands_beside(book: Book) -> None:
    await promise(book)
    await book.dossier(finished=day(4))
    await book.dossier(received=day(2, month=2), due=day(10, month=2), finished=day(20, month=2))
    found = await standing(book)
    assert (found.now.value, found.before.value, found.reached) == (100, 0, True)


async def test_without_dossiers_a_rate_is_unknown(book: Book) -> None:
    await promise(book)
    found = await standing(book)
    assert (found.now.value, found.reached) == (None, None)


@pytest.mark.parametrize(("measure", "value"), [
    ("early_rate", 50), ("online_rate", 50), ("online_payment_rate", 100), ("digitisation_rate", 50),
    ("electronic_result_rate", 100), ("satisfaction", None), ("longest_overdue", 3),
])
async def test_every_measure_is_measured(book: Book, measure: str, value: int | None) -> None:
    await promise(book, measure, "10")
    one = await book.dossier(channel="online", finished=day(4))
    two = await book.dossier(finished=day(15))  # three days after the 12th
    for each in (one, two):
        await book.result(each)
    await book.paper(one)
    await book.fee(two, state="paid")
    await book.paid(two)
    assert (await standing(book)).now.value == value


async def test_handling_time_is_a_mean_of_working_hours(book: Book) -> None:
    await promise(book, "handling_hours", "16")
    one = await book.dossier(received=day(2, 8), finished=day(4, 8))
    await book.line(one, 1, "start", day(2, 8), None, day(12, 17))
    found = await standing(book)
    minutes = book.tools.calendars.of(COMMUNE).working_minutes_between(day(2, 8), day(4, 8))
    assert found.now.value == Fraction(minutes, 60)
    assert found.reached is (minutes <= 16 * 60)


async def test_no_dossier_longer_overdue_than_promised_counts_those_that_are(book: Book) -> None:
    await promise(book, "longest_overdue", "5")
    await book.dossier(due=day(25, 17))
    await book.dossier(due=day(27, 17))
    found = await standing(book)
    assert (found.now.value, found.reached, found.missing) == (6, False, 1)  # as March ends


async def test_two_goals_for_one_time_are_refused(book: Book) -> None:
    await promise(book)
    with pytest.raises(targets.TargetOverlaps) as refused:
        await promise(book, valid_from=date(2026, 12, 31), valid_to=None)
    assert "01/01/2026" in refused.value.words()
    await promise(book, valid_from=date(2027, 1, 1), valid_to=None)
    await promise(book, "online_rate")
    await promise(book, head_id=None)  # the unit's own, beside its head's
    await promise(book, office_id=NEIGHBOUR, head_id=None)


async def test_a_withdrawn_goal_makes_room_and_stays_in_the_history(book: Book) -> None:
    first = await promise(book)
    await targets.withdraw(book.db, first)
    second = await promise(book, goal="95")
    with pytest.raises(targets.TargetNotFound):
        await targets.withdraw(book.db, first)
    kept = await targets.history(book.db, [COMMUNE])
    assert {one.id for one in kept} >= {first, second}
    assert [one.id for one in await targets.promised(book.db, [COMMUNE], MARCH)] == [second]


@pytest.mark.parametrize(("asked", "refusal"), [
    ({"measure": "kindness"}, targets.MeasureUnknown), ({"goal": "101"}, targets.GoalRefused),
    ({"goal": "-1"}, targets.GoalRefused), ({"goal": "NaN"}, targets.GoalRefused), ({"goal": "9.999"}, targets.GoalRefused),
    ({"valid_to": date(2025, 12, 31)}, targets.ValidityRefused), ({"valid_from": date(1900, 1, 1)}, targets.ValidityRefused),
    ({"office_id": NEIGHBOUR}, targets.HeadNotOfUnit),
])
async def test_a_goal_nobody_can_mean_is_refused(book: Book, asked: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await promise(book, **asked)


async def test_of_two_goals_at_once_one_is_refused(database: Database) -> None:
    async def one() -> bool:
        try:
            async with database.transaction(offices=[NEIGHBOUR]) as db:
                officer = await db.value("SELECT id FROM officer WHERE login = 'head@phuluong'")
                await targets.set_target(
                    db, office_id=NEIGHBOUR, head_id=None, measure="early_rate", goal=Decimal(50), decision="",
                    valid_from=date(2031, 1, 1), valid_to=date(2031, 1, 31), by=officer,
                )
                await asyncio.sleep(0)
        except targets.TargetOverlaps:
            return False
        return True

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))) == [False, False, False, True]


async def test_numbers_told_at_once_are_numbered_in_turn(database: Database) -> None:
    indicator = next(one for one in sheets()[0].indicators if one.id == "1.2")

    async def one() -> int:
        async with database.transaction(offices=[NEIGHBOUR]) as db:
            officer = await db.value("SELECT id FROM officer WHERE login = 'head@phuluong'")
            return await inputs.enter(db, office_id=NEIGHBOUR, indicator=indicator, period=parse_period("2031-01"),
                                      numerator=1, denominator=2, source="Thử", by=officer)

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))) == [1, 2, 3, 4]
