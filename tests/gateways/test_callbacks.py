"""A pushed message is believed only when it is provably from the system that shares our secret, and fresh."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.gateways import sms
from app.gateways.callbacks import opened
from app.gateways.errors import ForgedMessage
from app.gateways.line import signature

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BODY = json.dumps({"event_id": "e-1", "client_id": "c-1", "state": "sent", "at": 1_790_000_000.5}).encode()


def headers(body: bytes = BODY, secret: str = "secret", event_id: str = "e-1", sent: datetime = NOW) -> dict[str, str]:
    stamp = int(sent.timestamp())
    signed = signature(secret, stamp, event_id, body)
    return {"X-Event-Id": event_id, "X-Timestamp": str(stamp), "X-Signature": signed}


def test_a_genuine_message_opens_whatever_the_case_of_its_headers() -> None:
    lowered = {name.lower(): value for name, value in headers().items()}
    assert sms.verify_callback(BODY, lowered, "secret", now=NOW).client_id == "c-1"


@pytest.mark.parametrize(
    ("reason", "body", "given", "secret"),
    [
        ("bad_signature", BODY.replace(b"sent", b"fine"), headers(), "secret"),
        ("bad_signature", BODY, headers(secret="guessed"), "secret"),
        ("bad_signature", BODY, {**headers(), "X-Event-Id": "e-2"}, "secret"),
        ("bad_signature", BODY, {**headers(), "X-Timestamp": str(int(NOW.timestamp()) + 1)}, "secret"),
        ("bad_signature", BODY, {**headers(), "X-Signature": "sha256=ÿ"}, "secret"),
        ("unsigned", BODY, {"X-Event-Id": "e-1", "X-Timestamp": str(int(NOW.timestamp()))}, "secret"),
        ("unsigned", BODY, {}, "secret"),
        ("unsigned", BODY, {**headers(), "X-Timestamp": "yesterday"}, "secret"),
        ("unsigned", BODY, {**headers(), "X-Timestamp": "9" * 40}, "secret"),
        ("unsigned", BODY, headers(secret=""), ""),
        ("stale", BODY, headers(sent=NOW - timedelta(minutes=6)), "secret"),
        ("stale", BODY, headers(sent=NOW + timedelta(minutes=6)), "secret"),
        ("other_event", BODY, headers(event_id="e-9"), "secret"),
        ("not_understood", b"[]", headers(b"[]"), "secret"),
        ("not_understood", b"{", headers(b"{"), "secret"),
    ],
)
def test_a_message_with_anything_wrong_is_refused(
    reason: str, body: bytes, given: dict[str, str], secret: str
) -> None:
    with pytest.raises(ForgedMessage) as refused:
        opened(body, given, secret, now=NOW)
    assert refused.value.reason == reason


def test_a_signed_message_with_a_state_nobody_knows_is_refused() -> None:
    body = BODY.replace(b'"sent"', b'"lost in space"')
    with pytest.raises(ForgedMessage, match="not_understood"):
        sms.verify_callback(body, headers(body), "secret", now=NOW)
