"""The reporting regime's periods: 15th to 14th, never a calendar month; absurd periods are refused in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.kit import clock
from app.kit.errors import Refused
from app.reports.periods import checked, chosen, kinds, months_back, offered, preset
from app.reports.refusals import PeriodNotBegun, PeriodTooLong, PeriodUnclear
from app.reports.rules import causes, rule_on

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
KNOWN = {
    "2026-M11": (date(2026, 10, 15), date(2026, 11, 14)), "2026-M1": (date(2025, 12, 15), date(2026, 1, 14)),
    "2026-M12": (date(2026, 11, 15), date(2026, 12, 14)), "2026-Q1": (date(2025, 12, 15), date(2026, 3, 14)),
    "2026-Q4": (date(2026, 9, 15), date(2026, 12, 14)), "2026-S1": (date(2025, 12, 15), date(2026, 6, 14)),
    "2026-N1": (date(2025, 12, 15), date(2026, 9, 14)), "2026-Y1": (date(2025, 12, 15), date(2026, 12, 14)),
    "2024-M3": (date(2024, 2, 15), date(2024, 3, 14)),
}


@pytest.mark.parametrize("key", KNOWN)
def test_a_period_runs_from_the_15th_to_the_14th(key: str) -> None:
    found = preset(key)
    assert (found.first, found.last) == KNOWN[key]
    assert found.words().endswith("2026") or found.words().endswith("2024")


@pytest.mark.parametrize("year", [2020, 2024, 2026, 2100])
def test_months_follow_each_other_without_gap_and_fill_quarters_and_years(year: int) -> None:
    months = [preset(f"{year}-M{n}") for n in range(1, 13)]
    for one, following in zip(months, [*months[1:], preset(f"{year + 1}-M1")], strict=True):
        assert following.first == one.last + timedelta(days=1)
    quarters = [preset(f"{year}-Q{n}") for n in range(1, 5)]
    whole = preset(f"{year}-Y1")
    assert [q.first for q in quarters] == [months[n].first for n in (0, 3, 6, 9)]
    assert (quarters[0].first, quarters[3].last) == (whole.first, whole.last) == (months[0].first, months[11].last)


@pytest.mark.parametrize("key", ["", "x", "2026", "2026-", "2026-M0", "2026-M13", "2026-Q5", "2026-S2", "2026-X1", "1-M1",
                                 "0000-M1", "9999-Y1", "2026-M²", "٢٠٢٦-M1", "2026-M1x", "2026-M-1", "2000-M1"])
def test_what_is_no_period_is_refused(key: str) -> None:
    with pytest.raises(PeriodUnclear):
        preset(key)


@pytest.mark.parametrize(("first", "last", "refusal"), [
    (date(2026, 11, 20), date(2026, 11, 1), PeriodUnclear), (date(1, 1, 1), date(2026, 1, 1), PeriodUnclear),
    (date(2026, 1, 1), date(9999, 12, 31), PeriodUnclear), (date(2026, 12, 1), date(2026, 12, 31), PeriodNotBegun),
    (date(2001, 1, 1), date(2026, 1, 1), PeriodTooLong),
])
def test_absurd_days_are_refused_with_the_reason(first: date, last: date, refusal: type[Refused]) -> None:
    with clock.at(NOW), pytest.raises(refusal) as caught:
        chosen(first, last)
    assert "{" not in caught.value.words()


def test_days_that_are_a_preset_are_named_so() -> None:
    with clock.at(NOW):
        assert chosen(date(2026, 10, 15), date(2026, 11, 14)).key == "2026-M11"
        assert chosen(date(2026, 10, 1), date(2026, 10, 31)).key == ""  # a calendar month is the index's, not a preset


def test_only_periods_that_have_begun_are_offered() -> None:
    with clock.at(NOW):
        for one in offered(clock.today()):
            assert checked(one) is one
        last = months_back(clock.today())
    assert [one.key for one in last] == [f"2026-M{n}" for n in range(1, 13)]
    assert {one.id for one in kinds()} == {"M", "Q", "S", "N", "Y"}


def test_a_running_period_is_judged_now_and_a_past_one_at_its_end() -> None:
    with clock.at(NOW):
        assert preset("2026-M12").as_of == NOW
        assert preset("2026-M12").runs
        assert preset("2026-M11").as_of == datetime(2026, 11, 14, 17, tzinfo=UTC)
        assert not preset("2026-M11").runs


def test_local_rules_have_a_source_and_say_that_they_are_not_confirmed() -> None:
    rule = rule_on(date(2026, 11, 14))
    assert rule.source
    assert "Chưa kiểm chứng" in rule.note
    assert len({one.id for one in causes()}) == len(causes()) >= 5
