"""Money counts as paid once, and only on the platform's own signed word."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import httpx2
import pytest

from app.gateways.errors import ForgedMessage, GatewayRefused
from app.gateways.payment import (
    HttpPayment,
    Payment,
    PaymentEvent,
    PaymentItem,
    PaymentOrder,
    PaymentState,
    verify_callback,
)
from tests.gateways.conftest import Outside
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, Listener, Pushed

ORDER = PaymentOrder(
    items=(PaymentItem("LP-01", "Lệ phí cấp giấy", 15_000), PaymentItem("P-02", "Phí bản sao", 8_000)),
    dossier_code="H99.27-261120-0001", procedure_code="1.004873", procedure_name="Xác nhận tình trạng hôn nhân",
    office_code="H99.27", office_name="UBND xã Tân Mai", return_url="http://office.example/paid?from=app",
    payer_name="Hoàng Thị Bích Liễu",
)


def about(pushed: list[Pushed], reference: str) -> list[Pushed]:
    return [one for one in pushed if json.loads(one.body).get("MaThamChieu") == reference]


async def decide(payment: Payment, action: str) -> httpx2.Response:
    """What the citizen does on the pay page."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(payment.pay_url)).is_success
        return await browser.post(payment.pay_url, data={"action": action})


async def the_word(outside: Outside, reference: str) -> PaymentEvent:
    pushed = await outside.listener.until(lambda all_: bool(about(all_, reference)))
    (one,) = about(pushed, reference)
    return verify_callback(one.body, one.headers, SECRET)


async def test_a_paid_payment_is_told_billed_and_stated(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    payment = await gateway.begin(ORDER, reference=an_id)
    back = await decide(payment, "pay")
    event = await the_word(payment_outside, an_id)
    bill = await gateway.bill(an_id)
    statement = await gateway.statement(datetime.now(timezone(timedelta(hours=7))).date())
    await gateway.close()
    assert back.headers["location"].startswith("http://office.example/paid?from=app&MaThamChieu=")
    assert (event.state, event.amount) == (PaymentState.PAID, 23_000)
    assert event.transaction_id == payment.transaction_id
    assert bill.items == ORDER.items
    assert [line.bill_number for line in statement.lines if line.reference == an_id] == [bill.number]


async def test_two_clicks_on_pay_take_the_money_once(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    payment = await gateway.begin(ORDER, reference=an_id)
    await asyncio.gather(*(decide(payment, "pay") for _ in range(4)))
    await gateway.close()
    charges = [one for one in (await payment_outside.standing.book())["charge"] if one["reference"] == an_id]
    assert [one["amount"] for one in charges] == [23_000]


async def test_the_same_reference_twice_is_one_payment(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    first, second = [await gateway.begin(ORDER, reference=an_id) for _ in range(2)]
    await gateway.close()
    written = [one for one in (await payment_outside.standing.book())["payment"] if one["reference"] == an_id]
    assert first.pay_url == second.pay_url
    assert len(written) == 1


async def test_another_amount_under_a_used_reference_is_refused(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    await gateway.begin(ORDER, reference=an_id)
    with pytest.raises(GatewayRefused, match="other_content"):
        await gateway.begin(replace(ORDER, items=ORDER.items[:1]), reference=an_id)
    await gateway.close()


async def test_a_cancelled_payment_takes_no_money(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    await decide(await gateway.begin(ORDER, reference=an_id), "cancel")
    event = await the_word(payment_outside, an_id)
    with pytest.raises(GatewayRefused, match="not_paid"):
        await gateway.bill(an_id)
    await gateway.close()
    assert event.state is PaymentState.CANCELLED


async def test_leaving_the_page_decides_nothing(payment_outside: Outside, an_id: str) -> None:
    gateway = HttpPayment(payment_outside.standing.url, SECRET)
    back = await decide(await gateway.begin(ORDER, reference=an_id), "leave")
    after = await gateway.status(an_id)
    await gateway.close()
    assert back.status_code == 303
    assert after.state is PaymentState.CREATED
    assert after.closes_at > datetime.now(UTC)


async def test_a_bank_that_does_not_answer_leaves_the_payment_unknown_and_then_decides(start: Starter) -> None:
    standing = await start("payment", "--calm", "--rate", "unknown=1", "--rate", "unknown_seconds=100000")
    gateway = HttpPayment(standing.url, SECRET)
    await decide(await gateway.begin(ORDER, reference="r-1"), "pay")
    waiting = await gateway.status("r-1")
    await standing.mischief(rates={"unknown_seconds": 0})
    await decide(await gateway.begin(ORDER, reference="r-2"), "pay")
    decided = await gateway.status("r-2")
    await gateway.close()
    assert waiting.state is PaymentState.UNKNOWN
    assert decided.state in (PaymentState.PAID, PaymentState.FAILED)


async def test_a_forged_word_about_an_unpaid_payment_is_refused(start: Starter) -> None:
    async with Listener() as listener:
        standing = await start("payment", "--calm", "--callback-url", listener.url, "--rate", "forged=1")
        gateway = HttpPayment(standing.url, SECRET)
        for n in range(6):
            await gateway.begin(ORDER, reference=f"r-{n}")
        pushed = await listener.until(lambda all_: len(all_) == 6)
        await gateway.close()
    assert {json.loads(one.body)["KetQua"] for one in pushed} == {"00"}
    for one in pushed:
        with pytest.raises(ForgedMessage):
            verify_callback(one.body, one.headers, SECRET)
