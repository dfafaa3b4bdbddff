"""Submit a dossier: checked, coded, started. A code means that everything is safely here."""

from typing import Any, Final
from uuid import UUID

from app.documents import service as documents
from app.dossiers.case import Case, open_case
from app.dossiers.codes import draw_code
from app.dossiers.drafting import answers_of
from app.dossiers.drafts import readiness
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.naming import number_keys
from app.dossiers.printing import queue_form
from app.dossiers.progress import settle
from app.dossiers.refusals import NotComplete
from app.dossiers.tools import Tools
from app.engine import turns
from app.fees import service as fees
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db


async def submit(db: Db, tools: Tools, case: Case, *, by: Actor) -> str:
    """Submit a draft and give its code; submitting again gives the same code (I2).

    Everything required is stored, of a known type and hashed before the code is drawn. Raises NotComplete.
    """
    locked = await db.row("SELECT code, state FROM dossier WHERE id = $1 FOR UPDATE", case.id)
    assert locked is not None
    if locked["code"] is not None:
        return str(locked["code"])
    ready = await readiness(db, case, case.language)
    if not ready.ready:
        raise NotComplete(missing="; ".join(ready.missing))
    await documents.require_stored(db, tools.store, case.id)
    office = await db.row("SELECT code FROM office WHERE id = $1", case.office_id)
    assert office is not None
    now = clock.now()
    code = await draw_code(db, case.office_id, office["code"], clock.today())
    answers = await answers_of(db, case.id)
    facts = case.procedure.facts_from(answers, channel=case.channel)
    facts["return_way"] = case.return_way
    await db.run(_CODED, case.id, code, now, facts, case.office_id, case.created_at, list(number_keys(code=code)))
    await fees.assess(
        db, dossier_id=case.id, office_id=case.office_id, dues=case.procedure.fees_for(facts, language=case.language)
    )
    turn = turns.begin(case.procedure.drawing, facts)
    await db.run(
        "INSERT INTO process (dossier_id, office_id, version, state) VALUES ($1, $2, 0, $3)",
        case.id, case.office_id, turn.state,
    )
    started = await open_case(db, tools, case.id)
    move = Move(by, now)
    move.state = DossierState.SUBMITTED
    told: dict[str, Any] = {"channel": case.channel, "assisted_by": str(case.assisted_by) if case.assisted_by else None}
    if case.support_office_id is not None:
        told["handed_in_at"] = case.support_office_id
    move.note("dossier.submitted", None, **told)
    move.tell("submitted")
    await queue_form(db, started, "application", key=f"{case.id}:application")
    await settle(db, tools, started, move, turn)
    return code


# From here on the dossier is found by its code too; its names are searched since it was begun.
_CODED: Final = """
WITH found AS (
  INSERT INTO found_by (office_id, at, dossier_id, key, marks) SELECT $5, $6, $1, key, 0 FROM unnest($7::text[]) AS k(key)
)
UPDATE dossier SET code = $2, submitted_at = $3, facts = $4 WHERE id = $1
"""


async def find_by_code(db: Db, code: str) -> UUID | None:
    """The dossier of a code among those this transaction may see."""
    found: UUID | None = await db.value("SELECT id FROM dossier_shown WHERE code = $1", code)
    return found
