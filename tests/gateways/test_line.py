"""An outside system that is down, silent or strict is told apart, in time, and without naming anybody."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.line import Line
from app.gateways.mail import Mail
from app.gateways.sms import HttpSms, Sms
from tests.gateways.conftest import Outside
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, free_port

LETTER = Sms("0900000318", "Hồ sơ của bà Hoàng Thị Bích Liễu")


async def refusal(gateway: HttpSms) -> GatewayDown:
    with pytest.raises(GatewayDown) as down:
        await gateway.send(LETTER, client_id="c-1")
    await gateway.close()
    return down.value


async def test_an_outage_is_worth_another_try(start: Starter) -> None:
    standing = await start("sms", "--calm")
    await standing.mischief(down=True)
    down = await refusal(HttpSms(standing.url, SECRET))
    assert (down.retryable, down.reason) == (True, "http_503")


async def test_a_silent_system_costs_no_more_than_the_time_limit(start: Starter) -> None:
    standing = await start("sms", "--calm")
    await standing.mischief(down="hang")
    down = await refusal(HttpSms(standing.url, SECRET, total_seconds=0.3))
    await standing.mischief(down=False)
    assert (down.retryable, down.reason) == (True, "too_slow")


async def test_nobody_listening_is_worth_another_try() -> None:
    down = await refusal(HttpSms(f"http://127.0.0.1:{free_port()}", SECRET))
    assert (down.retryable, down.reason) == (True, "no_connection")


async def test_a_wrong_key_is_not_worth_another_try(sms_outside: Outside) -> None:
    down = await refusal(HttpSms(sms_outside.standing.url, "another secret"))
    assert (down.retryable, down.reason) == (False, "key_refused")


@pytest.fixture
async def babbling() -> AsyncIterator[str]:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n<html>hi!")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_an_answer_that_is_no_json_is_no_answer(babbling: str) -> None:
    line = Line("sms", babbling, SECRET)
    with pytest.raises(GatewayDown, match="not_understood"):
        await line.get("/api/messages/c-1")
    await line.close()


async def test_what_goes_wrong_names_nobody(sms_outside: Outside) -> None:
    gateway = HttpSms(sms_outside.standing.url, SECRET)
    with pytest.raises(GatewayRefused) as refused:
        await gateway.send(Sms("bà Liễu", LETTER.text), client_id="c-names")
    await gateway.close()
    seen = f"{refused.value!r} {refused.value} {refused.value.fields} {LETTER!r} {Mail('a@b.example', 'x', 'Liễu')!r}"
    assert "bad_number" in seen
    assert "Liễu" not in seen
    assert "0900000318" not in seen
    assert "a@b" not in seen
