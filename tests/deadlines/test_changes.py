"""Changes of the calendar: what cannot be meant is refused with its line; the narrower and then the newer wins."""

from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from app.deadlines import changes
from app.deadlines.calendar import Calendar
from app.deadlines.calendars import Calendars, lay_out_all
from app.deadlines.changes import AnotherChangeRuns, ChangeEmpty, ChangeWithoutDecision, layers_in_force
from app.deadlines.decrees import lay_out, load_calendar, read_decrees, within
from app.deadlines.layers import Layer, read_layer
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarImpossible
from app.kit.clock import LOCAL
from app.kit.db import Db
from tests.dossiers.calendars import day

DECREES = read_decrees()
DECISION = "Quyết định 12/QĐ-UBND (20/11/2026)"
ANY = UUID(int=7)
MONDAY, SATURDAY, HOLIDAY = date(2027, 3, 1), date(2027, 3, 6), date(2027, 4, 30)


def layer(text: str, decision: str = DECISION) -> Layer:
    return read_layer(decision, text, decision=decision)


def calendar(*scopes: str, **changed: str) -> Calendar:
    """The calendar of a place with these changes in force; underscores in scopes stand for dots."""
    return lay_out(DECREES, scopes, {scope.replace("_", "."): [layer(text)] for scope, text in changed.items()})


async def proposed(db: Db, content: str, scope: str = "H99.08.22", decision: str = DECISION) -> UUID:
    change = await changes.propose(db, DECREES, scope=scope, content=content, decision=decision, by=ANY, office_id=1)
    await db.run("UPDATE calendar_change SET seen_at = now() WHERE id = $1", change.id)
    return change.id


@pytest.mark.parametrize(("content", "says"), [
    (day(MONDAY) + day(MONDAY), "[[day]] 2 (2027-03-01)): 01/03/2027 có hai dòng"),
    (day(MONDAY, "worked"), "[[day]] 1 (2027-03-01)): 01/03/2027 vốn là ngày làm việc"),
    (day(MONDAY) + day(date(2027, 3, 2), hours='["07:00-11:30"]'), "[[day]] 2 (2027-03-02)): 02/03/2027 là ngày nghỉ mà"),
    (day(MONDAY, "shortened"), "01/03/2027 thiếu giờ làm việc"),
    (day(SATURDAY, "shortened", hours='["07:00-11:30"]'), "06/03/2027 vốn là ngày nghỉ"),
    (day(HOLIDAY, "shortened", hours='["07:00-11:30"]'), "30/04/2027 vốn là ngày nghỉ"),
    (day(MONDAY, "shortened", hours='["07:00-11:30", "11:00-16:00"]'), "giờ chồng nhau: 11:00 mở lại trước khi đóng"),
    (day(MONDAY, "shortened", hours='["11:30-07:00"]'), "giờ đóng cửa phải sau giờ mở cửa"),
    (day(MONDAY, "shortened", hours='["07:00-07:00"]'), "giờ đóng cửa phải sau giờ mở cửa"),
    (day(MONDAY, "shortened", hours='["07:00"]'), "07:00"),
    (day(MONDAY, "shortened", hours='["25:00-26:00"]'), "hour must be in 0..23"),
    (day(MONDAY, "feast"), "feast"),
    (day(MONDAY, name=" "), "thiếu tên gọi"),
    (day(date(2041, 1, 2)), "02/01/2041 nằm ngoài lịch (2015–2040)"),
    (day(date(2014, 12, 31)), "nằm ngoài lịch"),
    ("".join(day(MONDAY + timedelta(n)) for n in range(28) if n % 7 < 5),
     "không có ngày làm việc nào từ 27/02/2027 đến 28/03/2027, quá 14 ngày liền"),
    ('[[hours]]\nvalid_from = 2027-03-01\nopen = []\n', "giờ làm việc từ 01/03/2027 trống"),
    ('[[hours]]\nvalid_from = 2027-03-01\nopen = ["13:00-11:00"]\n', "[[hours]] 1 (2027-03-01)"),
    ('[[hours]]\nvalid_from = 2027-03-01\nvalid_to = 2027-02-01\nopen = ["07:00-11:00"]\n', "hết hiệu lực (01/02/2027)"),
    ('[[hours]]\nvalid_from = 2027-03-01\nseason = ["02-30", "03-01"]\nopen = ["07:00-11:00"]\n', "[[hours]] 1"),
    ('[[hours]]\nvalid_from = 1999-03-01\nopen = ["07:00-11:00"]\n', "nằm ngoài lịch"),
    ("[[take_back]]\non = 2027-03-01\n", "không có dòng nào của nơi này về ngày 01/03/2027 để bỏ"),
    ("[[take_back]]\non = 2027-04-30\n", "không có dòng nào của nơi này"),  # the nation's holiday is not the commune's
    ("[[take_back]]\nhours_from = 2015-01-01\n", "không có giờ làm việc nào của nơi này"),
    ("[[take_back]]\n", "viết “on” hoặc “hours_from”"),
    ("whole = [2027]\n", "2027 không phải năm của lịch cả nước"),
    ('[[day]]\non = 2027-03-01\nkind = "holiday"\n', "thiếu mục “name”"),
    ('[[day]]\non = "hôm nào"\nkind = "holiday"\nname = "x"\n', "hôm nào không phải là ngày"),
    ('[[day]]\non = 2027-03-01T07:00:00\nkind = "holiday"\nname = "x"\n', "không phải là ngày"),
    ('[[day]]\non = 2027-03-01\nkind = "holiday"\nname = 5\n', "[[day]] 1"),
    ('[[day]]\non = 2027-03-01\nkind = "holiday"\nname = "x"\ncolour = "red"\n', "không hiểu mục “colour”"),
    ('[[feast]]\non = 2027-03-01\n', "không hiểu mục “feast”"),
    ('[day]\non = 2027-03-01\n', "mục “day” phải viết là [[day]]"),
    ("x" * 40_001, "dài quá 40000 chữ"),
    ("[[day]", "Lịch làm việc không hợp lệ"),
])
async def test_an_impossible_calendar_is_refused_with_its_line(db: Db, content: str, says: str) -> None:
    with pytest.raises(CalendarImpossible) as refused:
        await proposed(db, content)
    assert says in refused.value.words()
    assert refused.value.words("en").startswith("The working calendar")


async def test_a_year_without_a_working_day_is_refused(db: Db) -> None:
    closed = "".join(day(date(2016, 1, 1) + timedelta(n)) for n in range(366))
    with pytest.raises(CalendarImpossible) as refused:
        await proposed(db, closed)
    assert "năm 2016 không còn ngày làm việc nào" in refused.value.words()


async def test_a_change_names_its_decision_and_changes_something(db: Db) -> None:
    for decision in ("", "  "):
        with pytest.raises(ChangeWithoutDecision):
            await proposed(db, day(MONDAY), decision=decision)
    for content in ("", "# nothing\n"):
        with pytest.raises(ChangeEmpty):
            await proposed(db, content)
    with pytest.raises(ChangeEmpty):
        await proposed(db, day(MONDAY), scope="H12")  # nobody's place


async def test_a_decree_of_the_nation_takes_the_place_of_the_tables() -> None:
    assert load_calendar().line(date(2027, 11, 24)).extrapolated  # type: ignore[union-attr]
    decided = calendar(VN="whole = [2027]\n" + day(date(2027, 1, 1), "holiday", "Tết Dương lịch"))
    assert [line.on for line in decided.days if line.on.year == 2027] == [date(2027, 1, 1)]
    assert not decided.line(date(2027, 1, 1)).extrapolated  # type: ignore[union-attr]
    assert [line for line in decided.days if line.on.year == 2028] == [
        line for line in load_calendar().days if line.on.year == 2028]


@pytest.mark.parametrize("on", ["2026-01-10", "2026-08-22"])
def test_the_swapped_saturdays_of_2026_are_worked(on: str) -> None:
    assert load_calendar().is_working_day(date.fromisoformat(on))


@pytest.mark.parametrize("on", ["2026-01-02", "2026-04-27", "2026-08-31", "2026-11-24"])
def test_the_days_off_of_2026_are_not(on: str) -> None:
    assert not load_calendar().is_working_day(date.fromisoformat(on))


def test_day_by_day_the_narrower_wins_and_then_the_newer() -> None:
    closed = day(MONDAY)
    assert not calendar("H99", "H99.08", "H99.08.22", H99=closed).is_working_day(MONDAY)
    reopened = calendar("H99", "H99.08.22", H99=closed,
                        H99_08_22=day(MONDAY, "shortened", hours='["07:00-11:00"]'))
    assert reopened.working_minutes_between(*_whole(MONDAY)) == 240
    newer = lay_out(DECREES, ("H99",), {"H99": [layer(closed), layer(f"[[take_back]]\non = {MONDAY}\n", "mới")]})
    assert newer.is_working_day(MONDAY)
    swapped = calendar(VN=day(SATURDAY, "worked", "Làm bù") + day(MONDAY, "swapped-off", "Nghỉ hoán đổi"))
    assert (swapped.is_working_day(SATURDAY), swapped.is_working_day(MONDAY)) == (True, False)


def _whole(on: date) -> tuple[datetime, datetime]:
    midnight = datetime.combine(on, datetime.min.time(), LOCAL)
    return midnight, midnight + timedelta(days=1)


def test_hours_have_a_season_and_come_back_the_year_after() -> None:
    summer = calendar("H99", H99='[[hours]]\nvalid_from = 2027-01-01\nseason = ["04-16", "10-15"]\n'
                                 'open = ["06:30-11:00", "13:30-17:00"]\n')
    opened = {on: f"{summer.office_hours(date.fromisoformat(on))[0].opens:%H:%M}"
              for on in ("2026-06-01", "2027-04-15", "2029-04-16", "2027-10-15", "2027-10-18", "2028-06-01")}
    assert list(opened.values()) == ["07:00", "07:00", "06:30", "06:30", "07:00", "06:30"]
    winter = calendar("H99", H99='[[hours]]\nvalid_from = 2027-01-01\nseason = ["11-01", "02-29"]\nopen = ["08:00-16:00"]\n')
    assert [winter.office_hours(date(2027, month, 2))[0].opens.hour for month in (2, 3, 11)] == [8, 7, 8]


def test_offices_without_a_word_of_their_own_share_one_calendar() -> None:
    common, own = lay_out_all(DECREES, {1: "H99", 2: "H99.08.22", 3: "H99.08.23"}, {"H99.08.23": [layer(day(MONDAY))]},
                              province="H99")
    assert list(own) == [3]
    assert (own[3].scope, common.scope) == ("H99.08.23", "VN")
    assert within("H99.08", "H99.08.22")
    assert not within("H99.0", "H99.08.22")


def test_a_due_day_declared_a_holiday_moves_to_the_next_working_day() -> None:
    received = datetime(2027, 4, 26, 9, tzinfo=LOCAL)
    due = {
        version: due_moment(received, parse_term("3 working-days"), calendar=one, reading="days").due_at
        for version, one in (("before", calendar()), ("after", calendar(VN=day(date(2027, 4, 29), "holiday", "Nghỉ lễ"))))
    }
    assert due["before"] == datetime(2027, 4, 29, 17, tzinfo=LOCAL)
    assert due["after"] == datetime(2027, 5, 4, 17, tzinfo=LOCAL)  # 30/4 off, 1/5 a Saturday, its make-up day 3/5


async def test_what_a_change_says_cannot_be_edited_nor_removed(db: Db) -> None:
    change = await proposed(db, day(MONDAY))
    for statement in ("UPDATE calendar_change SET content = ''", "UPDATE calendar_change SET decision = 'x'",
                      "UPDATE calendar_change SET scope = 'VN'", "DELETE FROM calendar_change"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.savepoint():
                await db.run(f"{statement} WHERE id = $1", change)


async def test_processes_take_over_what_came_into_force_once(db: Db) -> None:
    calendars = Calendars(load_calendar())
    await calendars.refresh(db)
    assert not await calendars.refresh(db)
    change = await proposed(db, day(MONDAY))
    assert not await calendars.refresh(db), "a proposal is in nobody's calendar"
    await changes.apply(db, DECREES, change, by=ANY, office_id=1, moved=0)
    assert await calendars.refresh(db)
    assert [calendars.of(office).is_working_day(MONDAY) for office in (1, 2, 3)] == [True, False, True]
    kept = await db.value("SELECT count(*) FROM working_calendar WHERE version = $1", calendars.of(2).version)
    assert kept == 1
    assert list(await layers_in_force(db)) == ["H99.08.22"]


async def test_one_change_comes_into_force_at_a_time(db: Db) -> None:
    first, second = await proposed(db, day(MONDAY)), await proposed(db, day(MONDAY, "holiday"), scope="H99")
    await changes.apply(db, DECREES, first, by=ANY, office_id=1, moved=0)
    with pytest.raises(AnotherChangeRuns):
        await changes.apply(db, DECREES, second, by=ANY, office_id=1, moved=0)
