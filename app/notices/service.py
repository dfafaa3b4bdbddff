"""Tell the applicant of every change, on every channel they can be reached, once; with a state per notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from app.jobs import service as jobs
from app.kit import clock
from app.kit.db import Db
from app.notices.models import Message, Notice


async def announce(
    db: Db, *, dossier_id: UUID, office_id: int, citizen_id: UUID, language: str, event: str,
    facts: Mapping[str, Any], key: str,
) -> None:
    """A notice per channel, written and queued in the transaction of the change. The page is always one of them."""
    person = await db.row("SELECT phone, email FROM citizen WHERE id = $1", citizen_id)
    reachable = {"page": True, "email": bool(person and person["email"]), "sms": bool(person and person["phone"])}
    now = clock.now()
    for channel, has_address in reachable.items():
        notice_key = f"{key}:{channel}"
        state = "delivered" if channel == "page" else "queued" if has_address else "skipped"
        notice_id: UUID | None = await db.value(
            "INSERT INTO notice (id, office_id, dossier_id, citizen_id, event, key, channel, language, facts, state,"
            " created_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " ON CONFLICT (key) DO NOTHING RETURNING id",
            uuid4(), office_id, dossier_id, citizen_id, event, notice_key, channel, language, dict(facts), state, now,
            now if channel == "page" else None,
        )
        if notice_id is not None and state == "queued":
            await jobs.queue(
                db, "send_notice", key=f"notice:{notice_key}", office_id=office_id, dossier_id=dossier_id,
                notice_id=str(notice_id),
            )


async def mark(db: Db, notice_id: UUID, state: str, trouble: str | None = None) -> None:
    """What became of it. A late "sent" never overwrites "delivered" or "failed", a late "failed" never "delivered"."""
    await db.run(
        "UPDATE notice SET state = $2::text, trouble = $3,"
        " sent_at = CASE WHEN $2::text IN ('sent', 'delivered') THEN COALESCE(sent_at, $4) ELSE sent_at END"
        " WHERE id = $1 AND NOT (state = 'delivered' AND $2::text IN ('sent', 'failed'))"
        " AND NOT (state = 'failed' AND $2::text = 'sent')",
        notice_id, state, trouble, clock.now(),
    )


async def of_dossier(db: Db, dossier_id: UUID) -> list[Notice]:
    """Every notice of a dossier, newest first."""
    rows = await db.rows("SELECT * FROM notice WHERE dossier_id = $1 ORDER BY created_at DESC, channel", dossier_id)
    return [Notice(**dict(row)) for row in rows]


async def write_message(
    db: Db, *, dossier_id: UUID, office_id: int, author_kind: str, author_id: UUID, body: str, at: datetime
) -> Message:
    """One message of the thread between citizen and office."""
    return await db.add(Message(
        office_id=office_id, dossier_id=dossier_id, at=at, author_kind=author_kind, author_id=author_id, body=body
    ))


async def messages_of(db: Db, dossier_id: UUID) -> list[Message]:
    """The thread, oldest first."""
    return [Message(**dict(row)) for row in await db.rows(
        "SELECT * FROM message WHERE dossier_id = $1 ORDER BY at", dossier_id
    )]


async def read_by(db: Db, dossier_id: UUID, reader_kind: str, at: datetime) -> None:
    """The other side's messages have been read."""
    await db.run(
        "UPDATE message SET read_at = $3 WHERE dossier_id = $1 AND author_kind <> $2 AND read_at IS NULL",
        dossier_id, reader_kind, at,
    )
