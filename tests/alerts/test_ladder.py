"""The moments of alarms, worked out by hand for a commune with hours 7:30–11:30 and 13:30–17:00 … as the calendar says."""

from datetime import datetime
from itertools import pairwise

import pytest
from pydantic import ValidationError

from app.alerts.models import AlertKind
from app.deadlines.decrees import load_calendar
from app.dossiers.alarms import ladder, last_letter_moment, next_alarm, suggested_due
from app.procedures.escalations import national, rungs_of
from app.procedures.reading import read_folder
from app.procedures.service import overlay_of
from app.procedures.terms import Escalation
from tests.alerts.conftest import WORKFLOWS
from tests.alerts.situations import local

CALENDAR = load_calendar()
OPENS, CLOSES = (CALENDAR.office_hours(local("2026-06-01T00:00").date())[n] for n in (0, -1))
OPEN, SHUT = f"{OPENS.opens:%H:%M}", f"{CLOSES.closes:%H:%M}"


def at(*rules: Escalation, since: str, due: str) -> list[datetime]:
    return [rung.at for rung in ladder(rules, since=local(since), due_at=local(due), calendar=CALENDAR)]


def rule(text: str, propose: str | None = None) -> Escalation:
    return Escalation.model_validate({"at": text, "to": ["head"], "propose": propose})


def test_days_before_and_after_ring_when_the_office_opens():
    # Monday 1 June, due Thursday 4 June; Friday after it, the weekend is no working day.
    found = at(rule("-2 working-days"), rule("0"), rule("+1 working-days"), rule("+2 working-days"),
               since="2026-06-01T09:00", due=f"2026-06-04T{SHUT}")
    assert found == [local(f"2026-06-02T{OPEN}"), local(f"2026-06-04T{SHUT}"), local(f"2026-06-05T{OPEN}"),
                     local(f"2026-06-08T{OPEN}")]


def test_hours_count_office_time_only():
    (found,) = at(rule("-1 working-hours"), since="2026-06-01T09:00", due=f"2026-06-04T{OPEN}")
    assert found == local(f"2026-06-03T{int(SHUT[:2]) - 1:02}{SHUT[2:]}")


def test_a_share_of_the_term_is_a_share_of_its_office_time():
    (found,) = at(rule("50%"), since=f"2026-06-01T{OPEN}", due=f"2026-06-02T{SHUT}")
    assert CALENDAR.working_minutes_between(local(f"2026-06-01T{OPEN}"), found) * 2 == CALENDAR.working_minutes_between(
        local(f"2026-06-01T{OPEN}"), local(f"2026-06-02T{SHUT}")
    )


def test_rungs_before_the_clock_was_set_going_are_left_out():
    assert at(rule("-5 working-days"), rule("0"), since="2026-06-03T09:00", due=f"2026-06-04T{SHUT}") == [
        local(f"2026-06-04T{SHUT}")
    ]


def test_an_apology_is_proposed_at_the_opening_of_the_last_day_it_may_go_out():
    # Due Monday 8 June: the letter must go out on Friday 5 June; Saturday and Sunday nobody sends one.
    assert at(rule("0", "apology"), since="2026-06-01T09:00", due=f"2026-06-08T{SHUT}") == [local(f"2026-06-05T{OPEN}")]
    assert at(rule("-1 working-days", "apology"), since="2026-06-01T09:00", due=f"2026-06-08T{SHUT}") == [
        local(f"2026-06-04T{OPEN}")
    ]


@pytest.mark.parametrize("due", [f"2026-06-02T{SHUT}", f"2026-06-03T{SHUT}", f"2026-06-08T{SHUT}", "2026-06-02T10:00"])
def test_an_apology_is_proposed_while_the_letter_can_still_go_out_the_day_before(due: str):
    apology = next(one for one in national().escalations if one.propose)
    (found,) = at(apology, since="2026-06-01T09:00", due=due)
    last = last_letter_moment(local("2026-06-01T09:00"), local(due), CALENDAR)
    assert local("2026-06-01T09:00") < found < last
    assert last.date() < local(due).date()


def test_a_term_of_one_day_proposes_it_at_half_of_the_day_of_receipt():
    apology = next(one for one in national().escalations if one.propose)
    (found,) = at(apology, since=f"2026-06-01T{OPEN}", due=f"2026-06-02T{SHUT}")
    day = local(f"2026-06-01T{OPEN}"), local(f"2026-06-01T{SHUT}")
    assert CALENDAR.working_minutes_between(day[0], found) * 2 == CALENDAR.working_minutes_between(*day)


def test_received_after_hours_for_the_next_day_it_is_proposed_at_once():
    apology = next(one for one in national().escalations if one.propose)
    assert at(apology, since="2026-06-01T19:00", due=f"2026-06-02T{SHUT}") == [local("2026-06-01T19:01")]


def test_a_same_day_term_proposes_it_before_it_is_due():
    apology = next(one for one in national().escalations if one.propose)
    (found,) = at(apology, since="2026-06-01T09:00", due=f"2026-06-01T{SHUT}")
    assert local("2026-06-01T09:00") < found < local(f"2026-06-01T{SHUT}")


def test_a_term_that_goes_on_when_it_is_late_has_no_apology_left():
    apology = next(one for one in national().escalations if one.propose)
    assert at(apology, since="2026-06-05T09:00", due=f"2026-06-04T{SHUT}") == []


def test_the_national_rungs_of_three_working_days_come_in_order():
    rungs = ladder(national().escalations, since=local("2026-06-01T09:00"), due_at=local(f"2026-06-04T{SHUT}"),
                   calendar=CALENDAR)
    assert [rung.kind for rung in rungs] == [
        AlertKind.TERM_NEAR, AlertKind.APOLOGY_PROPOSED, AlertKind.TERM_DUE, AlertKind.TERM_LATE, AlertKind.TERM_LATE
    ]
    assert all(one.at < two.at for one, two in pairwise(rungs))
    assert next_alarm(rungs, rungs[0].at) == rungs[1].at
    assert next_alarm(rungs, rungs[-1].at) is None


def test_across_tet_the_letter_goes_out_before_the_holidays():
    # Tết 2026: 14 to 22 February are days off; due on the first day after them.
    (found,) = at(rule("0", "apology"), since="2026-02-09T09:00", due=f"2026-02-23T{SHUT}")
    assert found == local(f"2026-02-13T{OPEN}")


def test_a_calendar_that_ends_stops_no_reception():
    last = CALENDAR.last_day
    rungs = ladder([rule("0"), rule("+5 working-days")], since=local(f"{last.year}-12-01T09:00"),
                   due_at=local(f"{last.year}-12-29T16:00"), calendar=CALENDAR)
    assert [rung.rule.at for rung in rungs] == ["0"]


def test_the_date_suggested_with_an_apology_is_a_closing_after_the_old_one():
    assert suggested_due(local(f"2026-06-04T{SHUT}"), CALENDAR) == local(f"2026-06-09T{SHUT}")


def test_the_provinces_rungs_hold_before_the_packages_and_those_before_the_nations():
    package = read_folder(WORKFLOWS / "2.000815-chung-thuc-ban-sao")
    assert rungs_of(package.procedure) == national().escalations
    overlay = overlay_of({"*": {"escalations": [{"at": "-1 working-hours", "to": ["head"]}]}}, "2.000815")
    said = read_folder(WORKFLOWS / "2.000815-chung-thuc-ban-sao", overlay=overlay)
    assert [one.at for one in rungs_of(said.procedure)] == ["-1 working-hours"]


@pytest.mark.parametrize("wrong", ["soon", "2 working-days", "-2 days", "+0.5 working-days",
                                   "100%", "", "-200 working-hours"])
def test_a_rung_nobody_can_read_is_refused(wrong: str):
    with pytest.raises(ValidationError):
        rule(wrong)


@pytest.mark.parametrize("late", ["+1 working-days", "50%"])
def test_an_apology_after_the_last_day_of_the_letter_is_refused(late: str):
    with pytest.raises(ValidationError):
        rule(late, "apology")
