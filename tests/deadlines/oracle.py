"""A slow, independent count, minute by minute, against which the deadline rules are checked.

Shares no counting with the product: it reads days off and openings from plain sets, walks every minute from receipt on,
and only knows whether the office is open, whether the clock runs, and whether a new day has begun.

    python -m tests.deadlines.oracle --cases 10000 [--seed 1]
"""

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.deadlines.calendar import Calendar
from app.deadlines.counting import Way, budget_of, way_of
from app.deadlines.decrees import load_calendar
from app.deadlines.ledger import Clock, Fact, advance
from app.deadlines.models import LineKind
from app.deadlines.rules import due_moment
from app.deadlines.spans import Span
from app.deadlines.terms import Term, TermUnit
from app.deadlines.timetable import CalendarDay, DayKind, Hours, HoursRule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Office:
    """Plain facts: openings as (from, to) minutes of the day, days off, worked weekend days, short days."""

    first: date
    days: int
    openings: tuple[tuple[int, int], ...]
    summer: tuple[tuple[int, int], ...]  # 16 April to 15 October
    off: frozenset[date]
    worked: frozenset[date]
    short: dict[date, tuple[tuple[int, int], ...]]

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        if day in self.short:
            return self.short[day]
        if day in self.off or (day.weekday() >= 5 and day not in self.worked):
            return ()
        return self.summer if (4, 16) <= (day.month, day.day) <= (10, 15) else self.openings

    def flags(self) -> bytearray:
        """One byte a minute from midnight of `first`: is the office open?"""
        minutes = bytearray(self.days * MINUTES_A_DAY)
        for number in range(self.days):
            for opens, closes in self.on(self.first + timedelta(days=number)):
                for minute in range(opens, closes):
                    minutes[number * MINUTES_A_DAY + minute] = 1
        return minutes

    def calendar(self) -> Calendar:
        """The same facts as the product wants them."""
        lines = [CalendarDay(on, DayKind.HOLIDAY, "nghỉ", "quyết định") for on in self.off]
        lines += [CalendarDay(on, DayKind.WORKED, "làm bù", "quyết định") for on in self.worked]
        lines += [CalendarDay(on, DayKind.SHORTENED, "nửa ngày", "quyết định", hours=_hours(spans))
                  for on, spans in self.short.items()]
        rules = (
            HoursRule(self.first, _hours(self.openings), "giờ mùa đông"),
            HoursRule(self.first, _hours(self.summer), "giờ mùa hè", season=((4, 16), (10, 15))),
        )
        return Calendar(self.first, self.first + timedelta(days=self.days - 1), tuple(lines), rules)


@cache
def national_calendar() -> Calendar:
    return load_calendar()


def _hours(spans: Sequence[tuple[int, int]]) -> tuple[Hours, ...]:
    return tuple(Hours(time(a // 60, a % 60), time(b // 60, b % 60)) for a, b in spans)


@dataclass(frozen=True)
class Case:
    """One office, one receipt, one term, pauses as (from, to, goes on with the remainder?)."""

    office: Office
    received: int  # minutes after midnight of office.first
    term: Term
    reading: str
    pauses: tuple[tuple[int, int, bool], ...] = ()

    def moment(self, minute: int) -> datetime:
        return datetime.combine(self.office.first, time(0), ZONE) + timedelta(minutes=minute)


def slow_due(case: Case) -> int | None:
    """The due minute by walking; None if a pause begins later than it (the case says nothing about pauses then)."""
    unit, amount = case.term.unit, case.term.amount
    half = unit is TermUnit.WORKING_DAYS and amount == Decimal("0.5")
    whole = amount == int(amount)
    in_minutes = unit in (TermUnit.WORKING_HOURS, TermUnit.HALF_DAYS) or (
        unit is TermUnit.WORKING_DAYS and (case.reading == "hours" or half or not whole))
    each = {TermUnit.WORKING_HOURS: 60, TermUnit.HALF_DAYS: 240, TermUnit.WORKING_DAYS: 480}.get(unit, 0)
    from_next_day = unit is TermUnit.WORKING_DAYS and case.reading == "days" and not whole and not half
    wanted = int(amount * each) if in_minutes else int(amount)

    flags = case.office.flags()
    pauses = list(case.pauses)
    paused = False
    received_day: int | None = None  # the day on which the clock was last set going, once the office was open
    waiting_for_opening = True
    counted = 0
    after_cutoff = False
    minute = case.received
    while True:
        day, of_day = divmod(minute, MINUTES_A_DAY)
        if paused and minute == pauses[0][1]:
            paused = False
            _, _, remainder = pauses.pop(0)
            waiting_for_opening = True
            received_day = None
            if not remainder:
                counted = 0
        if pauses and not paused and minute == pauses[0][0]:
            paused = True
        if paused:
            minute += 1
            continue
        is_open = flags[minute] == 1
        works_today = bool(case.office.on(case.office.first + timedelta(days=day))) if of_day == 0 else False
        if waiting_for_opening and is_open:
            waiting_for_opening, received_day = False, day
            after_cutoff = of_day > 15 * 60
        # A new day has begun with the clock running: that is what counts a day.
        if of_day == 0 and received_day is not None and not in_minutes:
            if unit is TermUnit.WORKING_DAYS and works_today and counted < wanted:
                counted += 1
            if unit is TermUnit.CALENDAR_DAYS and counted < wanted:
                counted += 1
        last_open = is_open and not in_minutes and 1 not in flags[minute + 1 : (day + 1) * MINUTES_A_DAY]
        if in_minutes:
            may_run = received_day is not None and (not from_next_day or day > received_day)
            if may_run and is_open:
                counted += 1
                if counted == wanted:
                    result = minute + 1
                    break
        elif unit is TermUnit.SAME_DAY:
            if received_day is not None and last_open and (not after_cutoff or day > received_day):
                result = minute + 1
                break
        elif received_day is not None and last_open and counted == wanted:
            result = minute + 1
            break
        minute += 1
    return result if not pauses else None


def fast_due(case: Case) -> tuple[datetime, Clock]:
    """The same through the product's ledger."""
    calendar = case.office.calendar()
    clock = advance(None, Fact(LineKind.START, case.moment(case.received), "received", term=case.term,
                               reading=case.reading), calendar)  # type: ignore[arg-type]
    for begins, ends, remainder in case.pauses:
        clock = advance(clock, Fact(LineKind.PAUSE, case.moment(begins), "supplement"), calendar)
        goes_on = LineKind.RESUME if remainder else LineKind.RESTART
        clock = advance(clock, Fact(goes_on, case.moment(ends), "supplement"), calendar)
    return clock.due, clock


def random_case(chance: random.Random) -> Case:
    """Any office, any receipt, any term we allow, with up to three pauses."""
    first = date(2020, 1, 1) + timedelta(days=chance.randrange(15 * 365))
    days = 420
    in_reach = [first + timedelta(days=n) for n in range(days)]
    off = set(chance.sample(in_reach, chance.randrange(25)))
    long_rest = chance.randrange(days - 10)  # a Tết somewhere
    off |= set(in_reach[long_rest : long_rest + chance.randrange(1, 10)])
    weekends = [day for day in in_reach if day.weekday() >= 5 and day not in off]
    worked = set(chance.sample(weekends, chance.randrange(8)))
    plain = [day for day in in_reach if day.weekday() < 5 and day not in off]
    short = {day: _openings(chance)[:1] for day in chance.sample(plain, chance.randrange(6))}
    if chance.random() < 0.4:  # the country's own days: Tết, make-up days, swapped Saturdays
        national = [line for line in national_calendar().days if first <= line.on <= in_reach[-1]]
        off = {line.on for line in national if not line.kind.worked}
        worked = {line.on for line in national if line.kind.worked}
        short = {}
    office = Office(first, days, _openings(chance), _openings(chance), frozenset(off), frozenset(worked), short)
    received = chance.randrange(60 * MINUTES_A_DAY)
    if chance.random() < 0.2:  # the cutoff, and the minutes around openings
        edge = chance.choice([15 * 60 - 1, 15 * 60, 15 * 60 + 1, 7 * 60, 11 * 60 + 30, 17 * 60, 0])
        received = chance.randrange(60) * MINUTES_A_DAY + edge
    term = random_term(chance)
    case = Case(office, received, term, chance.choice(["days", "hours"]))
    pauses: list[tuple[int, int, bool]] = []
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        due, _ = fast_due(case)
        here = int((due - case.moment(0)).total_seconds()) // 60
        after = pauses[-1][1] if pauses else received
        if here - after < 2:
            break
        begins = chance.randrange(after, here)
        ends = begins + chance.choice([chance.randrange(1, 600), chance.randrange(1, 20 * MINUTES_A_DAY)])
        pauses.append((begins, ends, chance.random() < 0.6))
        case = Case(office, received, term, case.reading, tuple(pauses))
    return case


def random_term(chance: random.Random) -> Term:
    unit = chance.choice(list(TermUnit))
    match unit:
        case TermUnit.WORKING_DAYS:
            return Term(Decimal(chance.randrange(1, 41)) / 2, unit)
        case TermUnit.WORKING_HOURS:
            return Term(Decimal(chance.randrange(1, 200)) / 4, unit)
        case TermUnit.HALF_DAYS:
            return Term(Decimal(chance.randrange(1, 12)), unit)
        case TermUnit.CALENDAR_DAYS:
            return Term(Decimal(chance.randrange(1, 40)), unit)
        case _:
            return Term(Decimal(1), unit)


def _openings(chance: random.Random) -> tuple[tuple[int, int], ...]:
    kinds = [
        ((420, 690), (810, 1020)),  # 07:00-11:30, 13:30-17:00
        ((450, 720), (780, 1020)),
        ((480, 1020),),
        ((390, 660), (810, 1050)),
    ]
    return chance.choice(kinds)


def check(case: Case) -> str | None:
    """What differs, in words; None when nothing does."""
    slow = slow_due(case)
    fast, _ = fast_due(case)
    if slow is None or case.moment(slow) != fast:
        expected = case.moment(slow) if slow is not None else None
        return f"{case.term} {case.reading} received {case.moment(case.received)}: oracle {expected}, rules {fast}"
    if case.pauses:
        return None
    due = due_moment(case.moment(case.received), case.term, calendar=case.office.calendar(),
                     reading=case.reading)  # type: ignore[arg-type]
    return check_spans(due.spans, due.received_at, due.due_at, case.term, case.reading)


def check_spans(spans: Sequence[Span], begins: datetime, ends: datetime, term: Term, reading: str) -> str | None:
    """From receipt to due without a gap, and what is counted adds up to the term."""
    if spans[0].start != begins or spans[-1].end != ends:
        return f"spans run {spans[0].start} to {spans[-1].end}, not {begins} to {ends}"
    if any(one.end != two.start for one, two in pairwise(spans)):
        return "spans leave a gap"
    way = way_of(term, reading)  # type: ignore[arg-type]
    of_days = way in (Way.WORKING_DAYS, Way.CALENDAR_DAYS, Way.SAME_DAY)
    total = sum(piece.days if of_days else piece.minutes for piece in spans)
    return None if total == budget_of(term, way) else f"{term} {reading}: spans add up to {total}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Deadline rules against the slow oracle.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    chance = random.Random(given.seed)
    paused = wrong = 0
    for number in range(given.cases):
        case = random_case(chance)
        paused += bool(case.pauses)
        difference = check(case)
        if difference:
            wrong += 1
            print(f"case {number}: {difference} {case.pauses}", file=sys.stderr)
            if wrong >= 20:
                break
    print(f"{given.cases} cases, {paused} with pauses, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
