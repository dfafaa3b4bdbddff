"""Numbers, dates and money in words, by reading them back."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.papers import words

FIGURES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6,
    "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
SCALES = {"nghìn": 10**3, "triệu": 10**6}


def read_back(text: str) -> int:
    """What a clerk reading the words aloud would write down."""
    *above, last = text.split(" tỷ")
    if above:
        return read_back(" tỷ".join(above)) * 10**9 + (read_back(last.strip()) if last.strip() else 0)
    total = group = 0
    for word in text.split():
        if word in FIGURES:
            group += FIGURES[word]
        elif word == "mười":
            group += 10
        elif word == "mươi":
            group = group - group % 10 + group % 10 * 10
        elif word == "trăm":
            group *= 100
        elif word in SCALES:
            total, group = total + group * SCALES[word], 0
        else:
            assert word == "linh", word
    return total + group


@given(some.integers(0, 10**18))
def test_a_number_in_words_reads_back_as_itself(value: int) -> None:
    assert read_back(words.number(value)) == value


@given(some.integers(0, 10**15), some.integers(0, 10**15))
def test_different_amounts_never_share_their_words(one: int, other: int) -> None:
    assert (words.money(one) == words.money(other)) == (one == other)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (105, "một trăm linh năm"),
        (1005, "một nghìn không trăm linh năm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (1_000_000, "một triệu"),
        (1_000_015, "một triệu không trăm mười lăm"),
        (200_000, "hai trăm nghìn"),
        (1_250_000_000, "một tỷ hai trăm năm mươi triệu"),
    ],
)
def test_numbers_are_read_as_clerks_read_them(value: int, text: str) -> None:
    assert words.number(value) == text


def test_a_number_below_zero_is_not_written() -> None:
    with pytest.raises(ValueError, match="zero upwards"):
        words.number(-1)


@given(some.dates(), some.dates())
def test_different_days_never_share_their_words(one: date, other: date) -> None:
    assert (words.day_in_words(one) == words.day_in_words(other)) == (one == other)


def test_a_birthday_in_words() -> None:
    assert words.day_in_words(date(2026, 11, 7)) == "ngày bảy tháng mười một năm hai nghìn không trăm hai mươi sáu"
    assert words.day_in_words(date(1984, 4, 24)) == "ngày hai mươi tư tháng tư năm một nghìn chín trăm tám mươi tư"


@given(some.dates(min_value=date(1000, 1, 1)))
def test_a_partly_known_day_says_only_what_is_known(value: date) -> None:
    assert words.partial_day(value.isoformat()) == words.day(value)
    assert words.partial_day(f"{value:%Y-%m}") == f"tháng {value.month:02} năm {value.year}"
    assert words.partial_day(str(value.year)) == f"năm {value.year}"
    assert words.partial_day_in_words(str(value.year)) == f"năm {words.number(value.year)}"
    assert words.partial_day_in_figures(value.isoformat()) == f"{value:%d/%m/%Y}"


@pytest.mark.parametrize("text", ["", "41", "1941-13", "1941-02-30", "1941-1-1", "12/05/1941", "năm 1941"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        words.partial_day(text)


def test_moments_are_told_in_local_time() -> None:
    late_evening_in_utc = datetime(2026, 11, 10, 19, 5, tzinfo=UTC)
    assert words.moment(late_evening_in_utc) == "2 giờ 05 phút, ngày 11 tháng 11 năm 2026"
    assert words.moment_in_figures(late_evening_in_utc) == "02:05 11/11/2026"
    assert words.day(late_evening_in_utc) == "ngày 11 tháng 11 năm 2026"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        words.moment(datetime(2026, 11, 11, 9, 5))


def test_money_in_figures_and_words() -> None:
    assert words.dong(1_250_000) == "1.250.000 đ"
    assert words.money(15_000) == "Mười lăm nghìn đồng"
    assert words.money(0) == "Không đồng"


def test_a_masked_id_number_keeps_its_ends() -> None:
    assert words.masked("000199004821") == "000••••••821"
