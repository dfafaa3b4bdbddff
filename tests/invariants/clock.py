"""I7: the due date of every dossier, counted again by hand from its ledger and the calendars the lines name.

A mark (silence, a lapse) moves nothing; a recount counts by the newer calendar, and keeps what was promised.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.invariants.facts import Facts, Row, Violation

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
LATE = -1
DAY = timedelta(days=1)


class Wall:
    """A working calendar as its kept text says: which minutes the office is open."""

    def __init__(self, text: str) -> None:
        self.days: dict[date, tuple[str, list[tuple[time, time]]]] = {}
        self.rules: list[tuple[date, date | None, str, list[tuple[time, time]]]] = []
        for line in text.split("\n"):
            kind, *rest = line.split("|")
            if kind == "calendar":
                self.weekend = {int(n) for n in rest[3].split(",") if n}
            elif kind == "hours":
                until = date.fromisoformat(rest[1]) if rest[1] else None
                self.rules.append((date.fromisoformat(rest[0]), until, rest[2], _spans(rest[3])))
            elif kind == "day":
                self.days[date.fromisoformat(rest[0])] = (rest[1], _spans(rest[3]))

    def openings(self, day: date) -> list[tuple[time, time]]:
        kind, own = self.days.get(day, ("", []))
        if kind and kind not in ("worked", "shortened"):
            return []
        if not kind and day.weekday() in self.weekend:
            return []
        if own:
            return own
        for since, until, season, spans in reversed(self.rules):
            if since <= day and (until is None or day <= until) and _in_season(day, season):
                return spans
        return []

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, self.openings(day)[-1][1], HERE)

    def works(self, day: date) -> bool:
        return bool(self.openings(day))

    def working_day(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; with 0 the first that is not before it."""
        if count == 0:
            while not self.works(day):
                day += DAY
            return day
        while count:
            day += DAY
            count -= self.works(day)
        return day

    def begins(self, at: datetime) -> datetime:
        """`at` in office hours, else the next opening."""
        day = at.date()
        while True:
            for opens, closes in self.openings(day):
                if at < datetime.combine(day, closes, HERE):
                    return max(at, datetime.combine(day, opens, HERE))
            day += DAY

    def after_minutes(self, at: datetime, minutes: int) -> datetime:
        day = at.date()
        while True:
            for opens, closes in self.openings(day):
                first, last = max(at, datetime.combine(day, opens, HERE)), datetime.combine(day, closes, HERE)
                room = int((last - first).total_seconds()) // 60
                if room >= minutes > 0:
                    return first + timedelta(minutes=minutes)
                minutes -= max(0, room)
            day += DAY

    def minutes_between(self, begin: datetime, end: datetime) -> int:
        total, day = 0, begin.date()
        while day <= end.date():
            for opens, closes in self.openings(day):
                first, last = max(begin, datetime.combine(day, opens, HERE)), min(end, datetime.combine(day, closes, HERE))
                total += max(0, int((last - first).total_seconds()) // 60)
            day += DAY
        return total


@dataclass(frozen=True)
class Hand:
    """Where the hand of a dossier's clock stands."""

    term: str
    way: str
    due: datetime
    since: datetime
    left: int
    last: datetime
    cutoff: time
    paused: bool = False
    fixed: bool = False  # the due moment was promised, not counted


def check(facts: Facts) -> Iterator[Violation]:
    """The ledger counted again, and the dossier as the ledger leaves it."""
    walls = {row["version"]: row["content"] for row in facts["working_calendar"]}
    ledgers = facts.by("deadline_line")
    for dossier in facts["dossier"]:
        lines, name = ledgers.get(dossier["id"], []), facts.name(dossier["id"])
        if (dossier["received_at"] is not None) != bool(lines):
            yield Violation("I7.ledger", name, "received and the ledger do not agree")
        if not lines:
            continue
        if [line["line_no"] for line in lines] != list(range(1, len(lines) + 1)):
            yield Violation("I7.lines", name, "a line of the ledger is missing")
        if any(line["calendar_version"] not in walls for line in lines):
            yield Violation("I7.calendar", name, "the calendar it was counted by was not kept")
            continue
        yield from _counted(name, lines, walls)
        yield from _as_left(name, dossier, lines)
        yield from _as_it_may(name, lines)


def _counted(name: str, lines: list[Row], walls: dict[str, str]) -> Iterator[Violation]:
    hand: Hand | None = None
    for line in lines:
        wall, at = _wall(walls[line["calendar_version"]]), _minute(line["at"])
        if hand is None and line["kind"] != "start":
            yield Violation("I7.start", name, "the ledger does not begin with a start")
            return
        hand = _advance(hand, line, max(at, hand.last) if hand else at, wall)
        stored = _minute(line["due_after"]) if line["due_after"] else None
        if line["kind"] != "pause" and stored != hand.due:
            yield Violation("I7.due", name, f"line {line['line_no']} says {stored}, by hand it is {hand.due}")
            return
        if line["left_after"] != hand.left:
            yield Violation("I7.left", name, f"line {line['line_no']} leaves {line['left_after']}, by hand {hand.left}")
            return


def _advance(hand: Hand | None, line: Row, at: datetime, wall: Wall) -> Hand:
    kind = line["kind"]
    if hand is None or kind == "restart":
        way, budget = _way(line["term"], line["reading"])
        due = _runs_out(wall, at, way, budget, line["cutoff"])
        return Hand(line["term"], way, due, at, budget, at, line["cutoff"])
    if kind == "pause":
        left = LATE if at > hand.due else max(0, hand.left - _spent(wall, hand.since, at, hand.way))
        return replace(hand, left=left, last=at, paused=True)
    if kind == "resume":
        if hand.left == LATE:
            return replace(hand, last=at, paused=False)
        due = _runs_out(wall, at, hand.way, hand.left, hand.cutoff)
        return replace(hand, due=due, since=at, last=at, paused=False, fixed=False)
    if kind == "extend":
        due, in_days = _minute(line["due_after"]), hand.way in ("working", "calendar", "same")
        way = ("working" if due == wall.closing(due.date()) else "minutes") if in_days else hand.way
        return replace(hand, due=due, way=way, left=_spent(wall, hand.since, due, way), last=at, fixed=True)
    if kind == "recount":
        return replace(_recounted(hand, wall), last=at)
    return replace(hand, last=at)


def _recounted(hand: Hand, wall: Wall) -> Hand:
    """A promised date stays while the office works at that minute, else it goes to the next closing."""
    if hand.fixed:
        day = wall.working_day(hand.due.date(), 0)
        opened = any(datetime.combine(day, opens, HERE) < hand.due <= datetime.combine(day, closes, HERE)
                     for opens, closes in wall.openings(day))
        due = hand.due if opened else wall.closing(day)
        return replace(hand, due=due, left=_spent(wall, hand.since, due, hand.way))
    if hand.left == LATE:
        return hand
    return replace(hand, due=_runs_out(wall, hand.since, hand.way, hand.left, hand.cutoff))


def _as_left(name: str, dossier: Row, lines: list[Row]) -> Iterator[Violation]:
    last = [line for line in lines if line["kind"] != "mark"][-1]
    stopped = last["kind"] == "pause"
    dues = [line["due_after"] for line in lines if line["due_after"] is not None]
    if dossier["due_at"] != (None if stopped else dues[-1]):
        yield Violation("I7.dossier-due", name, f"due {dossier['due_at']}; its ledger says {None if stopped else dues[-1]}")
    if dossier["original_due_at"] != dues[0]:
        yield Violation("I7.first-promise", name, "the first promise is not the ledger's")
    if (dossier["paused_at"] is not None) != stopped:
        yield Violation("I7.paused", name, f"paused at {dossier['paused_at']}; the last line is {last['kind']}")
    if (dossier["finished_at"] is not None) != (last["kind"] == "end"):
        yield Violation("I7.end", name, f"finished at {dossier['finished_at']}; the last line is {last['kind']}")


def _as_it_may(name: str, lines: list[Row]) -> Iterator[Violation]:
    """What a mark and a recount may not do, and what follows an end: nothing."""
    due, paused, ended, version = None, False, False, lines[0]["calendar_version"]
    recounts = Counter[tuple[str, str]]()
    for line in lines:
        kind = line["kind"]
        if ended and kind != "end":
            yield Violation("I7.after-end", name, f"line {line['line_no']} ({kind}) after the end")
        if kind == "mark" and line["due_after"] != due:
            yield Violation("I7.mark-moves", name, f"line {line['line_no']} is a mark and moved the due moment")
        if kind == "recount":
            recounts[line["source"], line["calendar_version"]] += 1
            if paused:
                yield Violation("I7.recount-paused", name, f"line {line['line_no']} counts a clock again that stands still")
            if line["calendar_version"] == version:
                yield Violation("I7.recount-same", name, f"line {line['line_no']} counts again by the same calendar")
        due = line["due_after"] if line["due_after"] is not None else due
        paused = kind == "pause" or (paused and kind in ("mark", "recount"))
        ended, version = ended or kind == "end", line["calendar_version"]
    for (source, _), count in recounts.items():
        if count > 1:
            yield Violation("I7.recount-twice", name, f"“{source}” counted it {count} times")


def _way(term: str, reading: str) -> tuple[str, int]:
    """What is counted, and how much of it."""
    amount, _, unit = term.rpartition(" ")
    number = float(amount or 1)
    if unit == "same-day":
        return "same", 1
    if unit == "calendar-days":
        return "calendar", int(number)
    if unit == "working-days" and reading == "days" and number == int(number):
        return "working", int(number)
    each = {"working-days": 480, "working-hours": 60, "half-days": 240}[unit]
    if unit == "working-days" and reading == "days" and number != 0.5:
        return "minutes-from-next-day", int(number * each)
    return "minutes", int(number * each)


def _since(wall: Wall, at: datetime, way: str) -> datetime:
    since = wall.begins(at)
    if way == "minutes-from-next-day":
        day = wall.working_day(since.date(), 1)
        return datetime.combine(day, wall.openings(day)[0][0], HERE)
    return since


def _runs_out(wall: Wall, at: datetime, way: str, budget: int, cutoff: time) -> datetime:
    since = _since(wall, at, way)
    if way == "working":
        return wall.closing(wall.working_day(since.date(), budget))
    if way == "calendar":
        return wall.closing(wall.working_day(since.date() + DAY * budget, 0))
    if way == "same":
        return wall.closing(wall.working_day(since.date(), 1 if since.time() > cutoff else 0))
    return wall.after_minutes(since, budget)


def _spent(wall: Wall, begun: datetime, until: datetime, way: str) -> int:
    since, last = _since(wall, begun, way), (until - timedelta(minutes=1)).date()
    if way == "same":
        return 0
    if way == "calendar":
        return max(0, (last - since.date()).days)
    if way == "working":
        return sum(wall.works(since.date() + DAY * n) for n in range(1, (last - since.date()).days + 1))
    return wall.minutes_between(since, until)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(HERE).replace(second=0, microsecond=0)


@cache
def _wall(text: str) -> Wall:
    return Wall(text)


def _spans(text: str) -> list[tuple[time, time]]:
    pairs = [span.split("-") for span in text.split(",") if span]
    return [(time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in pairs]


def _in_season(day: date, season: str) -> bool:
    if not season:
        return True
    begin, end = (tuple(int(part) for part in half.split("-")) for half in season.split("/"))
    here = (day.month, day.day)
    return begin <= here <= end if begin <= end else here >= begin or here <= end
