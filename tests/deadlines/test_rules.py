"""The worked examples of the rules, and what holds for every due moment."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.deadlines.calendar import Calendar
from app.deadlines.counting import Reading
from app.deadlines.decrees import load_calendar
from app.deadlines.rules import (
    StepsExceedTerm,
    check_steps,
    days_late,
    due_moment,
    forward_due,
    moved_by,
    working_days_left,
)
from app.deadlines.terms import Term, parse_term
from app.deadlines.timetable import CalendarDoesNotReach, Hours, HoursRule
from app.kit.clock import LOCAL
from tests.deadlines.oracle import check_spans

VIETNAM = load_calendar()
PLAIN = Calendar(  # Monday to Friday, no holidays, as the worked examples say
    date(2026, 1, 1), date(2026, 12, 31), (),
    (HoursRule(date(2026, 1, 1), (Hours(time(7), time(11, 30)), Hours(time(13, 30), time(17))), "giờ hành chính"),),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(("received", "term", "reading", "due"), [
    ("2026-06-05T10:00", "3 working-days", "days", "2026-06-10T17:00"),
    ("2026-06-05T10:00", "3 working-days", "hours", "2026-06-10T10:00"),
    ("2026-06-04T15:20", "same-day", "days", "2026-06-05T17:00"),
    ("2026-06-04T15:00", "same-day", "days", "2026-06-04T17:00"),
    ("2026-06-04T16:00", "8 working-hours", "days", "2026-06-05T16:00"),
    ("2026-06-04T10:00", "0.5 working-days", "days", "2026-06-04T16:00"),
    ("2026-06-04T10:00", "1 half-days", "hours", "2026-06-04T16:00"),
    ("2026-06-01T10:00", "15 calendar-days", "days", "2026-06-16T17:00"),
    ("2026-06-05T10:00", "15 calendar-days", "days", "2026-06-22T17:00"),  # the 15th day is Saturday 20 June
])
def test_a_worked_example_of_the_rules_comes_out_to_the_minute(
    received: str, term: str, reading: Reading, due: str
) -> None:
    assert due_moment(local(received), parse_term(term), calendar=PLAIN, reading=reading).due_at == local(due)


@pytest.mark.parametrize(("received", "term", "reading", "due"), [
    # Tết 2026: nine days closed, 14 to 22 February
    ("2026-02-13T16:50", "3 working-days", "days", "2026-02-25T17:00"),
    ("2026-02-13T16:50", "3 working-days", "hours", "2026-02-25T16:50"),
    ("2026-02-13T15:01", "same-day", "days", "2026-02-23T17:00"),
    ("2026-02-12T10:00", "2 calendar-days", "days", "2026-02-23T17:00"),
    # Saturday 10 January works for Friday 2 January
    ("2026-01-09T10:00", "1 working-days", "days", "2026-01-10T17:00"),
    ("2026-01-09T16:00", "8 working-hours", "days", "2026-01-10T16:00"),
    ("2025-12-31T10:00", "1 working-days", "days", "2026-01-05T17:00"),
    # Saturday 22 August works for Monday 31 August; 1 and 2 September are off
    ("2026-08-21T10:00", "2 working-days", "days", "2026-08-24T17:00"),
    ("2026-08-28T10:00", "1 working-days", "days", "2026-09-03T17:00"),
    # Giỗ Tổ on a Sunday is made up on Monday 27 April
    ("2026-04-24T10:00", "1 working-days", "days", "2026-04-28T17:00"),
    # Ngày Văn hóa, Tuesday 24 November
    ("2026-11-23T10:00", "1 working-days", "days", "2026-11-25T17:00"),
    # a leap day is a day
    ("2028-02-28T10:00", "1 working-days", "days", "2028-02-29T17:00"),
    # received outside office hours: lunch, evening, Saturday
    ("2026-06-04T12:00", "1 working-hours", "days", "2026-06-04T14:30"),
    ("2026-06-04T18:00", "1 working-hours", "days", "2026-06-05T08:00"),
    ("2026-06-06T09:00", "1 working-days", "days", "2026-06-09T17:00"),
    ("2026-06-04T18:00", "same-day", "days", "2026-06-05T17:00"),
    # a full day is due at closing, not at the next opening
    ("2026-06-04T07:00", "8 working-hours", "days", "2026-06-04T17:00"),
    # more than a day, and a half
    ("2026-06-04T10:00", "1.5 working-days", "days", "2026-06-08T11:00"),
    ("2026-06-04T10:00", "1.5 working-days", "hours", "2026-06-05T16:00"),
])
def test_the_vietnamese_calendar_moves_the_due_moment(
    received: str, term: str, reading: Reading, due: str
) -> None:
    assert due_moment(local(received), parse_term(term), calendar=VIETNAM, reading=reading).due_at == local(due)


def test_seconds_do_not_shift_what_the_slip_prints() -> None:
    received = local("2026-06-05T10:00:59")
    assert due_moment(received, parse_term("8 working-hours"), calendar=PLAIN, reading="hours").due_at == local(
        "2026-06-08T10:00")


def test_the_story_of_tet_names_its_decree() -> None:
    due = due_moment(local("2026-02-13T16:50"), parse_term("3 working-days"), calendar=VIETNAM, reading="days")
    told = [(piece.rule, piece.counted, piece.days) for piece in due.spans]
    assert told == [("first-day", False, 0), ("weekly-rest", False, 0), ("day-off", False, 0),
                    ("weekly-rest", False, 0), ("working-day", True, 3)]
    assert due.spans[2].source == "Thông báo 9441/TB-BNV (16/10/2025)"


def test_a_year_without_decrees_says_so() -> None:
    due = due_moment(local("2030-04-29T10:00"), parse_term("1 working-days"), calendar=VIETNAM, reading="days")
    assert any("ngoại suy" in piece.source for piece in due.spans)


@given(
    received=st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 30)),
    term=st.sampled_from([parse_term(text) for text in (
        "1 working-days", "3 working-days", "7 working-days", "2.5 working-days", "0.5 working-days", "5 calendar-days",
        "12 working-hours", "0.25 working-hours", "3 half-days", "same-day")]),
    reading=st.sampled_from(["days", "hours"]),
)
@settings(max_examples=200, deadline=None)
def test_stretches_run_from_receipt_to_due_and_add_up_to_the_term(
    received: datetime, term: Term, reading: Reading
) -> None:
    due = due_moment(received.replace(tzinfo=LOCAL), term, calendar=VIETNAM, reading=reading)
    assert check_spans(due.spans, due.received_at, due.due_at, term, reading) is None


@given(
    received=st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 30)),
    halves=st.integers(1, 40), reading=st.sampled_from(["days", "hours"]),
    later=st.integers(0, 5000),
)
@settings(max_examples=200, deadline=None)
def test_more_term_or_later_receipt_is_never_due_earlier(
    received: datetime, halves: int, reading: Reading, later: int
) -> None:
    moment = received.replace(tzinfo=LOCAL)
    shorter, longer = (parse_term(f"{n / 2} working-days") for n in (halves, halves + 1))
    due = due_moment(moment, shorter, calendar=VIETNAM, reading=reading).due_at
    assert due <= due_moment(moment, longer, calendar=VIETNAM, reading=reading).due_at
    afterwards = due_moment(moment + timedelta(minutes=later), shorter, calendar=VIETNAM, reading=reading)
    assert due <= afterwards.due_at


@pytest.mark.parametrize(("received", "forward"), [
    ("2026-06-04T10:00", "2026-06-04T17:00"),
    ("2026-06-04T15:00", "2026-06-04T17:00"),
    ("2026-06-04T15:01", "2026-06-05T07:00"),
    ("2026-06-05T16:00", "2026-06-08T07:00"),
    ("2026-06-06T09:00", "2026-06-08T07:00"),
    ("2026-02-13T15:30", "2026-02-23T07:00"),
])
def test_what_comes_after_three_is_forwarded_next_working_morning(received: str, forward: str) -> None:
    assert forward_due(local(received), calendar=VIETNAM) == local(forward)


def test_days_left_and_days_late_count_working_days() -> None:
    due = local("2026-02-24T17:00")
    assert working_days_left(local("2026-02-13T09:00"), due, VIETNAM) == 2
    assert working_days_left(local("2026-02-24T08:00"), due, VIETNAM) == 0
    assert days_late(local("2026-02-24T16:59"), due, VIETNAM) == 0
    assert days_late(local("2026-02-24T17:01"), due, VIETNAM) == 1
    assert days_late(local("2026-02-25T09:00"), due, VIETNAM) == 1
    assert days_late(local("2026-02-26T09:00"), due, VIETNAM) == 2
    assert working_days_left(local("2026-02-26T09:00"), due, VIETNAM) == 0


def test_a_law_that_adds_days_moves_the_due_day_by_them() -> None:
    assert moved_by(local("2026-06-05T17:00"), parse_term("3 working-days"), calendar=PLAIN) == local(
        "2026-06-10T17:00")
    assert moved_by(local("2026-06-05T16:00"), parse_term("4 working-hours"), calendar=PLAIN) == local(
        "2026-06-08T10:00")


def test_steps_may_not_add_up_to_more_than_the_law_gives() -> None:
    term = parse_term("3 working-days")
    check_steps([parse_term("8 working-hours"), parse_term("2 working-days")], term)
    with pytest.raises(StepsExceedTerm) as refused:
        check_steps([parse_term("8 working-hours"), parse_term("2.5 working-days")], term)
    assert "28 giờ" in refused.value.words()


def test_a_term_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarDoesNotReach) as refused:
        due_moment(local("2026-12-30T10:00"), parse_term("5 working-days"), calendar=PLAIN, reading="days")
    assert "31/12/2026" in refused.value.words()


def test_a_moment_without_time_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_moment(datetime(2026, 6, 5, 10), parse_term("same-day"), calendar=PLAIN, reading="days")
