"""The pages people see of outside systems work on a phone, without scripts, for everybody."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from app.gateways.mail import Mail, SmtpMail
from app.gateways.payment import HttpPayment, PaymentItem, PaymentOrder
from app.gateways.post import HttpPost, Party, Shipment
from app.gateways.sms import HttpSms, Sms
from tests.browser import PHONE, Visit, looked_at
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, free_port

pytestmark = pytest.mark.browser

ORDER = PaymentOrder(
    (PaymentItem("LP", "Lệ phí", 23_000),), "H99.27-261120-0001", "1.004873", "Xác nhận tình trạng hôn nhân", "H99.27",
    "Uỷ ban nhân dân xã Tân Mai", "http://127.0.0.1:1/back",
)


async def pay_page(start: Starter) -> str:
    gateway = HttpPayment((await start("payment", "--calm")).url, SECRET)
    payment = await gateway.begin(ORDER, reference="r-1")
    await gateway.close()
    return payment.pay_url


async def phones(start: Starter) -> str:
    standing = await start("sms", "--calm")
    gateway = HttpSms(standing.url, SECRET)
    await gateway.send(Sms("0900000318", "Hồ sơ H99.27-261120-0001 đã có kết quả. " * 3), client_id="c-1")
    await gateway.close()
    return standing.url


async def shipments(start: Starter) -> str:
    standing = await start("post", "--calm")
    gateway = HttpPost(standing.url, SECRET)
    office = Party("UBND xã Tân Mai", "Thôn Đình", "Thanh Giang", "0200355010")
    await gateway.order(Shipment(office, replace(office, name="Hoàng Thị Bích Liễu"), "Giấy"), order_number="o" * 36)
    await gateway.close()
    return standing.url


async def letters(start: Starter) -> str:
    port = free_port()
    standing = await start("mailbox", "--calm", "--smtp-port", str(port))
    letter = Mail("lieu@thanhgiang.example", "Hồ sơ đã có kết quả", "Mời bà tới nhận. " * 20)
    await SmtpMail(f"smtp://127.0.0.1:{port}", "office@tanmai.example").send(letter, message_id="m-1")
    return standing.url


async def one_letter(start: Starter) -> str:
    return f"{await letters(start)}/mails/1"


async def sign_in(start: Starter) -> str:
    standing = await start("identity", "--calm", "--redirect-uri", "http://127.0.0.1:1/back")
    return (
        f"{standing.url}/authorize?response_type=code&client_id=motcua&redirect_uri=http://127.0.0.1:1/back&scope=openid"
        f"&state=s&nonce=n&code_challenge_method=S256&code_challenge={'x' * 43}"
    )


@pytest.mark.parametrize("open_one", [pay_page, phones, shipments, letters, one_letter, sign_in])
async def test_a_page_is_readable_by_everybody(
    start: Starter, visit: Visit, open_one: Callable[[Starter], Awaitable[str]]
) -> None:
    address = await open_one(start)
    seen = await visit(address)
    assert await looked_at(seen.page) == []
    assert seen.complaints == []


async def test_a_citizen_pays_without_scripts(start: Starter, visit: Visit) -> None:
    address = await pay_page(start)
    seen = await visit(address, size=PHONE, scripts=False)
    await seen.page.get_by_role("button", name="Để sau").wait_for()
    await seen.page.get_by_role("button", name="Thanh toán").focus()
    async with seen.page.expect_request(lambda request: "/back?MaThamChieu=r-1&KetQua=00" in request.url):
        await seen.page.keyboard.press("Enter")
