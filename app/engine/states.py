"""The state of one running process as bytes: what it waits for and its routing variables, nothing else.

JSON text: [format, drawing, next, rows, variables]

- format: 1; a state of another format is refused
- drawing: digest of the drawing it was written under
- next: the number the next new task will get; numbers are never used twice in a process
- rows: one per waiting task, [number, place, group, more]
    place: position of the element in the drawing's sorted list of elements
    group: number of the task a boundary event sits on, or of the first event behind the same event gateway
    more: joins: places from which tokens have arrived; subprocesses: their own rows
- variables: flat, keys sorted

Neither finished nor expected tasks are kept, so a process that loops does not grow. Key order carries no meaning.
Written into a bytea column as it is.
"""

from __future__ import annotations

from typing import Any

import orjson

from app.engine.errors import WrongDrawing

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
