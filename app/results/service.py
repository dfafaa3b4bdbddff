"""The commune's answers: draft, number, order and keep signatures, issue, revoke."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound
from app.kit.words import N_
from app.results.models import Result


class ResultNotFound(NotFound):
    """No such result."""

    says = N_("Không có kết quả này.")


class ResultAlreadyIssued(Conflict):
    """An issued result is not drafted again; it is revoked or replaced."""

    says = N_("Kết quả đã phát hành, không sửa được. Hãy thu hồi hoặc thay thế.")


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """A number of a book and the day it was drawn."""

    number: int
    text: str
    dated: date


async def draft(
    db: Db, *, dossier_id: UUID, office_id: int, n: int, kind: str, title: str, book: str,
    content: Mapping[str, Any], copies: int, at: datetime,
) -> UUID:
    """Make or remake the n-th draft of a dossier. A number already drawn stays with it. Raises ResultAlreadyIssued."""
    result_id: UUID | None = await db.value(
        "INSERT INTO result (id, office_id, dossier_id, n, kind, title, state, content, book, verify_key, copies,"
        " ordered, drafted_at) VALUES ($1, $2, $3, $4, $5, $6, 'drafted', $7, $8, $9, $10, '{}', $11)"
        " ON CONFLICT (dossier_id, n) DO UPDATE SET content = $7, copies = $10, drafted_at = $11, state = 'drafted',"
        " draft_id = NULL, document_id = NULL, sha256 = NULL, ordered = '{}'"
        " WHERE result.state IN ('drafted', 'signed') RETURNING id",
        uuid4(), office_id, dossier_id, n, kind, title, dict(content), book, secrets.token_urlsafe(15), copies, at,
    )
    if result_id is None:
        raise ResultAlreadyIssued
    return result_id


async def of_dossier(db: Db, dossier_id: UUID) -> list[Result]:
    """The results of a dossier in order."""
    rows = await db.rows("SELECT * FROM result WHERE dossier_id = $1 AND state <> 'discarded' ORDER BY n", dossier_id)
    return [Result(**dict(row)) for row in rows]


async def draw_number(db: Db, result_id: UUID, *, day: date, number_format: str, at: datetime) -> DrawnNumber:
    """The result's number from its yearly book: drawn once, ascending, no gaps (NĐ 30/2020 art. 15).

    The book row is locked until the transaction ends. Asked again, the same number comes back with today's date; in a
    new year the old number is void, with its reason, and one of the new year's book is drawn.
    """
    row = await db.row("SELECT * FROM result WHERE id = $1 FOR UPDATE", result_id)
    if row is None:
        raise ResultNotFound
    number = row["number"]
    if number is not None and row["dated"].year != day.year:
        await db.run(
            "UPDATE register_entry SET void_why = 'year_turned' WHERE result_id = $1 AND void_why IS NULL", result_id
        )
        number = None
    if number is None:
        number = await db.value(
            "INSERT INTO register_book (office_id, book, year, last) VALUES ($1, $2, $3, 1)"
            " ON CONFLICT (office_id, book, year) DO UPDATE SET last = register_book.last + 1 RETURNING last",
            row["office_id"], row["book"], day.year,
        )
        # The moment is taken behind the lock: whoever waited for it drew later, whenever they came.
        await db.run(
            "INSERT INTO register_entry (office_id, book, year, number, dossier_id, result_id, drawn_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row["office_id"], row["book"], day.year, number, row["dossier_id"], result_id, max(at, clock.now()),
        )
    text = number_format.format(number=f"{number:02d}", year=day.year)
    await db.run(
        "UPDATE result SET number = $2, number_text = $3, dated = $4 WHERE id = $1", result_id, number, text, day
    )
    return DrawnNumber(number, text, day)


async def keep_draft(db: Db, result_id: UUID, document_id: UUID) -> None:
    """The printed draft that the signer will preview."""
    await db.run("UPDATE result SET draft_id = $2 WHERE id = $1", result_id, document_id)


async def preview_digest(db: Db, dossier_id: UUID, kind: str) -> str | None:
    """SHA-256 of what a signer (`leader`: the drafts; `seal`: the signed ones) is shown; several results joined."""
    column = "draft_id" if kind == "leader" else "document_id"
    digests = await db.rows(
        f"SELECT d.sha256 FROM result r JOIN document d ON d.id = r.{column}"
        " WHERE r.dossier_id = $1 AND r.state IN ('drafted', 'signed') ORDER BY r.n",
        dossier_id,
    )
    return "+".join(row["sha256"] for row in digests) or None


async def order(db: Db, dossier_id: UUID, kind: str, *, by: UUID | None, sha256: str) -> None:
    """Remember who ordered which signature on which bytes."""
    await db.run(
        "UPDATE result SET ordered = ordered || jsonb_build_object($2::text, jsonb_build_object('by', $3::text,"
        " 'sha256', $4::text)) WHERE dossier_id = $1 AND state IN ('drafted', 'signed')",
        dossier_id, kind, str(by) if by else None, sha256,
    )


async def keep_signed(db: Db, result_id: UUID, document_id: UUID, sha256: str, *, sealed: bool) -> None:
    """The signed (and, at last, sealed) bytes."""
    await db.run(
        "UPDATE result SET document_id = $2, sha256 = $3, state = 'signed' WHERE id = $1", result_id, document_id, sha256
    )
    if sealed:
        await db.run("UPDATE result SET ordered = ordered || '{\"sealed\": true}'::jsonb WHERE id = $1", result_id)


# Signed and sealed results become the answer, stored as `<code>-KQ<n>`; each tells its store code. A part of a statement.
ISSUE: Final = """
  UPDATE result SET state = 'issued', issued_at = {at}::timestamptz, store_code = {code}::text || '-KQ' || n
  WHERE dossier_id = {dossier}::uuid AND state = 'signed' RETURNING store_code"""


async def revoke(db: Db, result_id: UUID, *, why: str, at: datetime) -> None:
    """Take an issued result back; it stays visible, marked (R12). Raises ResultNotFound."""
    touched = await db.run(
        "UPDATE result SET state = 'revoked', revoked_at = $2, revoked_why = $3 WHERE id = $1 AND state = 'issued'",
        result_id, at, why,
    )
    if not touched:
        raise ResultNotFound
