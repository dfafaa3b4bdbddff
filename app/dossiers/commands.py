"""The verbs of the office: what each does to a dossier beside the turn of its drawing.

A command reads what it needs, adds its own rows in the transaction, and puts everything else into the Move.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from app.dossiers import checklist, drafting, endings, returning, supplements
from app.dossiers.asking import Command
from app.dossiers.case import Case
from app.dossiers.clock import forwarded_by, start_clock
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.printing import form_wanted
from app.dossiers.tools import Tools
from app.kit.db import Db

CommandFunction = Callable[[Db, Tools, Case, Move, Command], Awaitable[None]]


async def go_on(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The step is done and nothing else follows from it but the drawing. What was noted with it is kept."""
    if command.values:
        await drafting.keep_note(db, case, command.step.name, command.values, move.at)
    if case.state in (DossierState.RECEIVED, DossierState.AWAITING_SIGNATURE, DossierState.SUBMITTED):
        move.state = DossierState.IN_PROGRESS


async def receive(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Accept the dossier: the clock starts, the slip is printed, the applicant is told (NĐ 118/2025 art. 17).

    The line of the journal keeps by when it has to be forwarded (R4): the control slip judges the hand-over by that.
    """
    move.ask("checklist", lambda rows: checklist.refuse_disorder(case, rows))
    due = await start_clock(db, tools, case, move)
    move.state = DossierState.RECEIVED
    forward = forwarded_by(tools, case, move.columns["received_at"])
    move.note("dossier.received", due_at=due.current_due.isoformat(), forward_due=forward.isoformat())
    move.want(form_wanted(case, "receipt", key=f"{case.id}:receipt"))
    move.tell("received", due_at=due.current_due.isoformat())


async def send_back(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """The signer or clerk sends the draft back; its number stays with this result, so the book has no gap."""
    move.state = DossierState.IN_PROGRESS
    move.note("result.sent_back", command.reason)


COMMANDS: Final[Mapping[str, CommandFunction]] = {
    "go_on": go_on,
    "receive": receive,
    "ask_supplement": supplements.ask,
    "refuse_at_intake": endings.refuse_at_intake,
    "refuse": endings.refuse,
    "draft_result": drafting.draft_result,
    "confirm_draft": drafting.confirm_draft,
    "correct_draft": drafting.correct_draft,
    "send_back": send_back,
    "order_signature": drafting.order_signature,
    "order_seal": drafting.order_seal,
    "hand_over": returning.hand_over,
    "hand_to_post": returning.hand_to_post,
    "take_back": returning.take_back,
}

