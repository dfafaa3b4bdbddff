"""The state of one running process as bytes: what it waits for and its routing variables, nothing else.

JSON text: [format, drawing, next, rows, variables]

- format: 1; a state of another format is refused
- drawing: digest of the drawing it was written under
- next: the number the next new task will get; numbers are never used twice in a process
- rows: one per waiting task, [number, place, group, more]
    place: position of the element in the drawing's sorted list of elements
    group: number of the task a boundary event sits on, or of the first event behind the same event gateway; of an
        instance, which one it is, from 1
    more: joins: places from which tokens have arrived; subprocesses and elements with instances: their own rows
- variables: flat, keys sorted

Neither finished nor expected tasks are kept, so a process that loops does not grow. Key order carries no meaning.
Written into a bytea column as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from app.engine.errors import WrongDrawing
from app.engine.spiff import COMPLETED, LIVE, READY, STARTED, WAITING, Embedded, Instances, Joining, Process, Token

Row = list[Any]

FORMAT = 1
# Four digits from the first task on: a dossier's state keeps its length for its first nine thousand tasks.
FIRST_NUMBER = 1001


def pack(drawing: str, next_number: int, rows: list[Any], variables: dict[str, Any]) -> bytes:
    """Rows and variables as bytes; equal states give equal bytes."""
    return orjson.dumps([FORMAT, drawing, next_number, rows, variables], option=orjson.OPT_SORT_KEYS)


def unpack(drawing: str, state: bytes) -> tuple[int, list[Any], dict[str, Any]]:
    """(next number, rows, variables). Raises WrongDrawing."""
    try:
        found = orjson.loads(state)
        form, digest, next_number, rows, variables = found
    except (orjson.JSONDecodeError, ValueError, TypeError) as problem:
        raise WrongDrawing("this is not a state of the engine") from problem
    if form != FORMAT:
        raise WrongDrawing(f"the state has format {form!r}, expected {FORMAT}")
    if digest != drawing:
        raise WrongDrawing(f"the state belongs to drawing {digest!r}, not {drawing!r}")
    return next_number, rows, variables


def restore(process: Process, stage: Any, rows: list[Row], index: list[Any]) -> None:
    """Put the waiting tasks of `rows` back into `stage`. `index`: the specs by place."""
    groups: dict[int, Token] = {}
    for row in rows:
        number, spec = row[0], index[row[1]]
        parent = stage.task_tree
        if spec.split is not None:
            parent = groups[number] = Token(stage, spec.split, parent, COMPLETED, process.next_passing())
        elif spec.on is not None:
            group = groups.get(row[2])
            if group is None:                      # the first of the events behind a gateway
                gateway = stage.spec.task_specs[spec.on]
                group = groups[row[2]] = Token(stage, gateway, parent, COMPLETED, process.next_passing())
            parent = group
        task = process.open[number] = Token(stage, spec, parent, WAITING, number)
        _resume(process, stage, task, row, index)


def _resume(process: Process, stage: Any, task: Token, row: Row, index: list[Any]) -> None:
    """Let `task` stand as it stood: ready, gathering, or with what is open inside it."""
    spec = task.task_spec
    if spec.manual:
        task._state = READY
    elif isinstance(spec, Joining):
        task.internal_data["arrived"] = {index[arrived].name for arrived in row[3]}
    elif isinstance(spec, Embedded):
        task._state = STARTED
        restore(process, process.create_subprocess(task, spec.spec), row[3], index)
    elif isinstance(spec, Instances):
        task._state = STARTED
        for one in row[3]:
            instance = process.open[one[0]] = spec.open(task, one[0], WAITING, one[2])
            _resume(process, stage, instance, one, index)


def rows_of(process: Process, stage: Any, numbers: Iterator[int]) -> list[Row]:
    """The waiting tasks of `stage` as rows; new ones get the next of `numbers`."""
    rows: list[Row] = []
    groups: dict[int | None, int] = {}
    for task in stage.tasks.values():
        spec = task.task_spec
        if not task._state & LIVE or spec.one_of is not None:      # an instance stands in the row of what opened it
            continue
        number = _number(task, numbers)
        group, more = 0, None
        if spec.split is not None:
            groups[task._parent] = number
        elif spec.on is not None:
            group = groups.setdefault(task._parent, number)
        if isinstance(spec, Joining):
            specs = stage.spec.task_specs
            more = sorted(specs[name].place for name in task.internal_data["arrived"])
        elif isinstance(spec, Embedded):
            more = rows_of(process, process.subprocesses[task.id], numbers)
        elif isinstance(spec, Instances):
            more = [_instance(process, one, numbers) for one in task.internal_data["instances"] if one._state & LIVE]
        if more is not None:
            rows.append([number, spec.place, group, more])
        elif group:
            rows.append([number, spec.place, group])
        else:
            rows.append([number, spec.place])
    return rows


def _instance(process: Process, one: Token, numbers: Iterator[int]) -> Row:
    row = [_number(one, numbers), one.task_spec.place, one.internal_data["instance"]]
    if isinstance(one.task_spec, Embedded):
        row.append(rows_of(process, process.subprocesses[one.id], numbers))
    return row


def _number(task: Token, numbers: Iterator[int]) -> int:
    return task.id if task.id > 0 else next(numbers)
