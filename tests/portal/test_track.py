"""Tracking by code shows code and progress only; wrong and absent are one answer; trying is limited."""

import httpx

from tests.factories import Make
from tests.portal.conftest import Browser
from tests.portal.situations import MARITAL, marital, submitted_by


async def tracked(make: Make) -> tuple[str, str]:
    """A submitted dossier's code and its applicant's last four digits."""
    citizen = await make.citizen(name="Tên Không Được Lộ")
    dossier = await submitted_by(make, citizen, MARITAL, marital())
    case = await make.case(dossier)
    assert case.code is not None
    assert citizen.personal_number is not None
    return case.code, citizen.personal_number[-4:]


async def test_code_and_four_digits_open_the_progress_and_nothing_about_people(anybody: Browser, make: Make) -> None:
    code, digits = await tracked(make)
    answer = await anybody.post("/track", code=f" {code.lower()} ", digits=digits)
    assert answer.status_code == 200
    assert code in answer.text
    assert "Đã nộp, chờ tiếp nhận" in answer.text
    for secret in ("Tên Không Được Lộ", "0912", "Quang Nhẫn", "vidu.vn"):
        assert secret not in answer.text


async def test_wrong_and_absent_get_the_same_answer(anybody: Browser, make: Make) -> None:
    code, digits = await tracked(make)
    other = f"{(int(digits) + 1) % 10000:04d}"
    wrong = await anybody.post("/track", code=code, digits=other)
    absent = await anybody.post("/track", code="H99.08.22-260101-9999", digits=digits)
    assert wrong.status_code == absent.status_code == 422
    assert wrong.text.replace(code, "") == absent.text.replace("H99.08.22-260101-9999", "")


async def test_a_draft_has_no_code_to_track(anybody: Browser) -> None:
    answer = await anybody.post("/track", code="", digits="12")
    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert 'href="#digits"' in answer.text


async def test_the_eleventh_try_in_a_minute_waits(anybody: Browser) -> None:
    for _ in range(10):
        assert (await anybody.post("/track", code="H99.08.22-260101-9999", digits="1234")).status_code == 422
    late = await anybody.post("/track", code="H99.08.22-260101-9999", digits="1234")
    assert late.status_code == 429
    assert late.headers["retry-after"] == "60"


async def test_the_qr_of_a_slip_leads_to_the_form_with_its_code(anybody: Browser) -> None:
    led = await anybody.get("/t/H99.08.22-261109-0042")
    assert led.headers["location"] == "/track?code=H99.08.22-261109-0042"
    assert 'value="H99.08.22-261109-0042"' in (await anybody.get(led.headers["location"])).text


async def test_a_hostile_code_is_only_text(anybody: Browser) -> None:
    page = await anybody.get(str(httpx.URL("/track", params={"code": "\"><script>alert(1)</script>"})))
    assert "<script>alert" not in page.text
