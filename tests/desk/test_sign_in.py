"""Officers come in with a password and, outside the demo, a second factor; a wrong try is counted."""

import httpx
import pyotp
import pytest

from app.settings import Settings
from tests.desk.conftest import HOME, SignIn
from tests.factories import OFFICES, PASSWORD, Make
from tests.houses import whole_house


async def test_a_stranger_is_sent_to_the_sign_in_page_and_back(at_desk: SignIn) -> None:
    stranger = await at_desk()
    sent = await stranger.get("/desk/search?q=dao")
    assert sent.headers["location"] == "/desk/sign-in?next=/desk/search%3Fq%3Ddao"
    entered = await stranger.client.post(
        "/desk/sign-in", data={"login": "reception@tanmai", "password": PASSWORD, "next": "/desk/search?q=dao"}
    )
    assert entered.headers["location"] == "/desk/search?q=dao"


@pytest.mark.parametrize(
    "trap", ["https://evil.example/", "//evil.example", "/desk/../..//evil.example", "/sign-in", "/desk\\@x"]
)
async def test_signing_in_leads_only_into_the_office(at_desk: SignIn, trap: str) -> None:
    stranger = await at_desk()
    entered = await stranger.client.post(
        "/desk/sign-in", data={"login": "reception@tanmai", "password": PASSWORD, "next": trap}
    )
    assert entered.headers["location"] == "/desk"


async def test_a_wrong_password_is_said_and_counted(at_desk: SignIn, make: Make) -> None:
    stranger = await at_desk()
    answer = await stranger.client.post("/desk/sign-in", data={"login": "clerk@phuluong", "password": "sai"})
    assert answer.status_code == 422
    assert "chưa đúng" in answer.text
    async with make.database.transaction(offices=OFFICES) as db:
        assert await db.value("SELECT failed_sign_ins FROM officer WHERE login = 'clerk@phuluong'") == 1


async def test_ten_wrong_tries_lock_the_right_password_out(at_desk: SignIn) -> None:
    stranger = await at_desk()
    for _ in range(10):
        await stranger.client.post("/desk/sign-in", data={"login": "head@phuluong", "password": "sai"})
    answer = await stranger.client.post("/desk/sign-in", data={"login": "head@phuluong", "password": PASSWORD})
    assert answer.status_code == 422
    assert "15 phút" in answer.text


async def test_the_demo_says_that_the_second_factor_is_off(at_desk: SignIn) -> None:
    page = await (await at_desk()).get("/desk/sign-in")
    assert "Xác thực hai lớp đang tắt" in page.text


async def test_half_a_sign_in_opens_nothing_and_the_code_opens_the_desk(make: Make) -> None:
    app = whole_house(Settings(public_url=HOME), make.tools)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        entered = await client.post("/desk/sign-in", data={"login": "specialist@tanmai", "password": PASSWORD})
        assert entered.headers["location"].startswith("/desk/sign-in/code")
        assert (await client.get("/desk")).status_code == 303
        page = await client.get("/desk/sign-in/code")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        wrong = await client.post("/desk/sign-in/code", data={"csrf_token": token, "code": "000000"})
        assert wrong.status_code == 422
        async with make.database.transaction(offices=OFFICES) as db:
            secret = await db.value("SELECT totp_secret FROM officer WHERE login = 'specialist@tanmai'")
        right = await client.post("/desk/sign-in/code", data={"csrf_token": token, "code": pyotp.TOTP(secret).now()})
        assert right.headers["location"] == "/desk"
        assert (await client.get("/desk")).status_code == 200


async def test_signing_out_ends_the_session(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    assert (await desk.get("/desk")).status_code == 200
    await desk.post("/desk/sign-out")
    assert (await desk.client.get("/desk")).status_code == 303


async def test_a_form_without_its_token_does_nothing(at_desk: SignIn) -> None:
    desk = await at_desk("reception")
    answer = await desk.client.post("/desk/intake", data={"do": "read"})
    assert answer.status_code == 403
