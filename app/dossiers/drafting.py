"""From examination to the signed result: what the package's result is made of, and who ordered which signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.dossiers.addresses import place_of
from app.dossiers.asking import Command
from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.refusals import PreviewChanged
from app.dossiers.tools import Tools
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.org import people
from app.procedures.content import Known
from app.results import service as results


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


async def draft_result(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Fill the result from the answers and from what the specialist typed; nothing is numbered or signed yet."""
    if command.values:
        await keep_note(db, case, command.step.name, command.values, move.at)
    answers = await answers_of(db, case.id)
    known = await _known(db, case, answers, move.at)
    for n, rule in enumerate(case.procedure.procedure.results, start=1):
        content = case.procedure.content_for(rule, known)
        copies = case.procedure.value_of(rule.copies_from, known) if rule.copies_from else 1
        await results.draft(
            db, dossier_id=case.id, office_id=case.office_id, n=n, kind=rule.kind, title=rule.title.vi, book=rule.book,
            content={name: await _placed(db, value) for name, value in content.items()}, copies=int(copies or 1),
            at=move.at,
        )
    move.state = DossierState.IN_PROGRESS
    move.note("result.drafted")


async def confirm_draft(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The applicant agrees with the draft."""
    move.note("draft.confirmed")


async def correct_draft(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The applicant wants something changed; their words go to the specialist."""
    move.state = DossierState.IN_PROGRESS
    move.note("draft.correction_asked", command.reason)


async def order_signature(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The leader orders the signature on exactly the bytes they previewed (I12). The job signs them."""
    await _order(db, case, move.by, "leader", command.ask.previewed_sha256)
    move.note("signature.ordered", sha256=command.ask.previewed_sha256)


async def order_seal(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The clerk orders the agency's seal on the signed bytes they looked at."""
    await _order(db, case, move.by, "seal", command.ask.previewed_sha256)
    move.note("seal.ordered", sha256=command.ask.previewed_sha256)


async def _order(db: Db, case: Case, by: Actor, kind: str, previewed: str | None) -> None:
    shown = await results.preview_digest(db, case.id, kind)
    if not previewed or previewed != shown:
        raise PreviewChanged
    await results.order(db, case.id, kind, by=by.id, sha256=previewed)


async def _known(db: Db, case: Case, answers: Mapping[str, Mapping[str, Any]], at: datetime) -> Known:
    office = await people.office(db, case.office_id)
    return Known(
        answers, case.facts, at.astimezone(clock.LOCAL).year,
        dossier={
            "code": case.code, "holder_name": case.holder_name, "channel": case.channel, "return_way": case.return_way,
            "sets": case.sets, "received_on": _day(case.received_at), "submitted_on": _day(case.submitted_at),
        },
        office={
            "code": office.code, "name": office.name, "short_name": office.short_name, "authority": office.authority,
            "place": office.place, "address": office.address, "phone": office.phone,
        },
    )


async def _placed(db: Db, value: Any) -> Any:
    """An address with the names its units bear today, so that the paper says them for ever."""
    if not (isinstance(value, Mapping) and "commune" in value):
        return value
    place = await place_of(db, value)
    return {**value, "street": place.street, "commune_name": place.commune, "province_name": place.province}


def _day(moment: datetime | None) -> str | None:
    return moment.astimezone(clock.LOCAL).date().isoformat() if moment else None
