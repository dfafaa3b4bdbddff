"""What can go wrong at the engine's door. Plain exceptions: the callers turn them into sentences for people."""

from __future__ import annotations

from collections.abc import Sequence


class EngineError(Exception):
    """Everything the engine raises on purpose."""


class DrawingRefused(EngineError):
    """The drawing cannot be published. `problems`: one English sentence each, naming the element by its id."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems: list[str] = list(problems)


class DecisionRefused(DrawingRefused):
    """The decision table cannot be used. `problems` name the rule (numbered from 1) or the column."""


class TaskNotOpen(EngineError):
    """The process does not wait for this task (any more)."""

    def __init__(self, task_no: int) -> None:
        super().__init__(f"task {task_no} is not open")
        self.task_no = task_no


class MessageNotAwaited(EngineError):
    """Nothing in the process waits for a message of this name."""

    def __init__(self, message: str) -> None:
        super().__init__(f"message {message!r} is not awaited")
        self.message = message


class VariableRefused(EngineError):
    """Only flat JSON scalars route a process: text up to 200 characters, whole numbers, true, false, null."""


class WrongDrawing(EngineError):
    """The state was written under another drawing, or under a state format this version cannot read."""


class ExpressionRefused(EngineError):
    """The text is outside the small expression language."""


class ExpressionFailed(EngineError):
    """The expression met values it cannot work with, such as a text compared with a number."""


class DecisionFailed(EngineError):
    """The table has no single answer for these inputs (hit policy UNIQUE), or an output cannot be computed."""


class ProcessStuck(EngineError):
    """No token remains and yet no end was reached: a fault of the drawing that the checks did not see."""
