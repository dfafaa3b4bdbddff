"""One message per id, and reports that may be doubled, late, out of order, lost or forged."""

import asyncio
import json

import pytest

from app.gateways.errors import ForgedMessage, GatewayDown, GatewayRefused
from app.gateways.sms import HttpSms, Sms, SmsEvent, SmsState, verify_callback
from tests.gateways.conftest import Outside
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, Listener, Pushed

HELLO = Sms("0900000318", "Hồ sơ H99.27-261120-0001 đã có kết quả")


def about(pushed: list[Pushed], client_id: str) -> list[Pushed]:
    return [one for one in pushed if json.loads(one.body).get("client_id") == client_id]


async def test_a_message_is_reported_sent_and_then_delivered(sms_outside: Outside, an_id: str) -> None:
    gateway = HttpSms(sms_outside.standing.url, SECRET)
    await gateway.send(HELLO, client_id=an_id)
    pushed = await sms_outside.listener.until(lambda all_: len(about(all_, an_id)) == 2)
    events = [verify_callback(one.body, one.headers, SECRET) for one in about(pushed, an_id)]
    receipt = await gateway.state(an_id)
    await gateway.close()
    assert [event.state for event in events] == [SmsState.SENT, SmsState.DELIVERED]
    assert receipt.state is SmsState.DELIVERED


async def test_the_same_id_twice_is_one_message(sms_outside: Outside, an_id: str) -> None:
    gateway = HttpSms(sms_outside.standing.url, SECRET)
    receipts = await asyncio.gather(*(gateway.send(HELLO, client_id=an_id) for _ in range(5)))
    await gateway.close()
    written = [one for one in (await sms_outside.standing.book())["message"] if one["client_id"] == an_id]
    assert len(written) == 1
    assert {receipt.message_id for receipt in receipts} == {written[0]["message_id"]}


async def test_another_text_under_a_used_id_is_refused(sms_outside: Outside, an_id: str) -> None:
    gateway = HttpSms(sms_outside.standing.url, SECRET)
    await gateway.send(HELLO, client_id=an_id)
    with pytest.raises(GatewayRefused, match="other_content"):
        await gateway.send(Sms(HELLO.to, "khác"), client_id=an_id)
    await gateway.close()


async def test_calls_with_lost_answers_are_repeated_into_one_message(start: Starter) -> None:
    standing = await start("sms", "--calm", "--rate", "errors=0.3", "--rate", "lost_answers=0.4")
    gateway = HttpSms(standing.url, SECRET)
    for n in range(10):
        for _ in range(100):
            try:
                await gateway.send(HELLO, client_id=f"c-{n}")
                break
            except GatewayDown as down:
                if not down.retryable:
                    raise
    await gateway.close()
    written = (await standing.book())["message"]
    assert [one["client_id"] for one in written] == [f"c-{n}" for n in range(10)]
    assert sum(one["asked"] for one in written) > 10         # some answers really were lost


def tried(pushed: list[Pushed]) -> tuple[list[SmsEvent], list[str]]:
    """What verification makes of every message: events believed, and reasons for refusing the rest."""
    believed, refused = [], []
    for one in pushed:
        try:
            believed.append(verify_callback(one.body, one.headers, SECRET))
        except ForgedMessage as forged:
            refused.append(forged.reason)
    return believed, refused


async def test_forged_reports_are_refused_and_doubled_ones_share_their_id(start: Starter) -> None:
    bad = ["forged=1", "duplicates=1", "reordered=0.5", "callback_seconds=0.2", "undeliverable=1"]
    async with Listener() as listener:
        options = [part for rate in bad for part in ("--rate", rate)]
        standing = await start("sms", "--calm", "--callback-url", listener.url, *options)
        gateway = HttpSms(standing.url, SECRET)
        for n in range(6):
            await gateway.send(HELLO, client_id=f"c-{n}")
        await gateway.close()

        def all_there(pushed: list[Pushed]) -> bool:
            believed, refused = tried(pushed)
            return len({event.event_id for event in believed}) == 12 and len(refused) >= 12

        believed, refused = tried(await listener.until(all_there))
    assert not [event for event in believed if event.state is SmsState.DELIVERED]   # only forgers said so
    assert len(believed) > 12
    assert set(refused) == {"bad_signature", "unsigned", "stale"}


async def test_what_a_lost_report_would_have_said_can_be_asked(start: Starter) -> None:
    async with Listener() as listener:
        standing = await start("sms", "--calm", "--callback-url", listener.url, "--rate", "lost=1")
        gateway = HttpSms(standing.url, SECRET)
        await gateway.send(HELLO, client_id="c-1")
        async with asyncio.timeout(20):
            while (await gateway.state("c-1")).state is not SmsState.DELIVERED:
                pass
        await gateway.close()
        assert listener.pushed == []
