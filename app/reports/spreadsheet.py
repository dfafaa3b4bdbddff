"""A sheet as XLSX and CSV. Whatever a citizen typed stays text: no cell ever becomes a formula.

CSV: UTF-8 with BOM, RFC 4180 (CRLF, quotes doubled). A text that a spreadsheet would read as a formula gets an
apostrophe in front. XLSX: texts are typed as texts and marked so, which also survives editing the cell.
"""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from app.kit.clock import LOCAL
from app.kit.words import N_, say
from app.reports.periods import Period
from app.reports.sheet import Cell, Column, Row, Sheet, head_rows, said

MOST_LINES: Final = 10_000  # in one workbook; CSV has no limit
BOM: Final = "\ufeff"
# What begins a formula in one spreadsheet or another; full-width letters are folded to these by some.
_DANGEROUS: Final = frozenset("=+-@\t\r\n＝＋－＠")
_LONGEST: Final = 32_767  # letters in a cell of XLSX
MADE_AT: Final = N_("Lập lúc {at}")
COUNTED: Final = N_("Số liệu tính đến {at}")
PERIOD: Final = N_("Từ ngày {first} đến ngày {last}")


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet could take this text for a formula; leading spaces do not hide it."""
    return text[:1] in _DANGEROUS or text.lstrip()[:1] in _DANGEROUS if text else False


def safe(text: str) -> str:
    """The text as a CSV cell holds it."""
    return f"'{text}" if is_dangerous(text) else text


def _csv_cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int) else safe(cell)


def csv_lines(rows: Sequence[Sequence[Cell]]) -> str:
    """Lines of a CSV file, without the BOM."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def column_names(columns: Sequence[Column], language: str) -> list[Cell]:
    """One name a column, its heads joined: a CSV file has one header line."""
    return [" / ".join(say(words, language) for words in (*column.group, column.words)) for column in columns]


def title_block(sheet: Sheet, language: str) -> list[str]:
    """What stands above the table: sign, unit, title, period, when it was counted and made."""
    named = sheet.period.words(language)
    between = say(PERIOD, language, first=f"{sheet.period.first:%d/%m/%Y}", last=f"{sheet.period.last:%d/%m/%Y}")
    return [
        sheet_sign(sheet, language), sheet.unit, say(sheet.title, language), f"{named}: {between}" if named else between,
        f"{say(COUNTED, language, at=_moment(sheet.as_of))}. {say(MADE_AT, language, at=_moment(sheet.made_at))}.",
    ]


PRACTICE: Final = N_("[Mẫu theo cách làm của địa phương]")


def sheet_sign(sheet: Sheet, language: str) -> str:
    """The form's official sign, and whether it is not official."""
    return " ".join(one for one in (say(sheet.sign, language), say(PRACTICE, language) if sheet.practice else "") if one)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M %d/%m/%Y}"


def as_csv(sheet: Sheet, language: str = "vi") -> bytes:
    """A short report whole: title block, table, foot."""
    rows: list[Sequence[Cell]] = [[line] for line in title_block(sheet, language)]
    rows += [[], column_names(sheet.columns, language), *(cells for _, cells in said(sheet, language)), []]
    rows += [[line] for line in sheet.foot_lines(language)]
    return (BOM + csv_lines(rows)).encode()


async def stream_csv(
    columns: Sequence[Column], pages: AsyncIterator[list[Row]], language: str = "vi"
) -> AsyncIterator[bytes]:
    """A list of any length: the header line, then page by page."""
    yield (BOM + csv_lines([column_names(columns, language)])).encode()
    async for rows in pages:
        yield csv_lines([row.cells for row in rows]).encode()


def as_xlsx(sheet: Sheet, language: str = "vi") -> bytes:
    """A workbook of one sheet: A4 landscape, header frozen and repeated on each page, numbers and dates as such."""
    import xlsxwriter  # here: forty modules for the few processes that are asked for a workbook

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "dd/mm/yyyy hh:mm",
    })
    book.set_properties({"title": say(sheet.title, language), "created": sheet.made_at.astimezone(UTC).replace(tzinfo=None)})
    page = book.add_worksheet(_tab(sheet))
    drawn = _Drawn(book, page)
    top = drawn.title(title_block(sheet, language), len(sheet.columns))
    first = drawn.head(sheet.columns, top + 1, language)
    row_no = first
    for row, cells in said(sheet, language):
        drawn.row(row_no, sheet.columns, row, cells)
        row_no += 1
    drawn.foot(row_no + 1, sheet.foot_lines(language), len(sheet.columns))
    page.freeze_panes(first, 0)
    page.repeat_rows(top + 1, first - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P/&N")
    book.close()
    return out.getvalue()


class _Drawn:
    """The formats of one workbook and where things go."""

    def __init__(self, book: Any, page: Any) -> None:
        font = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
        self.page = page
        self._book, self._font, self._made = book, font, {}  # type: ignore[var-annotated]

    def _format(self, **more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._font, **more})
        return self._made[key]

    def title(self, lines: Sequence[str], width: int) -> int:
        """The block above the table; its last row."""
        for number, line in enumerate(lines):
            strong = number == 2
            middle = number in (2, 3, 4)
            look = self._format(bold=strong, font_size=13 if strong else 11, align="center" if middle else "left")
            if width > 1 and middle:
                self.page.merge_range(number, 0, number, width - 1, "", look)
            self.page.write_string(number, 0, line, look)
        return len(lines)

    def head(self, columns: Sequence[Column], top: int, language: str) -> int:
        """The heads and, where the form has them, the signs; the first row of figures."""
        look = self._format(bold=True, border=1, align="center", valign="vcenter", text_wrap=True, bg_color="#EDEDE6")
        rows = head_rows(columns)
        for level, row in enumerate(rows):
            for one in row:
                words = say(one.words, language)
                if one.across > 1 or one.down > 1:
                    self.page.merge_range(
                        top + level, one.column, top + level + one.down - 1, one.column + one.across - 1, "", look
                    )
                self.page.write_string(top + level, one.column, words, look)
        behind = top + len(rows)
        if any(one.sign for one in columns):
            small = self._format(border=1, align="center", italic=True, font_size=9, text_wrap=True)
            for place, column in enumerate(columns):
                self.page.write_string(behind, place, column.sign, small)
            behind += 1
        for place, column in enumerate(columns):
            self.page.set_column(place, place, column.width)
        return behind

    def row(self, number: int, columns: Sequence[Column], row: Row, cells: Sequence[Cell]) -> None:
        bold = row.weight != "plain"
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            if isinstance(cell, datetime):
                at = cell.astimezone(LOCAL).replace(tzinfo=None, second=0, microsecond=0)
                self.page.write_datetime(number, place, at, self._format(border=1, bold=bold, num_format="dd/mm/yyyy hh:mm"))
            elif isinstance(cell, date):
                self.page.write_datetime(number, place, cell, self._format(border=1, bold=bold, num_format="dd/mm/yyyy"))
            elif isinstance(cell, int):
                self.page.write_number(number, place, cell, self._format(border=1, bold=bold, num_format="#,##0"))
            elif cell:
                look = self._format(border=1, bold=bold, text_wrap=column.width > 12, quote_prefix=is_dangerous(cell))
                self.page.write_string(number, place, cell[:_LONGEST], look)
            else:
                self.page.write_blank(number, place, None, self._format(border=1, bold=bold))

    def foot(self, top: int, lines: Sequence[str], width: int) -> None:
        for number, line in enumerate(lines):
            look = self._format(italic=True, font_size=9, text_wrap=True)
            if width > 1:
                self.page.merge_range(top + number, 0, top + number, width - 1, "", look)
            self.page.write_string(top + number, 0, line, look)
            self.page.set_row(top + number, 26 if len(line) > 140 else 14)


def _tab(sheet: Sheet) -> str:
    """The name of the sheet's tab: the form."""
    return {"register": "So theo doi", "overdue": "Qua han", "apologies": "Xin loi"}.get(sheet.form, f"Bieu {sheet.form}")


def file_name(form: str, period: Period, ending: str) -> str:
    """bao-cao-06a-2026-10-15-2026-11-14.xlsx"""
    return f"bao-cao-{form}-{period.first}-{period.last}.{ending}"
