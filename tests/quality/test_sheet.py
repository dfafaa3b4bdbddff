"""The index as configuration: what is refused, with which words; which version a period takes."""

from datetime import date
from pathlib import Path

import pytest

from app.quality.catalogued import SETS
from app.quality.functions import DOSSIERS, KINDS, PROCEDURES
from app.quality.lenses import LENSES
from app.quality.sheet import FOLDER, NoSheet, SheetImpossible, load_sheets, sheet_on

SHIPPED = (FOLDER / "766.toml").read_text(encoding="utf-8")


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_shipped_sheet_has_every_indicator_and_a_hundred_points() -> None:
    [sheet] = load_sheets()
    assert {one.id for one in sheet.indicators} == {
        "1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3", "3.5", "3.5b", "3.6", "4.1", "4.2", "4.3", "4.4",
        "4.5a", "4.5b", "4.6", "5.1", "5.2", "5.3", "5.4",
    }
    assert sum(one.max for one in sheet.indicators) == 100


def test_every_function_a_sheet_may_name_is_there() -> None:
    assert set(DOSSIERS) == set(LENSES)
    assert set(PROCEDURES) == set(SETS)
    assert {one.function for one in load_sheets()[0].indicators} <= set(KINDS)


@pytest.mark.parametrize(("old", "new", "says"), [
    ('function = "on_time"', 'function = "on_tyme"', "unknown function 'on_tyme'"),
    ('also = ["on_time_first_promise", "on_time_in_hand"]', 'also = ["by_hand"]', "unknown reading 'by_hand'"),
    ("max = 20\nconversion", "max = 19\nconversion", "group 2: indicators add up to 19, not to 20"),
    ("total = 100", "total = 90", "the groups add up to 100, not to 90"),
    ('id = "1.2"', 'id = "1.1"', "indicator 1.1 is declared twice"),
    ('group = "2"', 'group = "9"', "group '9' is not declared"),
    ('{ kind = "threshold", at = "0.80" }', '{ kind = "threshold" }', "`at` belongs to kind threshold"),
    ('{ kind = "threshold", at = "0.80" }', '{ kind = "linear", at = "0.80" }', "`at` belongs to kind threshold"),
    ('{ kind = "factor", by = "2.5" }', '{ kind = "factor" }', "`by` belongs to kind factor"),
    ('empty = "zero"', 'empty = "0"', "empty"),
    ("total = 100", "total = 100\nvalid_too = 2027-01-01", "valid_too"),
    ("valid_from = 2022-06-23", "valid_from = 2022-06-23\nvalid_to = 2021-01-01", "valid_to is before valid_from"),
    ("total = 100", "total = [", "Invalid value"),
])
def test_a_sheet_that_cannot_be_meant_is_refused_with_its_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SHIPPED
    with pytest.raises(SheetImpossible) as refused:
        load_sheets(folder(tmp_path, broken=SHIPPED.replace(old, new, 1)))
    assert "broken.toml" in refused.value.words()
    assert says in refused.value.words()


def test_a_new_wording_is_a_second_file_chosen_by_the_period(tmp_path: Path) -> None:
    old = SHIPPED.replace("valid_from = 2022-06-23", "valid_from = 2022-06-23\nvalid_to = 2026-12-31")
    new = SHIPPED.replace("valid_from = 2022-06-23", "valid_from = 2027-01-01").replace("QĐ 766", "QĐ mới")
    both = load_sheets(folder(tmp_path, old=old, new=new))
    assert sheet_on(date(2026, 12, 31), both) is both[0]
    assert sheet_on(date(2027, 1, 1), both) is both[1]
    with pytest.raises(NoSheet):
        sheet_on(date(2022, 6, 22), both)


def test_two_versions_for_one_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetImpossible, match="SheetImpossible") as refused:
        load_sheets(folder(tmp_path, a=SHIPPED, b=SHIPPED.replace("valid_from = 2022-06-23", "valid_from = 2027-01-01")))
    assert "trùng thời gian hiệu lực" in refused.value.words()


def test_one_indicator_may_change_within_a_sheet(tmp_path: Path) -> None:
    start = SHIPPED.index('[[indicators]]\nid = "1.1"')
    first = SHIPPED[start:SHIPPED.index("[[indicators]]", start + 5)]
    ended = first.rstrip() + "\nvalid_to = 2026-12-31\n\n"
    later = first.replace("PUBLISH_ON_TIME", "PUBLISH_IN_REAL_TIME").rstrip() + "\nvalid_from = 2027-01-01\n\n"
    [sheet] = load_sheets(folder(tmp_path, one=SHIPPED.replace(first, ended + later)))
    assert [one.codes for one in sheet.on(date(2026, 12, 31)) if one.id == "1.1"] == [("PUBLISH_ON_TIME",)]
    assert [one.codes for one in sheet.on(date(2027, 1, 1)) if one.id == "1.1"] == [("PUBLISH_IN_REAL_TIME",)]
    with pytest.raises(SheetImpossible) as gap:
        load_sheets(folder(tmp_path, one=SHIPPED.replace(first, ended)))
    assert "01/01/2027" in gap.value.words()


def test_a_folder_without_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetImpossible):
        load_sheets(tmp_path)
