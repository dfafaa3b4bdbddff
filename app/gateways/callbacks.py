"""Is a pushed message really from the system that shares our secret, and fresh?

Three headers: ``X-Event-Id``, ``X-Timestamp`` (Unix seconds of sending) and ``X-Signature``. A message pushed
again in the window passes here: that it has one effect is the unique event id's work in the inbox.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from app.gateways.errors import ForgedMessage
from app.gateways.line import Content, signature

REPLAY_WINDOW = timedelta(minutes=5)


def opened(
    body: bytes, headers: Mapping[str, str], secret: str, *, now: datetime | None = None, window: timedelta = REPLAY_WINDOW
) -> Content:
    """The message's JSON object after all checks. Raises ForgedMessage.

    `now` is the real clock unless a test says otherwise: the sender knows nothing of a shifted office clock.
    An empty secret opens nothing.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, stamp, signed = (given.get(f"x-{name}", "") for name in ("event-id", "timestamp", "signature"))
    if not (secret and event_id and signed and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise ForgedMessage("unsigned")
    expected = signature(secret, int(stamp), event_id, body).encode()
    if not hmac.compare_digest(expected, signed.encode()):
        raise ForgedMessage("bad_signature")
    if abs((now or datetime.now(UTC)).timestamp() - int(stamp)) > window.total_seconds():
        raise ForgedMessage("stale")
    with understanding():
        content = json.loads(body)
        if content["event_id"] != event_id:
            raise ForgedMessage("other_event")
        return dict(content)


@contextmanager
def understanding() -> Iterator[None]:
    """A signed message whose fields make no sense is refused like a forged one: it cannot be acted on."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ForgedMessage("not_understood") from None
