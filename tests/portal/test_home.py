"""Finding: from a word to a procedure, without accents, and what is said when nothing is found."""

import httpx
import pytest

from tests.portal.conftest import Browser
from tests.portal.situations import BIRTH, COPIES, HOUSE, MARITAL


async def test_the_first_page_leads_to_search_tracking_drafts_and_verification(anybody: Browser) -> None:
    page = await anybody.shown("/")
    for door in ('action="/procedures"', 'href="/track"', 'href="/dossiers"', 'href="/verify"', f"/procedures/{BIRTH}"):
        assert door in page


@pytest.mark.parametrize("words", ["khai sinh", "KHAI SINH", "Khái Sính", "làm giấy khai sinh", "1.001193"])
async def test_accents_and_case_do_not_matter(anybody: Browser, words: str) -> None:
    page = await anybody.shown(str(httpx.URL("/procedures", params={"words": words})))
    assert f"/procedures/{BIRTH}" in page


async def test_nothing_found_says_what_to_do_and_whom_to_call(anybody: Browser) -> None:
    page = await anybody.shown("/procedures?words=xyzzy<script>")
    assert "Không thấy thủ tục nào" in page
    assert "tel:0200355010" in page
    answer = await anybody.get("/procedures?words=xyzzy<script>")
    assert "<script>xyzzy" not in answer.text
    assert "xyzzy&lt;script&gt;" in answer.text


async def test_a_life_event_shows_its_procedures(anybody: Browser) -> None:
    page = await anybody.shown("/procedures?event=having_a_child")
    assert f"/procedures/{BIRTH}" in page
    assert f"/procedures/{COPIES}" not in page


@pytest.mark.parametrize("code", [BIRTH, COPIES, MARITAL, HOUSE])
async def test_a_procedure_says_papers_time_and_fee(anybody: Browser, code: str) -> None:
    page = await anybody.shown(f"/procedures/{code}")
    for words in ("Chuẩn bị giấy tờ", "Thời hạn theo quy định", "Phí, lệ phí", "Bạn nhận được"):
        assert words in page


async def test_what_cannot_be_applied_for_online_says_why_and_offers_no_start(anybody: Browser) -> None:
    page = await anybody.shown(f"/procedures/{COPIES}")
    assert f"/apply/{COPIES}" not in page
    assert "chưa nộp trực tuyến được" in page
    assert f"/apply/{BIRTH}" in await anybody.shown(f"/procedures/{BIRTH}")


async def test_an_unknown_procedure_is_not_found(anybody: Browser) -> None:
    assert (await anybody.get("/procedures/9.999999")).status_code == 404


async def test_every_page_speaks_english(anybody: Browser) -> None:
    anybody.client.cookies.set("language", "en")
    page = await anybody.shown(f"/procedures/{BIRTH}")
    assert "Birth registration" in page
    assert "Chuẩn bị giấy tờ" not in page
