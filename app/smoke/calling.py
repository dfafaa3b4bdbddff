"""Plain HTTP calls as one person. A call that is not answered as it should is the end of its dossier, and is told whole."""

import secrets
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

PREFIX: Final = "/api/v1"
AGAIN: Final = frozenset({502, 503, 504})


class CallFailed(Exception):
    """What was called by whom, and what came back."""

    def __init__(self, who: str, method: str, path: str, status: int | str, told: str) -> None:
        super().__init__(f"{who}: {method} {path} → {status} {told[:600]}")


class NothingMoves(Exception):
    """The office did not go on in time."""


class Caller:
    """One person's calls. `token` is sent as a bearer token."""

    def __init__(self, url: str, who: str, token: str = "", client: httpx2.Client | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.who, self.url = who, url.rstrip("/")
        self.client = client or httpx2.Client(base_url=self.url, timeout=60, headers=headers, trust_env=False)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind an address of the API."""
        return self.call("GET", path, params=query or None).json()

    def bytes_of(self, path: str) -> bytes:
        """A file."""
        content: bytes = self.call("GET", path).content
        return content

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """A command, under a key of its own, so that a lost answer may be asked for again."""
        answer = self.call("POST", path, json=body, **more)
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any) -> Any:
        """The same for what is replaced as a whole."""
        return self.call("PUT", path, json=body).json()

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One call; tried again twice when the office says it is down. Raises CallFailed."""
        address = path if path.startswith(PREFIX) else PREFIX + path
        if method != "GET":
            more["headers"] = {"idempotency-key": secrets.token_urlsafe(16), **more.get("headers", {})}
        for tries in (1, 2, 3):
            try:
                answer = self.client.request(method, address, **more)
            except httpx2.HTTPError as error:
                if tries == 3:
                    raise CallFailed(self.who, method, address, type(error).__name__, str(error)) from error
            else:
                if answer.status_code < 400:
                    return answer
                if answer.status_code not in AGAIN or tries == 3:
                    raise CallFailed(self.who, method, address, answer.status_code, answer.text)
            time.sleep(tries)
        raise AssertionError("the third try returns or raises")

    def close(self) -> None:
        """Hang up."""
        self.client.close()


def wait_for(what: str, found: Callable[[], Any], *, seconds: float, every: float = 0.4) -> Any:
    """What `found` gives once it gives something. Raises NothingMoves."""
    until = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > until:
            raise NothingMoves(f"waited {seconds:.0f} s for {what}")
        time.sleep(every)


def origin(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
