"""How people write, and what is made of it."""

from datetime import datetime
from typing import Any

import pytest

from app.kit import clock
from app.procedures import dates
from app.procedures.forms import check_fields
from app.procedures.questions import FormField

TODAY = datetime.fromisoformat("2026-11-11T10:00:00+07:00")
WORDS = {"vi": "Ô này", "en": "This field"}


def field(kind: str, **more: Any) -> FormField:
    if kind in ("choice", "choices"):
        more["options"] = [{"value": one, "label": {"vi": one, "en": one}} for one in ("red", "green")]
    return FormField.model_validate({"id": "it", "kind": kind, "label": WORDS, **more})


def checked(kind: str, given: Any, **more: Any) -> tuple[Any, str | None]:
    with clock.at(TODAY):
        values, errors = check_fields((field(kind, **more),), given if isinstance(given, dict) else {"it": given}, {})
    return values["it"], errors.get("it")


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", "  Trạm   y tế  ", "Trạm y tế"),
        ("long_text", "một\r\nhai", "một\nhai"),
        ("number", "12", 12),
        ("money", "1.250.000", 1_250_000),
        ("personal_number", "000 199-004.821", "000199004821"),
        ("phone", "0912 345 678", "+84912345678"),
        ("email", "lieu@vidu.example", "lieu@vidu.example"),
        ("time", "8h30", "08:30"),
        ("yes_no", "yes", "yes"),
        ("choice", "green", "green"),
        ("choices", ["green", "red"], ["red", "green"]),
        ("date", "7/11/2026", {"year": 2026, "month": 11, "day": 7}),
        ("date", "2026-11-07", {"year": 2026, "month": 11, "day": 7}),
        ("partial_date", "1941", {"year": 1941}),
        ("partial_date", "5/1941", {"year": 1941, "month": 5}),
    ],
)
def test_what_people_write_is_understood(kind, typed, kept):
    assert checked(kind, typed) == (kept, None)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "x" * 301),
        ("text", "a\x00b"),
        ("text", "abc\u202edef"),
        ("number", "nhiều"),
        ("number", "-1"),
        ("number", "1.5"),
        ("money", "10000000000000000"),
        ("personal_number", "00019900482"),
        ("phone", "12"),
        ("email", "lieu@"),
        ("time", "25:00"),
        ("yes_no", "maybe"),
        ("choice", "blue"),
        ("choices", ["blue"]),
        ("date", "31/2/2026"),
        ("date", "1941"),
        ("date", "hôm qua"),
        ("partial_date", "1879"),
        ("partial_date", "41"),
        ("address", {"it-commune": "Tân Mai"}),
        ("address", {"it-street": "Thôn Đình"}),
    ],
)
def test_what_cannot_be_is_said(kind, typed):
    assert checked(kind, typed)[1]


@pytest.mark.parametrize(
    "kind", ["text", "choice", "choices", "date", "partial_date", "number", "address", "personal_number"]
)
def test_what_is_required_is_asked_for_and_what_is_not_may_stay_empty(kind):
    assert checked(kind, "")[1]
    assert checked(kind, "", required=False)[1] is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("80", 80),
        ("82,5", "82,5"),
        ("82.50 m²", "82,5"),
        ("82,0", 82),
        ("1.250", 1250),
        ("1.250,75 m²", "1250,75"),
        ("1250.75", "1250,75"),
    ],
)
def test_a_measure_may_carry_its_unit_and_a_comma(typed, kept):
    assert checked("number", typed, decimals=2, unit="m²") == (kept, None)


@pytest.mark.parametrize("typed", ["m²", "82,555", "8,2,5", "80 ha", "-5", "1001", "rộng"])
def test_a_measure_is_a_number_within_its_bounds(typed):
    assert checked("number", typed, decimals=2, unit="m²", most=1000)[1]


def test_a_wrong_value_is_kept_as_typed_so_that_it_can_be_mended():
    assert checked("personal_number", "00019900482")[0] == "00019900482"


def test_a_date_in_three_boxes_is_the_same_date():
    assert checked("date", {"it-day": "7", "it-month": "11", "it-year": "2026"})[0] == {"year": 2026, "month": 11, "day": 7}


@pytest.mark.parametrize(("typed", "late"), [("11/11/2026", False), ("12/11/2026", True), ("2026", False), ("2027", True)])
def test_today_has_begun_and_tomorrow_has_not(typed, late):
    assert bool(checked("partial_date", typed, past=True)[1]) is late


def test_a_field_that_does_not_apply_is_neither_asked_nor_kept():
    fields = (field("yes_no"), FormField.model_validate({"id": "why", "kind": "text", "label": WORDS, "when": "it == 'no'"}))
    assert check_fields(fields, {"it": "yes", "why": "x"}, {}) == ({"it": "yes"}, {})
    assert set(check_fields(fields, {"it": "no"}, {})[1]) == {"why"}


@pytest.mark.parametrize(
    ("value", "last"),
    [
        ({"year": 1941}, "1941-12-31"),
        ({"year": 2024, "month": 2}, "2024-02-29"),
        ({"year": 2026, "month": 11, "day": 7}, "2026-11-07"),
        (None, None),
        ("2026", None),
        ({"year": 2026, "month": 13}, None),
        ({"month": 5}, None),
    ],
)
def test_the_last_day_a_date_may_mean(value, last):
    found = dates.last_possible(value)
    assert (found.isoformat() if found else None) == last
