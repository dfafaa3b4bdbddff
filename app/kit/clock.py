"""What time it is, in one place, so that tests and demonstrations may say so themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

_said: ContextVar[datetime | None] = ContextVar("said", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _said.get() or datetime.now(UTC)


def today() -> date:
    """The present day on the office's wall."""
    return now().astimezone(LOCAL).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` (aware) for everything called inside. The real clock is untouched."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    token = _said.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _said.reset(token)
