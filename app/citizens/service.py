"""Find or add the people who apply."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from app.citizens.models import Citizen
from app.kit import clock
from app.kit.db import Db
from app.kit.folding import fold


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as VNeID or the card says. Birth parts may be missing."""

    name: str
    personal_number: str | None = None
    subject: str | None = None
    birth: tuple[int | None, int | None, int | None] = (None, None, None)  # year, month, day
    sex: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    id_issued_on: str | None = None
    old_number: str | None = None


async def welcome(db: Db, identity: Identity, *, language: str = "vi") -> Citizen:
    """The citizen with this personal number or VNeID subject, added or brought up to date.

    Only what was said now overwrites; what was known and not said now is kept.
    """
    presented = identity.personal_number or identity.subject or ""
    await db.run("SELECT set_config('motcua.presented', $1, true)", presented)
    row = await db.row(
        "SELECT * FROM citizen WHERE (personal_number = $1 AND $1 IS NOT NULL) OR (subject = $2 AND $2 IS NOT NULL)",
        identity.personal_number, identity.subject,
    )
    if row is None:
        return await _add(db, identity, language)
    year, month, day = identity.birth
    updated = await db.row(
        "UPDATE citizen SET name = $2, name_folded = $3, subject = COALESCE($4, subject),"
        " personal_number = COALESCE(personal_number, $5), birth_year = COALESCE($6, birth_year),"
        " birth_month = CASE WHEN $6 IS NULL THEN birth_month ELSE $7 END,"
        " birth_day = CASE WHEN $6 IS NULL THEN birth_day ELSE $8 END, sex = COALESCE($9, sex),"
        " address = COALESCE($10, address), phone = COALESCE($11, phone), email = COALESCE($12, email)"
        " WHERE id = $1 RETURNING *",
        row["id"], identity.name, fold(identity.name), identity.subject, identity.personal_number, year, month, day,
        identity.sex, identity.address, identity.phone, identity.email,
    )
    assert updated is not None
    return Citizen(**dict(updated))


async def by_id(db: Db, citizen_id: UUID) -> Citizen | None:
    """A citizen this transaction may see."""
    return await db.get(Citizen, citizen_id)


async def _add(db: Db, identity: Identity, language: str) -> Citizen:
    year, month, day = identity.birth
    citizen = Citizen(
        id=uuid4(), subject=identity.subject, personal_number=identity.personal_number, name=identity.name,
        name_folded=fold(identity.name), birth_year=year, birth_month=month, birth_day=day, sex=identity.sex,
        address=identity.address, phone=identity.phone, email=identity.email, language=language,
        id_issued_on=identity.id_issued_on, old_number=identity.old_number, created_at=clock.now(),
    )
    if identity.personal_number is None and identity.subject is None:
        # Nobody can present anything for them later: the row becomes visible with their first dossier.
        await db.run("SELECT set_config('motcua.citizen', $1, true)", str(citizen.id))
    return await db.add(citizen)
