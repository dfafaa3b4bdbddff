"""Terms are read exactly or refused in words."""

import pytest

from app.deadlines.terms import (
    TermAbsurd,
    TermRefused,
    TermUnit,
    TermUnitUnknown,
    TermWithoutUnit,
    parse_term,
)


@pytest.mark.parametrize(("text", "again", "minutes"), [
    ("3 working-days", "3 working-days", 1440),
    ("  1   Working-Day ", "1 working-days", 480),
    ("0.5 working-days", "0.5 working-days", 240),
    ("0,5 working-days", "0.5 working-days", 240),
    ("8 working-hours", "8 working-hours", 480),
    ("0.25 working-hours", "0.25 working-hours", 15),
    ("10 half-days", "10 half-days", 2400),
    ("15 calendar-days", "15 calendar-days", None),
    ("same-day", "same-day", 480),
    ("3.0 working-days", "3 working-days", 1440),
])
def test_a_term_is_read_and_written_the_same(text: str, again: str, minutes: int | None) -> None:
    term = parse_term(text)
    assert str(term) == again
    assert parse_term(str(term)) == term
    assert term.working_minutes == minutes


@pytest.mark.parametrize(("text", "refusal"), [
    ("3", TermWithoutUnit),
    ("", TermRefused),
    ("   ", TermRefused),
    ("working-days", TermRefused),
    ("three working-days", TermUnitUnknown),
    ("3 weeks", TermUnitUnknown),
    ("3 ngày", TermUnitUnknown),
    ("0 working-days", TermAbsurd),
    ("-1 working-days", TermAbsurd),
    ("0.3 working-days", TermAbsurd),
    ("0.5 calendar-days", TermAbsurd),
    ("2 same-day", TermAbsurd),
    ("100000 working-days", TermAbsurd),
    ("9" * 400 + " working-hours", TermAbsurd),
    ("1e9 working-days", TermUnitUnknown),
    ("nan working-days", TermUnitUnknown),
])
def test_an_absurd_term_is_refused_by_name(text: str, refusal: type[TermRefused]) -> None:
    with pytest.raises(refusal) as refused:
        parse_term(text)
    assert refused.value.words()
    assert "{" not in refused.value.words()


def test_a_term_is_said_in_both_languages() -> None:
    half = parse_term("0.5 working-days")
    assert half.words() == "0,5 ngày làm việc"
    assert half.words("en") == "0.5 working days"
    assert all(parse_term(unit if unit is TermUnit.SAME_DAY else f"2 {unit}").words("en") for unit in TermUnit)
