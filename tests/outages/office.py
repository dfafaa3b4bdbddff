"""An office of its own for tests that harm one: a PostgreSQL that may be killed, and a door that hears anything."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import UUID

from alembic import command
from alembic.config import Config
from fastapi import FastAPI

from app.deadlines.decrees import load_calendar
from app.deadlines.service import keep_calendar
from app.embedded import EmbeddedPostgres, embedded_postgres
from app.kit.db import Database, open_database
from app.procedures.service import publish_all
from app.sessions import service as sessions
from tests.factories import OFFICES, found_offices

ROOT = Path(__file__).parent.parent.parent
HOME = "motcua.test"
_addresses = itertools.count(1)


@asynccontextmanager
async def founded(folder: Path, *, fast: bool = True) -> AsyncIterator[EmbeddedPostgres]:
    """A server of its own with the test offices and procedures in it."""
    async with embedded_postgres(folder, fast=fast) as server:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = server.owner_dsn
        await asyncio.to_thread(command.upgrade, config, "head")
        app = await open_database(server.app_dsn, largest=2)
        try:
            async with app.transaction(offices=OFFICES) as db:
                await found_offices(db)
                await publish_all(db, ROOT / "workflows", province="H99")
                await publish_all(db, ROOT / "tests" / "dossiers" / "package", province="H99")
                await keep_calendar(db, load_calendar())
        finally:
            await app.close()
        yield server


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Door:
    """One browser at the application's door, that may send anything at all: `path` and `query` as they go over the wire."""

    app: FastAPI
    word: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def knock(
        self,
        method: str,
        path: str,
        *,
        query: str | bytes = b"",
        body: bytes | Iterable[bytes] | AsyncIterator[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        broken_off: bool = False,
    ) -> Answer:
        """One request. `broken_off`: the sender goes away before the end of the body."""
        sent: dict[str, str] = {"host": HOME, **self.headers}
        if self.word:
            sent["cookie"] = f"motcua={self.word}"
        if method != "GET":
            sent["x-csrf-token"] = self.token
            if isinstance(body, bytes):
                sent["content-length"] = str(len(body))
        sent |= {name: value for name, value in (headers or {}).items() if value}
        for name, value in (headers or {}).items():
            if not value:
                sent.pop(name, None)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query if isinstance(query, bytes) else query.encode(),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
            "server": (HOME, 80),
            "client": (f"10.9.{next(_addresses) % 65536 // 256}.{next(_addresses) % 256}", 50000),
            "state": {},
        }
        pieces = body if isinstance(body, AsyncIterator) else _pieces_of(body)
        return await _answer(self.app, scope, pieces, broken_off)

    async def form(self, path: str, **fields: str) -> Answer:
        """A form of ours, sent as a browser sends it."""
        return await self.knock(
            "POST",
            path,
            body=urlencode({"csrf_token": self.token, **fields}).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    async def slowly(self, path: str, going: asyncio.Event) -> Answer:
        """A form whose second half comes when `going` is set."""

        async def pieces() -> AsyncIterator[bytes]:
            yield f"csrf_token={self.token}&purpose=".encode()
            await going.wait()
            yield b"cham"

        return await self.knock(
            "POST", path, body=pieces(), headers={"content-type": "application/x-www-form-urlencoded"}
        )


async def _pieces_of(body: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in [body] if isinstance(body, bytes) else body:
        yield piece


async def _answer(app: FastAPI, scope: dict[str, Any], pieces: AsyncIterator[bytes], broken_off: bool) -> Answer:
    started: dict[str, Any] = {}
    body: list[bytes] = []
    over = asyncio.Event()
    sent_all = False

    async def receive() -> dict[str, Any]:
        nonlocal sent_all
        if not sent_all:
            async for piece in pieces:
                return {"type": "http.request", "body": piece, "more_body": True}
            sent_all = True
            if not broken_off:
                return {"type": "http.request", "body": b"", "more_body": False}
        if not broken_off:
            await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        elif message["type"] == "http.response.body":
            body.append(message.get("body", b""))
            if not message.get("more_body"):
                over.set()

    await app(scope, receive, send)  # type: ignore[arg-type]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in started["headers"]}
    return Answer(started["status"], headers, b"".join(body))


async def door_of(
    app: FastAPI, database: Database, *, officer: UUID | None = None, citizen: UUID | None = None
) -> Door:
    """The door with somebody signed in at it, or nobody."""
    if officer is None and citizen is None:
        return Door(app)
    async with database.transaction() as db:
        kind: Any = "officer" if officer else "citizen"
        word = await sessions.open_session(db, kind, officer_id=officer, citizen_id=citizen)
        found = await sessions.find(db, word)
    assert found is not None
    return Door(app, word, found.secret)
