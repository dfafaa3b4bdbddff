"""One signed line to one outside system: JSON there, JSON back, within a time limit."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx2

from app.gateways.errors import GatewayDown, GatewayRefused

Content = dict[str, Any]
WORD = re.compile(r"[a-z0-9_]{1,40}")


def signature(secret: str, timestamp: int, what: str, body: bytes) -> str:
    """``sha256=`` + hexadecimal HMAC-SHA256 over ``timestamp LF what LF body``.

    `what` is ``METHOD /path?query`` for our calls and the event's id for messages pushed to us.
    """
    text = f"{timestamp}\n{what}\n".encode() + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Line:
    """Calls to `base_url`, signed with the shared `secret`.

    `connect_seconds` and `total_seconds` are limits for reaching the system and for the whole call.
    Raises GatewayDown (no answer, 408, 425, 429, 5xx, nonsense; 401, 403 and 404 of a whole path as not
    retryable) and GatewayRefused (other 4xx, with the system's word).
    """

    def __init__(
        self, system: str, base_url: str, secret: str, *, connect_seconds: float = 2.0, total_seconds: float = 5.0
    ) -> None:
        self.system = system
        self._secret = secret
        self._total_seconds = total_seconds
        limits = httpx2.Timeout(total_seconds, connect=connect_seconds)
        self._client = httpx2.AsyncClient(base_url=base_url, timeout=limits, trust_env=False, follow_redirects=False)

    async def get(self, path: str) -> Content:
        return await self._call("GET", path, b"")

    async def post(self, path: str, content: Mapping[str, Any]) -> Content:
        return await self._call("POST", path, json.dumps(content, ensure_ascii=False).encode())

    async def close(self) -> None:
        await self._client.aclose()

    async def _call(self, method: str, path: str, body: bytes) -> Content:
        request = self._client.build_request(method, path, content=body, headers={"Content-Type": "application/json"})
        stamp = int(time.time())
        what = f"{method} {request.url.raw_path.decode()}"
        request.headers["X-Timestamp"] = str(stamp)
        request.headers["X-Signature"] = signature(self._secret, stamp, what, body)
        try:
            async with asyncio.timeout(self._total_seconds):
                answer = await self._client.send(request)
        except (TimeoutError, httpx2.TimeoutException):
            raise GatewayDown(self.system, True, "too_slow") from None
        except (httpx2.HTTPError, OSError):
            raise GatewayDown(self.system, True, "no_connection") from None
        return self._read(answer)

    def _read(self, answer: httpx2.Response) -> Content:
        status = answer.status_code
        if status in (408, 425, 429) or status >= 500:
            raise GatewayDown(self.system, True, f"http_{status}")
        try:
            content = answer.json()
        except ValueError:
            content = None
        if 400 <= status < 500 and status not in (401, 403):
            code = content.get("code") if isinstance(content, dict) else None
            if isinstance(code, str) and WORD.fullmatch(code):
                raise GatewayRefused(self.system, code)
            raise GatewayDown(self.system, False, f"http_{status}")
        if status in (401, 403):
            raise GatewayDown(self.system, False, "key_refused")
        if not answer.is_success or not isinstance(content, dict):
            raise GatewayDown(self.system, True, "not_understood")
        return content

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """While reading an answer: a missing or absurd field is an answer that was not understood."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError):
            raise GatewayDown(self.system, True, "not_understood") from None


def segment(identifier: str) -> str:
    """An id as one part of a path."""
    return quote(identifier, safe="")
