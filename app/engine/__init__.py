"""The engine: BPMN drawings and DMN tables in, turns out. The only door to SpiffWorkflow; a pure library.

    drawing = load_drawing(Path("process.bpmn").read_bytes())
    turn = begin(drawing, {"channel": "online"})
    turn = complete(drawing, turn.state, turn.opened[0].no, {"outcome": "accepted"})
"""

from app.engine.adopting import Draft, adopt
from app.engine.decisions import Decision, load_decision
from app.engine.drawings import Drawing, load_drawing
from app.engine.errors import (
    DecisionFailed,
    DecisionRefused,
    DrawingRefused,
    EngineError,
    ExpressionFailed,
    MessageNotAwaited,
    ProcessStuck,
    TaskNotOpen,
    VariableRefused,
    WrongDrawing,
)
from app.engine.expressions import Scalar
from app.engine.turns import OpenTask, Turn, begin, complete, deliver, fire, open_tasks, variables

__all__ = [
    "Decision", "DecisionFailed", "DecisionRefused", "Draft", "Drawing", "DrawingRefused", "EngineError", "ExpressionFailed",
    "MessageNotAwaited", "OpenTask", "ProcessStuck", "Scalar", "TaskNotOpen", "Turn", "VariableRefused", "WrongDrawing",
    "adopt", "begin", "complete", "deliver", "fire", "load_decision", "load_drawing", "open_tasks", "variables",
]
