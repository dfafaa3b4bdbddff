"""The country's units by period: read exactly, refused line by line, taken in twice without effect."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from app.kit.db import Db
from app.org.territory import UnitKind
from app.org.units import (
    Address,
    ImportReport,
    UnitPeriod,
    UnitsFileRefused,
    UnitUnknown,
    find_unit,
    import_units,
    read_units,
    unit_on,
    units_of,
)

SHARED = Path(os.environ.get("MOTCUA_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "units.csv"
with_country = pytest.mark.skipif(
    not SHARED.exists(), reason="the country's units.csv is not here: set MOTCUA_SHARED_DATA to its folder"
)
HEADER = "code,name,kind,parent_code,valid_from,valid_to,successor_code\n"
SMALL = HEADER + """\
96,Tỉnh Thử Nghiệm,tỉnh,,2025-07-01,,
96,Thành phố Thử Nghiệm,thành phố,,2026-09-20,,
96001,Xã Đầu,xã,96,2025-07-01,,
96001,Phường Đầu,phường,96,2026-09-20,,
96002,"Xã Cuối, hết",xã,96,2025-07-01,2026-03-31,96001
"""


def read(text: str) -> list[UnitPeriod]:
    return read_units(text.encode())


def problems(content: bytes) -> str:
    with pytest.raises(UnitsFileRefused) as refused:
        read_units(content)
    return refused.value.words()


def test_a_unit_keeps_its_code_and_changes_its_kind() -> None:
    units = read(SMALL)
    assert unit_on(units, "96001", date(2026, 9, 19)).name == "Xã Đầu"
    assert unit_on(units, "96001", date(2026, 9, 20)).kind is UnitKind.WARD
    assert unit_on(units, "96", date(2026, 9, 20)).kind is UnitKind.CITY
    assert unit_on(units, "96001", date(2026, 1, 1)).valid_to == date(2026, 9, 19)


def test_a_unit_that_ended_names_its_successor_and_is_unknown_afterwards() -> None:
    units = read(SMALL)
    assert unit_on(units, "96002", date(2026, 3, 31)).successor_code == "96001"
    with pytest.raises(UnitUnknown) as refused:
        unit_on(units, "96002", date(2026, 4, 1))
    assert "01/04/2026" in refused.value.words()
    with pytest.raises(UnitUnknown):
        unit_on(units, "96001", date(2025, 6, 30))


@pytest.mark.parametrize(("line", "number", "says"), [
    ("9,Tỉnh A,tỉnh,,2025-07-01,,", 2, "mã “9”"),
    ("096,Tỉnh A,tỉnh,,2025-07-01,,", 2, "mã “096”"),
    ("٩٦,Tỉnh A,tỉnh,,2025-07-01,,", 2, "mã"),
    ("95,Huyện A,huyện,,2025-07-01,,", 2, "huyện"),
    ("95,Xã A,xã,,2025-07-01,,", 2, "không hợp với mã"),
    ("95001,Tỉnh A,tỉnh,,2025-07-01,,", 2, "không hợp với mã"),
    ("95001,Xã A,xã,,2025-07-01,,", 2, "thiếu mã tỉnh"),
    ("95,Tỉnh A,tỉnh,96,2025-07-01,,", 2, "không có đơn vị cấp trên"),
    ("95001,Xã A,xã,95,2025-07-01,,", 2, "không có trong danh mục"),
    ("95001,,xã,96,2025-07-01,,", 2, "không có tên"),
    ("95001,Xã A,xã,96,01/07/2025,,", 2, "2025-07-01"),
    ("95001,Xã A,xã,96,2025-02-30,,", 2, "2025-02-30"),
    ("95001,Xã A,xã,96,2025-07-01,2025-06-30,", 2, "kết thúc trước"),
    ("95001,Xã A,xã,96,2025-07-01,,9", 2, "mã kế thừa"),
    ("95001,Xã A,xã,96,2025-07-01,,95999", 2, "mã kế thừa 95999"),
    ("95001,Xã A,xã,96,2025-07-01,,,,", 2, "nhiều ô"),
    ("96001,Xã B,xã,96,2025-07-01,,", 5, "hai dòng"),
    ("96002,Xã B,xã,96,2026-03-31,,", 2, "chồng nhau"),
])
def test_a_bad_line_is_refused_by_its_number(line: str, number: int, says: str) -> None:
    told = problems((HEADER + line + "\n" + SMALL.removeprefix(HEADER)).encode())
    assert f"dòng {number}: " in told
    assert says in told


def test_all_bad_lines_are_named_at_once() -> None:
    told = problems((SMALL + "1,a,tỉnh,,2025-07-01,,\n2,b,tỉnh,,2025-07-01,,\n").encode())
    assert "dòng 7" in told
    assert "dòng 8" in told


def test_a_hopeless_file_is_refused_in_one_sentence() -> None:
    many = "".join(f"{n},x,tỉnh,,2025-07-01,,\n" for n in range(100, 130))
    assert "và 10 lỗi khác" in problems((HEADER + many).encode())


@pytest.mark.parametrize(("content", "says"), [
    (b"", "thiếu cột code"),
    (b"code,name\n", "thiếu cột kind, parent_code, valid_from"),
    (HEADER.encode(), "không có đơn vị nào"),
    (SMALL.encode("utf-16"), "không phải UTF-8"),
    (HEADER.encode() + "96,Tỉnh Thử,tỉnh,,2025-07-01,,\n".encode() + b"96,T\xe9,x\n", "dòng 3: không phải UTF-8"),
    (HEADER.encode() + b'96,"T', "dòng 2"),
])
def test_what_is_no_list_of_units_is_refused(content: bytes, says: str) -> None:
    assert says in problems(content)


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert len(read_units(b"\xef\xbb\xbf" + SMALL.encode())) == 5


def test_an_address_has_two_levels_and_keeps_the_old_one_as_history() -> None:
    new = Address("Thành phố Đồng Nai", "Phường Trị An", "12 đường số 3")
    assert new.display() == "12 đường số 3, Phường Trị An, Thành phố Đồng Nai"
    old = Address("Thành phố Đồng Nai", "Phường Trị An", old_text="Thị trấn Vĩnh An, huyện Vĩnh Cửu, tỉnh Đồng Nai")
    assert old.display() == (
        "Phường Trị An, Thành phố Đồng Nai (Địa chỉ cũ: Thị trấn Vĩnh An, huyện Vĩnh Cửu, tỉnh Đồng Nai)")
    assert "Old address:" in old.display("en")


@with_country
@pytest.mark.parametrize(("day", "kinds"), [
    (date(2025, 7, 1), (28, 6, 2621, 687, 13)),
    (date(2026, 4, 29), (28, 6, 2621, 687, 13)),
    (date(2026, 4, 30), (27, 7, 2611, 697, 13)),
    (date(2026, 9, 1), (26, 8, 2611, 697, 13)),
    (date(2026, 9, 20), (25, 9, 2599, 709, 13)),
])
def test_the_country_has_its_units_on_each_day(day: date, kinds: tuple[int, ...]) -> None:
    units = [unit for unit in read_units(SHARED) if unit.covers(day)]
    count = Counter(unit.kind for unit in units)
    assert tuple(count[kind] for kind in UnitKind) == kinds
    assert (sum(kinds[:2]), sum(kinds[2:])) == (34, 3321)


async def test_the_same_file_twice_changes_nothing(db: Db) -> None:
    units = read(SMALL)
    assert await import_units(db, units) == ImportReport(added=5)
    assert await import_units(db, units) == ImportReport(unchanged=5)
    assert (await find_unit(db, "96001", date(2026, 9, 1))).name == "Xã Đầu"
    assert [unit.code for unit in await units_of(db, "96", date(2026, 1, 1))] == ["96001", "96002"]
    assert [unit.code for unit in await units_of(db, "96", date(2026, 9, 20))] == ["96001"]
    with pytest.raises(UnitUnknown):
        await find_unit(db, "96002", date(2026, 9, 20))


async def test_a_new_period_ends_the_one_before(db: Db) -> None:
    before = [unit for unit in read(SMALL) if unit.valid_from < date(2026, 9, 1)]
    opened = [UnitPeriod(u.code, u.name, u.kind, u.parent_code, u.valid_from) if u.code != "96002" else u for u in before]
    await import_units(db, opened)
    report = await import_units(db, read(SMALL))
    assert report == ImportReport(added=2, ended=2, unchanged=1)
    assert (await find_unit(db, "96001", date(2026, 9, 19))).valid_to == date(2026, 9, 19)


async def test_a_mended_name_is_a_change(db: Db) -> None:
    await import_units(db, read(SMALL))
    report = await import_units(db, read(SMALL.replace("Phường Đầu", "Phường Đầu Tiên")))
    assert report == ImportReport(changed=1, unchanged=4)


async def test_a_file_against_what_is_stored_is_refused(db: Db) -> None:
    await import_units(db, read(SMALL))
    clash = HEADER + "96,Tỉnh Thử Nghiệm,tỉnh,,2025-07-01,,\n96002,Xã Cuối,xã,96,2026-01-01,,\n"
    with pytest.raises(UnitsFileRefused, match="UnitsFileRefused") as refused:
        await import_units(db, read(clash))
    assert "96002" in refused.value.words()


@with_country
async def test_the_whole_country_is_taken_in(db: Db) -> None:
    units = read_units(SHARED)
    assert (await import_units(db, units)).added == 3380
    assert await import_units(db, units) == ImportReport(unchanged=3380)
    ours = {unit.code for unit in units}
    provinces = [unit for unit in await units_of(db, None, date(2026, 9, 20)) if unit.code in ours]
    assert len(provinces) == 34
