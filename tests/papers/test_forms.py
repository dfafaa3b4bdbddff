"""The official forms: numbering, fields, and what a page must survive."""

import io
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from app.papers.archive import is_archival
from app.papers.errors import PaperDamaged
from app.papers.forms import FORMS, NAMES, print_form, read_forms
from app.papers.pages import draw_pages, page_sizes
from app.papers.press import WORKFLOWS
from app.papers.receipts import FeeLine
from tests.papers.reading import text_of
from tests.papers.situations import (
    CODE,
    EVERYDAY,
    FEE_RECEIPT,
    LONG_COMPANY,
    LONG_RECEIPT,
    PRINTED,
    RECEIPT,
    REGISTER,
    STOP,
    TRYING,
)

PAGES = {"a4": (595, 842), "a4-landscape": (842, 595), "a5": (420, 595), "a6": (298, 420)}


def margin_is_white(png: bytes) -> bool:
    """Whether nothing runs into the outer 4 mm of a page drawn at 60 dots an inch."""
    page = Image.open(io.BytesIO(png)).convert("L")
    edge = round(4 / 25.4 * 60)
    inner = page.copy()
    inner.paste(255, (edge, edge, page.width - edge, page.height - edge))
    return bool(inner.getextrema()[0] == 255)


def test_every_form_has_a_template_and_a_dataclass() -> None:
    assert set(NAMES.values()) == set(FORMS) == set(EVERYDAY)


@pytest.mark.parametrize(
    ("name", "on", "number"),
    [
        ("control_slip", date(2025, 9, 14), "Mẫu số 05"),
        ("control_slip", date(2025, 9, 15), "Mẫu số 06"),
        ("register", date(2025, 9, 14), "Mẫu số 06"),
        ("register", date(2025, 9, 15), "Mẫu số 07"),
        ("stop", date(2025, 9, 15), "Mẫu số 05"),
        ("receipt", date(2026, 11, 22), "Mẫu số 01"),
    ],
)
def test_a_form_is_numbered_by_the_act_of_the_day(name: str, on: date, number: str) -> None:
    assert FORMS[name].edition(on).number == number


async def test_a_form_that_did_not_exist_yet_is_not_printed() -> None:
    with pytest.raises(PaperDamaged, match="no form stop in force"):
        await print_form(STOP, printed_at=datetime(2025, 9, 14, tzinfo=UTC))


def test_overlapping_editions_are_refused(tmp_path: Path) -> None:
    shutil.copytree(WORKFLOWS / "forms", tmp_path / "forms")
    told = (tmp_path / "forms/forms.toml").read_text()
    (tmp_path / "forms/forms.toml").write_text(told.replace("valid_to = 2025-09-14", "valid_to = 2025-09-16"))
    with pytest.raises(PaperDamaged, match="overlap"):
        read_forms(tmp_path / "forms")


@pytest.mark.parametrize("name", EVERYDAY)
async def test_an_everyday_form_is_archival_on_its_page(name: str) -> None:
    paper = await print_form(EVERYDAY[name], printed_at=PRINTED)
    assert is_archival(paper.pdf)
    assert {(round(width), round(height)) for width, height in page_sizes(paper.pdf)} == {PAGES[FORMS[name].page]}
    assert len(page_sizes(paper.pdf)) == paper.pages
    assert paper.pages == (3 if name == "register" else 1)


@pytest.mark.parametrize("name", TRYING)
async def test_a_form_survives_long_names_many_rows_and_nothing(name: str) -> None:
    paper = await print_form(TRYING[name], printed_at=PRINTED)
    assert all(margin_is_white(page) for page in draw_pages(paper.pdf, ppi=60))
    for box in paper.places.values():
        width, height = page_sizes(paper.pdf)[box.page - 1]
        assert 0 <= box.x <= box.x + box.w <= width
        assert 0 <= box.y <= box.y + box.h <= height


async def test_the_receipt_says_all_its_fields() -> None:
    text = text_of((await print_form(RECEIPT, printed_at=PRINTED)).pdf)
    for said in (
        CODE, RECEIPT.copy, "01/2026", "1284", RECEIPT.unit, RECEIPT.submitter, RECEIPT.channel, RECEIPT.address,
        RECEIPT.phone, RECEIPT.email, RECEIPT.id_number, RECEIPT.request, RECEIPT.components[1].name, "1 bộ",
        RECEIPT.term, "9 giờ 42 phút, ngày 11 tháng 11 năm 2026", "16 giờ 30 phút, ngày 16 tháng 11 năm 2026",
        RECEIPT.return_way, RECEIPT.receiver, "Tra cứu hồ sơ", "Mẫu số 01", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    ):  # fmt: skip
        assert said in text, said


async def test_a_copy_for_strangers_hides_the_id_number() -> None:
    text = text_of((await print_form(LONG_RECEIPT, printed_at=PRINTED)).pdf)
    assert RECEIPT.id_number not in text
    assert "000••••••821" in text


async def test_a_reprint_says_so_on_every_page() -> None:
    paper = await print_form(LONG_RECEIPT, printed_at=PRINTED)
    for page in range(1, paper.pages + 1):
        assert "Bản in lại lần 2" in text_of(paper.pdf, page)
    assert "Bản in lại" not in text_of((await print_form(RECEIPT, printed_at=PRINTED)).pdf)


async def test_a_register_counts_on_and_repeats_its_head() -> None:
    paper = await print_form(REGISTER, printed_at=PRINTED)
    assert "1280" in text_of(paper.pdf, 1)
    assert "1302" in text_of(paper.pdf, 3)
    assert all("Mã hồ sơ" in text_of(paper.pdf, page) for page in (1, 2, 3))
    assert all(f"Trang {page}/3" in text_of(paper.pdf, page) for page in (1, 2, 3))
    assert "Trang" not in text_of((await print_form(RECEIPT, printed_at=PRINTED)).pdf)


async def test_what_a_citizen_writes_is_text() -> None:
    hostile = '#panic("x") $x$ *đậm* _nghiêng_ #include "/etc/passwd" \\ <b> `raw` @ref ]]'
    paper = await print_form(replace(RECEIPT, submitter=hostile, summary=hostile), printed_at=PRINTED)
    assert hostile in text_of(paper.pdf)


async def test_an_unforeseen_letter_still_gets_its_receipt() -> None:
    paper = await print_form(replace(RECEIPT, submitter="王 Lý 😀 A"), printed_at=PRINTED)
    assert "□ Lý □ A" in text_of(paper.pdf)


async def test_a_word_longer_than_the_page_is_broken_not_cut() -> None:
    paper = await print_form(replace(RECEIPT, summary="x" * 400), printed_at=PRINTED)
    assert margin_is_white(draw_pages(paper.pdf, ppi=60)[0])
    assert text_of(paper.pdf).replace("\u200b", "").count("x") >= 400


async def test_the_same_slip_printed_twice_is_the_same_file() -> None:
    first, second = [await print_form(RECEIPT, printed_at=PRINTED) for _ in range(2)]
    assert first.sha256 == second.sha256
    other = await print_form(replace(RECEIPT, submitter=LONG_COMPANY), printed_at=PRINTED)
    assert other.sha256 != first.sha256


async def test_a_receipt_for_money_adds_up_in_figures_and_words() -> None:
    text = text_of((await print_form(FEE_RECEIPT, printed_at=PRINTED)).pdf)
    assert "34.000 đ" in text
    assert "Ba mươi tư nghìn đồng" in text
    assert "0001284" in text


@pytest.mark.parametrize(
    "wrong", [{"number": 0}, {"number": 100_000_000}, {"lines": ()}, {"lines": (FeeLine("Phí", "x", -1),)}]
)
def test_an_impossible_receipt_for_money_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="receipt"):
        replace(FEE_RECEIPT, **wrong)  # type: ignore[arg-type]


async def test_an_electronic_form_has_room_for_the_organisation_top_left() -> None:
    place = (await print_form(RECEIPT, printed_at=PRINTED)).places["agency"]
    assert place.x < 420 / 4
    assert place.y > 595 * 0.95


async def test_a_paper_can_be_signed_later() -> None:
    paper = await print_form(EVERYDAY["apology"], printed_at=PRINTED)
    with pikepdf.open(io.BytesIO(paper.pdf)) as document:
        assert "/AcroForm" not in document.Root
        assert not document.is_encrypted
    assert {"leader", "seal"} <= paper.places.keys()
