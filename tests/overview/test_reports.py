"""Reports over HTTP: every number opens its dossiers, files read back as they were counted, frozen stays frozen."""

import csv
import io
import re
from datetime import datetime, timedelta
from html import unescape
from uuid import UUID

import asyncpg
import openpyxl
import pytest

from app.kit import clock
from tests.dossiers.situations import received, sealed
from tests.factories import COMMUNE, OFFICES, Make
from tests.overview.conftest import Desk, SignIn
from tests.overview.test_overview import rows_of

FORMS = ("06a", "06b", "07a", "07a-btp", "register", "overdue", "apologies")
MONTH = "period=2026-M11"


def numbers(page: str) -> list[tuple[str, int]]:
    """Every linked number of a sheet: its address and what it says."""
    return [
        (unescape(href), int(said.replace(".", "")))
        for href, said in re.findall(r'<td class="is-num"><a class="govuk-link" href="([^"]+)">([\d.]+)<', page)
    ]


async def this_month(make: Make) -> None:
    """One handled, one open, one late, by the verbs of the office."""
    await sealed(make)
    await received(make)
    late = await received(make, channel="online")
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", late, clock.now() - timedelta(days=3))


def days() -> str:
    return f"from={clock.today() - timedelta(days=1)}&to={clock.today()}"


@pytest.mark.parametrize("form", FORMS)
async def test_every_report_opens_and_is_taken_away(make: Make, sign_in: SignIn, form: str) -> None:
    await this_month(make)
    desk = await sign_in("head")
    page = await desk.get(f"/overview/reports/{form}?{days()}")
    assert page.status_code == 200
    assert "mc-figures" in page.text
    for ending in ("xlsx", "csv", "print"):
        got = await desk.get(f"/overview/reports/{form}/{ending}?{days()}")
        assert got.status_code == 200, ending
        assert got.content


@pytest.mark.parametrize("form", ["06a", "06b", "07a", "07a-btp"])
@pytest.mark.parametrize("who", [("head", "tanmai"), ("supervisor", "h99")], ids=["commune", "province"])
async def test_every_number_is_the_length_of_its_list(make: Make, sign_in: SignIn, form: str, who: tuple[str, str]) -> None:
    await this_month(make)
    desk = await sign_in(*who)
    page = await desk.get(f"/overview/reports/{form}?{days()}")
    found = numbers(page.text)
    assert found
    for href, count in found:
        behind = await desk.get(href)
        assert behind.status_code == 200, href
        assert re.search(rf"<h1[^>]*>{count} ", behind.text), (href, count)
        if count <= 50:
            assert rows_of(behind.text) == count, href


async def test_a_workbook_reads_back_as_the_page_says(make: Make, sign_in: SignIn) -> None:
    await this_month(make)
    desk = await sign_in("head")
    page = await desk.get(f"/overview/reports/06a?{days()}")
    book = openpyxl.load_workbook(io.BytesIO((await desk.get(f"/overview/reports/06a/xlsx?{days()}")).content))
    sheet = book.active
    total = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "Tổng cộng")
    said = re.search(r'class="is-total">.*?</tr>', page.text, re.S)
    assert said is not None
    shown = [int(one.replace(".", "")) for one in re.findall(r'is-num">(?:<a[^>]*>)?([\d.]+)', said.group())]
    assert list(total[2:13]) == shown
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.freeze_panes is not None


async def test_the_register_streams_as_csv_with_every_line(make: Make, sign_in: SignIn) -> None:
    await this_month(make)
    desk = await sign_in("head")
    got = await desk.get(f"/overview/reports/register/csv?{days()}")
    assert got.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"), newline="")))
    async with make.database.transaction(offices=[COMMUNE]) as db:
        begins = datetime.combine(clock.today() - timedelta(days=1), datetime.min.time(), clock.LOCAL)
        known = await db.rows(
            "SELECT code FROM dossier WHERE office_id = $1 AND received_at >= $2 AND received_at < $3",
            COMMUNE, begins, begins + timedelta(days=2),  # other tests leave some in the future
        )
    assert {line[1] for line in lines[1:]} == {row["code"] for row in known}


async def frozen(desk: Desk, form: str, period: str, note: str = "") -> str:
    fields = dict(one.split("=") for one in period.split("&"))
    got = await desk.press(f"/overview/reports/{form}/freeze", note=note, **fields)
    assert got.status_code == 200, got.text
    return str(got.url)


async def test_what_is_frozen_stays_and_says_when_today_differs(make: Make, sign_in: SignIn) -> None:
    await this_month(make)
    desk = await sign_in("head")
    period = f"from={clock.today() - timedelta(days=2)}&to={clock.today()}"
    first = await frozen(desk, "06b", period)
    before = await desk.get(f"{first}/print")
    assert "khác bản đã chốt" not in (await desk.get(first)).text
    again = await desk.press("/overview/reports/06b/freeze", **dict(one.split("=") for one in period.split("&")))
    assert again.status_code == 409

    await received(make)
    assert "khác bản đã chốt" in (await desk.get(first)).text
    assert "khác bản đã chốt" in (await desk.get(f"/overview/reports/06b?{period}")).text
    table = re.compile(r"<tbody>.*?</tbody>", re.S)
    assert table.findall((await desk.get(f"{first}/print")).text) == table.findall(before.text)

    bare = await desk.press("/overview/reports/06b/freeze", **dict(one.split("=") for one in period.split("&")))
    assert bare.status_code == 422
    second = await frozen(desk, "06b", period, note="Bổ sung hồ sơ nhận bù")
    assert second != first
    versions = (await desk.get(second)).text
    assert "Bổ sung hồ sơ nhận bù" in versions
    assert "Bản 1" in versions


async def test_a_frozen_report_can_be_neither_changed_nor_deleted(make: Make, sign_in: SignIn) -> None:
    desk = await sign_in("head")
    at = (await frozen(desk, "07a", "period=2026-M1")).rsplit("/", 1)[-1]
    for sql in ("UPDATE report_snapshot SET note = 'x' WHERE id = $1", "DELETE FROM report_snapshot WHERE id = $1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with make.database.transaction(offices=OFFICES) as db:
                await db.run(sql, UUID(at))


async def test_a_frozen_report_is_its_own_offices(make: Make, sign_in: SignIn) -> None:
    desk = await sign_in("head")
    at = await frozen(desk, "06a", "period=2026-M2")
    neighbour = await sign_in("head", "phuluong")
    for path in (at, f"{at}/xlsx", f"{at}/csv", f"{at}/print"):
        assert (await neighbour.get(path)).status_code == 404
    assert (await neighbour.get(f"/overview/reports/06a?{MONTH}&office={COMMUNE}")).status_code == 404


WRONG = (
    ("/overview/reports/06a?from=2026-11-20&to=2026-11-01", 422),
    ("/overview/reports/06a?from=2026-02-30&to=2026-03-01", 422),
    ("/overview/reports/06a?from=0001-01-01&to=9999-12-31", 422), ("/overview/reports/06a?period=2026-M13", 422),
    ("/overview/reports/06a?period=9999-Y1", 422), ("/overview/reports/06a?period=x", 422),
    ("/overview/reports/06a?period=2999-M1", 422), ("/overview/reports/06a?from=2001-01-01&to=2026-01-01", 422),
    ("/overview/reports/99z", 404), ("/overview/reports/06a?office=77777", 404), ("/overview/reports/06a?office=-1", 404),
    ("/overview/reports/06a?office=%C2%B2", 404), ("/overview/reports/06a/dossiers?column=14", 404),
    ("/overview/reports/06a/dossiers?cause=x", 404), ("/overview/reports/register?after=x", 404),
    ("/overview/reports/06a/xlsx?period=x", 422), ("/overview/reports/register/csv?period=x", 422),
    ("/overview/reports/06a/print?from=a&to=b", 422), ("/overview/reports?form=zzz", 404),
    ("/overview/reports?office=999", 404),
    ("/overview/reports/frozen/00000000-0000-0000-0000-000000000000", 404),
)


@pytest.mark.parametrize(("path", "status"), WRONG, ids=[path for path, _ in WRONG])
async def test_what_cannot_be_asked_is_answered_in_words(sign_in: SignIn, path: str, status: int) -> None:
    desk = await sign_in("head")
    got = await desk.get(path)
    assert got.status_code == status
    assert "<h1" in got.text


async def test_who_only_works_there_sees_no_reports(sign_in: SignIn) -> None:
    desk = await sign_in("specialist")
    assert (await desk.get("/overview/reports")).status_code == 403


async def test_the_boundaries_are_on_every_page_and_paper(sign_in: SignIn) -> None:
    desk = await sign_in("supervisor", "h99")
    for form in FORMS:
        for path in (f"/overview/reports/{form}?{MONTH}", f"/overview/reports/{form}/print?{MONTH}"):
            assert "Từ ngày 15/10/2026 đến ngày 14/11/2026" in (await desk.get(path)).text, path


async def test_the_landing_shows_twelve_reporting_months(make: Make, sign_in: SignIn) -> None:
    await this_month(make)
    desk = await sign_in("head")
    page = await desk.get("/overview/reports")
    assert page.status_code == 200
    assert len(re.findall(r'href="/overview/reports/06a\?period=\d{4}-M\d+"', page.text)) == 12


NONSENSE = ("\x00", "x" * 4000, "9" * 40, "-1", "²", "🂡", "' OR 1=1 --", "2026-02-30", "0001-01-01", "9999-12-31", "%")
ASKED = {
    "report": "/overview/reports/06a", "list": "/overview/reports/register", "behind": "/overview/reports/06a/dossiers",
}


@pytest.mark.parametrize("path", ASKED.values(), ids=ASKED.keys())
async def test_nonsense_in_any_part_of_an_address_is_answered_in_words(sign_in: SignIn, path: str) -> None:
    desk = await sign_in("head")
    for name in ("period", "from", "to", "office", "view", "after", "column", "level", "sector", "cause", "alone", "form"):
        for value in NONSENSE:
            got = await desk.get(path, params={name: value})
            assert got.status_code in (200, 303, 400, 404, 422), (name, value, got.status_code)


async def test_nonsense_in_the_form_that_freezes_is_answered_in_words(sign_in: SignIn) -> None:
    desk = await sign_in("head")
    for name in ("period", "from", "to", "office", "view", "note"):
        for value in NONSENSE:
            got = await desk.press("/overview/reports/06b/freeze", **{"period": "2026-M3", name: value})
            assert got.status_code in (200, 400, 404, 409, 422), (name, value, got.status_code)
