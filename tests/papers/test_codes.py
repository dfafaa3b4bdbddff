"""Codes are read back from what a 203-dpi printer would put on paper."""

import io
import re
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from app.papers import codes
from app.papers.forms import print_form
from app.papers.pages import draw_pages
from tests.papers.situations import CODE, EVERYDAY, LABEL, PRINTED, TRACK


async def read(name: str, ppi: int = 203) -> dict[str, str]:
    """What a scanner finds on page 1, by kind of code; printed in black and white, as a label printer does."""
    paper = await print_form(EVERYDAY[name], printed_at=PRINTED)
    page = Image.open(io.BytesIO(draw_pages(paper.pdf, ppi=ppi, last=1)[0])).convert("1", dither=Image.Dither.NONE)
    return {str(found.format): found.text for found in zxingcpp.read_barcodes(page.convert("L"))}


def dark(svg: str, width: int, height: int) -> list[list[bool]]:
    """Which modules a drawn code blackens, row by row."""
    rows = [[False] * width for _ in range(height)]
    for column, row, long, high, back in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z", svg):
        assert (high, back) == ("1", long)
        rows[int(row)][int(column) : int(column) + int(long)] = [True] * int(long)
    return rows


def dark_of(drawn: "zxingcpp.Barcode") -> list[list[bool]]:
    """The same of the symbol as zxing-cpp draws it, one dot a module."""
    dots: Any = zxingcpp.write_barcode_to_image(drawn, scale=1)
    rows: Any = memoryview(dots).tolist()
    return [[dot == 0 for dot in row] for row in rows]


async def test_the_receipt_is_scanned_at_the_next_visit() -> None:
    found = await read("receipt")
    assert sorted(found.values()) == sorted([CODE, TRACK])


async def test_the_label_is_scanned_from_a_thermal_printer() -> None:
    assert LABEL.shipment in (await read("label")).values()


@pytest.mark.parametrize("name", ["supplement", "apology", "stop", "result_receipt", "fee_receipt", "application"])
async def test_every_slip_leads_to_its_dossier(name: str) -> None:
    assert TRACK in (await read(name)).values()


def test_a_qr_module_is_half_a_millimetre_and_the_level_is_m() -> None:
    code = codes.qr(TRACK)
    modules = int(code.svg.split('width="')[1].split('"')[0])
    assert code.width_mm / modules >= 0.5
    drawn = zxingcpp.create_barcode(TRACK, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert dark(code.svg, modules, modules) == dark_of(drawn)
    seen = zxingcpp.read_barcodes(zxingcpp.write_barcode_to_image(drawn, scale=4))[0]
    assert "'ECLevel': 'M'" in str(seen.extra)


def test_a_bar_is_at_least_two_printer_dots() -> None:
    for room in (0, 40, 90, 400):
        code = codes.bars(CODE, room_mm=room)
        modules = int(code.svg.split('width="')[1].split('"')[0])
        assert code.width_mm / modules >= 2 * codes.DOT_MM


@settings(max_examples=50, deadline=None)
@given(some.text(some.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_any_printable_code_is_read_back(text: str) -> None:
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    assert zxingcpp.read_barcodes(zxingcpp.write_barcode_to_image(drawn, scale=3))[0].text == text
    row = dark_of(drawn)[0]
    assert dark(codes.bars(text).svg, len(row), 1) == [row]


@pytest.mark.parametrize("text", ["", "mã", "a\nb"])
def test_what_bars_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"text|ASCII"):
        codes.bars(text)
