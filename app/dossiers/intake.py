"""Submit a dossier: checked, coded, started. A code means that everything is safely here."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.documents import service as documents
from app.dossiers.case import Case, open_case_held
from app.dossiers.codes import draw_code
from app.dossiers.drafting import answers_of
from app.dossiers.drafts import readiness_with
from app.dossiers.models import DossierState
from app.dossiers.moves import HandedIn, Move, Written
from app.dossiers.naming import number_keys
from app.dossiers.printing import form_wanted
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
    return await _submit(db, tools, await open_case_held(db, tools, case.id), Move(by, clock.now()))


async def submit_and_show(db: Db, tools: Tools, case: Case, *, by: Actor) -> Written | None:
    """The same for who read the case with its row held, alone, and wants to see it afterwards; None: submitted before."""
    move = Move(by, clock.now(), shown=True)
    await _submit(db, tools, case, move)
    return move.written


async def _submit(db: Db, tools: Tools, case: Case, move: Move) -> str:
    if case.code is not None:
        return case.code
    answers = await answers_of(db, case.id)
    ready = await readiness_with(db, case, answers, case.language)
    if not ready.ready:
        raise NotComplete(missing="; ".join(ready.missing))
    await documents.require_stored(db, tools.store, case.id)
    code = await draw_code(db, case.office_id, clock.today())
    facts = {**case.procedure.facts_from(answers, channel=case.channel), "return_way": case.return_way}
    await fees.assess(
        db, dossier_id=case.id, office_id=case.office_id, dues=case.procedure.fees_for(facts, language=case.language)
    )
    turn = turns.begin(case.procedure.drawing, facts)
    move.handed_in = HandedIn(code, facts, tuple(number_keys(code=code)))
    started = replace(case, code=code, submitted_at=move.at, facts=facts, version=0, process=turn.state)
    move.state = DossierState.SUBMITTED
    told: dict[str, Any] = {"channel": case.channel, "assisted_by": str(case.assisted_by) if case.assisted_by else None}
    if case.support_office_id is not None:
        told["handed_in_at"] = case.support_office_id
    move.note("dossier.submitted", None, **told)
    move.tell("submitted")
    move.want(form_wanted(started, "application", key=f"{case.id}:application"))
    await settle(db, tools, started, move, turn)
    return code


async def find_by_code(db: Db, code: str) -> UUID | None:
    """The dossier of a code among those this transaction may see."""
    found: UUID | None = await db.value("SELECT id FROM dossier_shown WHERE code = $1", code)
    return found
