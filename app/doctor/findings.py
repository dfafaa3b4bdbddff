"""What the doctor says: one line a check, and a remedy where one is needed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How one thing is. Only `broken` makes the doctor's exit code 1; `absent` is what this office does not use."""

    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"
    ABSENT = "absent"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `found` says how it is, `mend` what to do about it; both are for the operator."""

    area: str
    state: State
    found: str
    mend: str = ""


Check = Callable[[], Awaitable[list[Finding]]]


def fine(area: str, found: str) -> Finding:
    return Finding(area, State.FINE, found)


def warning(area: str, found: str, mend: str) -> Finding:
    return Finding(area, State.WARNING, found, mend)


def broken(area: str, found: str, mend: str) -> Finding:
    return Finding(area, State.BROKEN, found, mend)


def absent(area: str, found: str, mend: str = "") -> Finding:
    return Finding(area, State.ABSENT, found, mend)


def by_offset(area: str, seconds: float, whose: str) -> Finding:
    """A clock compared with ours. Deadlines are counted by ours, signatures carry the authority's."""
    told = f"{abs(seconds):.1f} s {'behind' if seconds > 0 else 'ahead of'} {whose}"
    if abs(seconds) < 2:
        return fine(area, f"agrees with {whose} ({seconds:+.1f} s)")
    mend = "Keep the clock right with chrony or systemd-timesyncd."
    return warning(area, f"our clock is {told}", mend) if abs(seconds) < 60 else broken(area, f"our clock is {told}", mend)
