"""One due computation beside the least a program can do: stepping over the days of two sets."""

from __future__ import annotations

import random
import time
from datetime import date, datetime, timedelta
from datetime import time as hour

from app.deadlines.decrees import load_calendar
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.kit.clock import LOCAL
from benchmarks.table import Line, line

EACH = 2_000
DAY, CLOSES = timedelta(days=1), hour(17)
TERMS = ("3 working-days", "7 working-days", "15 working-days")


def count_lines(*, rounds: int = 40) -> list[Line]:
    """Working-day terms by the product (calendar, reading, way, refusals) and by a loop that knows only days off."""
    calendar, dice = load_calendar(), random.Random(20261122)
    days_off = {day.on for day in calendar.days if not day.kind.worked}
    worked = {day.on for day in calendar.days if day.kind.worked}
    receipts = [datetime(2026, 1, 5, 8, tzinfo=LOCAL) + timedelta(minutes=dice.randrange(300 * 1440)) for _ in range(EACH)]
    terms = [parse_term(text) for text in TERMS]
    asked = [(received, terms[n % 3], int(TERMS[n % 3].partition(" ")[0])) for n, received in enumerate(receipts)]
    ours: list[float] = []
    plain: list[float] = []
    with_story: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        found = [due_moment(received, term, calendar=calendar, reading="days") for received, term, _ in asked]
        ours.append((time.process_time() - began) * 1_000_000 / EACH)
        began = time.process_time()
        by_hand = [_stepped(received, days, days_off, worked) for received, _, days in asked]
        plain.append((time.process_time() - began) * 1_000_000 / EACH)
        began = time.process_time()
        for one in found[:200]:
            _ = one.spans
        with_story.append((time.process_time() - began) * 1_000_000 / 200)
    # A receipt on a day off begins with the next opening, which the loop knows too: the two always agree here.
    assert [one.due_at for one in found] == by_hand
    group = f"One due computation, working days (CPU; {1_000_000 / sorted(ours)[len(ours) // 10]:,.0f} a second)"
    floor = "a loop over sets of days"
    return [
        line(group, "the due moment", floor, ours, plain, unit="µs"),
        line(group, "every stretch of the explanation besides", floor, with_story, plain, unit="µs"),
    ]


def _stepped(received: datetime, days: int, days_off: set[date], worked: set[date]) -> datetime:
    day = received.date()
    if received.time() >= CLOSES and _open(day, days_off, worked):
        day += DAY
    while not _open(day, days_off, worked):
        day += DAY
    while days:
        day += DAY
        days -= _open(day, days_off, worked)
    return datetime.combine(day, CLOSES, LOCAL)


def _open(day: date, days_off: set[date], worked: set[date]) -> bool:
    return day in worked or (day.weekday() < 5 and day not in days_off)
