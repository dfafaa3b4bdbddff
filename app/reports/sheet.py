"""A report as a sheet: title block, columns under their heads, rows, foot. What is shown, printed, exported, frozen."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Literal

import orjson

from app.kit.clock import LOCAL
from app.kit.words import say
from app.reports.periods import Period

Cell = str | int | date | datetime | None
Form = Literal["06a", "06b", "07a", "07a-btp", "register", "overdue", "apologies"]
Kind = Literal["text", "count", "day", "moment"]
Foot = Sequence[tuple[str, Mapping[str, str]]]  # sentences under the table: message id, fields
FORMAT: Final = 1  # of the frozen content


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `words` and `group` are message ids; `sign` what the form prints under the head: "(3)=(4)+(5)+(6)"."""

    key: str
    words: str
    kind: Kind = "text"
    group: tuple[str, ...] = ()  # heads above it, outermost first
    sign: str = ""
    width: int = 10  # of a spreadsheet, in letters


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `about` says which dossiers it counts, in the words of the address; `weight` how it is printed."""

    cells: tuple[Cell, ...]
    about: Mapping[str, str] = field(default_factory=dict)
    weight: Literal["plain", "level", "total"] = "plain"
    translated: bool = False  # its text is a message id


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole report. Texts are message ids or names of places; moments are aware, UTC."""

    form: Form
    sign: str  # "Biểu số II.06a/VPCP/KSTT"
    title: str
    unit: str  # whose report it is
    units: tuple[str, ...]  # the offices it counts
    period: Period
    as_of: datetime
    made_at: datetime
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[tuple[str, Mapping[str, str]], ...]  # (message id, fields): rules, sources, doubts
    practice: bool = False  # not an official form: the [practice] mark
    more: bool = False  # a list that goes on behind its last row

    def foot_lines(self, language: str = "vi") -> list[str]:
        """The sentences under the table."""
        return [say(text, language, **fields) for text, fields in self.foot]

    @property
    def lines(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of the table's head."""

    words: str
    row: int
    column: int
    across: int
    down: int


def heads(columns: Sequence[Column]) -> tuple[int, list[Head]]:
    """How many rows the head has, and its cells: neighbours under the same group share one."""
    depth = max((len(one.group) for one in columns), default=0) + 1
    found: list[Head] = []
    for level in range(depth):
        place = 0
        while place < len(columns):
            path = columns[place].group
            if level < len(path):
                end = place
                while end < len(columns) and columns[end].group[: level + 1] == path[: level + 1]:
                    end += 1
                found.append(Head(path[level], level, place, end - place, 1))
                place = end
            else:
                if level == len(path):
                    found.append(Head(columns[place].words, level, place, 1, depth - level))
                place += 1
    return depth, found


def head_rows(columns: Sequence[Column]) -> list[list[Head]]:
    """The head, row by row, left to right."""
    depth, found = heads(columns)
    return [[one for one in found if one.row == level] for level in range(depth)]


def content_of(sheet: Sheet) -> dict[str, Any]:
    """All that printing it needs, as plain data."""
    return {
        "format": FORMAT, "form": sheet.form, "sign": sheet.sign, "title": sheet.title, "unit": sheet.unit,
        "units": list(sheet.units),
        "period": [sheet.period.first.isoformat(), sheet.period.last.isoformat(), sheet.period.key],
        "as_of": sheet.as_of.isoformat(), "made_at": sheet.made_at.isoformat(), "practice": sheet.practice,
        "columns": [
            {"key": c.key, "words": c.words, "kind": c.kind, "group": list(c.group), "sign": c.sign, "width": c.width}
            for c in sheet.columns
        ],
        "rows": [
            {"cells": [_plain(cell) for cell in row.cells], "about": dict(row.about), "weight": row.weight,
             "translated": row.translated}
            for row in sheet.rows
        ],
        "foot": [[text, dict(fields)] for text, fields in sheet.foot],
    }


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """The other way round."""
    columns = tuple(Column(**{**one, "group": tuple(one["group"])}) for one in content["columns"])
    first, last, key = content["period"]
    rows = tuple(
        Row(tuple(_cell(column.kind, cell) for column, cell in zip(columns, one["cells"], strict=True)),
            one["about"], one["weight"], one["translated"])
        for one in content["rows"]
    )
    return Sheet(
        form=content["form"], sign=content["sign"], title=content["title"], unit=content["unit"],
        units=tuple(content["units"]), period=Period(date.fromisoformat(first), date.fromisoformat(last), key),
        as_of=datetime.fromisoformat(content["as_of"]), made_at=datetime.fromisoformat(content["made_at"]),
        columns=columns, rows=rows, foot=tuple((text, fields) for text, fields in content["foot"]),
        practice=content["practice"],
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in canonical JSON: keys sorted, UTF-8, no spaces."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def same_figures(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets say the same, whenever they were made."""
    return _figures(one) == _figures(other)


def _figures(sheet: Sheet) -> tuple[Any, ...]:
    return tuple(one.key for one in sheet.columns), tuple((row.cells, row.weight) for row in sheet.rows)


def _plain(cell: Cell) -> str | int | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def _cell(kind: Kind, plain: Any) -> Cell:
    if not isinstance(plain, str):
        return plain  # type: ignore[no-any-return]
    if kind == "day":
        return date.fromisoformat(plain)
    return datetime.fromisoformat(plain) if kind == "moment" else plain


def local_text(cell: Cell) -> str:
    """A cell as people read it: 14/11/2026, 14/11/2026 16:30."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(LOCAL):%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def said(sheet: Sheet, language: str) -> Iterator[tuple[Row, list[Cell]]]:
    """Each row with its cells, the message ids among them in the reader's language."""
    for row in sheet.rows:
        yield row, [say(cell, language) if row.translated and isinstance(cell, str) else cell for cell in row.cells]


def with_rows(sheet: Sheet, rows: Sequence[Row], *, more: bool = False) -> Sheet:
    """The same sheet about other rows."""
    return replace(sheet, rows=tuple(rows), more=more)
