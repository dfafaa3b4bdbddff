"""Open, find, renew and close sessions. The word in the cookie is random; only its digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import asyncpg

from app.kit import clock
from app.kit.db import Db
from app.sessions.models import Session

Kind = Literal["officer", "citizen", "visitor"]

# Idle and absolute life (reliability.md 5). A visitor's session carries only a sign-in under way or a parked form.
IDLE = {"officer": timedelta(minutes=60), "citizen": timedelta(minutes=60), "visitor": timedelta(hours=12)}
ABSOLUTE = {"officer": timedelta(hours=12), "citizen": timedelta(hours=12), "visitor": timedelta(hours=12)}
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session as the faces see it. `secret` is what forms carry back."""

    digest: bytes
    kind: Kind
    officer_id: UUID | None
    citizen_id: UUID | None
    secret: str
    stage: str
    expires_at: datetime
    note: dict[str, Any]


def digest_of(word: str) -> bytes:
    """What is kept of a cookie."""
    return hashlib.sha256(word.encode()).digest()


async def open_session(
    db: Db, kind: Kind, *, officer_id: UUID | None = None, citizen_id: UUID | None = None, stage: str = "in",
    note: dict[str, Any] | None = None,
) -> str:
    """A new session (always a new one at sign-in: no fixation); returns the word for the cookie."""
    word, now = secrets.token_urlsafe(32), clock.now()
    await db.add(Session(
        digest=digest_of(word), kind=kind, officer_id=officer_id, citizen_id=citizen_id, secret=secrets.token_urlsafe(24),
        stage=stage, created_at=now, seen_at=now, expires_at=now + ABSOLUTE[kind], note=note or {},
    ))
    return word


async def find(db: Db, word: str) -> SignedIn | None:
    """The live session of this cookie, or None when there is none, it expired, or it lay idle too long."""
    row = await db.row("SELECT * FROM session WHERE digest = $1", digest_of(word))
    return await living(db, row, clock.now()) if row is not None else None


async def living(db: Db, row: asyncpg.Record, now: datetime) -> SignedIn | None:
    """The session of a row that was read, or None when it is over at `now`. Once a minute it is noted that it is used."""
    if row["expires_at"] <= now or row["seen_at"] + IDLE[row["kind"]] <= now:
        return None
    if now - row["seen_at"] > SEEN_EVERY:
        await db.jot("UPDATE session SET seen_at = $2 WHERE digest = $1", row["digest"], now)
    return SignedIn(
        row["digest"], row["kind"], row["officer_id"], row["citizen_id"], row["secret"], row["stage"], row["expires_at"],
        row["note"],
    )


async def put_note(db: Db, session: SignedIn, **note: Any) -> None:
    """Keep small things with a session: a sign-in under way, a parked form."""
    await db.run("UPDATE session SET note = note || $2 WHERE digest = $1", session.digest, note)


async def drop_note(db: Db, session: SignedIn, name: str) -> None:
    """Forget one of them."""
    await db.jot("UPDATE session SET note = note - $2 WHERE digest = $1", session.digest, name)


async def close(db: Db, session: SignedIn) -> None:
    """Sign out."""
    await db.run("DELETE FROM session WHERE digest = $1", session.digest)


async def close_all_of(db: Db, officer_id: UUID) -> int:
    """Sign an officer out everywhere: a leaver, a changed password."""
    return await db.run("DELETE FROM session WHERE officer_id = $1", officer_id)


async def sweep(db: Db) -> int:
    """Forget sessions that are over."""
    return await db.run("DELETE FROM session WHERE expires_at < $1", clock.now() - timedelta(days=1))
