"""Move a dossier one step on: a person acts, an effect is done, a timer fires, a message comes in.

Every way in is the same four lines: read the case, let the command say what it changes, play one turn of the drawing,
write it all at once.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.dossiers.asking import Ask, Command
from app.dossiers.case import Case, DossierNotFound, StepAtHand, open_case, open_case_at_step
from app.dossiers.commands import COMMANDS
from app.dossiers.instant import instant_effect
from app.dossiers.moves import Move, Written
from app.dossiers.refusals import (
    ActionUnknown,
    AnswerDoesNotFit,
    CaseMoved,
    FieldsRefused,
    NotYourStep,
    ReasonMissing,
    StepHeldByColleague,
    StepNoLongerOpen,
    WrongState,
)
from app.dossiers.states import WORDS
from app.dossiers.tools import Tools
from app.dossiers.writing import write
from app.engine import turns
from app.engine.errors import DecisionFailed, ExpressionFailed, MessageNotAwaited, TaskNotOpen, VariableRefused
from app.journal.service import STEP_TASK, SYSTEM, Actor, Finished
from app.kit import clock
from app.kit.db import Db
from app.org.people import SignedOfficer
from app.procedures.forms import check_fields


async def act(db: Db, tools: Tools, dossier_id: UUID, task_no: int, ask: Ask, *, by: SignedOfficer) -> Case:
    """An officer acts on an open step. Returns the case as it was read, before the act.

    Raises StepNoLongerOpen, StepHeldByColleague, NotYourStep, ActionUnknown, ReasonMissing, FieldsRefused, whatever
    the command refuses, and CaseMoved when somebody was faster. Safe under two clicks: the step's task number is named
    and the process row is written by version.
    """
    case, step = await _to_act_on(db, tools, dossier_id, task_no, by)
    await _act(db, tools, case, step, ask, Move(Actor("officer", by.id), clock.now()), officer=by)
    return case


async def act_and_show(db: Db, tools: Tools, dossier_id: UUID, task_no: int, ask: Ask, *, by: SignedOfficer) -> Written:
    """The same for who wants to see the dossier afterwards; the statement that writes it tells."""
    case, step = await _to_act_on(db, tools, dossier_id, task_no, by)
    move = Move(Actor("officer", by.id), clock.now(), shown=True)
    await _act(db, tools, case, step, ask, move, officer=by)
    assert move.written is not None
    return move.written


async def act_as_applicant(db: Db, tools: Tools, case: Case, task_no: int, ask: Ask, *, citizen_id: UUID) -> None:
    """The applicant answers a step of their own lane (confirm a draft)."""
    _, step = await open_case_at_step(db, tools, case.id, task_no)
    if step is None:
        raise await _done_already(db, case, task_no)
    if step.role != "applicant":
        raise NotYourStep
    await _act(db, tools, case, step, ask, Move(Actor("citizen", citizen_id), clock.now()), officer=None)


async def effect_done(
    db: Db, tools: Tools, dossier_id: UUID, task_no: int, answer: Mapping[str, Any], *, event: str,
    tell: str | None = None, **facts: Any,
) -> bool:
    """An outside effect came to its end; the applicant hears of it when `tell` names an event they know.

    False when its task is no longer open (withdrawn meanwhile, or done twice).
    """
    case = await open_case(db, tools, dossier_id)
    move = Move(SYSTEM, clock.now())
    move.note(event, **facts)
    if tell:
        move.tell(tell)
    return await _try_turn(db, tools, case, move, lambda state: _complete(case, state, task_no, answer))


async def fire_timer(db: Db, tools: Tools, dossier_id: UUID, task_no: int, name: str) -> bool:
    """A timer's moment has come. False when the drawing no longer waits for it."""
    case = await open_case(db, tools, dossier_id)
    move = Move(SYSTEM, clock.now())
    move.note("timer.fired", timer=name)
    return await _try_turn(
        db, tools, case, move, lambda state: turns.fire(case.procedure.drawing, state, task_no)
    )


async def deliver(
    db: Db, tools: Tools, case: Case, message: str, answer: Mapping[str, Any], move: Move
) -> None:
    """A message the drawing waits for. Raises WrongState when it does not (any more)."""
    if case.ended:
        raise WrongState(state=WORDS[case.state])
    try:
        turn = turns.deliver(case.procedure.drawing, _process(case), message, {**answer, **move.answer})
    except MessageNotAwaited as late:
        raise WrongState(state=WORDS[case.state]) from late
    await settle(db, tools, case, move, turn)


def awaits(case: Case, message: str) -> bool:
    """Whether the drawing waits for this message now."""
    if case.process is None or case.ended:
        return False
    return any(task.message == message for task in turns.open_tasks(case.procedure.drawing, case.process))


async def settle(db: Db, tools: Tools, case: Case, move: Move, turn: turns.Turn) -> None:
    """Take over a turn, play the instant effects it opened until none is left, and write everything."""
    _take(move, turn)
    while task := next(
        (t for no, t in sorted(move.opened.items()) if t.kind == "effect" and no not in move.closed
         and instant_effect(t.name)), None
    ):
        effect = instant_effect(task.name)
        assert effect is not None
        answer = await effect(db, tools, case, move, task)
        assert move.process is not None
        _take(move, turns.complete(case.procedure.drawing, move.process, task.no, answer))
    await write(db, tools, case, move)


async def _to_act_on(
    db: Db, tools: Tools, dossier_id: UUID, task_no: int, by: SignedOfficer
) -> tuple[Case, StepAtHand]:
    case, step = await open_case_at_step(db, tools, dossier_id, task_no)
    if case.process is None:  # a draft belongs to whoever fills it in
        raise DossierNotFound
    if step is None:
        raise await _done_already(db, case, task_no)
    if not by.sits_in(step.role):
        raise NotYourStep
    if step.officer_id not in (None, by.id):
        raise StepHeldByColleague(name=step.officer_name, since=_hour(step.claimed_at))
    return case, step


async def _act(
    db: Db, tools: Tools, case: Case, step: StepAtHand, ask: Ask, move: Move, *, officer: SignedOfficer | None
) -> None:
    rule = case.procedure.procedure.steps[step.name]
    action = next((action for action in rule.actions if action.id == ask.action), None)
    if action is None:
        raise ActionUnknown
    reason = (ask.reason or "").strip() or None
    if action.reason and not reason:
        raise ReasonMissing
    values, errors = check_fields(action.fields, ask.given, case.facts, language=case.language)
    if errors:
        raise FieldsRefused(errors)
    move.note(
        "step.finished", reason,
        finished=Finished(step.opened_at, step.due_at, step.task_no, step.name, action.id, step.role),
    )
    move.acted_on = step.task_no
    command = COMMANDS[action.command]
    await command(db, tools, case, move, Command(step, action, values, reason, ask, officer))
    answer = {**action.answer, **{name: values.get(source) for name, source in action.answer_from.items()}, **move.answer}
    turn = _complete(case, _process(case), step.task_no, answer)
    await settle(db, tools, case, move, turn)


def _complete(case: Case, state: bytes, task_no: int, answer: Mapping[str, Any]) -> turns.Turn:
    try:
        return turns.complete(case.procedure.drawing, state, task_no, answer)
    except TaskNotOpen as gone:
        raise StepNoLongerOpen(done="") from gone
    except (VariableRefused, ExpressionFailed, DecisionFailed) as unfit:
        raise AnswerDoesNotFit from unfit


async def _try_turn(
    db: Db, tools: Tools, case: Case, move: Move, play: Callable[[bytes], turns.Turn]
) -> bool:
    if case.process is None or case.ended:
        return False
    try:
        turn = play(case.process)
    except (TaskNotOpen, StepNoLongerOpen):
        return False
    await settle(db, tools, case, move, turn)
    return True


def _take(move: Move, turn: turns.Turn) -> None:
    move.process = turn.state
    move.opened.update({task.no: task for task in turn.opened})
    move.closed.update(turn.closed)
    move.ended = turn.ended or move.ended


def _process(case: Case) -> bytes:
    if case.process is None:
        raise CaseMoved
    return case.process


async def _done_already(db: Db, case: Case, task_no: int) -> StepNoLongerOpen:
    """What to tell the second of two: who did it, and when."""
    done = await db.row(
        "SELECT j.at, o.name FROM journal_line j LEFT JOIN officer o ON o.id = j.actor_id"
        f" WHERE j.dossier_id = $1 AND j.event = 'step.finished' AND {STEP_TASK} = $2",
        case.id, task_no,
    )
    return StepNoLongerOpen(done=f"{done['name'] or ''} · {_hour(done['at'])}. " if done else "")


def _hour(moment: Any) -> str:
    return f"{moment.astimezone(clock.LOCAL):%H:%M %d/%m}" if moment else ""
