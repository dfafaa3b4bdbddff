"""Money: charged at most once, a receipt exactly for what was captured, believed only by proof (I4)."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.dossiers import payments
from app.fees.service import NothingOwed, PaymentUnderWay
from app.gateways.payment import HttpPayment, PaymentEvent, PaymentState, verify_callback
from app.kit import clock
from app.worker import carry_out
from tests.dossiers.conftest import Outside
from tests.dossiers.situations import CODE, given
from tests.factories import COMMUNE, Make
from tests.simulators.standing import SECRET, free_port

BACK = "http://motcua.test/paid"


async def started(make: Make, dossier_id: UUID) -> str:
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return await payments.start_online(db, make.tools, case, return_url=BACK)


async def decide(pay_url: str, action: str) -> None:
    """What the citizen does on the pay page."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        await browser.post(pay_url, data={"action": action})


async def rows(make: Make, table: str, dossier_id: UUID) -> list[dict[str, Any]]:
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return [dict(row) for row in await db.rows(f"SELECT * FROM {table} WHERE dossier_id = $1", dossier_id)]


async def the_word(outside: Outside, dossier_id: UUID) -> PaymentEvent:
    (row,) = await rows(outside.make, "payment", dossier_id)
    about = str(row["id"])
    pushed = await outside.listener.until(lambda all_: any(json.loads(one.body)["MaThamChieu"] == about for one in all_))
    one = next(one for one in pushed if json.loads(one.body)["MaThamChieu"] == about)
    return verify_callback(one.body, one.headers, SECRET)


async def taken(make: Make, event: PaymentEvent) -> bool:
    async with make.database.transaction() as db:
        return await payments.on_payment_event(db, make.tools, event)


async def came_back(make: Make, dossier_id: UUID) -> str | None:
    case = await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        return await payments.back_from_platform(db, make.tools, case)


async def looked(make: Make, dossier_id: UUID) -> None:
    """The newest waiting check of a payment is done."""
    async with make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await db.value(
            "SELECT id FROM job WHERE dossier_id = $1 AND name = 'check_payment' AND state = 'waiting' ORDER BY id DESC"
            " LIMIT 1",
            dossier_id,
        )
    assert job_id is not None
    await carry_out(make.tools, job_id)


async def test_a_message_told_twice_captures_once(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await decide(await started(payment.make, dossier_id), "pay")
    event = await the_word(payment, dossier_id)
    assert [await taken(payment.make, event), await taken(payment.make, event)] == [True, False]
    (fee,) = await rows(payment.make, "fee", dossier_id)
    receipts = await rows(payment.make, "fee_receipt", dossier_id)
    notices = [one for one in await rows(payment.make, "notice", dossier_id) if one["event"] == "paid"]
    assert (fee["state"], len(receipts), {one["channel"] for one in notices}) == ("paid", 1, {"page", "email", "sms"})


async def test_two_clicks_open_one_payment(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    urls = await asyncio.gather(*(started(payment.make, dossier_id) for _ in range(3)))
    assert len(set(urls)) == 1
    assert len(await rows(payment.make, "payment", dossier_id)) == 1


async def test_what_the_browser_brings_back_is_not_money(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await started(payment.make, dossier_id)
    assert await came_back(payment.make, dossier_id) == "started"
    assert (await rows(payment.make, "fee", dossier_id))[0]["state"] == "owed"


async def test_coming_back_after_paying_asks_the_platform(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await decide(await started(payment.make, dossier_id), "pay")
    assert await came_back(payment.make, dossier_id) == "captured"
    event = await the_word(payment, dossier_id)
    await taken(payment.make, event)
    assert len(await rows(payment.make, "fee_receipt", dossier_id)) == 1


async def test_a_cancelled_payment_may_be_begun_again(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    first = await started(payment.make, dossier_id)
    await decide(first, "cancel")
    assert await came_back(payment.make, dossier_id) == "failed"
    assert await started(payment.make, dossier_id) != first


async def test_another_amount_is_not_a_payment(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await decide(await started(payment.make, dossier_id), "pay")
    event = await the_word(payment, dossier_id)
    await taken(payment.make, replace(event, event_id=str(uuid4()), amount=event.amount - 1))
    (row,) = await rows(payment.make, "payment", dossier_id)
    assert (row["state"], await rows(payment.make, "fee_receipt", dossier_id)) == ("unknown", [])


async def test_another_transaction_is_not_our_payment(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await started(payment.make, dossier_id)
    (row,) = await rows(payment.make, "payment", dossier_id)
    forged = PaymentEvent(
        str(uuid4()), str(row["id"]), "some-other-transaction", PaymentState.PAID, row["amount"], datetime.now(UTC)
    )
    await taken(payment.make, forged)
    assert await rows(payment.make, "fee_receipt", dossier_id) == []


async def test_a_message_about_nobodys_payment_changes_nothing(payment: Outside) -> None:
    event = PaymentEvent(str(uuid4()), str(uuid4()), "x", PaymentState.PAID, 15000, datetime.now(UTC))
    assert not await taken(payment.make, event)


async def test_a_late_failure_never_undoes_a_capture(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await decide(await started(payment.make, dossier_id), "pay")
    event = await the_word(payment, dossier_id)
    await taken(payment.make, event)
    await taken(payment.make, replace(event, event_id=str(uuid4()), state=PaymentState.FAILED))
    (row,) = await rows(payment.make, "payment", dossier_id)
    assert row["state"] == "captured"


async def test_the_job_finds_a_payment_whose_message_never_came(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await decide(await started(payment.make, dossier_id), "pay")
    await looked(payment.make, dossier_id)
    (row,) = await rows(payment.make, "payment", dossier_id)
    waiting = [one for one in await rows(payment.make, "job", dossier_id) if one["name"] == "check_payment"]
    assert (row["state"], {one["state"] for one in waiting}) == ("captured", {"done"})


async def test_while_nothing_is_known_the_job_asks_again_without_using_up_its_tries(make: Make) -> None:
    away = HttpPayment(f"http://127.0.0.1:{free_port()}", SECRET)
    lonely = Make(make.database, replace(make.tools, payment=away))
    dossier_id = await lonely.submitted(CODE, given())
    with pytest.raises(Exception, match="payment: no_connection"):
        await started(lonely, dossier_id)
    for _ in range(12):
        await looked(lonely, dossier_id)
    await away.close()
    jobs = [one for one in await rows(lonely, "job", dossier_id) if one["name"] == "check_payment"]
    assert [one["state"] for one in jobs].count("waiting") == 1
    assert all(one["state"] != "stuck" for one in jobs)
    (row,) = await rows(lonely, "payment", dossier_id)
    assert row["state"] == "started"


async def test_a_payment_the_platform_never_heard_of_fails_after_a_while(payment: Outside) -> None:
    away = HttpPayment(f"http://127.0.0.1:{free_port()}", SECRET)
    lonely = Make(payment.make.database, replace(payment.make.tools, payment=away))
    dossier_id = await lonely.submitted(CODE, given())
    with pytest.raises(Exception, match="payment: no_connection"):
        await started(lonely, dossier_id)
    await away.close()
    with clock.at(clock.now() + timedelta(minutes=11)):
        await looked(payment.make, dossier_id)
    (row,) = await rows(payment.make, "payment", dossier_id)
    assert row["state"] == "failed"


async def test_a_platform_that_fell_silent_after_the_page_makes_the_payment_unknown(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await started(payment.make, dossier_id)
    away = HttpPayment(f"http://127.0.0.1:{free_port()}", SECRET)
    lonely = Make(payment.make.database, replace(payment.make.tools, payment=away))
    assert await came_back(lonely, dossier_id) == "unknown"
    with pytest.raises(PaymentUnderWay):
        await started(lonely, dossier_id)
    await away.close()


async def test_money_over_the_counter_is_captured_and_receipted_at_once(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    officer, case = await make.officer("reception"), await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await payments.take_at_counter(db, make.tools, case, officer=officer)
    with pytest.raises(NothingOwed):
        async with make.database.transaction(offices=[COMMUNE]) as db:
            await payments.take_at_counter(db, make.tools, case, officer=officer)
    (receipt,) = await rows(make, "fee_receipt", dossier_id)
    assert receipt["number"] >= 1


async def test_two_tills_take_the_money_once(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    officer, case = await make.officer("reception"), await make.case(dossier_id)

    async def take() -> str:
        try:
            async with make.database.transaction(offices=[COMMUNE]) as db:
                await payments.take_at_counter(db, make.tools, case, officer=officer)
        except NothingOwed:
            return "refused"
        return "taken"

    assert sorted(await asyncio.gather(take(), take())) == ["refused", "taken"]


async def test_the_counter_takes_nothing_while_an_online_payment_is_open(payment: Outside) -> None:
    dossier_id = await payment.make.submitted(CODE, given())
    await started(payment.make, dossier_id)
    officer, case = await payment.make.officer("reception"), await payment.make.case(dossier_id)
    with pytest.raises(PaymentUnderWay):
        async with payment.make.database.transaction(offices=[COMMUNE]) as db:
            await payments.take_at_counter(db, payment.make.tools, case, officer=officer)


async def test_an_office_without_the_platform_says_so(make: Make) -> None:
    dossier_id = await make.submitted(CODE, given())
    with pytest.raises(payments.PaymentNotOffered):
        await started(make, dossier_id)
