"""Indicator 2.1 in every detail of rules.md 7, one situation each."""

from decimal import Decimal

import pytest

from app.kit import clock
from app.quality.handling import handling_time, timeliness
from app.quality.period import parse_period
from tests.factories import COMMUNE, NEIGHBOUR
from tests.quality.conftest import APRIL, MARCH, Book, day


async def test_a_dossier_handled_by_its_due_moment_is_on_time(book: Book) -> None:
    await book.dossier(finished=day(12, 17))
    assert await book.of("2.1") == (1, 1)


async def test_a_minute_after_it_is_late(book: Book) -> None:
    await book.dossier(finished=day(12, 17, 1))
    assert await book.of("2.1") == (0, 1)
    assert await book.why("on_time") == [("late_done",)]


async def test_who_collects_late_does_not_make_the_office_late(book: Book) -> None:
    await book.dossier(finished=day(11), returned_at=day(30), state="returned")
    assert await book.of("2.1") == (1, 1)


async def test_an_unfinished_dossier_is_compared_with_the_end_of_the_period(book: Book) -> None:
    await book.dossier(due=day(2, 17, month=4))  # late today, not on 31 March
    await book.dossier(due=day(31, 17))
    assert await book.of("2.1") == (1, 2)
    assert await book.why("on_time") == [("late_open",)]


async def test_while_the_period_runs_it_is_compared_with_now(book: Book) -> None:
    with clock.at(day(10)):
        await book.dossier(due=day(12, 17))
        await book.dossier(due=day(9, 17))
        assert await book.of("2.1") == (1, 2)


async def test_a_dossier_finished_after_the_period_ends_when_it_did(book: Book) -> None:
    await book.dossier(due=day(31, 17), finished=day(2, month=4))
    assert await book.of("2.1") == (0, 1)


async def test_a_dossier_awaiting_a_supplement_ends_when_that_was_asked(book: Book) -> None:
    one = await book.dossier(state="supplement_requested", paused_at=day(5), supplements_asked=1)
    await book.db.run("UPDATE dossier SET due_at = NULL WHERE id = $1", one)
    await book.line(one, 1, "start", day(2), None, day(12, 17))
    await book.line(one, 2, "pause", day(5), day(12, 17), None)
    late = await book.dossier(state="supplement_requested", paused_at=day(13), supplements_asked=1)
    await book.db.run("UPDATE dossier SET due_at = NULL WHERE id = $1", late)
    await book.line(late, 1, "start", day(2), None, day(12, 17))
    await book.line(late, 2, "pause", day(13), day(12, 17), None)
    assert await book.of("2.1") == (1, 2)
    assert await book.why("on_time") == [("late_waiting",)]


async def test_what_is_stopped_while_it_waits_ended_when_the_waiting_began(book: Book) -> None:
    one = await book.dossier(finished=day(30), state="stopped", supplements_asked=1)
    await book.line(one, 1, "start", day(2), None, day(12, 17))
    await book.line(one, 2, "pause", day(5), day(12, 17), None)
    await book.line(one, 3, "end", day(30), None, day(12, 17))
    assert await book.of("2.1") == (1, 1)


async def test_more_than_one_supplement_request_is_late_however_early(book: Book) -> None:
    await book.dossier(finished=day(4), supplements_asked=2)
    await book.dossier(finished=day(4), supplements_asked=1)
    assert await book.of("2.1") == (1, 2)
    assert await book.why("on_time") == [("supplements",)]


@pytest.mark.parametrize("state", ["refused", "withdrawn", "stopped", "returned", "result_ready"])
async def test_every_way_to_end_counts_once_received(book: Book, state: str) -> None:
    await book.dossier(finished=day(11), state=state)
    assert await book.of("2.1") == (1, 1)


async def test_what_was_never_received_is_not_counted(book: Book) -> None:
    one = await book.dossier(state="refused_at_intake", finished=day(3))
    await book.db.run("UPDATE dossier SET received_at = NULL, due_at = NULL WHERE id = $1", one)
    assert await book.of("2.1") == (0, 0)


async def test_without_a_due_moment_the_term_of_the_procedure_decides(book: Book) -> None:
    quick = await book.dossier(finished=day(4))
    slow = await book.dossier(finished=day(30))
    await book.db.run("UPDATE dossier SET due_at = NULL, original_due_at = NULL WHERE id = ANY($1)", [quick, slow])
    assert await book.of("2.1") == (1, 2)


async def test_without_a_due_moment_time_spent_on_a_supplement_is_taken_off(book: Book) -> None:
    one = await book.dossier(finished=day(30), supplements_asked=1)
    await book.db.run("UPDATE dossier SET due_at = NULL, original_due_at = NULL WHERE id = $1", one)
    await book.supplement(one, 1, day(3), day(29, 16))
    assert await book.of("2.1") == (1, 1)


async def test_the_first_promise_is_another_reading_shown_beside(book: Book) -> None:
    one = await book.dossier(due=day(20, 17), finished=day(18))
    await book.db.run("UPDATE dossier SET original_due_at = $2 WHERE id = $1", one, day(12, 17))
    assert await book.of("2.1") == (1, 1)
    assert await book.why("on_time_first_promise") == [("late_first",)]
    await book.supplement(one, 1, day(4), day(12))  # eight days on the applicant's side
    assert await book.why("on_time_first_promise") == []


async def test_carried_over_dossiers_count_in_the_reading_that_counts_all_in_hand(book: Book) -> None:
    await book.dossier(received=day(2, month=2), due=day(10, month=2))
    assert await book.of("2.1") == (0, 0)
    assert await book.why("on_time_in_hand") == [("late_open",)]


async def test_the_edges_of_a_month_are_local_midnights(book: Book) -> None:
    await book.dossier(received=day(1, 0))
    await book.dossier(received=day(31, 23, 59))
    await book.dossier(received=day(1, 0, month=4))
    assert (await book.of("2.1"))[1] == 2


async def test_the_parts_of_timeliness_add_up_to_what_is_counted(book: Book) -> None:
    await book.dossier(finished=day(10))  # early
    await book.dossier(finished=day(12, 16))  # on the day
    await book.dossier(due=day(2, 17, month=4))  # still in term on 31 March
    await book.dossier(finished=day(13))  # late
    await book.dossier(due=day(30, 17))  # late and open
    await book.dossier(finished=day(3), supplements_asked=2)
    found = await timeliness(book.db, book.tools, [COMMUNE], MARCH)
    assert (found.early, found.on_time, found.in_term, found.late_done, found.late_open, found.supplements) == (1,) * 6
    assert found.counted == 6
    assert (found.early + found.on_time + found.in_term + found.waiting, found.counted) == await book.of("2.1")


async def test_average_time_is_working_time_in_the_unit_of_the_term(book: Book) -> None:
    one = await book.dossier(received=day(2, 8), finished=day(4, 8))
    await book.line(one, 1, "start", day(2, 8), None, day(12, 17))
    two = await book.dossier(received=day(2, 8), finished=day(5, 8))
    await book.line(two, 1, "start", day(2, 8), None, day(12, 17))
    await book.line(two, 2, "pause", day(3, 8), day(12, 17), None)
    await book.line(two, 3, "resume", day(4, 8), None, day(13, 17))
    [found] = await handling_time(book.db, book.tools, [COMMUNE], MARCH)
    calendar = book.tools.calendars.of(COMMUNE)
    minutes = calendar.working_minutes_between(day(2, 8), day(4, 8))  # both took two working days
    assert found.dossiers == 2
    assert found.average == (Decimal(minutes) / 480).quantize(Decimal("0.01"))
    assert found.hours == (Decimal(minutes) / 60).quantize(Decimal("0.01"))


async def test_one_procedure_and_one_office_can_be_looked_at_alone(book: Book) -> None:
    await book.dossier(finished=day(30))
    await book.dossier(finished=day(4), procedure="1.004873")
    await book.dossier(finished=day(4), office=NEIGHBOUR)
    assert await book.of("2.1") == (1, 2)
    assert await book.of("2.1", offices=(COMMUNE, NEIGHBOUR)) == (2, 3)
    alone = await timeliness(book.db, book.tools, [COMMUNE], MARCH, procedure="1.004873")
    assert (alone.counted, alone.early) == (1, 1)


async def test_quarters_and_ranges_hold_their_months(book: Book) -> None:
    await book.dossier(finished=day(4))
    for words in ("2026-q1", "2026", "2026-03-02_2026-03-02"):
        assert await book.of("2.1", parse_period(words)) == (1, 1), words
    assert await book.of("2.1", parse_period("2026-q2")) == (0, 0)
    assert clock.now() == APRIL
