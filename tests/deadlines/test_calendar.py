"""The calendar is data with its decisions; what cannot be meant is refused."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from app.deadlines.decrees import NATIONAL, calendar_from_text, load_calendar, scopes_of
from app.deadlines.seed import seed_text
from app.deadlines.timetable import CalendarDoesNotReach, CalendarImpossible, DayKind
from app.kit.clock import LOCAL

VIETNAM = load_calendar()
HOURS = """
first_year = 2026
last_year = 2027
[[hours]]
valid_from = 2026-01-01
open = ["07:00-11:30", "13:30-17:00"]
decision = "giờ hành chính"
"""
DAY = """
[[day]]
on = {on}
kind = "{kind}"
name = "tên"
decision = "{decision}"
"""


def folder(place: Path, **files: str) -> Path:
    """A calendar folder with these files; underscores in names stand for slashes."""
    (place / "local").mkdir()
    for name, content in ({"hours": HOURS} | files).items():
        (place / f"{name.lstrip('y').replace('__', '/')}.toml").write_text(content, "utf-8")
    return place


def test_the_civil_service_calendar_of_2026_is_as_the_notices_say() -> None:
    weekend_worked = {line.on for line in VIETNAM.days if line.on.year == 2026 and line.kind is DayKind.WORKED}
    assert weekend_worked == {date(2026, 1, 10), date(2026, 8, 22)}
    weekdays_off = {
        on for on in (date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
        if on.weekday() < 5 and not VIETNAM.is_working_day(on)
    }
    assert weekdays_off == {
        date(2026, month, day) for month, day in (
            (1, 1), (1, 2), (2, 16), (2, 17), (2, 18), (2, 19), (2, 20), (4, 27), (4, 30), (5, 1), (8, 31), (9, 1),
            (9, 2), (11, 24))
    }


def test_every_line_names_its_decision_and_decrees_are_not_extrapolated() -> None:
    assert all(line.decision for line in VIETNAM.days)
    assert {line.on.year for line in VIETNAM.days if not line.extrapolated} == {2025, 2026}


def test_the_extrapolated_file_is_what_the_holiday_tables_say() -> None:
    assert (NATIONAL / "extrapolated.toml").read_text("utf-8") == seed_text()


def test_culture_day_on_a_weekend_has_no_make_up_day() -> None:
    assert VIETNAM.line(date(2029, 11, 24)) is not None
    assert VIETNAM.is_working_day(date(2029, 11, 26))


def test_hours_are_openings_of_the_day() -> None:
    morning, afternoon = VIETNAM.office_hours(date(2026, 8, 22))
    assert (morning.opens.time(), morning.closes.time()) == (time(7), time(11, 30))
    assert (afternoon.opens.time(), afternoon.closes.time()) == (time(13, 30), time(17))
    assert VIETNAM.office_hours(date(2026, 8, 31)) == ()


@pytest.mark.parametrize(("moment", "opening"), [
    ("2026-06-04T06:00", "2026-06-04T07:00"), ("2026-06-04T07:00", "2026-06-04T07:00"),
    ("2026-06-04T11:29", "2026-06-04T11:29"), ("2026-06-04T11:30", "2026-06-04T13:30"),
    ("2026-06-05T17:00", "2026-06-08T07:00"),
])
def test_at_closing_time_the_office_is_shut(moment: str, opening: str) -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=LOCAL)

    assert VIETNAM.next_opening(local(moment)) == local(opening)


def test_a_calendar_written_down_is_the_same_calendar() -> None:
    again = calendar_from_text(VIETNAM.as_text())
    assert again.version == VIETNAM.version
    assert again.office_hours(date(2026, 2, 23)) == VIETNAM.office_hours(date(2026, 2, 23))


def test_a_changed_line_is_another_version(tmp_path: Path) -> None:
    before = load_calendar(folder(tmp_path)).version
    (tmp_path / "2026.toml").write_text(DAY.format(on="2026-11-23", kind="swapped-off", decision="TB"), "utf-8")
    assert load_calendar(tmp_path).version != before


def test_a_decree_wins_over_the_tables(tmp_path: Path) -> None:
    tables = "extrapolated = true\n" + DAY.format(on="2026-02-13", kind="holiday", decision="tables") + DAY.format(
        on="2027-02-08", kind="holiday", decision="tables")
    calendar = load_calendar(folder(
        tmp_path, extrapolated=tables, y2026="whole = true\n" + DAY.format(
            on="2026-02-16", kind="holiday", decision="TB 9441")))
    assert calendar.is_working_day(date(2026, 2, 13))
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert not calendar.is_working_day(date(2027, 2, 8))


def test_a_province_and_an_office_have_their_own_days_and_hours(tmp_path: Path) -> None:
    province = """
    [[hours]]
    valid_from = 2026-01-01
    season = ["04-16", "10-15"]
    open = ["06:30-11:00", "13:30-17:00"]
    decision = "QĐ của tỉnh"
    """
    office = DAY.format(on="2026-06-04", kind="local-closure", decision="QĐ của xã")
    folder(tmp_path, local__H99=province, local__H99x="")
    (tmp_path / "local" / "H99.08.toml").write_text(office, "utf-8")
    calendar = load_calendar(tmp_path, scopes=scopes_of("H99.08"))
    assert calendar.scope == "H99.08"
    assert calendar.office_hours(date(2026, 6, 3))[0].opens.time() == time(6, 30)
    assert calendar.office_hours(date(2026, 3, 3))[0].opens.time() == time(7)
    assert not calendar.is_working_day(date(2026, 6, 4))
    assert load_calendar(tmp_path, scopes=scopes_of("H98.08")).is_working_day(date(2026, 6, 4))


@pytest.mark.parametrize(("file", "content", "says"), [
    ("y2026", DAY.format(on="2026-06-04", kind="worked", decision="TB"), "vốn là ngày làm việc"),
    ("y2026", DAY.format(on="2026-06-04", kind="holiday", decision=" "), "không có văn bản"),
    ("y2026", DAY.format(on="2027-06-04", kind="holiday", decision="TB"), "năm khác"),
    ("y2026", DAY.format(on="2026-06-04", kind="holiday", decision="TB") * 2, "hai dòng"),
    ("y2026", DAY.format(on="2026-06-04", kind="feast", decision="TB"), "feast"),
    ("y2026", DAY.format(on='"someday"', kind="holiday", decision="TB"), "someday"),
    ("y2026", "[[day]]\non = 2026-06-04\n", "kind"),
    ("y2026", "not toml", "2026.toml"),
    ("y2026", DAY.format(on="2026-06-04", kind="shortened", decision="TB"), "thiếu giờ"),
    ("hours", HOURS.replace("13:30-17:00", "11:00-17:00"), "chồng nhau"),
    ("hours", HOURS.replace("13:30-17:00", "17:00-13:30"), "17:00"),
    ("hours", HOURS.replace("2026-01-01", "2026-06-01"), "không có giờ làm việc"),
    ("hours", HOURS.replace("last_year = 2027", ""), "last_year"),
])
def test_an_impossible_calendar_is_refused_with_its_place(
    tmp_path: Path, file: str, content: str, says: str
) -> None:
    with pytest.raises(CalendarImpossible) as refused:
        load_calendar(folder(tmp_path, **{file: content}))
    assert says in refused.value.words()


def test_a_day_out_of_reach_is_refused() -> None:
    with pytest.raises(CalendarDoesNotReach):
        VIETNAM.is_working_day(date(1970, 1, 1))
