"""Lives of dossiers as a province has them in three years: which office, when, what happened to the clock, where it stands.

Pure and by the dice of one seed; the clock of each is played by the ledger itself, so that what is written down for the
bench is what the product would have written. Nobody in it exists.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from uuid import UUID

from app.deadlines.calendar import Calendar
from app.deadlines.ledger import Clock, Fact, advance
from app.deadlines.models import LineKind
from app.deadlines.terms import Term, parse_term

YEARS = 3
CUTOFF = time(15)
SCATTER = 0x9E3779B97F4A7C15F39CC0605CEDC835
# Procedure, how often it is asked for, how often it lies open (short terms are soon done), and its terms.
PROCEDURES: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("2.000815", 45, 15, ("same-day", "same-day", "same-day", "2 working-days")),
    ("1.001193", 25, 10, ("same-day",)),
    ("1.004873", 20, 35, ("3 working-days",)),
    ("1.013225", 10, 40, ("7 working-days", "7 working-days", "9 working-days")),
)
STEPS = (("examine", "specialist"), ("examine", "specialist"), ("draft_result", "specialist"), ("sign_result", "leader"),
         ("seal_result", "clerk"))
STATES = {"examine": "in_progress", "draft_result": "in_progress", "sign_result": "awaiting_signature",
          "seal_result": "awaiting_seal"}
ENDINGS = ("returned",) * 93 + ("refused",) * 3 + ("withdrawn",) * 2 + ("stopped",) * 2
CAUSES = {"returned": "finished", "result_ready": "finished"}
LATE_CLOSED, LATE_OPEN, PAUSED, EXTENDED, WAITING, SUPPLEMENTED = 0.04, 0.12, 0.12, 0.04, 0.08, 0.10


@dataclass(slots=True)
class Life:
    """One dossier. `lines`: facts with the clock before and after; `step` is what it waits for."""

    n: int
    office: int  # place in the row of offices
    procedure: str
    channel: str
    state: str
    submitted_at: datetime
    received_at: datetime | None = None
    clock: Clock | None = None
    lines: list[tuple[Fact, Clock | None, Clock]] = field(default_factory=list)
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    step: tuple[str, str] | None = None

    @property
    def id(self) -> UUID:
        """Scattered as random ids are: neighbours in time are not neighbours in an index."""
        return UUID(int=self.n * SCATTER % 2**128, version=4)

    @property
    def due_at(self) -> datetime | None:
        if self.clock is None:
            return None
        return self.clock.due if self.finished_at else self.clock.due_at

    def play(self, fact: Fact, calendar: Calendar) -> None:
        """One more fact of the clock."""
        after = advance(self.clock, fact, calendar)
        self.lines.append((fact, self.clock, after))
        self.clock = after


class Province:
    """Draws lives. `offices` is how many communes there are; the largest has many times the work of the smallest."""

    def __init__(self, calendar: Calendar, now: datetime, offices: int, *, seed: int = 20261122) -> None:
        self.calendar, self.now, self.dice = calendar, now, random.Random(seed)
        self.today = now.date()
        self.days = self._working_days(self.today.replace(year=self.today.year - YEARS), self.today)
        self.office_weights = list(accumulate(1 / (place + 8) for place in range(offices)))
        self.terms: dict[str, tuple[Term, ...]] = {
            code: tuple(parse_term(term) for term in terms) for code, _, _, terms in PROCEDURES
        }
        self.asked = [code for code, often, _, _ in PROCEDURES for _ in range(often)]
        self.lying = [code for code, _, often, _ in PROCEDURES for _ in range(often)]

    def _working_days(self, first: date, last: date) -> list[date]:
        """Those on which the office has opened already."""
        days, day = [], self.calendar.working_day_after(first, 0)
        while day <= last and self.calendar.office_hours(day)[0].opens < self.now:
            days.append(day)
            day = self.calendar.working_day_after(day)
        return days

    def lives(self, count: int, open_count: int) -> Iterator[Life]:
        """`count` lives, the first `count - open_count` of them over, each group by the day it came."""
        days = sorted(self.dice.choices(range(len(self.days)), k=count - open_count))
        for n, place in enumerate(days, start=1):
            yield self._over(n, place)
        lying = [self._lying(n) for n in range(count - open_count + 1, count + 1)]
        yield from sorted(lying, key=lambda life: life.submitted_at.date())

    @property
    def middle(self) -> int:
        """The place of the commune that has as much work as they all have on average."""
        weights = [after - before for before, after in zip([0.0, *self.office_weights], self.office_weights, strict=False)]
        return sum(weight > self.office_weights[-1] / len(weights) for weight in weights) - (len(weights) > 1)

    def _office(self) -> int:
        return bisect_right(self.office_weights, self.dice.random() * self.office_weights[-1])

    def _channel(self) -> str:
        drawn = self.dice.random()
        return "online" if drawn < 0.55 else "counter" if drawn < 0.97 else "post"

    def _moment(self, day: date) -> datetime:
        """A minute of office hours of a working day."""
        opens, closes = (lambda s: (s.opens, s.closes))(self.dice.choice(self.calendar.office_hours(day)))
        return opens + timedelta(minutes=int(self.dice.random() * ((closes - opens).total_seconds() // 60)))

    def _later(self, after: datetime, last: datetime) -> datetime:
        """A minute after `after`, at the latest `last`, in office hours of its day."""
        first, final = bisect_right(self.days, after.date()) - 1, bisect_right(self.days, last.date()) - 1
        day = self.days[self.dice.randint(max(0, min(first, final)), max(0, final))]
        return max(after, min(last, self._moment(day)))

    def _begun(self, n: int, codes: list[str], came: datetime) -> Life:
        code = self.dice.choice(codes)
        life = Life(n, self._office(), code, self._channel(), "received", came - timedelta(minutes=1), came)
        life.play(Fact(LineKind.START, came, "received", term=self.dice.choice(self.terms[code]), reading="days",
                       cutoff=CUTOFF), self.calendar)
        return life

    def _over(self, n: int, place: int) -> Life:
        life = self._begun(n, self.asked, self._moment(self.days[place]))
        assert life.received_at is not None
        assert life.clock is not None
        drawn, latest = self.dice.random(), self.now - timedelta(minutes=5)
        if life.received_at >= latest:
            life.received_at = life.submitted_at = latest - timedelta(hours=1)
            life.clock, life.lines = None, []
            life.play(Fact(LineKind.START, life.received_at, "received", term=self.dice.choice(self.terms[life.procedure]),
                           reading="days", cutoff=CUTOFF), self.calendar)
        if drawn < SUPPLEMENTED:
            self._supplement(life, latest)
        elif drawn < SUPPLEMENTED + EXTENDED:
            self._extend(life, life.received_at + timedelta(minutes=2), 1 + int(self.dice.random() * 8))
        assert life.clock is not None
        due, since = life.clock.due, life.clock.last_at
        late = self.dice.random() < LATE_CLOSED
        last = due + timedelta(days=1 + int(self.dice.random() * 14)) if late else due
        ended = min(self._later(max(since, due) + timedelta(minutes=1) if late else since, last), latest)
        ended = max(ended, since)
        life.state = self.dice.choice(ENDINGS)
        if life.state == "returned":
            handed = self._later(ended, ended + timedelta(days=3))
            recent = self.now - ended < timedelta(days=5)
            if handed > latest or (recent and self.dice.random() < 0.5):
                life.state, life.step = "result_ready", ("return_result", "reception")
            else:
                life.returned_at = handed
        life.play(Fact(LineKind.END, ended, CAUSES.get(life.state, life.state)), self.calendar)
        life.finished_at = ended
        return life

    def _supplement(self, life: Life, latest: datetime) -> None:
        assert life.clock is not None
        asked = min(self._later(life.clock.last_at + timedelta(minutes=3), life.clock.due), latest)
        answered = min(self._later(asked + timedelta(minutes=30), asked + timedelta(days=20)), latest)
        life.play(Fact(LineKind.PAUSE, asked, "supplement"), self.calendar)
        life.play(Fact(LineKind.RESTART, max(asked, answered), "supplement"), self.calendar)

    def _extend(self, life: Life, at: datetime, days: int) -> None:
        """An apology with a new date; on the day the term began it is always in time."""
        assert life.clock is not None
        clock = life.clock
        at = min(at, clock.due)
        day = self.calendar.working_day_after(max(clock.due.date(), at.date()), days)
        life.play(Fact(LineKind.EXTEND, at, "apology", new_due=self.calendar.closing(day)), self.calendar)

    def _lying(self, n: int) -> Life:
        drawn = self.dice.random()
        if drawn < WAITING:
            came = self._recent(int(self.dice.random() ** 2 * 4))
            return Life(n, self._office(), self.dice.choice(self.lying), self._channel(), "submitted", came,
                        step=("check_papers", "reception"))
        late = self.dice.random() < LATE_OPEN
        back = 10 + int(self.dice.random() ** 2 * 40) if late else int(self.dice.random() * 3)
        life = self._begun(n, self.lying, self._recent(back))
        assert life.received_at is not None
        assert life.clock is not None
        if drawn < WAITING + PAUSED:
            asked = min(self._later(life.received_at + timedelta(minutes=3), life.clock.due), self.now)
            life.play(Fact(LineKind.PAUSE, max(asked, life.received_at), "supplement"), self.calendar)
            life.state = "supplement_requested"
            return life
        if not late and life.clock.due <= self.now:
            last = bisect_right(self.days, self.today) - bisect_right(self.days, life.clock.due.date())
            self._extend(life, life.received_at + timedelta(minutes=2), 1 + last + int(self.dice.random() * 10))
        life.step = self.dice.choice(STEPS)
        life.state = STATES[life.step[0]]
        return life

    def _recent(self, back: int) -> datetime:
        """Office hours of a working day that many working days ago, never in the future."""
        return min(self._moment(self.days[max(0, len(self.days) - 1 - back)]), self.now - timedelta(minutes=10))


class Codes:
    """Dossier codes without a gap: serials of an office and a day."""

    def __init__(self, offices: list[tuple[int, str]]) -> None:
        self.offices, self.last = offices, Counter[tuple[int, date]]()

    def draw(self, life: Life) -> str:
        office_id, code = self.offices[life.office]
        day = life.submitted_at.date()
        self.last[office_id, day] += 1
        return f"{code}-{day:%y%m%d}-{self.last[office_id, day]:04d}"
