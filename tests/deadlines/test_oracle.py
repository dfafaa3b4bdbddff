"""The product and the oracles agree. 10,000 stories here; 1,000,000 by `make oracle`."""

import random
from dataclasses import replace
from datetime import date
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deadlines.million import difference, stories, traits
from tests.deadlines.oracle import check, random_case
from tests.deadlines.stories import begun
from tests.deadlines.wall import country, long_rests

NEEDED = {
    "over 29 February", "over Tết or another long rest", "over a worked Saturday of the country", "a minute about 15:00",
    "paused across Tết", "paused when late", "half of a working day", "working-days", "working-days, whole",
    "working-hours", "half-days", "calendar-days", "same-day", "reading days", "reading hours", "pause", "resume",
    "restart", "extend", "recount", "mark", "end",
}


@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_stories_come_out_as_the_oracle_counts_them(seed: int) -> None:
    told = [(number, found) for number, story in enumerate(islice(stories(seed), 2500)) if (found := difference(story))]
    assert told == []


def test_the_stories_are_about_everything_that_is_hard() -> None:
    seen = {one for story in islice(stories(0), 2500) for one in traits(story)}
    assert seen >= NEEDED


def test_an_oracle_that_forgets_a_holiday_is_noticed() -> None:
    """A test that cannot fail proves nothing: one day off the product does not know of makes a difference."""
    story = next(one for one in stories(3) if one.wall.national and not one.moves and one.term.unit == "working-days")
    due = begun(story).due
    day = story.wall.day((due - 1) // 1440)
    off_then = replace(story, wall=replace(story.wall, off=story.wall.off | {day}, worked=story.wall.worked - {day}))
    assert off_then.wall.national  # so the product still reads the files
    assert difference(story) is None
    assert "oracle" in (difference(off_then) or "")


def test_the_oracle_reads_the_country_by_itself() -> None:
    off, worked, whole, openings = country()
    assert {date(2026, 1, 10), date(2026, 8, 22)} <= worked
    assert {date(2026, 2, 16), date(2026, 11, 24), date(2026, 4, 27)} <= off
    assert {2025, 2026} <= whole
    assert openings == ((420, 690), (810, 1020))
    assert date(2026, 2, 16) in long_rests(tuple(off))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_due_moments_agree_with_a_walk_minute_by_minute(seed: int) -> None:
    assert check(random_case(random.Random(seed))) is None
