"""The examples of our reliability goals as stories on the country's own calendar; those of rules.md 15: test_command."""

from dataclasses import replace
from datetime import date, timedelta

from app.deadlines.calendar import Calendar
from app.deadlines.decrees import load_calendar
from app.deadlines.ledger import Fact
from app.deadlines.models import LineKind
from app.deadlines.timetable import CalendarDay, DayKind
from tests.deadlines.test_ledger import Ledger, local

VIETNAM = load_calendar()


def due(ledger: Ledger) -> str:
    assert ledger.clock is not None
    return ledger.clock.due.strftime("%Y-%m-%dT%H:%M")


def test_tet_2026_closes_nine_days() -> None:
    shut = [day for n in range(60) if not VIETNAM.is_working_day(day := date(2026, 2, 1) + timedelta(days=n))]
    assert [day for day in shut if date(2026, 2, 14) <= day <= date(2026, 2, 22)] == [
        date(2026, 2, 14) + timedelta(days=n) for n in range(9)
    ]
    assert VIETNAM.is_working_day(date(2026, 2, 13))
    assert VIETNAM.is_working_day(date(2026, 2, 23))


def test_received_on_the_last_afternoon_before_tet() -> None:
    assert due(Ledger("2026-02-13T16:50", "3 working-days")) == "2026-02-25T17:00"


def test_swapped_days_count_as_they_were_swapped() -> None:
    assert due(Ledger("2026-01-01T10:00", "1 working-days")) == "2026-01-06T17:00"  # received on a holiday: as on Monday 5
    assert due(Ledger("2026-01-09T10:00", "1 working-days")) == "2026-01-10T17:00"  # Saturday 10/1 is worked
    assert due(Ledger("2026-08-21T10:00", "1 working-days")) == "2026-08-22T17:00"  # Saturday 22/8 is worked
    assert due(Ledger("2026-08-28T10:00", "1 working-days")) == "2026-09-03T17:00"  # 31/8 to 2/9 are off


def test_a_pause_for_a_supplement_across_tet_costs_no_day_of_the_term() -> None:
    ledger = Ledger("2026-02-11T09:00", "5 working-days")
    assert due(ledger) == "2026-02-25T17:00"
    ledger.write(Fact(LineKind.PAUSE, local("2026-02-13T10:00"), "supplement"))  # the 12th and 13th have begun: 2 used
    ledger.write(Fact(LineKind.RESUME, local("2026-02-25T10:00"), "supplement"))  # 3 left: 26, 27 February, 2 March
    assert due(ledger) == "2026-03-02T17:00"


def test_a_full_new_term_after_a_supplement_across_tet() -> None:
    ledger = Ledger("2026-02-11T09:00", "5 working-days")
    ledger.write(Fact(LineKind.PAUSE, local("2026-02-13T10:00"), "supplement"))
    ledger.write(Fact(LineKind.RESTART, local("2026-02-25T10:00"), "supplement"))
    assert due(ledger) == "2026-03-04T17:00"
    assert ledger.clock is not None
    assert ledger.clock.original_due == local("2026-02-25T17:00")


def test_received_after_closing_counts_as_the_next_morning() -> None:
    assert due(Ledger("2026-06-04T17:00", "1 working-hours")) == "2026-06-05T08:00"
    assert due(Ledger("2026-06-04T18:30", "1 working-days")) == "2026-06-08T17:00"
    assert due(Ledger("2026-06-05T20:00", "8 working-hours")) == "2026-06-08T17:00"


def test_a_procedure_in_hours_runs_over_lunch_the_night_and_tet() -> None:
    assert due(Ledger("2026-06-04T16:00", "8 working-hours", "hours")) == "2026-06-05T16:00"
    assert due(Ledger("2026-02-13T16:30", "1 working-hours", "hours")) == "2026-02-23T07:30"


def test_a_day_later_declared_a_holiday_moves_a_counted_date_and_is_logged() -> None:
    ledger = Ledger("2026-11-19T10:00", "2 working-days")
    assert due(ledger) == "2026-11-23T17:00"
    ledger.use(declared(date(2026, 11, 23)))
    ledger.write(Fact(LineKind.RECOUNT, local("2026-11-20T08:00"), "calendar"))
    assert due(ledger) == "2026-11-25T17:00"  # 24 November is Ngày Văn hóa
    line = ledger.lines[-1]
    assert (line.due_before, line.due_after) == (local("2026-11-23T17:00"), local("2026-11-25T17:00"))
    assert line.calendar_version != ledger.lines[0].calendar_version


def test_a_promised_date_is_kept_unless_the_office_is_closed_then() -> None:
    for day, kept in ((date(2026, 11, 20), "2026-11-23T17:00"), (date(2026, 11, 23), "2026-11-25T17:00")):
        ledger = Ledger("2026-11-12T10:00", "3 working-days")
        ledger.write(Fact(LineKind.EXTEND, local("2026-11-13T10:00"), "apology", new_due=local("2026-11-23T17:00")))
        ledger.use(declared(day))
        ledger.write(Fact(LineKind.RECOUNT, local("2026-11-16T08:00"), "calendar"))
        assert due(ledger) == kept


def declared(day: date) -> Calendar:
    """The country's calendar after a notice that nobody works that day."""
    line = CalendarDay(day, DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "Thông báo giả định 1/TB-BNV")
    return replace(VIETNAM, days=(*VIETNAM.days, line))
