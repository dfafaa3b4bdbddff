"""Results: what they say, where they are signed, and when they refuse to be printed."""

import io
from dataclasses import replace
from datetime import date

import pytest
import zxingcpp
from PIL import Image

from app.papers import words
from app.papers.archive import is_archival
from app.papers.certificates import ResultPaper, press_result, print_result
from app.papers.errors import LetterMissing, PaperDamaged
from app.papers.pages import draw_pages
from app.papers.press import Box
from tests.papers.answers import (
    BIRTH,
    BIRTH_TEMPLATE,
    CERTIFIED,
    CERTIFIED_TEMPLATE,
    DRAFT_BIRTH,
    FATHERLESS_BIRTH,
    MARITAL,
    MARITAL_TEMPLATE,
    PERMIT,
    PERMIT_TEMPLATE,
    RESULTS,
)
from tests.papers.reading import text_of
from tests.papers.situations import PRINTED

ISSUED = {name: given for name, given in RESULTS.items() if not given[1].is_draft}


def greys(pdf: bytes) -> list[int]:
    """How many dots of page 1 have each shade, at 72 dots an inch."""
    return Image.open(io.BytesIO(draw_pages(pdf, ppi=72)[0])).convert("L").histogram()


def is_white(pdf: bytes, box: Box) -> bool:
    """Whether nothing is printed in a box (its edge aside)."""
    page = Image.open(io.BytesIO(draw_pages(pdf, ppi=72, first=box.page, last=box.page)[0])).convert("L")
    top = page.height - box.y - box.h
    inside = page.crop((int(box.x) + 1, int(top) + 1, int(box.x + box.w) - 1, int(top + box.h) - 1))
    return not any(inside.histogram()[:250])


@pytest.mark.parametrize("name", RESULTS)
async def test_a_result_is_archival_and_fits_one_page(name: str) -> None:
    template, result = RESULTS[name]
    paper = await print_result(template, result, printed_at=PRINTED)
    assert is_archival(paper.pdf)
    assert paper.pages == 1


@pytest.mark.parametrize("name", ISSUED)
def test_the_leader_signs_on_white_paper_and_the_seal_covers_a_third(name: str) -> None:
    template, result = RESULTS[name]
    paper = press_result(template, result, printed_at=PRINTED)
    leader, seal = paper.places["leader"], paper.places["seal"]
    assert is_white(paper.pdf, leader)
    assert seal.x + seal.w - leader.x == pytest.approx(leader.w / 3, abs=0.1)
    assert seal.y + seal.h / 2 == pytest.approx(leader.y + leader.h / 2, abs=0.1)
    assert seal.w == seal.h == pytest.approx(36 / 25.4 * 72, abs=0.1)


@pytest.mark.parametrize("name", ISSUED)
def test_anybody_can_check_a_result_by_its_qr(name: str) -> None:
    template, result = RESULTS[name]
    paper = press_result(template, result, printed_at=PRINTED)
    page = Image.open(io.BytesIO(draw_pages(paper.pdf, ppi=203)[0])).convert("L")
    assert result.verify_url in {found.text for found in zxingcpp.read_barcodes(page)}
    text = text_of(paper.pdf)
    assert result.store_code in text
    assert result.verify_url.removeprefix("https://") in text


def test_a_birth_certificate_says_what_the_law_asks() -> None:
    """Luật Hộ tịch 60/2014/QH13, Art. 14."""
    text = text_of(press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED).pdf)
    for said in (
        "NGUYỄN HOÀNG BẢO NGỌC", "07/11/2026", words.day_in_words(date(2026, 11, 7))[1:], "Nữ", "Trạm y tế xã Tân Mai",
        "Kinh", "Việt Nam", "000326004821", "HOÀNG THỊ BÍCH LIỄU", "Năm sinh: 1999", "NGUYỄN VĂN ƯỚC", "Năm sinh: 1996",
        "Thôn Đình, xã Tân Mai, tỉnh Thanh Giang", "Số: 125/2026", "01/2026-KS", "ngày 11 tháng 11 năm 2026",
        "CHỦ TỊCH", "Đỗ Quang Thịnh",
    ):  # fmt: skip
        assert said in text, said


def test_an_unknown_father_leaves_his_lines_empty() -> None:
    text = text_of(press_result(BIRTH_TEMPLATE, FATHERLESS_BIRTH, printed_at=PRINTED).pdf)
    assert "người cha: Năm sinh: Dân tộc: Quốc tịch: Nơi cư trú: " in text
    assert "None" not in text
    assert "none" not in text


def test_a_marital_status_is_told_in_words() -> None:
    text = text_of(press_result(MARITAL_TEMPLATE, MARITAL, printed_at=PRINTED).pdf)
    assert "đã ly hôn, hiện tại chưa đăng ký kết hôn với ai" in text
    assert "từ tháng 06 năm 2019 đến nay" in text
    assert "Làm thủ tục mua bán nhà đất" in text


def test_a_permit_names_the_house_and_its_term() -> None:
    text = text_of(press_result(PERMIT_TEMPLATE, PERMIT, printed_at=PRINTED).pdf)
    for said in ("số 118, tờ bản đồ số 24", "80 %", "351,4 m²", "12,6 m", "12 tháng kể từ ngày cấp", "Số: 15/GPXD"):
        assert said in text, said


def test_certification_words_carry_number_and_book() -> None:
    text = text_of(press_result(CERTIFIED_TEMPLATE, CERTIFIED, printed_at=PRINTED).pdf)
    assert "Chứng thực bản sao đúng với bản chính Số chứng thực: 1284" in text
    assert "01/2026 – SCT/BS" in text


def test_a_draft_says_so_and_cannot_be_signed() -> None:
    paper = press_result(BIRTH_TEMPLATE, DRAFT_BIRTH, printed_at=PRINTED)
    assert "Số: ……" in text_of(paper.pdf)
    assert greys(paper.pdf)[225] > 1000  # DỰ THẢO across the page
    assert greys(press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED).pdf)[225] < 500
    assert not paper.places


def test_a_result_without_a_needed_field_is_not_printed() -> None:
    lacking = {key: value for key, value in BIRTH.content.items() if key != "child_sex"}
    with pytest.raises(PaperDamaged, match="content lacks child_sex"):
        press_result(BIRTH_TEMPLATE, replace(BIRTH, content=lacking), printed_at=PRINTED)


def test_a_result_is_never_printed_with_another_letter() -> None:
    with pytest.raises(LetterMissing):
        press_result(BIRTH_TEMPLATE, replace(BIRTH, content={**BIRTH.content, "child_name": "王"}), printed_at=PRINTED)


def test_number_and_date_are_drawn_together() -> None:
    with pytest.raises(ValueError, match="together"):
        replace(BIRTH, number=None)


def test_the_same_result_is_the_same_file() -> None:
    """A retried effect must not make a second, different original."""
    first, second = (press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED) for _ in range(2))
    assert first == second


def test_personal_data_stays_out_of_messages_and_metadata() -> None:
    paper = press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED)
    assert "Bảo Ngọc" not in repr(paper) + repr(BIRTH)
    assert isinstance(BIRTH, ResultPaper)
    assert "Bảo Ngọc".encode("utf-16-be") not in paper.pdf
