"""From examination to the signed result: what the package's result is made of, and who ordered which signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.refusals import PreviewChanged
from app.dossiers.tools import Tools
from app.journal.service import Actor
from app.kit.db import Db
from app.results import service as results

if TYPE_CHECKING:
    from app.dossiers.progress import Command


async def keep_note(db: Db, case: Case, step: str, values: Mapping[str, Any], at: datetime) -> None:
    """Keep what an officer noted with a step (a site check, an undertaking): an answer of the office's own."""
    await db.run(
        "INSERT INTO answer (dossier_id, question, office_id, value, saved_at, serial) VALUES ($1, $2, $3, $4, $5, 0)"
        " ON CONFLICT (dossier_id, question) DO UPDATE SET value = $4, saved_at = $5, serial = answer.serial + 1",
        case.id, f"office.{step}", case.office_id, dict(values), at,
    )


async def answers_of(db: Db, dossier_id: UUID) -> dict[str, dict[str, Any]]:
    """Everything said in this dossier: {page: {field: value}}."""
    return {
        row["question"]: row["value"]
        for row in await db.rows("SELECT question, value FROM answer WHERE dossier_id = $1", dossier_id)
    }


async def draft_result(db: Db, tools: Tools, case: Case, move: Move, command: "Command") -> None:
    """Fill the result from the answers and from what the specialist typed; nothing is numbered or signed yet."""
    if command.values:
        await keep_note(db, case, command.step["name"], command.values, move.at)
    answers = await answers_of(db, case.id)
    for n, rule in enumerate(case.procedure.procedure.results, start=1):
        content = {name: _lookup(source, answers, case) for name, source in rule.content.items()}
        copies = _lookup(rule.copies_from, answers, case) if rule.copies_from else 1
        await results.draft(
            db, dossier_id=case.id, office_id=case.office_id, n=n, kind=rule.kind, title=rule.title.vi,
            book=rule.book, content=content, copies=int(copies or 1), at=move.at,
        )
    move.state = DossierState.IN_PROGRESS
    move.note("result.drafted")
    if case.channel == "online":
        move.tell("draft_ready")


async def confirm_draft(db: Db, tools: Tools, case: Case, move: Move, command: "Command") -> None:
    """The applicant agrees with the draft."""
    move.note("draft.confirmed")


async def correct_draft(db: Db, tools: Tools, case: Case, move: Move, command: "Command") -> None:
    """The applicant wants something changed; their words go to the specialist."""
    move.state = DossierState.IN_PROGRESS
    move.note("draft.correction_asked", command.reason)


async def order_signature(db: Db, tools: Tools, case: Case, move: Move, command: "Command") -> None:
    """The leader orders the signature on exactly the bytes they previewed (I12). The job signs them."""
    await _order(db, case, move.by, "leader", command.ask.previewed_sha256)
    move.note("signature.ordered", sha256=command.ask.previewed_sha256)


async def order_seal(db: Db, tools: Tools, case: Case, move: Move, command: "Command") -> None:
    """The clerk orders the agency's seal on the signed bytes they looked at."""
    await _order(db, case, move.by, "seal", command.ask.previewed_sha256)
    move.note("seal.ordered", sha256=command.ask.previewed_sha256)


async def _order(db: Db, case: Case, by: Actor, kind: str, previewed: str | None) -> None:
    shown = await results.preview_digest(db, case.id, kind)
    if not previewed or previewed != shown:
        raise PreviewChanged
    await results.order(db, case.id, kind, by=by.id, sha256=previewed)


def _lookup(source: str, answers: Mapping[str, Mapping[str, Any]], case: Case) -> Any:
    page, _, field = source.partition(".")
    if page == "dossier":
        return getattr(case, field, None)
    if page == "facts":
        return case.facts.get(field)
    if page == "office_note":
        step, _, name = field.partition(".")
        return answers.get(f"office.{step}", {}).get(name)
    return answers.get(page, {}).get(field)
