"""Pages that may be a moment old are read from the replica; what a person just did themselves they always see.

After every form a browser notes how far the primary's log was; a replica that has not come so far is not asked for that
browser. Who somebody is, what they may do and what was said to them is asked of the primary, always.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.dossiers.tools import Tools
from app.faces.access import SAFE, Visit
from app.kit.db import DatabaseAway
from app.kit.errors import Unavailable
from app.kit.replica import position

COOKIE: Final = "motcua-after"
REMEMBERED: Final = 600  # seconds; a replica that is later is asked by nobody
MACHINES: Final = ("/api/", "/hooks/")

Read = TypeVar("Read")


async def read(visit: Visit, ask: Callable[[Visit], Awaitable[Read]]) -> tuple[Read, datetime | None]:
    """What `ask` reads with the visit it is given, and the moment it is of (None: now, from the primary).

    `ask` only reads. It is asked again on the primary when the replica fails in the middle. What the transaction of
    `visit` was told beyond the person's own offices, `ask` tells its own.
    """
    database, after = visit.tools.database, _after(visit.request)
    offices = visit.maybe_officer.offices if visit.maybe_officer else ()
    citizen = visit.maybe_citizen.id if visit.maybe_citizen else None
    if database.replica is None or after is None:
        return await ask(visit), None
    try:
        async with database.replica.transaction(offices=offices, citizen=citizen, after=after) as db:
            return await ask(replace(visit, db=db)), db.as_of
    except DatabaseAway:  # away, late, or in the way of what it replays
        return await ask(visit), None


def _after(request: Request) -> int | None:
    """How far the replica must be for this browser; None: only the primary knows (a machine, which carries no cookies)."""
    if "authorization" in request.headers:
        return None
    noted = request.cookies.get(COOKIE, "0")
    try:
        return int(noted, 16) if len(noted) <= 16 else None
    except ValueError:  # not written by us
        return None


class NotesWrites:
    """Around the application where there is a replica: after a form, how far the log is, in a cookie of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"].startswith(MACHINES):
            await self.app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), await self._noted(scope)]}
            await send(message)

        await self.app(scope, receive, send_on)

    async def _noted(self, scope: Scope) -> tuple[bytes, bytes]:
        tools: Tools = scope["app"].state.tools
        try:
            noted = f"{await position(tools.database):x}"
        except Unavailable:  # not known how far: nothing is far enough
            noted = "f" * 15
        secure = "; Secure" if tools.public_url.startswith("https:") else ""
        cookie = f"{COOKIE}={noted}; Path=/; Max-Age={REMEMBERED}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", cookie.encode()
