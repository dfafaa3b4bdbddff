"""The product's deadlines against the oracle, story by story: due moments, ledgers played again, spans that add up.

    python -m tests.deadlines.million [--cases 1000000] [--seed 1] [--every 10000]
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as day_time
from fractions import Fraction
from functools import cache
from itertools import pairwise

from app.deadlines import ledger as product
from app.deadlines.calendar import Calendar
from app.deadlines.decrees import load_calendar
from app.deadlines.explain import stretches_of
from app.deadlines.ledger import Clock, Fact, Line, recompute, remembered
from app.deadlines.models import LineKind
from app.deadlines.rules import due_moment
from app.deadlines.spans import Span
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarDay, DayKind, Hours, HoursRule
from tests.deadlines.stories import Count, Move, OffTheWall, Run, Story, Term, after, begun, played
from tests.deadlines.wall import DAY, Openings, Wall, country, long_rests, national

CASES_OF_A_WALL = 40
LENGTH = 430  # days of a wall
SHUT = {"closed", "midday", "weekly-rest", "day-off", "received-closed"}
EDGES = (899, 900, 901, 839, 840, 841, 0, 1, 1439, 419, 420, 689, 690, 809, 810, 1019, 1020, 1021)
PLAIN_OPENINGS: tuple[Openings, ...] = (
    ((420, 690), (810, 1020)),  # 07:00-11:30, 13:30-17:00
    ((450, 720), (780, 1020)),
    ((480, 1020),),
    ((390, 660), (810, 1050)),
)


# Walls and stories

def walls(chance: random.Random) -> Iterator[Wall]:
    """Without end: the country's own years, and offices nobody would invent."""
    leap_years = [2016, 2020, 2024, 2028, 2032, 2036, 2040]
    while True:
        match chance.randrange(10):
            case 0:  # around 29 February
                yield national(date(chance.choice(leap_years[:-1]), 2, 10), LENGTH)
            case 1 | 2 | 3:
                yield national(date(2015, 1, 1) + timedelta(days=chance.randrange(24 * 365)), LENGTH)
            case 4:  # around Tết
                rest = chance.choice([one for one in long_rests(tuple(country()[0])) if one.year < 2039])
                yield national(rest - timedelta(days=chance.randrange(5, 25)), LENGTH)
            case _:
                yield odd_wall(chance)


def odd_wall(chance: random.Random) -> Wall:
    first = date(2018, 1, 1) + timedelta(days=chance.randrange(20 * 365))
    days = [first + timedelta(days=n) for n in range(LENGTH)]
    off = set(chance.sample(days, chance.randrange(30)))
    rest = chance.randrange(LENGTH // 2)
    off |= set(days[rest : rest + chance.randrange(1, 12)])
    weekends = [one for one in days if one.weekday() >= 5 and one not in off]
    worked = frozenset(chance.sample(weekends, chance.randrange(10)))
    plain = [one for one in days if one.weekday() < 5 and one not in off]
    short = {one: chance.choice(PLAIN_OPENINGS)[:1] for one in chance.sample(plain, chance.randrange(8))}
    return Wall(first, LENGTH, chance.choice(PLAIN_OPENINGS), chance.choice(PLAIN_OPENINGS), frozenset(off), worked, short)


def changed(wall: Wall, about: int, chance: random.Random) -> Wall:
    """The same wall after a notice about a day near that minute."""
    day = wall.day(about // DAY + chance.randrange(-2, 4))
    off, worked, short = set(wall.off), set(wall.worked), {**wall.short}
    if wall.on(day):
        off.add(day)
        worked.discard(day)
        short.pop(day, None)
    elif day.weekday() >= 5:
        off.discard(day)
        worked.add(day)
    else:
        off.discard(day)
    return replace(wall, off=frozenset(off), worked=frozenset(worked), short=short, national=False)


def stories(seed: int) -> Iterator[Story]:
    """Without end, the same for the same seed."""
    chance = random.Random(seed)
    for wall in walls(chance):
        for _ in range(CASES_OF_A_WALL):
            try:
                yield a_story(wall, chance)
            except OffTheWall:
                continue


def a_story(wall: Wall, chance: random.Random) -> Story:
    story = Story(wall, a_receipt(wall, chance), a_term(chance), chance.choice(["days", "hours"]),
                  chance.choice([15 * 60] * 4 + [14 * 60, 16 * 60 + 30]))
    now = begun(story)
    for number in range(chance.choice([0, 0, 0, 1, 2, 3, 4, 6])):
        move = a_move(now, number, chance)
        now = after(now, move)
        story = replace(story, moves=(*story.moves, move))
        if now.ended:
            break
    return story


def a_receipt(wall: Wall, chance: random.Random) -> int:
    day = chance.randrange(60) * DAY
    if chance.random() < 0.35:  # the minutes about cutoffs, openings and midnight
        return day + chance.choice(EDGES)
    return day + chance.randrange(DAY)


def a_term(chance: random.Random) -> Term:
    match chance.randrange(8):
        case 0 | 1 | 2:
            return Term(Fraction(chance.choice([1, 2, 3, 3, 5, 7, 10, 15, 20, 30])), "working-days")
        case 3:
            return Term(Fraction(chance.randrange(1, 24), 2), "working-days")
        case 4:
            return Term(Fraction(chance.randrange(1, 200), 4), "working-hours")
        case 5:
            return Term(Fraction(chance.randrange(1, 13)), "half-days")
        case 6:
            return Term(Fraction(chance.choice([1, 2, 3, 5, 7, 10, 15, 29, 30, 45])), "calendar-days")
        case _:
            return Term(Fraction(1), "same-day")


def a_move(now: Count, number: int, chance: random.Random) -> Move:
    """Something the office might do next."""
    if now.paused:
        at = now.last + chance.choice([chance.randrange(600), chance.randrange(20 * DAY)])
        kind = chance.choices(["resume", "restart", "mark", "end"], [55, 35, 7, 3])[0]
        return Move(kind, at)
    room = max(1, now.due - now.last)
    at = now.last + chance.randrange(room)
    if chance.random() < 0.12:
        at = max(now.last, now.due + chance.randrange(-2, 10 * DAY))
    kind = chance.choices(["pause", "extend", "recount", "mark", "end"], [55, 17, 20, 5, 3])[0]
    if kind == "extend":
        new_due = a_promise(now, max(at, now.due), chance)
        return Move("extend", at, new_due)
    if kind == "recount":
        return Move("recount", at, wall=changed(now.wall, now.due if chance.random() < 0.7 else at, chance))
    return Move(kind, at)


def a_promise(now: Count, later_than: int, chance: random.Random) -> int:
    """A moment in office hours after another; mostly a closing."""
    minutes = now.open_minutes
    start = later_than + 1 + chance.randrange(20 * DAY)
    opened = minutes.find(1, start)
    if opened < 0:
        raise OffTheWall
    if chance.random() < 0.3:
        return opened + 1
    return minutes.rfind(1, opened, (opened // DAY + 1) * DAY) + 1


# The product's side

@cache
def vietnam() -> Calendar:
    return load_calendar()


_calendars: dict[int, tuple[Wall, Calendar]] = {}


def calendar_of(wall: Wall) -> Calendar:
    """The same wall as the product wants it; the country's as the product itself reads it."""
    if wall.national:
        return vietnam()
    known = _calendars.get(id(wall))
    if known is not None and known[0] is wall:
        return known[1]
    if len(_calendars) > 200:
        _calendars.clear()
    lines = [CalendarDay(on, DayKind.HOLIDAY, "nghỉ", "quyết định") for on in wall.off]
    lines += [CalendarDay(on, DayKind.WORKED, "làm bù", "quyết định") for on in wall.worked]
    lines += [CalendarDay(on, DayKind.SHORTENED, "ngắn", "quyết định", hours=_hours(spans))
              for on, spans in wall.short.items()]
    rules = (
        HoursRule(wall.first, _hours(wall.winter), "mùa đông"),
        HoursRule(wall.first, _hours(wall.summer), "mùa hè", season=((4, 16), (10, 15))),
    )
    made = Calendar(wall.first, wall.day(wall.days - 1), tuple(lines), rules)
    _calendars[id(wall)] = (wall, made)
    return made


def _hours(spans: Openings) -> tuple[Hours, ...]:
    return tuple(Hours(day_time(a // 60, a % 60), day_time(b // 60, b % 60)) for a, b in spans)


def facts_of(story: Story) -> Iterator[tuple[Fact, Calendar]]:
    """What the services would be told, with the calendar of that hour."""
    wall = story.wall
    cutoff = day_time(story.cutoff // 60, story.cutoff % 60)
    yield Fact(LineKind.START, wall.moment(story.received), "received", term=parse_term(str(story.term)),
               reading="hours" if story.reading == "hours" else "days", cutoff=cutoff), calendar_of(wall)
    for number, move in enumerate(story.moves):
        wall = move.wall or wall
        fact = Fact(LineKind(move.kind), wall.moment(move.at), f"law-{number}",
                    new_due=wall.moment(move.new_due) if move.kind == "extend" else None)
        yield fact, calendar_of(wall)


def ledger_of(story: Story) -> list[tuple[Clock, Line, Calendar]]:
    """The product's clock after each fact, and the line it would keep."""
    found: list[tuple[Clock, Line, Calendar]] = []
    clock: Clock | None = None
    for fact, calendar in facts_of(story):
        before = clock
        clock = product.advance(clock, fact, calendar)
        kept = replace(fact, term=clock.term, reading=clock.reading, cutoff=clock.cutoff)
        found.append((clock, Line(
            fact=kept, way=clock.way, left_after=clock.left, due_before=before.due if before else None,
            due_after=None if fact.kind is LineKind.PAUSE else clock.due, calendar_version=calendar.version, rule="",
            source="Điều 19", note="", actor_id=None, written_at=fact.at,
        ), calendar))
    return found


# What must agree

def difference(story: Story) -> str | None:
    """What differs, in words; None when nothing does."""
    wall = story.wall
    written = ledger_of(story)
    for number, (oracle, (clock, _, _)) in enumerate(zip(played(story), written, strict=True)):
        for name, mine, theirs in (
            ("due", wall.moment(oracle.due), clock.due), ("original", wall.moment(oracle.original), clock.original_due),
            ("left", oracle.left, clock.left), ("paused", oracle.paused, clock.paused_since is not None),
        ):
            if mine != theirs:
                return f"move {number}: {name} oracle {mine}, product {theirs}"
    lines = [line for _, line, _ in written]
    calendars = {calendar.version: calendar for _, _, calendar in written}
    replayed, differences = recompute(lines, calendars.__getitem__)
    if differences or replayed != written[-1][0]:
        return f"played again it differs: {differences}"
    if remembered(lines) != written[-1][0]:
        return "the lines remember another clock"
    told = stretches_of(lines, calendars.__getitem__)
    wrong = spans_wrong(story, oracle, told)
    if wrong is None and not story.moves:
        plain = due_moment(wall.moment(story.received), parse_term(str(story.term)), calendar=written[0][2],
                           reading="hours" if story.reading == "hours" else "days",
                           cutoff=day_time(story.cutoff // 60, story.cutoff % 60))
        if plain.due_at != clock.due or plain.spans != told:
            wrong = f"asked outright, due {plain.due_at}, ledger {clock.due}, or other spans"
    return wrong


def spans_wrong(story: Story, end: Count, told: Sequence[Span]) -> str | None:
    """The spans run from receipt to the end without a gap; what they count is true and adds up, run by run."""
    wall = story.wall
    if not told:
        return "no spans"
    edges = [(wall.minute(one.start), None if one.end is None else wall.minute(one.end)) for one in told]
    if edges[0][0] != story.received or any(one[1] != two[0] for one, two in pairwise(edges)):
        return f"spans leave a gap: {edges}"
    if end.paused:
        until = end.last if end.ended else None
        if (edges[-1][1], told[-1].rule) != (until, "paused") and until != end.past[-1].until:
            return f"the last pause ends {edges[-1][1]}, not {until}"
    elif edges[-1][1] != end.due and (edges[-1][1] != end.run.since or told[-1].rule not in ("paused", "late")):
        return f"spans end {told[-1].end}, due {wall.moment(end.due)}"
    runs = [*end.past] if end.paused else [*end.past, end.run]
    for run in runs:
        wrong = run_wrong(run, end, told, edges)
        if wrong:
            return wrong
    return None


def run_wrong(run: Run, end: Count, told: Sequence[Span], edges: Sequence[tuple[int, int | None]]) -> str | None:
    """One run of the clock: each span says what the wall says, and together they use what was used."""
    until = run.until if run.until is not None else end.due
    minutes = run.wall.minutes
    inside = [(one, a, b) for one, (a, b) in zip(told, edges, strict=True)
              if b is not None and run.since <= a and b <= until and one.rule != "paused"]
    used = 0
    for one, a, b in inside:
        opened = minutes.count(1, a, b)
        if one.rule == "office-time" and not (one.minutes == opened == b - a and one.counted):
            return f"{one} says {one.minutes} minutes, the wall {opened}"
        if one.rule in SHUT and (opened or one.counted or one.minutes or one.days):
            return f"{one} is said to be shut, the wall is open"
        if one.rule in ("working-day", "calendar-day"):
            midnights = range(-(-a // DAY), -(-b // DAY))
            real = sum(one.rule == "calendar-day" or minutes.find(1, n * DAY, n * DAY + DAY) >= 0 for n in midnights)
            if not one.days == real == len(midnights) or not one.counted:
                return f"{one} says {one.days} days, the wall {real}"
        if not one.counted and (one.minutes or one.days):
            return f"{one} counts and does not"
        used += one.minutes or one.days
    if run.moved:
        return None
    if run.way == "same-day":
        expected = used if run.until is not None else run.budget
    else:
        expected = run.budget if run.spent is None else run.spent
    return None if used == expected else f"the spans of a run add up to {used}, not {expected}"


# What the stories were about

def traits(story: Story) -> Iterator[str]:
    """What makes this story worth telling, for the tally."""
    wall, end = story.wall, list(played(story))[-1]
    a, b = wall.day(story.received // DAY), wall.day(end.due // DAY)
    yield story.term.unit if story.term.unit != "working-days" or story.reading == "hours" else "working-days, whole"
    yield f"reading {story.reading}"
    if story.term.unit == "working-days" and story.term.amount.denominator == 2:
        yield "half of a working day"
    if any(a <= date(year, 2, 29) <= b for year in range(2016, 2041, 4)):
        yield "over 29 February"
    if story.received % DAY in (899, 900, 901):
        yield "a minute about 15:00"
    if wall.national and any(a <= one <= b for one in wall.worked):
        yield "over a worked Saturday of the country"
    rests = long_rests(tuple(wall.off)) if wall.national else []
    if any(a <= one <= b for one in rests):
        yield "over Tết or another long rest"
    for run, later in pairwise([*end.past, end.run]):
        assert run.until is not None
        if any(run.until < wall.number(one) * DAY and (wall.number(one) + 3) * DAY < later.since for one in rests):
            yield "paused across Tết"
    for move in story.moves:
        yield move.kind
    if any(run.spent is None for run in end.past):
        yield "paused when late"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask about so many stories; 1 when one of them differs."""
    parser = argparse.ArgumentParser(description="Deadlines against an oracle that counts by the minute.")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=10_000, help="say how far it is after so many")
    given = parser.parse_args(arguments)
    began, tally, wrong, done = time.monotonic(), Counter[str](), 0, 0
    for done, story in enumerate(stories(given.seed), start=1):
        found = difference(story)
        if found:
            wrong += 1
            print(f"story {done} of seed {given.seed}: {story.term} {story.reading}: {found}", file=sys.stderr, flush=True)
        tally.update(traits(story))
        if done % given.every == 0:
            print(f"{done} stories, {wrong} differences, {time.monotonic() - began:.0f} s", flush=True)
        if done >= given.cases or wrong >= 20:
            break
    print(f"{done} stories, {wrong} differences, {time.monotonic() - began:.0f} s")
    for name, many in sorted(tally.items()):
        print(f"  {many:8} {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
