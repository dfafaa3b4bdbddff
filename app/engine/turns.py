"""One turn of a process: state and answer in; new state and what it waits for out. No clock, no database, no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from app.engine.drawings import Drawing, TaskKind
from app.engine.errors import MessageNotAwaited, ProcessStuck, TaskNotOpen, VariableRefused
from app.engine.expressions import Scalar
from app.engine.spiff import Process
from app.engine.states import FIRST_NUMBER, Row, pack, restore, rows_of, unpack

MAX_TEXT = 200
MAX_VARIABLES = 100
_NUMBER = 2**53                          # beyond it JSON readers disagree
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something the process waits for."""

    no: int                              # unique in the process for ever
    name: str                            # element id in the drawing, e.g. "check_papers"
    kind: TaskKind
    role: str | None                     # steps: whose work it is
    term: str | None                     # timers: "2 working-days", "1 day", or "@supplement_due"
    message: str | None                  # messages: the name to deliver
    attached_to: int | None              # boundary timers and messages: the task (or what is around tasks) they sit on
    instances: tuple[int, ...] = ()      # which one, from 1, of each element with instances around it, outermost first


@dataclass(frozen=True, slots=True)
class Turn:
    """What one call did."""

    state: bytes                         # into a bytea column as it is
    opened: tuple[OpenTask, ...]         # newly waiting
    closed: dict[int, TaskKind]          # open before and no longer, and what each was
    passed: tuple[str, ...]              # element ids completed in this turn, in order, gateways and events included
    ended: str | None                    # the end event reached last, once nothing is left to wait for


def begin(drawing: Drawing, variables: Mapping[str, Scalar]) -> Turn:
    """Start a process. Raises VariableRefused."""
    process = Process(drawing._specs[drawing.process_id], drawing._specs, _taken({}, variables))
    process.begin()
    return _turn(drawing, process, FIRST_NUMBER)


def complete(drawing: Drawing, state: bytes, task_no: int, answer: Mapping[str, Scalar]) -> Turn:
    """Finish a step or an effect with its answer. Raises TaskNotOpen, VariableRefused, WrongDrawing."""
    process, next_number = _restored(drawing, state, answer)
    task = process.open.get(task_no)
    if task is None or not task.task_spec.manual:
        raise TaskNotOpen(task_no)
    task.run()
    return _turn(drawing, process, next_number)


def fire(drawing: Drawing, state: bytes, task_no: int) -> Turn:
    """Let a timer fire, because its moment has come. Raises TaskNotOpen, WrongDrawing."""
    process, next_number = _restored(drawing, state, {})
    task = process.open.get(task_no)
    if task is None or drawing.elements[task.task_spec.place].kind != "timer":
        raise TaskNotOpen(task_no)
    task.task_spec.fire(task)
    return _turn(drawing, process, next_number)


def deliver(drawing: Drawing, state: bytes, message: str, answer: Mapping[str, Scalar]) -> Turn:
    """Hand over a message to everything that waits for it.

    Raises MessageNotAwaited, VariableRefused, WrongDrawing.
    """
    process, next_number = _restored(drawing, state, answer)
    waiting = [t for t in process.open.values() if drawing.elements[t.task_spec.place].message == message]
    if not waiting:
        raise MessageNotAwaited(message)
    for task in waiting:
        if task.is_waiting:              # an event before it may have cancelled it
            task.task_spec.fire(task)
    return _turn(drawing, process, next_number)


def open_tasks(drawing: Drawing, state: bytes) -> tuple[OpenTask, ...]:
    """Everything the process waits for, oldest first. Raises WrongDrawing."""
    _, rows, _ = unpack(drawing.digest, state)
    return tuple(_waiting(drawing, rows))


def variables(drawing: Drawing, state: bytes) -> dict[str, Scalar]:
    """The routing variables. Raises WrongDrawing."""
    found: dict[str, Scalar] = unpack(drawing.digest, state)[2]
    return found


def _restored(drawing: Drawing, state: bytes, answer: Mapping[str, Scalar]) -> tuple[Process, int]:
    next_number, rows, known = unpack(drawing.digest, state)
    process = Process(drawing._specs[drawing.process_id], drawing._specs, _taken(known, answer))
    restore(process, process, rows, drawing._index)
    return process, next_number


def _turn(drawing: Drawing, process: Process, next_number: int) -> Turn:
    process.play()
    elements, numbers = drawing.elements, count(next_number)
    before = {no: kind for no, task in process.open.items() if (kind := elements[task.task_spec.place].kind) is not None}
    rows = [] if process.completed else rows_of(process, process, numbers)
    after = _waiting(drawing, rows)
    if not (process.completed or any(task.attached_to is None for task in after)):
        raise ProcessStuck("nothing is left to wait for, yet no end was reached")
    still = {task.no for task in after}
    turn = Turn(
        state=pack(drawing.digest, next(numbers), rows, process.variables),
        opened=tuple(task for task in after if task.no >= next_number),
        closed={no: kind for no, kind in before.items() if no not in still},
        passed=tuple(process.passed),
        ended=process.reached if process.completed else None,
    )
    process.close()
    return turn


def _waiting(drawing: Drawing, rows: list[Row], instances: tuple[int, ...] = ()) -> list[OpenTask]:
    """What somebody or something outside must act on, subprocesses and instances opened up."""
    found: list[OpenTask] = []
    for row in rows:
        element = drawing.elements[row[1]]
        which = (*instances, row[2]) if element.is_instance else instances
        if element.kind is not None:
            attached_to = row[2] if element.is_boundary else None
            found.append(OpenTask(
                row[0], element.name, element.kind, element.role, element.term, element.message, attached_to, which,
            ))
        elif element.is_around:
            found += _waiting(drawing, row[3], which)
    return found


def _taken(known: dict[str, Scalar], answer: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """`known` with the answer written over it, once the answer is found acceptable."""
    for name, value in answer.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise VariableRefused(f"{name!r} is not the name of a variable")
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise VariableRefused(f"{name}: a text of {len(value)} characters; {MAX_TEXT} are allowed")
        elif not (value is None or (isinstance(value, int) and -_NUMBER < value < _NUMBER)):
            raise VariableRefused(f"{name}: {type(value).__name__} does not route a process")
        known[name] = value
    if len(known) > MAX_VARIABLES:
        raise VariableRefused(f"more than {MAX_VARIABLES} variables")
    return known
