"""Short messages through a broker. "Sent" is not "delivered": the broker reports later, perhaps never."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.gateways import callbacks
from app.gateways.line import Line, segment


@dataclass(frozen=True)
class Sms:
    """`to` is digits with an optional leading +."""

    to: str = field(repr=False)
    text: str = field(repr=False)


class SmsState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """A late report never changes a final state."""
        return self in (SmsState.DELIVERED, SmsState.FAILED)


@dataclass(frozen=True)
class SmsReceipt:
    """The broker's answer: its own id for the message, and how it stands."""

    client_id: str
    message_id: str
    state: SmsState


@dataclass(frozen=True)
class SmsEvent:
    """A delivery report. `event_id` is the same when the report is pushed again."""

    event_id: str
    client_id: str
    state: SmsState
    at: datetime


class SmsBroker(Protocol):
    async def send(self, sms: Sms, *, client_id: str) -> SmsReceipt:
        """Hand one message over, once per `client_id`. Raises GatewayDown, GatewayRefused (bad_number …)."""

    async def state(self, client_id: str) -> SmsReceipt:
        """Ask how a message stands; for reports that never came."""

    async def close(self) -> None: ...


class HttpSms:
    """`SmsBroker` over HTTP. See `Line` for the time limits."""

    def __init__(self, base_url: str, secret: str, *, connect_seconds: float = 2.0, total_seconds: float = 5.0) -> None:
        self._line = Line("sms", base_url, secret, connect_seconds=connect_seconds, total_seconds=total_seconds)

    async def send(self, sms: Sms, *, client_id: str) -> SmsReceipt:
        asked = {"client_id": client_id, "to": sms.to, "text": sms.text}
        return self._receipt(await self._line.post("/api/messages", asked))

    async def state(self, client_id: str) -> SmsReceipt:
        return self._receipt(await self._line.get(f"/api/messages/{segment(client_id)}"))

    def _receipt(self, content: dict[str, object]) -> SmsReceipt:
        with self._line.understanding():
            state = SmsState(str(content["state"]))
            return SmsReceipt(str(content["client_id"]), str(content["message_id"]), state)

    async def close(self) -> None:
        await self._line.close()


def verify_callback(
    body: bytes, headers: Mapping[str, str], secret: str, *,
    now: datetime | None = None, window: timedelta = callbacks.REPLAY_WINDOW,
) -> SmsEvent:
    """The delivery report in a pushed message. Raises ForgedMessage."""
    content = callbacks.opened(body, headers, secret, now=now, window=window)
    with callbacks.understanding():
        at = datetime.fromtimestamp(content["at"], UTC)
        return SmsEvent(content["event_id"], str(content["client_id"]), SmsState(content["state"]), at)
