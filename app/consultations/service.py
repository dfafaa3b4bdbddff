"""Ask other agencies and communes; keep their answers; close by silence."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from app.consultations.models import Consultation
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound
from app.kit.words import N_


class ConsultationNotFound(NotFound):
    """No such question, or the link is not whole."""

    says = N_("Không có câu hỏi này, hoặc đường dẫn không đầy đủ.")


class AlreadyAnswered(Conflict):
    """Answered already, or closed by silence."""

    says = N_("Câu hỏi này đã đóng từ {when}. Nếu cần nói thêm, hãy gọi cơ quan đã hỏi.")


async def ask(
    db: Db, *, dossier_id: UUID, office_id: int, kind: str, agency: str, question: str, due_at: datetime,
    asked_by: UUID | None, at: datetime,
) -> UUID:
    """Put a question. An agency that is an office of this installation finds it on its desk."""
    asked_office = await db.value(
        "SELECT id FROM office WHERE valid_to IS NULL AND $1 IN (short_name, authority, name) AND id <> $2 LIMIT 1",
        agency.split(",")[0].strip(), office_id,
    )
    consultation_id = uuid4()
    await db.run(
        "INSERT INTO consultation (id, office_id, dossier_id, kind, agency, asked_office_id, question, asked_by,"
        " asked_at, due_at, state, answer_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', $11)",
        consultation_id, office_id, dossier_id, kind, agency, asked_office, question, asked_by, at, due_at,
        secrets.token_urlsafe(24),
    )
    return consultation_id


async def by_key(db: Db, answer_key: str) -> Consultation:
    """The question behind an agency's link. Raises ConsultationNotFound."""
    row = await db.row("SELECT * FROM consultation WHERE answer_key = $1", answer_key)
    if row is None:
        raise ConsultationNotFound
    return Consultation(**dict(row))


async def of_dossier(db: Db, dossier_id: UUID) -> list[Consultation]:
    """Every question asked in a dossier."""
    rows = await db.rows("SELECT * FROM consultation WHERE dossier_id = $1 ORDER BY asked_at", dossier_id)
    return [Consultation(**dict(row)) for row in rows]


async def asked_of(db: Db, office_id: int) -> list[Consultation]:
    """Open questions other communes put to this office, by their term."""
    rows = await db.rows(
        "SELECT * FROM consultation WHERE asked_office_id = $1 AND state = 'asked' ORDER BY due_at", office_id
    )
    return [Consultation(**dict(row)) for row in rows]


async def answer(
    db: Db, consultation_id: UUID, *, opinion: str, words: str, by: UUID | None, at: datetime
) -> None:
    """Keep an answer, once. Raises AlreadyAnswered."""
    touched = await db.run(
        "UPDATE consultation SET state = 'answered', opinion = $2, answer = $3, answered_by = $4, answered_at = $5"
        " WHERE id = $1 AND state = 'asked'",
        consultation_id, opinion, words, by, at,
    )
    if not touched:
        closed = await db.value("SELECT COALESCE(answered_at, due_at) FROM consultation WHERE id = $1", consultation_id)
        raise AlreadyAnswered(when=f"{closed:%d/%m/%Y}" if closed else "")


async def close_by_silence(db: Db, *, dossier_id: UUID, kind: str, at: datetime) -> None:
    """The term ran out without an answer."""
    await db.run(
        "UPDATE consultation SET state = 'silent', answered_at = $3 WHERE dossier_id = $1 AND kind = $2"
        " AND state = 'asked'",
        dossier_id, kind, at,
    )
