"""Read the country's units from a file, keep them by period, and say which one a code meant on a day.

The file: CSV, UTF-8, columns code, name, kind, parent_code, valid_from, and optionally valid_to, successor_code.
Source: QĐ 19/2025/QĐ-TTg and the resolutions that changed kinds since; the Statistics Office's catalogue is official.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path

import asyncpg

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import NotFound, Refused
from app.kit.words import N_, say
from app.org.territory import UnitKind

COLUMNS = ("code", "name", "kind", "parent_code", "valid_from")
OPTIONAL = ("valid_to", "successor_code")
_CODE = re.compile(r"[0-9]{2}|[0-9]{5}", re.ASCII)
_MOST_PROBLEMS = 20


class UnitsFileRefused(Refused):
    """The file cannot be taken in; every line that is wrong is named."""

    says = N_("Danh mục đơn vị hành chính có lỗi:\n{problems}")


class UnitUnknown(NotFound):
    """No unit had this code on that day."""

    says = N_("Không có đơn vị hành chính mã {code} vào ngày {day}.")


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A unit as it was from `valid_from` to `valid_to` (included; None: still)."""

    code: str
    name: str
    kind: UnitKind
    parent_code: str | None
    valid_from: date
    valid_to: date | None = None
    successor_code: str | None = None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Periods by what the import did with them. `ended`: an earlier period closed because its code has a new one."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """A place in two levels, as units of today, and the old text where an old paper had three (R18, R23)."""

    province: str  # full names: "Tỉnh Đồng Nai"
    commune: str  # "Phường Trị An"
    street: str = ""
    old_text: str = ""

    def display(self, language: str = "vi") -> str:
        """One line, smallest place first; an old three-level address follows as history, never rewritten."""
        now = ", ".join(part.strip() for part in (self.street, self.commune, self.province) if part.strip())
        if not self.old_text.strip():
            return now
        old = say(N_("Địa chỉ cũ: {old}"), language, old=self.old_text.strip())
        return f"{now} ({old})" if now else old


def read_units(source: Path | bytes) -> list[UnitPeriod]:
    """Every period in the file, by code and day; an earlier one ends the day before the next begins.

    Raises UnitsFileRefused with the number of each bad line.
    """
    content = source.read_bytes() if isinstance(source, Path) else source
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise _refusal([f"dòng {line}: không phải UTF-8"]) from wrong
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="+", strict=True)
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise _refusal([f"dòng 1: thiếu cột {', '.join(missing)}"])
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as wrong:
        raise _refusal([f"dòng {reader.reader.line_num}: {wrong}"]) from wrong
    problems: list[str] = []
    read: list[tuple[int, UnitPeriod]] = []
    for number, row in rows:
        try:
            read.append((number, _period(row)))
        except ValueError as wrong:
            problems.append(f"dòng {number}: {wrong}")
    if not rows:
        problems.append("dòng 2: không có đơn vị nào")
    problems += _contradictions(read)
    if problems:
        raise _refusal(problems)
    return closed(period for _, period in read)


def closed(periods: Iterable[UnitPeriod]) -> list[UnitPeriod]:
    """Sorted by code and day, each open period of a code ended where its next begins."""
    whole: list[UnitPeriod] = []
    ordered = sorted(periods, key=lambda period: (len(period.code), period.code, period.valid_from))
    for _, group in groupby(ordered, key=lambda period: period.code):
        same = list(group)
        for earlier, later in pairwise(same):
            whole.append(earlier if earlier.valid_to else replace(earlier, valid_to=_eve(later.valid_from)))
        whole.append(same[-1])
    return whole


def unit_on(periods: Iterable[UnitPeriod], code: str, day: date) -> UnitPeriod:
    """What `code` meant on `day`. Raises UnitUnknown."""
    for period in periods:
        if period.code == code and period.covers(day):
            return period
    raise UnitUnknown(code=code, day=f"{day:%d/%m/%Y}")


async def find_unit(db: Db, code: str, day: date | None = None) -> UnitPeriod:
    """The same from the database, today by default. Raises UnitUnknown."""
    on = day or clock.today()
    row = await db.row(f"{_SELECT} WHERE code = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)", code, on)
    if row is None:
        raise UnitUnknown(code=code, day=f"{on:%d/%m/%Y}")
    return _stored(row)


async def units_of(db: Db, parent_code: str | None = None, day: date | None = None) -> list[UnitPeriod]:
    """The communes of a province on a day, or all provinces; by code."""
    rows = await db.rows(
        f"{_SELECT} WHERE parent_code IS NOT DISTINCT FROM $1 AND valid_from <= $2"
        " AND (valid_to IS NULL OR valid_to >= $2) ORDER BY code",
        parent_code, day or clock.today(),
    )
    return [_stored(row) for row in rows]


async def import_units(db: Db, periods: Sequence[UnitPeriod]) -> ImportReport:
    """Take the periods in; the same file twice changes nothing. What the file does not name stays as it is.

    A period stored open ends the day before the code's next one begins. Raises UnitsFileRefused when the file and what
    is stored contradict each other (overlapping periods, a parent nobody knows).
    """
    await db.run("LOCK TABLE territory IN SHARE ROW EXCLUSIVE MODE")
    stored = {(p.code, p.valid_from): p for p in (_stored(row) for row in await db.rows(_SELECT))}
    given = {(p.code, p.valid_from): p for p in periods}
    merged = {(p.code, p.valid_from): p for p in closed({**stored, **given}.values())}
    problems = _contradictions([(0, period) for period in merged.values()])
    if problems:
        raise _refusal(problems)
    added = [p for key, p in merged.items() if key not in stored]
    altered = [p for key, p in merged.items() if key in stored and p != stored[key]]
    ended = [p for p in altered if p == replace(stored[p.code, p.valid_from], valid_to=p.valid_to)
             and stored[p.code, p.valid_from].valid_to is None]
    await db.connection.executemany(_UPSERT, [
        (p.code, p.valid_from, p.valid_to, p.name, p.kind.value, p.parent_code, p.successor_code)
        for p in (*altered, *added)
    ])
    unchanged = sum(1 for key in given if stored.get(key) == merged[key])
    return ImportReport(len(added), len(altered) - len(ended), len(ended), unchanged)


_SELECT = "SELECT code, name, kind, parent_code, valid_from, valid_to, successor_code FROM territory"
_UPSERT = """
    INSERT INTO territory (code, valid_from, valid_to, name, kind, parent_code, successor_code)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (code, valid_from) DO UPDATE
       SET valid_to = excluded.valid_to, name = excluded.name, kind = excluded.kind,
           parent_code = excluded.parent_code, successor_code = excluded.successor_code
"""


def _stored(row: asyncpg.Record) -> UnitPeriod:
    return UnitPeriod(**{**dict(row), "kind": UnitKind(row["kind"])})


def _period(row: dict[str, str | None]) -> UnitPeriod:
    """One line. Raises ValueError with what is wrong."""
    if "+" in row:
        raise ValueError("nhiều ô hơn tiêu đề")
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}
    code, parent = cells["code"], cells["parent_code"]
    if not _CODE.fullmatch(code):
        raise ValueError(f"mã “{code}” không phải 2 chữ số (tỉnh) hoặc 5 chữ số (xã); giữ cả số 0 ở đầu")
    if cells["kind"] not in set(UnitKind):
        raise ValueError(f"loại “{cells['kind']}” không thuộc {', '.join(UnitKind)}")
    kind = UnitKind(cells["kind"])
    if kind.is_province != (len(code) == 2):
        raise ValueError(f"loại “{kind}” không hợp với mã {code}")
    if kind.is_province and parent:
        raise ValueError(f"tỉnh, thành phố {code} không có đơn vị cấp trên")
    if not kind.is_province and not re.fullmatch(r"[0-9]{2}", parent, re.ASCII):
        raise ValueError(f"đơn vị {code} thiếu mã tỉnh (parent_code)")
    if not cells["name"]:
        raise ValueError(f"đơn vị {code} không có tên")
    if cells["successor_code"] and not _CODE.fullmatch(cells["successor_code"]):
        raise ValueError(f"mã kế thừa “{cells['successor_code']}” không hợp lệ")
    begins, ends = _day(cells["valid_from"], "valid_from"), cells["valid_to"]
    period = UnitPeriod(
        code, cells["name"], kind, parent or None, begins, _day(ends, "valid_to") if ends else None,
        cells["successor_code"] or None,
    )
    if period.valid_to is not None and period.valid_to < begins:
        raise ValueError(f"đơn vị {code} kết thúc trước khi bắt đầu")
    return period


def _day(text: str, column: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column} “{text}” không phải ngày dạng 2025-07-01") from None


def _contradictions(read: Sequence[tuple[int, UnitPeriod]]) -> list[str]:
    """What no single line shows: duplicates, overlaps, unknown parents and successors."""
    problems = []
    codes = {period.code for _, period in read}
    ordered = sorted(read, key=lambda item: (item[1].code, item[1].valid_from))
    for (_, earlier), (number, later) in pairwise(ordered):
        if earlier.code != later.code:
            continue
        if earlier.valid_from == later.valid_from:
            problems.append((number, f"mã {later.code} có hai dòng từ ngày {later.valid_from}"))
        elif earlier.valid_to is not None and earlier.valid_to >= later.valid_from:
            problems.append((number, f"mã {later.code}: hai giai đoạn chồng nhau từ ngày {later.valid_from}"))
    for number, period in read:
        if period.parent_code is not None and period.parent_code not in codes:
            problems.append((number, f"đơn vị {period.code} thuộc tỉnh {period.parent_code} không có trong danh mục"))
        if period.successor_code is not None and period.successor_code not in codes:
            problems.append((number, f"mã kế thừa {period.successor_code} của {period.code} không có trong danh mục"))
    return [f"dòng {number}: {what}" if number else what for number, what in sorted(problems)]


def _eve(day: date) -> date:
    return day - timedelta(days=1)


def _refusal(problems: Sequence[str]) -> UnitsFileRefused:
    shown = list(problems[:_MOST_PROBLEMS])
    if len(problems) > _MOST_PROBLEMS:
        shown.append(f"… và {len(problems) - _MOST_PROBLEMS} lỗi khác")
    return UnitsFileRefused(problems="\n".join(shown))
