"""Tell the applicant of every change, on every channel they can be reached, once; with a state per notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.jobs import service as jobs
from app.kit import clock
from app.kit.db import Db
from app.kit.places import placed
from app.notices.models import Message, Notice

# Parts of a statement, the later ones on the shoulders of the earlier. One row a channel for each event, and a job for each
# that has an address. What was announced before under its key stays as it is.
KNOW_PERSON: Final = """
  SELECT COALESCE(phone, '') <> '' AS phone, COALESCE(email, '') <> '' AS email, name, personal_number
  FROM citizen WHERE id = {applicant}::uuid"""
WRITE_NOTICES: Final = """
  INSERT INTO notice
    (id, office_id, dossier_id, citizen_id, event, key, channel, language, facts, state, created_at, sent_at)
  SELECT gen_random_uuid(), {office}::int, {dossier}::uuid, {applicant}::uuid, e.event, e.key || ':' || w.channel, w.channel,
    {language}::text, e.facts, w.state, {at}::timestamptz, CASE WHEN w.state = 'delivered' THEN {at}::timestamptz END
  FROM jsonb_to_recordset({announced}::jsonb) AS e(event text, key text, facts jsonb) CROSS JOIN (
    SELECT 'page', 'delivered'
    UNION ALL SELECT 'email', CASE WHEN (SELECT email FROM person) THEN 'queued' ELSE 'skipped' END
    UNION ALL SELECT 'sms', CASE WHEN (SELECT phone FROM person) THEN 'queued' ELSE 'skipped' END
  ) AS w(channel, state) ON CONFLICT (key) DO NOTHING RETURNING id, key, state"""
WRITE_SENDING: Final = """
  INSERT INTO job (office_id, dossier_id, name, key, payload, state, attempts, created_at, run_at)
  SELECT {office}::int, {dossier}::uuid, 'send_notice', 'notice:' || key, jsonb_build_object('notice_id', id), 'waiting', 0,
    {at}::timestamptz, {at}::timestamptz
  FROM told WHERE state = 'queued' ON CONFLICT (key) DO NOTHING RETURNING id"""

_ANNOUNCE: Final = placed(
    f"WITH person AS ({KNOW_PERSON}), told AS ({WRITE_NOTICES}), sending AS ({WRITE_SENDING}) SELECT id FROM sending"
)


async def announce(
    db: Db, *, dossier_id: UUID, office_id: int, citizen_id: UUID, language: str, event: str,
    facts: Mapping[str, Any], key: str,
) -> None:
    """A notice per channel, written and queued in the transaction of the change. The page is always one of them."""
    rows = await db.rows(_ANNOUNCE.sql, *_ANNOUNCE.args({
        "dossier": dossier_id, "office": office_id, "applicant": citizen_id, "language": language, "at": clock.now(),
        "announced": [{"event": event, "key": key, "facts": dict(facts)}],
    }))
    await jobs.wake_all(db, [row["id"] for row in rows])


@dataclass(frozen=True, slots=True)
class Announced:
    """One applicant's share of an announcement to many."""

    dossier_id: UUID
    office_id: int
    citizen_id: UUID
    language: str
    key: str
    facts: Mapping[str, Any]


async def announce_all(db: Db, *, event: str, announced: Sequence[Announced]) -> int:
    """The same to many applicants in two statements; how many were new. Those told under their key stay as they are."""
    if not announced:
        return 0
    row = await db.row(_ANNOUNCE_ALL, event, clock.now(), [
        {"dossier_id": str(one.dossier_id), "office_id": one.office_id, "citizen_id": str(one.citizen_id),
         "language": one.language, "key": one.key, "facts": dict(one.facts)}
        for one in announced
    ])
    assert row is not None
    await jobs.wake_all(db, row["jobs"])
    return int(row["people"])


_ANNOUNCE_ALL: Final = """
WITH asked AS (
  SELECT n.*, COALESCE(c.phone, '') <> '' AS phone, COALESCE(c.email, '') <> '' AS email
  FROM jsonb_to_recordset($3::jsonb)
    AS n(dossier_id uuid, office_id int, citizen_id uuid, language text, key text, facts jsonb)
  JOIN citizen c ON c.id = n.citizen_id
), ways AS (
  SELECT gen_random_uuid() AS id, a.*, w.channel, CASE w.channel WHEN 'page' THEN 'delivered'
    WHEN 'email' THEN CASE WHEN a.email THEN 'queued' ELSE 'skipped' END
    ELSE CASE WHEN a.phone THEN 'queued' ELSE 'skipped' END END AS state
  FROM asked a CROSS JOIN unnest(ARRAY['page', 'email', 'sms']) AS w(channel)
), told AS (
  INSERT INTO notice
    (id, office_id, dossier_id, citizen_id, event, key, channel, language, facts, state, created_at, sent_at)
  SELECT id, office_id, dossier_id, citizen_id, $1, key || ':' || channel, channel, language, facts, state, $2,
    CASE WHEN state = 'delivered' THEN $2::timestamptz END
  FROM ways ON CONFLICT (key) DO NOTHING RETURNING id, office_id, dossier_id, key, channel, state
), queued AS (
  INSERT INTO job (office_id, dossier_id, name, key, payload, state, attempts, created_at, run_at)
  SELECT office_id, dossier_id, 'send_notice', 'notice:' || key, jsonb_build_object('notice_id', id), 'waiting', 0, $2, $2
  FROM told WHERE state = 'queued' ON CONFLICT (key) DO NOTHING RETURNING id
)
SELECT ARRAY(SELECT id FROM queued) AS jobs, (SELECT count(*) FROM told WHERE channel = 'page') AS people
"""


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
