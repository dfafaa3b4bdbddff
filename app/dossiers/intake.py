"""Submit a dossier: checked, coded, started. A code means that everything is safely here."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from app.documents import service as documents
from app.dossiers import checklist
from app.dossiers.case import Case, open_case_held
from app.dossiers.drafts import readiness_with
from app.dossiers.models import DossierState
from app.dossiers.moves import HandedIn, Move, Written
from app.dossiers.printing import form_wanted
from app.dossiers.progress import settle
from app.dossiers.refusals import NotComplete
from app.dossiers.tools import Tools
from app.engine import turns
from app.fees import service as fees
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.places import placed


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
    filled = await db.row(_FILLED.sql, *_FILLED.args({"dossier": case.id}))
    assert filled is not None
    answers = filled["answers"]
    ready = readiness_with(case, answers, checklist.lines_of(case, filled["lines"]), case.language)
    if not ready.ready:
        raise NotComplete(missing="; ".join(ready.missing))
    await documents.require_stored(tools.store, filled["papers"])
    facts = {**case.procedure.facts_from(answers, channel=case.channel), "return_way": case.return_way}
    turn = turns.begin(case.procedure.drawing, facts)
    dues = fees.due_rows(case.procedure.fees_for(facts, language=case.language))
    move.handed_in = HandedIn(clock.today(), facts, dues)
    started = replace(case, submitted_at=move.at, facts=facts, version=0, process=turn.state)
    move.state = DossierState.SUBMITTED
    told: dict[str, Any] = {"channel": case.channel, "assisted_by": str(case.assisted_by) if case.assisted_by else None}
    if case.support_office_id is not None:
        told["handed_in_at"] = case.support_office_id
    move.note("dossier.submitted", None, **told)
    move.tell("submitted")
    move.want(form_wanted(started, "application", key=f"{case.id}:application"))
    await settle(db, tools, started, move, turn)
    assert move.code is not None
    return move.code


# What lies in a draft, in one look: behind the lock on its row, so that what was saved while this waited is seen.
_FILLED: Final = placed(f"""
SELECT {checklist.LINES_IN_ONE} AS lines, {documents.PAPERS} AS papers, COALESCE(a.answers, jsonb_build_object()) AS answers
FROM (SELECT jsonb_object_agg(question, value) AS answers FROM answer WHERE dossier_id = {{dossier}}::uuid) a
""")


async def find_by_code(db: Db, code: str) -> UUID | None:
    """The dossier of a code among those this transaction may see."""
    found: UUID | None = await db.value("SELECT id FROM dossier_shown WHERE code = $1", code)
    return found
