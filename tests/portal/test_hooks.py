"""What is pushed to us is believed only with the shared secret; what is known or not ours is acknowledged all the same."""

import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from app.dossiers.tools import Tools
from app.gateways.line import signature
from app.settings import Settings
from tests.houses import whole_house
from tests.portal.conftest import HOME

SECRET = "a-secret-of-the-tests"
SAID = {
    "payment": {"MaThamChieu": "no-such", "MaGiaoDich": "t", "KetQua": "00", "SoTien": 15000,
                "ThoiGian": "2026-11-11T08:00:00+07:00"},
    "post": {"order_number": "no-such", "shipment_number": "s", "kind": "delivered", "at": "2026-11-11T08:00:00+07:00",
             "attempt": 1, "received_by": "", "reason": ""},
    "sms": {"client_id": "no-such", "state": "delivered", "at": 1794000000},
}


@pytest.fixture
async def pushed(tools: Tools) -> AsyncIterator[httpx.AsyncClient]:
    app = whole_house(
        Settings(demo=True, public_url=HOME, payment_secret=SECRET, post_secret=SECRET, sms_secret=SECRET), tools
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=HOME) as client:
        yield client


def message(system: str, secret: str) -> tuple[bytes, dict[str, str]]:
    event, stamp = str(uuid4()), int(time.time())
    body = json.dumps({**SAID[system], "event_id": event}).encode()
    return body, {"x-event-id": event, "x-timestamp": str(stamp), "x-signature": signature(secret, stamp, event, body)}


@pytest.mark.parametrize("system", sorted(SAID))
async def test_a_signed_message_is_acknowledged(pushed: httpx.AsyncClient, system: str) -> None:
    body, headers = message(system, SECRET)
    assert (await pushed.post(f"/hooks/{system}", content=body, headers=headers)).status_code == 204


@pytest.mark.parametrize("system", sorted(SAID))
async def test_a_forged_message_is_refused(pushed: httpx.AsyncClient, system: str) -> None:
    body, headers = message(system, "another secret")
    assert (await pushed.post(f"/hooks/{system}", content=body, headers=headers)).status_code == 403
    assert (await pushed.post(f"/hooks/{system}", content=b"{}")).status_code == 403
    assert (await pushed.post(f"/hooks/{system}", content=b"\xff" * 100)).status_code == 403
