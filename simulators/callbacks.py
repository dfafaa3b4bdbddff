"""Messages an outside system pushes to the office: signed, and late, doubled, disordered, lost or forged."""

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx2

from simulators.book import Row
from simulators.outside import Outside, signature

SCHEMA = """
CREATE TABLE IF NOT EXISTS callback (
    id INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,          -- genuine duplicate forged_secret forged_body unsigned replayed
    body TEXT NOT NULL,
    due_at REAL NOT NULL,        -- Unix seconds
    state TEXT NOT NULL,         -- waiting sent lost given_up unaddressed
    attempts INTEGER NOT NULL DEFAULT 0,
    last_answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due_at) WHERE state = 'waiting';
"""
FORGERIES = ("forged_secret", "forged_body", "unsigned", "replayed")
MOST_ATTEMPTS = 10
Lie = Callable[[dict[str, Any]], dict[str, Any]]


def add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--callback-url", default="", help="where the office listens; empty: nothing is pushed")


class Messenger:
    """Writes messages into the book and carries them out until the office says 2xx, at most ten times.

    `lie` turns a true message into the one a forger would like to be believed.
    """

    def __init__(self, outside: Outside, url: str, lie: Lie) -> None:
        self.outside = outside
        self.url = url
        self.lie = lie
        self._news = asyncio.Event()

    def tell(self, event_id: str, body: Mapping[str, Any]) -> None:
        """Put one event on its way, with the misfortunes the dice give it. Call inside `book.together`."""
        mischief = self.outside.mischief
        lost = mischief.strikes("lost", event_id)
        self._write(event_id, "genuine", dict(body), 0, lost=lost)
        if mischief.strikes("duplicates", event_id):
            for copy in range(mischief.dice("copies", event_id).randint(1, 3)):
                self._write(event_id, "duplicate", dict(body), copy + 1)
        self.tempt(event_id, body)
        self._news.set()

    def tempt(self, key: str, body: Mapping[str, Any]) -> None:
        """Perhaps forge a message about the thing `body` describes, whether or not anything happened to it."""
        mischief = self.outside.mischief
        if not mischief.strikes("forged", key):
            return
        kind = mischief.dice("forgery", key).choice(FORGERIES if "event_id" in body else FORGERIES[:3])
        event_id = str(UUID(int=mischief.dice("id", key).getrandbits(128)))
        if kind == "replayed":
            self._write(body["event_id"], kind, dict(body), 9)
        else:
            self._write(event_id, kind, self.lie({**body, "event_id": event_id}), 9)

    def _write(self, event_id: str, kind: str, body: dict[str, Any], copy: int, *, lost: bool = False) -> None:
        mischief = self.outside.mischief
        key = f"{event_id} {copy}"
        wait = mischief.seconds("callback_seconds", key)
        if mischief.strikes("reordered", key):
            wait += mischief.rates["callback_seconds"]
        state = "lost" if lost else "waiting" if self.url else "unaddressed"
        self.outside.book.run(
            "INSERT INTO callback (event_id, kind, body, due_at, state) VALUES (?, ?, ?, ?, ?)",
            event_id, kind, json.dumps(body, ensure_ascii=False), time.time() + wait, state,
        )

    async def carry(self) -> None:
        """Work of the system: deliver what is due, one after another, for ever."""
        async with httpx2.AsyncClient(trust_env=False, timeout=5.0) as client:
            while True:
                self._news.clear()
                due = self.outside.book.rows(
                    "SELECT * FROM callback WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT 50",
                    time.time(),
                )
                for message in [] if self.outside.mischief.down else due:
                    await self._deliver(client, message)
                await self._wait()

    async def _wait(self) -> None:
        next_due = self.outside.book.value("SELECT min(due_at) FROM callback WHERE state = 'waiting'")
        pause = 60.0 if next_due is None else max(next_due - time.time(), 0.0)
        if self.outside.mischief.down:
            pause = max(pause, 0.2)
        try:
            async with asyncio.timeout(min(pause, 1.0)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _deliver(self, client: httpx2.AsyncClient, message: Row) -> None:
        body = message["body"].encode()
        try:
            answer = await client.post(self.url, content=body, headers=self._headers(message, body))
            outcome, taken = str(answer.status_code), answer.is_success
        except (httpx2.HTTPError, OSError) as error:
            outcome, taken = type(error).__name__, False
        attempts = message["attempts"] + 1
        again = not taken and message["kind"] == "genuine" and attempts < MOST_ATTEMPTS
        state = "waiting" if again else "sent" if taken or message["kind"] != "genuine" else "given_up"
        self.outside.book.run(
            "UPDATE callback SET state = ?, attempts = ?, last_answer = ?, due_at = ? WHERE id = ?",
            state, attempts, outcome, time.time() + min(2.0 ** (attempts - 1), 60.0), message["id"],
        )

    def _headers(self, message: Row, body: bytes) -> dict[str, str]:
        """Three headers; what is wrong with a forged one is wrong here and nowhere else."""
        kind, event_id = message["kind"], message["event_id"]
        stamp = int(time.time()) - (7200 if kind == "replayed" else 0)
        secret = "guessed" if kind == "forged_secret" else self.outside.secret
        signed = b"{}" if kind == "forged_body" else body
        headers = {"Content-Type": "application/json", "X-Event-Id": event_id, "X-Timestamp": str(stamp)}
        if kind != "unsigned":
            headers["X-Signature"] = signature(secret, stamp, event_id, signed)
        return headers
