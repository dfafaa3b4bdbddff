"""What leaves as a spreadsheet: read back cell by cell; no text of a citizen ever runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.periods import Period
from app.reports.sheet import Column, Row, Sheet, content_of, digest_of, sheet_of
from app.reports.spreadsheet import as_csv, as_xlsx, csv_lines, is_dangerous

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ATTACKS = (
    "=1+1", "+84912000111", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠x",
    '=HYPERLINK("http://x","y")',
)


def sheet(*rows: Row) -> Sheet:
    columns = (
        Column("name", "Chủ hồ sơ"), Column("n", "Tổng số", "count", ("Số lượng hồ sơ tiếp nhận",), "(3)"),
        Column("day", "Hạn cũ", "day"), Column("at", "Hạn mới", "moment"),
    )
    return Sheet(
        form="overdue", sign="", title="Danh sách hồ sơ quá hạn", unit="Xã Tân Mai", units=("Xã Tân Mai",),
        period=Period(date(2026, 10, 15), date(2026, 11, 14), "2026-M11"), as_of=AT, made_at=AT, columns=columns, rows=rows,
        foot=(("Quy ước trên có hiệu lực từ {day}: {source}. {note}", {"day": "x", "source": "=evil", "note": ""}),),
    )


def read_back(made: Sheet) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(made)))
    return list(book.active.iter_rows())


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(attack: str) -> None:
    cells = [cell for row in read_back(sheet(Row((attack, 1, None, None)))) for cell in row]  # type: ignore[attr-defined]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    said = [(cell, cell.value.replace("_x000D_", "").strip()) for cell in cells if isinstance(cell.value, str)]
    found = [cell for cell, text in said if text == attack.strip()]
    assert found, attack
    assert all(cell.quotePrefix for cell in found)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_begins_a_formula(attack: str) -> None:
    (line,) = csv.reader(io.StringIO(csv_lines([[attack, 7]]), newline=""))
    assert line == [f"'{attack}", "7"]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
def test_any_text_survives_csv_with_at_most_an_apostrophe_in_front(text: str) -> None:
    (line,) = csv.reader(io.StringIO(csv_lines([[text, -3]]), newline=""))
    assert line == [f"'{text}" if is_dangerous(text) else text, "-3"]


def test_a_csv_is_utf_8_with_a_mark_and_crlf() -> None:
    made = as_csv(sheet(Row(('Tạ "Quang", Nhẫn\nHai', 12, date(2026, 11, 1), AT))))
    assert made.startswith(b"\xef\xbb\xbf")
    text = made.decode("utf-8-sig")
    assert text.replace("\r\n", "").count("\n") == 1  # the one inside the quoted name
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert ['Tạ "Quang", Nhẫn\nHai', "12", "2026-11-01", "2026-11-20 16:30"] in lines


def test_numbers_and_dates_of_a_workbook_are_numbers_and_dates() -> None:
    rows = read_back(sheet(Row(("Tạ Quang Nhẫn", 1234567, date(2026, 11, 1), AT))))
    values = next(tuple(cell.value for cell in row) for row in rows if row[0].value == "Tạ Quang Nhẫn")  # type: ignore[attr-defined]
    assert values == ("Tạ Quang Nhẫn", 1234567, datetime(2026, 11, 1), datetime(2026, 11, 20, 16, 30))


def test_a_workbook_says_what_it_is_above_the_table_and_is_set_up_for_paper() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet(Row(("x", 1, None, None))))))
    page = book.active
    above = "\n".join(str(page.cell(n, 1).value) for n in range(1, 6))
    for words in ("Xã Tân Mai", "Danh sách hồ sơ quá hạn", "Tháng 11/2026", "15/10/2026", "14/11/2026", "16:30 20/11/2026"):
        assert words in above
    assert (page.page_setup.orientation, int(page.page_setup.paperSize)) == ("landscape", 9)
    assert page.freeze_panes == "A10"
    assert page.print_title_rows == "$7:$9"
    assert page.column_dimensions["A"].width == pytest.approx(10, abs=1)


def test_a_workbook_holds_the_longest_text_a_cell_can() -> None:
    rows = read_back(sheet(Row(("a" * 40_000, 1, None, None))))
    assert max(len(str(cell.value or "")) for row in rows for cell in row) == 32_767  # type: ignore[attr-defined]


def test_a_frozen_sheet_reads_back_as_it_was() -> None:
    made = sheet(Row(("Tạ", 1, date(2026, 11, 1), AT), {"office": "2"}, "total"), Row((None, 0, None, None)))
    content = content_of(made)
    assert sheet_of(content) == made
    assert digest_of(content) == digest_of(dict(reversed(content.items())))
    assert digest_of(content) != digest_of({**content, "unit": "Xã khác"})
