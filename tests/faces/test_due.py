"""A date never stands alone, and its state follows the first promise."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.due import DueState, due_view
from app.faces.speaking import speaking
from app.kit.clock import LOCAL

NOW = datetime(2026, 11, 11, 9, 42, tzinfo=LOCAL)


def at(day: int, hour: int = 16, minute: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("due_at", "days", "state", "said"),
    [
        (at(10), -1, DueState.LATE, "10/11 quá hạn 1 ngày"),
        (at(11, 9, 0), 0, DueState.LATE, "9:00 quá hạn hôm nay"),
        (at(8), 0, DueState.LATE, "8/11 vừa quá hạn"),
        (at(11), 0, DueState.TODAY, "16:30 hôm nay"),
        (at(12), 1, DueState.SOON, "12/11 còn 1 ngày"),
        (at(13), 2, DueState.SOON, "13/11 còn 2 ngày"),
        (at(16), 3, DueState.OK, "16/11 còn 3 ngày"),
        (None, 0, DueState.NONE, "chưa có hạn"),
    ],
)
def test_an_open_case_says_how_long_is_left(due_at: datetime | None, days: int, state: DueState, said: str) -> None:
    view = due_view(due_at, NOW, calendar_days_left=days)
    assert view.state is state
    assert f"{view.shown} {view.words}".strip() == said


def test_a_stopped_clock_cannot_run_out() -> None:
    view = due_view(at(10), NOW, paused_since=at(6, 8, 0), calendar_days_left=-1)
    assert (view.state, view.shown, view.words) == (DueState.PAUSED, "dừng", "từ 6/11")


@pytest.mark.parametrize(("days", "said"), [(1, "xong, sớm 1 ngày"), (0, "xong đúng hạn"), (-2, "xong, trễ 2 ngày")])
def test_a_finished_case_is_never_late_only_finished_late(days: int, said: str) -> None:
    view = due_view(at(10), NOW, finished_at=at(9), paused_since=at(6), calendar_days_left=days)
    assert (view.state, view.shown, view.words) == (DueState.DONE, "9/11", said)


def test_the_same_deadline_speaks_the_language_of_the_page() -> None:
    view = due_view(at(13), NOW, calendar_days_left=2)
    with speaking("en"):
        assert view.words == "2 days left"
    assert view.words == "còn 2 ngày"


@given(hours=st.integers(-2000, 2000), days=st.integers(-90, 90))
def test_past_its_moment_a_case_is_overdue_whatever_the_count_says(hours: int, days: int) -> None:
    view = due_view(NOW + timedelta(hours=hours), NOW, calendar_days_left=days)
    assert (view.state is DueState.LATE) == (hours < 0)
    assert view.words
