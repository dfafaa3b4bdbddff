"""The months an account of time runs through, day by day, for the small calendar beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from app.deadlines.service import Due
from app.deadlines.spans import Span
from app.kit import clock
from app.kit.clock import LOCAL
from app.kit.words import N_, say

DRAWN: Final = 4  # months: what fits on the page and on paper
DAY: Final = timedelta(days=1)
MARKS: Final[Mapping[str, str]] = {
    "received": N_("ngày nhận"), "counted": N_("được tính"), "off": N_("ngày nghỉ"), "paused": N_("tạm dừng"),
    "extended": N_("gia hạn"), "late": N_("quá hạn"), "due": N_("hạn trả"), "idle": N_("không tính"),
}


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day. `mark` is a key of MARKS or empty; `number` is which day of the term it is, 0 when it is none."""

    on: date
    mark: str
    words: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """One month as weeks from Monday on; None where another month's day would stand."""

    first: date
    weeks: tuple[tuple[MonthDay | None, ...], ...]
    names: tuple[tuple[date, date, str], ...]  # days off that have a name: from, to, name
    sign: tuple[str, ...]  # the marks that occur, for the key


def months_of(
    spans: Sequence[Span], due: Due, anew: frozenset[datetime], language: str
) -> tuple[tuple[Month, ...], int]:
    """The months from receipt to the due day (or to today while the clock stands still), and how many are left out.

    `anew`: the starts of spans with which a full new term begins, so that its days are numbered anew.
    """
    first = spans[0].start.date()
    marked = _marked(spans, due, anew, language)
    last = max(marked)
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    kept = months if len(months) <= DRAWN else [*months[:1], *months[1 - DRAWN:]]
    return tuple(_month(one, marked) for one in kept), len(months) - len(kept)


def _marked(
    spans: Sequence[Span], due: Due, anew: frozenset[datetime], language: str
) -> dict[date, MonthDay]:
    """Every day the account speaks of."""
    marked: dict[date, MonthDay] = {}
    number, again = 0, False
    for one in spans:
        again = again or one.rule == "paused"
        number = 0 if one.start in anew else number
        mark = _mark_of(one, again)
        name = one.why if one.rule == "day-off" else ""
        for day in _days(one):
            in_days = mark == "counted" and one.days > 0
            number += in_days
            known = marked.get(day)
            if known is None or _outranks(mark, known.mark):
                told = say(MARKS[mark], language)
                marked[day] = MonthDay(day, mark, f"{told}: {name}" if name else told, number if in_days else 0)
    _also(marked, spans[0].start.date(), "received", language)
    if due.due_at is not None:
        _also(marked, due.current_due.astimezone(LOCAL).date(), "due", language)
    return marked


def _also(marked: dict[date, MonthDay], day: date, mark: str, language: str) -> None:
    """The day is this before it is anything else."""
    known, words = marked.get(day), say(MARKS[mark], language)
    if known is not None and known.mark == mark:
        return
    told = f"{words}, {known.words}" if known is not None else words
    marked[day] = MonthDay(day, mark, told, known.number if known is not None else 0)


def _days(one: Span) -> Iterator[date]:
    """The days a span touches; up to today while a pause lasts."""
    end = one.end or max(clock.now().astimezone(LOCAL), one.start)
    day = one.start.date()
    while datetime.combine(day, time(0), LOCAL) < end:
        yield day
        day += DAY


def _mark_of(one: Span, again: bool) -> str:
    match one.rule:
        case "first-day" | "after-cutoff" | "received-closed":
            return "idle" if again else "received"
        case "weekly-rest" | "day-off" | "moved":
            return "off"
        case "paused" | "extended" | "late":
            return one.rule
        case _:
            return "counted" if one.counted else "idle"


def _outranks(new: str, known: str) -> bool:
    order = ("idle", "off", "received", "paused", "late", "extended", "counted")
    return order.index(new) > order.index(known)


def _month(first: date, marked: Mapping[date, MonthDay]) -> Month:
    days: list[MonthDay | None] = [None] * first.weekday()
    day = first
    while day.month == first.month:
        days.append(marked.get(day) or MonthDay(day, "", ""))
        day += DAY
    days += [None] * (-len(days) % 7)
    here = [one for one in days if one is not None]
    return Month(
        first, tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7)), _names(here),
        tuple(mark for mark in MARKS if any(one.mark == mark for one in here)),
    )


def _names(days: Sequence[MonthDay]) -> tuple[tuple[date, date, str], ...]:
    """Days off with a name, neighbours of one name together."""
    found: list[tuple[date, date, str]] = []
    for one in days:
        name = one.words.partition(": ")[2] if one.mark == "off" else ""
        if not name:
            continue
        if found and found[-1][2] == name and found[-1][1] == one.on - DAY:
            found[-1] = (found[-1][0], one.on, name)
        else:
            found.append((one.on, one.on, name))
    return tuple(found)
