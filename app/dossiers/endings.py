"""How a dossier ends other than by its result: refused, withdrawn, stopped."""


from app.dossiers.asking import Command
from app.dossiers.case import Case
from app.dossiers.clock import end_clock
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.printing import form_wanted
from app.dossiers.refusals import WrongState
from app.dossiers.states import UNDECIDED, WORDS
from app.dossiers.tools import Tools
from app.kit.db import Db


async def refuse_at_intake(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Not received: the slip with the reason (Mẫu 03), fees cancelled, the applicant told."""
    await _end(db, tools, case, move, DossierState.REFUSED_AT_INTAKE, "dossier.refused_at_intake", command.reason)
    move.want(form_wanted(case, "refusal", key=f"{case.id}:refusal", reason_event="dossier.refused_at_intake"))
    move.tell("refused_at_intake")


async def refuse(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Refused after examination, in writing, within the term; entered as the answer (NĐ 118/2025 art. 19)."""
    await _end(db, tools, case, move, DossierState.REFUSED, "dossier.refused", command.reason)
    move.want(form_wanted(case, "refusal", key=f"{case.id}:refusal", reason_event="dossier.refused"))
    move.tell("refused")


async def withdraw(db: Db, tools: Tools, case: Case, move: Move, reason: str | None) -> None:
    """The applicant takes the dossier back; only while nothing has been decided."""
    _undecided(case)
    await _end(db, tools, case, move, DossierState.WITHDRAWN, "dossier.withdrawn", reason)
    move.want(form_wanted(case, "stop", key=f"{case.id}:withdrawn", reason_event="dossier.withdrawn"))
    move.tell("withdrawn")


async def stop(db: Db, tools: Tools, case: Case, move: Move, reason: str | None) -> None:
    """The office stops at the applicant's wish or by law (Mẫu 05); only while nothing has been decided."""
    _undecided(case)
    await _end(db, tools, case, move, DossierState.STOPPED, "dossier.stopped", reason)
    move.want(form_wanted(case, "stop", key=f"{case.id}:stopped", reason_event="dossier.stopped"))
    move.tell("stopped")


async def end_by_drawing(db: Db, tools: Tools, case: Case, move: Move, state: DossierState, event: str) -> None:
    """The drawing itself ends a dossier: a supplement that never came."""
    await _end(db, tools, case, move, state, event, None)
    form = "refusal" if state is DossierState.REFUSED else "stop"
    move.want(form_wanted(case, form, key=f"{case.id}:{event}", reason_event=event))
    move.tell(event.split(".")[-1])


def _undecided(case: Case) -> None:
    if case.state not in UNDECIDED:
        raise WrongState(state=WORDS[case.state])


async def _end(db: Db, tools: Tools, case: Case, move: Move, state: DossierState, event: str, reason: str | None) -> None:
    await end_clock(db, tools, case, move, event.split(".")[-1])
    await db.run(
        "UPDATE fee SET state = 'cancelled' WHERE dossier_id = $1 AND state = 'owed'", case.id
    )
    await db.run(
        "UPDATE consultation SET state = 'withdrawn' WHERE dossier_id = $1 AND state = 'asked'", case.id
    )
    await db.run(
        "UPDATE supplement_request SET closed = 'withdrawn' WHERE dossier_id = $1 AND closed IS NULL", case.id
    )
    await db.run(
        "UPDATE register_entry SET void_why = $2 FROM result r WHERE r.dossier_id = $1 AND r.id = register_entry.result_id"
        " AND r.state IN ('drafted', 'signed') AND register_entry.void_why IS NULL",
        case.id, event,
    )
    await db.run("UPDATE result SET state = 'discarded' WHERE dossier_id = $1 AND state IN ('drafted', 'signed')", case.id)
    move.state = state
    move.note(event, reason)
