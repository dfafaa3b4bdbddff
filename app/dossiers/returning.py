"""Give the result back: at the counter, by post, online."""


from app.deliveries import service as deliveries
from app.dossiers.asking import Command
from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.printing import form_wanted
from app.dossiers.tools import Tools
from app.fees import service as fees
from app.jobs import service as jobs
from app.kit.db import Db


async def hand_over(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Over the counter: who collected, by which paper, papers signed off. What is owed must be paid first."""
    move.ask("owed", fees.refuse_owed)
    move.join("handed", collector=dict(command.values))
    move.ask("handed_over", _require_handed)
    returned(move)
    move.want(form_wanted(case, "result_receipt", key=f"{case.id}:result_receipt"))


def _require_handed(handed: bool) -> None:
    if not handed:
        raise deliveries.NothingToHandOver


async def hand_to_post(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The postman has taken the packet; the day's hand-over list is the proof."""
    await fees.require_settled(db, case.id)
    await deliveries.hand_to_post(db, case.id, by=move.by.id, at=move.at)
    await jobs.queue(
        db, "hand_over_to_post", key=f"hand_over:{case.id}", office_id=case.office_id, dossier_id=case.id
    )
    move.note("result.handed_to_post")
    move.tell("handed_to_post")


async def take_back(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The post brought it back; the applicant collects it at the counter."""
    await deliveries.keep_at_counter(db, case.id, office_id=case.office_id, at=move.at)
    move.note("result.back_from_post")
    move.tell("back_from_post")


async def by_post(db: Db, tools: Tools, case: Case, move: Move) -> None:
    """The post delivered."""
    returned(move)


def returned(move: Move) -> None:
    """The applicant has the result; the dossier is over."""
    move.state = DossierState.RETURNED
    move.columns["returned_at"] = move.at
    move.note("result.returned")
    move.tell("returned")
