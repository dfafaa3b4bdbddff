"""Where time-stamps come from. In a file of its own, so that naming an authority loads nothing that asks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timestamper:
    """The address of a time-stamping authority. `timeout` in seconds; `token_bytes` is the room kept for one token."""

    url: str
    timeout: float = 10.0
    token_bytes: int = 8192
