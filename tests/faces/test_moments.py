"""Moments, days, sums and sizes as people read them."""

from datetime import UTC, date, datetime

import pytest

from app.faces import moments


def test_a_moment_is_written_in_local_time_with_its_weekday() -> None:
    assert moments.moment(datetime(2026, 11, 12, 9, 30, tzinfo=UTC)) == "16:30 thứ Năm, 12/11/2026"
    assert moments.moment(datetime(2026, 11, 12, 9, 30, tzinfo=UTC), "en") == "16:30 Thursday, 12/11/2026"


def test_an_instant_without_a_zone_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moments.day(datetime(2026, 11, 12, 9, 30))


@pytest.mark.parametrize(
    ("known", "written"),
    [("1941", "1941"), ("1941-03", "03/1941"), ("1941-03-12", "12/03/1941"), (date(1941, 3, 12), "12/03/1941")],
)
def test_a_day_known_in_part_is_written_in_part(known: str | date, written: str) -> None:
    assert moments.day(known) == written


def test_when_is_as_short_as_it_can_be() -> None:
    today = date(2026, 11, 11)
    assert moments.when(datetime(2026, 11, 11, 1, 50, tzinfo=UTC), today, "Hôm nay") == "Hôm nay, 8:50"
    assert moments.when(datetime(2026, 11, 9, 7, 20, tzinfo=UTC), today, "Hôm nay") == "9/11, 14:20"
    assert moments.when(datetime(2025, 12, 30, 0, 32, tzinfo=UTC), today, "Hôm nay") == "30/12/2025, 7:32"


def test_sums_and_sizes_follow_the_language() -> None:
    assert moments.money(1_215_000) == "1.215.000 đ"
    assert moments.number(97.6, 1) == "97,6"
    assert moments.number(1234.5, 1, "en") == "1,234.5"
    assert moments.size(2_516_582) == "2,4 MB"
    assert moments.size(512) == "512 B"
