"""A dossier's clock: what pauses, extensions and calendar changes do to the due moment, and what is refused."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.deadlines.calendar import Calendar
from app.deadlines.counting import Reading
from app.deadlines.decrees import load_calendar
from app.deadlines.explain import stretches_of
from app.deadlines.ledger import APOLOGY, LATE, Clock, Fact, Line, advance, recompute, remembered
from app.deadlines.models import LineKind
from app.deadlines.refusals import (
    DeadlineAlreadyRuns,
    DeadlineEnded,
    DeadlineNotPaused,
    DeadlinePaused,
    ExtensionAskedTwice,
    ExtensionNotLater,
    ExtensionOutsideHours,
    ExtensionTooLate,
    LedgerRunsForward,
)
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarDay, DayKind
from app.kit.clock import LOCAL
from app.kit.errors import Refusal
from tests.deadlines.oracle import Case, random_case

VIETNAM = load_calendar()
SOURCE = "Điều 19"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


class Ledger:
    """Lines as the service would write them, without a database."""

    def __init__(
        self, received: str, term: str, reading: Reading = "days", calendar: Calendar = VIETNAM, note: str = ""
    ) -> None:
        self.lines: list[Line] = []
        self.calendars = {calendar.version: calendar}
        self.calendar = calendar
        self.clock: Clock | None = None
        self.write(Fact(LineKind.START, local(received), "received", term=parse_term(term), reading=reading), note)

    def use(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.calendars[calendar.version] = calendar

    def write(self, fact: Fact, note: str = "") -> Clock:
        before = remembered(self.lines)
        assert before == self.clock  # what the lines remember is what was computed
        now = advance(before, fact, self.calendar)
        self.clock = now
        known = replace(fact, term=now.term, reading=now.reading, cutoff=now.cutoff)
        self.lines.append(Line(
            fact=known, way=now.way, left_after=now.left, due_before=before.due if before else None,
            due_after=None if fact.kind is LineKind.PAUSE else now.due.astimezone(UTC),
            calendar_version=self.calendar.version, rule=now.way.value, source=SOURCE, note=note, actor_id=None,
            written_at=fact.at))
        return now

    def pause(self, at: str) -> Clock:
        return self.write(Fact(LineKind.PAUSE, local(at), "supplement"))

    def resume(self, at: str) -> Clock:
        return self.write(Fact(LineKind.RESUME, local(at), "supplement"))

    def restart(self, at: str, term: str | None = None) -> Clock:
        return self.write(Fact(LineKind.RESTART, local(at), "supplement", term=parse_term(term) if term else None))

    def extend(self, at: str, to: str, cause: str = APOLOGY) -> Clock:
        return self.write(Fact(LineKind.EXTEND, local(at), cause, new_due=local(to)), note="Cần xác minh")

    def recount(self, at: str) -> Clock:
        return self.write(Fact(LineKind.RECOUNT, local(at), "calendar"))

    def end(self, at: str) -> Clock:
        return self.write(Fact(LineKind.END, local(at), "finished"))


def test_a_supplement_gives_a_full_new_term_by_default() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    paused = ledger.pause("2026-06-03T10:00")
    assert paused.due_at is None
    now = ledger.restart("2026-06-10T14:00")
    assert now.due == local("2026-06-17T17:00")
    assert now.original_due == local("2026-06-08T17:00")


def test_a_remainder_is_the_days_not_yet_counted() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    ledger.pause("2026-06-03T10:00")  # Tuesday and Wednesday have counted
    assert ledger.resume("2026-06-11T09:00").due == local("2026-06-16T17:00")


def test_a_pause_within_one_day_costs_nothing() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    ledger.pause("2026-06-03T10:00")
    assert ledger.resume("2026-06-03T16:00").due == local("2026-06-08T17:00")


def test_a_pause_across_tet_stops_hours_to_the_minute() -> None:
    ledger = Ledger("2026-02-13T08:00", "16 working-hours", "hours")
    ledger.pause("2026-02-13T16:00")  # 3.5 + 2.5 hours are spent, 10 are left
    assert ledger.resume("2026-02-24T15:00").due == local("2026-02-25T17:00")


def test_what_was_late_before_the_pause_stays_late() -> None:
    ledger = Ledger("2026-06-01T09:00", "2 working-days")
    assert ledger.pause("2026-06-05T10:00").left == LATE
    assert ledger.resume("2026-06-10T09:00").due == local("2026-06-03T17:00")


def test_a_same_day_procedure_asks_again_whether_it_is_after_three() -> None:
    ledger = Ledger("2026-06-01T09:00", "same-day")
    ledger.pause("2026-06-01T10:00")
    assert ledger.resume("2026-06-04T15:30").due == local("2026-06-05T17:00")


def test_an_apology_moves_the_due_moment_once() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    now = ledger.extend("2026-06-05T16:00", "2026-06-10T17:00")
    assert (now.due, now.original_due) == (local("2026-06-10T17:00"), local("2026-06-08T17:00"))
    with pytest.raises(ExtensionAskedTwice):
        ledger.extend("2026-06-08T16:00", "2026-06-12T17:00")


def test_an_apology_goes_out_at_least_a_day_before() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    with pytest.raises(ExtensionTooLate) as refused:
        ledger.extend("2026-06-08T08:00", "2026-06-10T17:00")
    assert "17:00 08/06/2026" in refused.value.words()
    ledger.extend("2026-06-08T08:00", "2026-06-10T17:00", cause="agreement")  # another ground is not bound to it


def test_a_term_of_one_day_leaves_no_day_before_for_the_apology() -> None:
    ledger = Ledger("2026-06-01T09:00", "same-day")
    assert ledger.extend("2026-06-01T14:00", "2026-06-03T17:00").due == local("2026-06-03T17:00")


@pytest.mark.parametrize(("to", "refusal"), [
    ("2026-06-08T17:00", ExtensionNotLater), ("2026-06-03T17:00", ExtensionNotLater),
    ("2026-06-13T10:00", ExtensionOutsideHours), ("2026-06-10T12:00", ExtensionOutsideHours),
    ("2026-06-10T18:00", ExtensionOutsideHours),
])
def test_a_promise_is_later_and_in_office_hours(to: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        Ledger("2026-06-01T09:00", "5 working-days").extend("2026-06-02T09:00", to)


def test_a_pause_after_an_extension_keeps_what_was_promised() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    ledger.extend("2026-06-03T09:00", "2026-06-12T17:00")
    ledger.pause("2026-06-10T09:00")  # two days are left: Thursday, Friday
    assert ledger.resume("2026-06-15T09:00").due == local("2026-06-17T17:00")


def test_a_holiday_declared_later_moves_a_counted_day_and_spares_a_promised_one() -> None:
    day = CalendarDay(local("2026-06-08T00:00").date(), DayKind.HOLIDAY, "Quốc tang", "Thông báo mới")
    changed = replace(VIETNAM, days=(*VIETNAM.days, day))
    counted = Ledger("2026-06-01T09:00", "5 working-days")
    counted.use(changed)
    assert counted.recount("2026-06-05T09:00").due == local("2026-06-09T17:00")
    promised = Ledger("2026-06-01T09:00", "5 working-days")
    promised.extend("2026-06-05T09:00", "2026-06-10T10:00")
    promised.use(changed)
    assert promised.recount("2026-06-05T10:00").due == local("2026-06-10T10:00")
    for ledger in (counted, promised):
        assert recompute(ledger.lines, ledger.calendars.__getitem__)[1] == []


def test_lateness_blocks_nothing() -> None:
    ledger = Ledger("2026-06-01T09:00", "1 working-days")
    ledger.pause("2026-06-10T09:00")
    ledger.restart("2026-06-11T09:00")
    assert ledger.end("2026-06-30T09:00").ended_at == local("2026-06-30T09:00")


def test_each_refusal_is_named_and_has_its_sentence() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    attempts: list[tuple[type[Refusal], Fact]] = [
        (DeadlineAlreadyRuns, Fact(LineKind.START, local("2026-06-02T09:00"), "received")),
        (DeadlineNotPaused, Fact(LineKind.RESUME, local("2026-06-02T09:00"), "supplement")),
        (DeadlineNotPaused, Fact(LineKind.RESTART, local("2026-06-02T09:00"), "supplement")),
        (LedgerRunsForward, Fact(LineKind.PAUSE, local("2026-05-29T09:00"), "supplement")),
    ]
    for refusal, fact in attempts:
        with pytest.raises(refusal) as refused:
            ledger.write(fact)
        assert "{" not in refused.value.words()
        assert refused.value.words("en") != refused.value.words()
    ledger.pause("2026-06-02T09:00")
    with pytest.raises(DeadlinePaused):
        ledger.pause("2026-06-02T10:00")
    with pytest.raises(DeadlinePaused):
        ledger.extend("2026-06-02T10:00", "2026-06-15T17:00")
    ledger.end("2026-06-02T11:00")
    with pytest.raises(DeadlineEnded):
        ledger.resume("2026-06-02T12:00")


def test_two_clocks_a_minute_apart_do_not_stop_an_officer() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    ledger.pause("2026-06-02T09:01")
    assert ledger.resume("2026-06-02T09:00").due == local("2026-06-08T17:00")


def of_case(case: Case) -> Ledger:
    ledger = Ledger.__new__(Ledger)
    calendar = case.office.calendar()
    ledger.lines, ledger.clock = [], None
    ledger.calendar, ledger.calendars = calendar, {calendar.version: calendar}
    ledger.write(Fact(LineKind.START, case.moment(case.received), "received", term=case.term,
                      reading=case.reading))  # type: ignore[arg-type]
    for begins, ends, remainder in case.pauses:
        ledger.write(Fact(LineKind.PAUSE, case.moment(begins), "supplement"), note="Bổ sung giấy tờ")
        kind = LineKind.RESUME if remainder else LineKind.RESTART
        ledger.write(Fact(kind, case.moment(ends), "supplement"))
    return ledger


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_the_due_moment_is_a_function_of_the_log(seed: int) -> None:
    ledger = of_case(random_case(random.Random(seed)))
    clock, differences = recompute(ledger.lines, ledger.calendars.__getitem__)
    assert differences == []
    assert clock == ledger.clock == remembered(ledger.lines)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_the_story_runs_without_a_gap_and_its_last_run_ends_at_the_due_moment(seed: int) -> None:
    ledger = of_case(random_case(random.Random(seed)))
    story = stretches_of(ledger.lines, ledger.calendars.__getitem__)
    assert ledger.clock is not None
    assert story[0].start == ledger.lines[0].fact.at
    assert story[-1].end == ledger.clock.due
    assert all(one.end == two.start for one, two in itertools.pairwise(story))


def test_a_tampered_line_is_found() -> None:
    ledger = Ledger("2026-06-01T09:00", "5 working-days")
    ledger.pause("2026-06-03T10:00")
    ledger.resume("2026-06-11T09:00")
    told = ledger.lines[2]
    assert told.due_after is not None
    ledger.lines[2] = replace(told, due_after=told.due_after + timedelta(days=1))
    assert [found.line_no for found in recompute(ledger.lines, ledger.calendars.__getitem__)[1]] == [3]


def test_the_story_tells_pause_extension_and_lateness() -> None:
    ledger = Ledger("2026-06-01T09:00", "2 working-days")
    ledger.extend("2026-06-02T09:00", "2026-06-05T17:00")
    ledger.pause("2026-06-08T09:00")
    story = stretches_of(ledger.lines, ledger.calendars.__getitem__)
    assert [(piece.rule, piece.counted) for piece in story] == [
        ("first-day", False), ("working-day", True), ("extended", True), ("late", False), ("paused", False)]
    assert story[2].why == "Cần xác minh"
    assert story[-1].end is None


