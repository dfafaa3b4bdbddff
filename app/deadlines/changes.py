"""Changes of the working calendar: proposed, looked at, put in force. What one says is never edited; a later one mends.

Who may propose for which place is the faces' question; what moves with it is counted by app.dossiers.recounting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.deadlines.calendar import DAY, Calendar
from app.deadlines.decrees import COUNTRY, Decrees, lay_out, scopes_of, within
from app.deadlines.layers import Layer, read_layer
from app.deadlines.models import CalendarChange, ChangeState
from app.deadlines.service import keep_calendar
from app.deadlines.timetable import CalendarImpossible, DayKind, check_day, check_rule
from app.jobs import service as jobs
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.words import N_

LONGEST_CLOSURE: Final = timedelta(days=14)  # Tết with a swap is nine days; more in a row is a slip of the pen
MOST_LETTERS: Final = 40_000


class ChangeNotFound(NotFound):
    """No such change of the calendar, or not for this reader."""

    says = N_("Không có thay đổi lịch nào như vậy.")


class ChangeWithoutDecision(Refused):
    """Whoever changes a calendar names the paper."""

    says = N_("Hãy ghi số và ngày của văn bản quyết định.")


class ChangeEmpty(Refused):
    """Nothing would be another than it is."""

    says = N_("Thay đổi này không làm lịch khác đi.")


class ChangeNoLongerOpen(Conflict):
    """Somebody has put it in force or dropped it."""

    says = N_("Thay đổi này đã được áp dụng hoặc đã bỏ. Hãy xem lại.")


class ChangeNotLookedAt(Conflict):
    """Its effect is not known yet, or was counted before something else changed."""

    says = N_("Chưa tính xong ảnh hưởng, hoặc số hồ sơ vừa thay đổi. Hãy xem lại trước khi áp dụng.")


class AnotherChangeRuns(Conflict):
    """One change at a time, so that each dossier's line names the decision that moved it."""

    says = N_("Một thay đổi khác đang được áp dụng. Hãy đợi vài phút rồi áp dụng lại.")


@dataclass(frozen=True, slots=True)
class Pair:
    """One office's calendar without a change and with it."""

    before: Calendar
    after: Calendar

    @property
    def versions(self) -> tuple[str, str]:
        return self.before.version, self.after.version


def layer_of_change(change: CalendarChange) -> Layer:
    """What it says. Raises CalendarImpossible."""
    return read_layer(change.decision, change.content, decision=change.decision, source=change.source)


async def layers_in_force(db: Db, *, without: UUID | None = None) -> dict[str, list[Layer]]:
    """What has come into force, by scope, oldest first; without one of them to see what it did."""
    found: dict[str, list[Layer]] = {}
    for row in await db.rows(
        "SELECT * FROM calendar_change WHERE applied_at IS NOT NULL AND id IS DISTINCT FROM $1 ORDER BY applied_at, id",
        without,
    ):
        found.setdefault(row["scope"], []).append(layer_of_change(CalendarChange(**dict(row))))
    return found


async def pairs(db: Db, decrees: Decrees, change: CalendarChange) -> dict[int, Pair]:
    """The calendars of all offices that the change gives another one, by office. Raises CalendarImpossible."""
    layers = await layers_in_force(db, without=change.id)
    more = {**layers, change.scope: [*layers.get(change.scope, ()), layer_of_change(change)]}
    made: dict[tuple[str, ...], Pair] = {}
    found = {}
    for row in await db.rows("SELECT id, code FROM office ORDER BY id"):
        if not within(change.scope, row["code"]):
            continue
        scopes = tuple(scope for scope in scopes_of(row["code"]) if scope in decrees.layers or scope in more)
        if scopes not in made:
            made[scopes] = Pair(lay_out(decrees, scopes, layers), lay_out(decrees, scopes, more))
        if made[scopes].before.version != made[scopes].after.version:
            found[row["id"]] = made[scopes]
    return found


async def propose(
    db: Db, decrees: Decrees, *, scope: str, content: str, decision: str, source: str = "", by: UUID, office_id: int
) -> CalendarChange:
    """Write a change down and queue the look at its effect (a job of `office_id`, the proposer's).

    `scope`: "VN", a province's or an office's code. Raises ChangeWithoutDecision, ChangeEmpty, and CalendarImpossible,
    which names the line, for everything that cannot be meant.
    """
    if not decision.strip():
        raise ChangeWithoutDecision
    change = CalendarChange(
        scope=scope, content=content, decision=" ".join(decision.split())[:300], source=" ".join(source.split())[:300],
        proposed_by=by, proposed_at=clock.now(),
    )
    await check(db, decrees, change)
    await db.add(change)
    await look(db, change, office_id=office_id)
    return change


async def check(db: Db, decrees: Decrees, change: CalendarChange) -> None:
    """Whether it can be meant, line by line and as a whole. Raises CalendarImpossible, ChangeEmpty."""
    if len(change.content) > MOST_LETTERS:
        raise CalendarImpossible(where=change.decision, what=N_("dài quá {most} chữ"), most=MOST_LETTERS)
    layer = layer_of_change(change)
    if layer.empty:
        raise ChangeEmpty
    layers = await layers_in_force(db, without=change.id)
    scopes = () if change.scope == COUNTRY else scopes_of(change.scope)
    _check_lines(layer, lay_out(decrees, scopes, layers))
    for year in layer.decided:
        if change.scope != COUNTRY or not decrees.first_day.year <= year <= decrees.last_day.year:
            what = N_("“whole”: {year} không phải năm của lịch cả nước")
            raise CalendarImpossible(where=layer.where, what=what, year=year)
    found = await pairs(db, decrees, change)
    if not found:
        raise ChangeEmpty
    for after in {pair.after.version: pair.after for pair in found.values()}.values():
        _check_whole(layer.where, after)


def _check_lines(layer: Layer, before: Calendar) -> None:
    for number, line in enumerate(layer.days):
        here, day = layer.place("day", number), f"{line.on:%d/%m/%Y}"
        what = ""
        if not before.first_day <= line.on <= before.last_day:
            what = N_("{day} nằm ngoài lịch ({first}–{last})")
        elif not line.name.strip() or len(line.name) > 200:
            what = N_("{day} thiếu tên gọi, hoặc tên dài quá 200 chữ")
        else:
            check_day(line, before.weekend, here)
            works = before.is_working_day(line.on)
            if line.kind is DayKind.WORKED and works and not line.hours:
                what = N_("{day} vốn là ngày làm việc")
            elif line.kind is DayKind.SHORTENED and not works:
                what = N_("{day} vốn là ngày nghỉ, không có giờ để rút ngắn")
        if what:
            raise CalendarImpossible(
                where=here, what=what, day=day, first=before.first_day.year, last=before.last_day.year
            )
    for number, rule in enumerate(layer.hours):
        here = layer.place("hours", number)
        check_rule(rule, here)
        if not before.first_day <= rule.valid_from <= before.last_day:
            raise CalendarImpossible(
                where=here, what=N_("{day} nằm ngoài lịch ({first}–{last})"), day=f"{rule.valid_from:%d/%m/%Y}",
                first=before.first_day.year, last=before.last_day.year,
            )


def _check_whole(where: str, calendar: Calendar) -> None:
    """Every year has working days, and no closure lasts for weeks."""
    worked = calendar.working_days
    years = {day.year for day in worked}
    for year in range(calendar.first_day.year, calendar.last_day.year + 1):
        if year not in years:
            raise CalendarImpossible(where=where, what=N_("năm {year} không còn ngày làm việc nào"), year=year)
    last = calendar.first_day - DAY
    for day in (*worked, calendar.last_day + DAY):
        if day - last > LONGEST_CLOSURE + DAY:
            raise CalendarImpossible(
                where=where, what=N_("không có ngày làm việc nào từ {first} đến {last}, quá {most} ngày liền"),
                first=f"{last + DAY:%d/%m/%Y}", last=f"{day - DAY:%d/%m/%Y}", most=LONGEST_CLOSURE.days,
            )
        last = day


async def look(db: Db, change: CalendarChange, *, office_id: int) -> None:
    """Have its effect counted, again if need be. Raises ChangeNoLongerOpen."""
    open_still = await db.run(
        "UPDATE calendar_change SET seen_at = NULL, total = 0, looked_at = 0, moved = 0, left_out = 0, cursor = NULL,"
        " later = '[]' WHERE id = $1 AND state = 'proposed'",
        change.id,
    )
    if not open_still:
        raise ChangeNoLongerOpen
    key = f"calendar:look:{change.id}:{clock.now():%Y%m%d%H%M%S%f}"
    await jobs.queue(db, "look_at_calendar_change", key=key, office_id=office_id, change_id=str(change.id))


async def apply(db: Db, decrees: Decrees, change_id: UUID, *, by: UUID, office_id: int, moved: int) -> CalendarChange:
    """Put it in force: offices count by it from here on, and a job counts the open dossiers again.

    `moved`: how many dossiers the person was told it moves. Raises ChangeNoLongerOpen, ChangeNotLookedAt (another change
    came into force since, or another number was shown), AnotherChangeRuns, and what `check` raises.
    """
    change = await locked(db, change_id)
    if change.state != ChangeState.PROPOSED:
        raise ChangeNoLongerOpen
    newest = await db.row(
        "SELECT max(applied_at) AS at, bool_or(state = 'applying') AS runs FROM calendar_change WHERE applied_at IS NOT NULL"
    )
    assert newest is not None
    if newest["runs"]:
        raise AnotherChangeRuns
    if change.seen_at is None or change.moved != moved or (newest["at"] and newest["at"] >= change.seen_at):
        raise ChangeNotLookedAt
    await check(db, decrees, change)
    at = clock.now()
    await db.run(
        "UPDATE calendar_change SET state = 'applying', applied_by = $2, applied_at = $3, total = 0, looked_at = 0,"
        " moved = 0, left_out = 0, cursor = NULL, later = '[]' WHERE id = $1",
        change.id, by, at,
    )
    for pair in (await pairs(db, decrees, change)).values():
        await keep_calendar(db, pair.before)
        await keep_calendar(db, pair.after)
    await jobs.queue(
        db, "recount_calendar", key=f"calendar:recount:{change.id}", office_id=office_id, change_id=str(change.id)
    )
    change.state, change.applied_by, change.applied_at = ChangeState.APPLYING, by, at
    return change


async def drop(db: Db, change_id: UUID) -> None:
    """Not to be. Raises ChangeNoLongerOpen."""
    if not await db.run("UPDATE calendar_change SET state = 'dropped' WHERE id = $1 AND state = 'proposed'", change_id):
        raise ChangeNoLongerOpen


async def change_of(db: Db, change_id: UUID) -> CalendarChange:
    """One change. Raises ChangeNotFound."""
    found = await db.get(CalendarChange, change_id)
    if found is None:
        raise ChangeNotFound
    return found


async def locked(db: Db, change_id: UUID) -> CalendarChange:
    """The same, held until the transaction ends. Raises ChangeNotFound."""
    row = await db.row("SELECT * FROM calendar_change WHERE id = $1 FOR UPDATE", change_id)
    if row is None:
        raise ChangeNotFound
    return CalendarChange(**dict(row))


async def changes_for(
    db: Db, scopes: Sequence[str], *, before: datetime | None = None, limit: int = 50
) -> list[CalendarChange]:
    """Changes for these places, newest first; `before`: where the page before ended."""
    rows = await db.rows(
        "SELECT * FROM calendar_change WHERE scope = ANY($1) AND ($2::timestamptz IS NULL OR proposed_at < $2)"
        " ORDER BY proposed_at DESC LIMIT $3",
        list(scopes), before, limit,
    )
    return [CalendarChange(**dict(row)) for row in rows]


def changed_days(pair: Pair) -> tuple[date, ...]:
    """The days on which the office works other hours than before, in order."""
    before, after = pair.before, pair.after
    span = range(after.first_day.toordinal(), after.last_day.toordinal() + 1)
    days = (date.fromordinal(n) for n in span)
    return tuple(day for day in days if before.own_hours(day) != after.own_hours(day))


def first_moments(found: Mapping[int, Pair]) -> dict[int, datetime]:
    """By office, from which moment on nothing is sure: what is due before the first day that changes stays."""
    made: dict[tuple[str, str], datetime | None] = {}
    for pair in found.values():
        if pair.versions not in made:
            days = changed_days(pair)
            made[pair.versions] = datetime.combine(days[0], time(), clock.LOCAL) if days else None
    moments = {office_id: made[pair.versions] for office_id, pair in found.items()}
    return {office_id: moment for office_id, moment in moments.items() if moment is not None}
