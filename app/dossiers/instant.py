"""Effects of a drawing that need nothing outside the database: played within the transaction that reaches them.

A service task's id is the effect's name. `ask_<name>` and `silence_<name>` serve every consultation of a package.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from app.consultations import service as consultations
from app.deadlines import service as deadlines
from app.deliveries import service as deliveries
from app.dossiers import endings, returning, supplements
from app.dossiers.addresses import place_of
from app.dossiers.case import Case
from app.dossiers.clock import after, end_clock, mark_clock
from app.dossiers.drafting import answers_of
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.tools import Tools
from app.engine.turns import OpenTask
from app.kit.db import Db
from app.kit.places import placed
from app.results import service as results

InstantEffect = Callable[[Db, Tools, Case, Move, OpenTask], Awaitable[dict[str, Any]]]


def instant_effect(name: str) -> InstantEffect | None:
    """The effect played at once under this name, or None when it is work for the worker."""
    if name.startswith("ask_"):
        return ask
    if name.startswith("silence_"):
        return silence
    return _INSTANT.get(name)


async def ask(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """Put the package's question to the agency or commune; its answer is a message of the drawing."""
    name = task.name.removeprefix("ask_")
    rule = case.procedure.procedure.consultations[name]
    due = after(tools, case.office_id, move.at, rule.term)
    commune = await _commune(db, case, rule.commune_from) if rule.commune else None
    await consultations.ask(
        db, dossier_id=case.id, office_id=case.office_id, kind=name, agency=commune or rule.agency.vi,
        question=rule.question.vi, due_at=due, asked_by=move.by.id if move.by.kind == "officer" else None, at=move.at,
    )
    move.note("consultation.asked", kind=name, due_at=due.isoformat())
    return {}


async def silence(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """No answer in time. What silence means is the package's: consent, an undertaking, or a report of the delay."""
    name = task.name.removeprefix("silence_")
    rule = case.procedure.procedure.consultations[name]
    await consultations.close_by_silence(db, dossier_id=case.id, kind=name, at=move.at)
    await mark_clock(
        db, tools, case, move, cause="silence", rule=rule.silence, source=rule.legal_basis, note=rule.agency.vi
    )
    move.note("consultation.silent", kind=name, means=rule.silence, basis=rule.legal_basis)
    return {f"{name}_opinion": "silent"}


async def accept_silence(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """The applicant did not answer the draft in time, which means yes (civil status, procedures.md B0 step 5)."""
    package = case.procedure.procedure
    rule = package.effects.get(task.name, {})
    await mark_clock(
        db, tools, case, move, cause="silence", rule="confirmed", source=str(rule.get("legal_basis") or package.decision),
        note=str(rule.get("note") or ""),
    )
    move.note("draft.confirmed_by_silence")
    return {}


async def lapse_supplement(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """The applicant's time to supplement ran out."""
    await supplements.lapse(db, tools, case, move)
    return {}


async def refuse_lapsed(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """Refuse because the supplement never came or still did not do."""
    await endings.end_by_drawing(db, tools, case, move, DossierState.REFUSED, "dossier.refused")
    return {}


async def stop_lapsed(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """Stop because the supplement never came."""
    await endings.end_by_drawing(db, tools, case, move, DossierState.STOPPED, "dossier.stopped")
    return {}


async def issue_result(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """Signed and sealed: the result is the office's answer, the clock ends, and it may be returned."""
    row = await db.row(_ISSUE.sql, *_ISSUE.args({"dossier": case.id, "code": case.display_code, "at": move.at}))
    assert row is not None
    issued = sorted(row["codes"])
    await end_clock(db, tools, case, move, "finished", deadlines.read_lines(row["ledger"]))
    way = case.return_way or "counter"
    if way == "online":  # which the drawing delivers next, in this very move
        await deliveries.prepare(
            db, dossier_id=case.id, office_id=case.office_id, way=way, receiver=case.return_address, at=move.at
        )
    else:
        move.join("prepared", way=way, receiver=case.return_address)
    move.state = DossierState.RESULT_READY
    move.note("result.issued", store_codes=issued)
    move.tell("result_ready", way=way)
    return {"return_way": way}


_ISSUE: Final = placed(
    f"WITH issued AS ({results.ISSUE}) SELECT ARRAY(SELECT store_code FROM issued) AS codes, {deadlines.LEDGER} AS ledger"
)


async def deliver_online(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """The owner finds the result under their dossier."""
    await deliveries.deliver_online(db, case.id, at=move.at)
    returning.returned(move)
    return {}


async def close_delivery(db: Db, tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    """The post says it was delivered."""
    await returning.by_post(db, tools, case, move)
    return {}


async def _commune(db: Db, case: Case, source: str | None) -> str | None:
    if source is None:
        return None
    page, _, field = source.partition(".")
    place = await place_of(db, (await answers_of(db, case.id)).get(page, {}).get(field))
    return ", ".join(part for part in (place.commune, place.province) if part) or None


_INSTANT: Final[dict[str, InstantEffect]] = {
    "accept_silence": accept_silence,
    "lapse_supplement": lapse_supplement,
    "refuse_lapsed": refuse_lapsed,
    "stop_lapsed": stop_lapsed,
    "issue_result": issue_result,
    "deliver_online": deliver_online,
    "close_delivery": close_delivery,
}

INSTANT_NAMES: Final = frozenset(_INSTANT)
