"""A sheet as the templates draw it: heads with spans, cells with their links."""

from dataclasses import dataclass
from typing import Any, Final

from app.kit.words import say
from app.overview.page import address
from app.overview.reports_asking import Said
from app.reports.counting import HOLDS
from app.reports.sheet import Cell, Row, Sheet, head_rows, local_text, said

# Columns of 07a/BTP that are columns of II.06a by another name.
SAME: Final = {
    "received": "3", "carried": "6", "handled": "7", "early": "8", "on_time": "9", "late": "10", "open": "11",
    "in_time": "12", "overdue": "13",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its words, whether it is a number, where it leads, and its column's words for a reader of links."""

    words: str
    number: bool
    href: str
    about: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; the first `Shown` that is text names it."""

    weight: str
    cells: tuple[Shown, ...]


def table_of(sheet: Sheet, language: str, asked: Said | None) -> dict[str, Any]:
    """What `_table.html` draws. `asked`: numbers lead to their lists; None: they are frozen and lead nowhere."""
    heads = [
        [{"words": say(one.words, language), "across": one.across, "down": one.down} for one in row]
        for row in head_rows(sheet.columns)
    ]
    signs = [one.sign for one in sheet.columns] if any(one.sign for one in sheet.columns) else []
    lines = [Line(row.weight, tuple(_cells(sheet, row, cells, language, asked))) for row, cells in said(sheet, language)]
    return {"heads": heads, "signs": signs, "lines": lines, "kinds": [one.kind for one in sheet.columns]}


def _cells(sheet: Sheet, row: Row, cells: list[Cell], language: str, asked: Said | None) -> list[Shown]:
    shown = []
    for column, cell in zip(sheet.columns, cells, strict=True):
        number = isinstance(cell, int)
        text = local_text(cell) if not isinstance(cell, int) else _grouped(cell, language)
        about = " / ".join(say(words, language) for words in (*column.group, column.words))
        shown.append(Shown(text, number, _href(sheet, row, column.key, cell, asked), about))
    return shown


def _grouped(value: int, language: str) -> str:
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", ".")


def _href(sheet: Sheet, row: Row, key: str, cell: Cell, asked: Said | None) -> str:
    if asked is None:
        return ""
    if "dossier" in row.about:
        return f"/desk/dossiers/{row.about['dossier']}" if key == "code" else ""
    if not isinstance(cell, int) or cell == 0:
        return ""
    more: dict[str, str] = {name: row.about[name] for name in ("level", "sector") if name in row.about}
    if key.startswith("cause-"):
        more |= {"column": "all", "cause": key.removeprefix("cause-") or "-"}
    else:
        column = SAME.get(key, key) if sheet.form == "07a-btp" else key
        if column not in HOLDS:
            return ""
        more["column"] = column
    fields = asked.fields
    if "office" in row.about:
        fields["office"] = row.about["office"]
        more["alone"] = "1"
    return address(f"/overview/reports/{sheet.form}/dossiers", **fields, **more)
