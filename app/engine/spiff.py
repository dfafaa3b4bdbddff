"""What we do differently from SpiffWorkflow (LGPL-3): its specs, tasks and workflows, subclassed.

Nothing of the library is patched; every difference is an override in this file, so the library can be exchanged for
a changed copy, and its stock behaviour stays beside ours (tests/engine compares the two). Different are:

- data: SpiffWorkflow copies variables from task to task and, at a join, lets stale copies of the last branch win.
  Here one dictionary belongs to the whole process;
- prediction: SpiffWorkflow grows the tree of everything that may happen. Here a task's successors are made when it ends;
- scans of the task tree: an agenda of ready tasks instead;
- parallel joins remember who has arrived, inclusive joins ask who could still arrive, so no finished task is needed;
- timers do not look at any clock: they fire when the caller says so;
- conditions: our own compiled expressions; the Python script engine is never present.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit, BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.control import _EndJoin as EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    NoneTask,
    ParallelGateway,
    ReceiveTask,
    ServiceTask,
    StartEvent,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import ExpressionFailed, ProcessStuck
from app.engine.expressions import Expression

PINNED = "3.2.0"
if version("SpiffWorkflow") != PINNED:
    raise ImportError(f"the engine is written and tested against SpiffWorkflow {PINNED}, not {version('SpiffWorkflow')}")

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
FUTURE, COMPLETED, CANCELLED = TaskState.FUTURE, TaskState.COMPLETED, TaskState.CANCELLED
LIVE = FUTURE | WAITING | READY | STARTED
MAX_INSTANCES = 50                       # of one element at once; a dossier asks a handful of agencies
Decide = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Token(Task):  # type: ignore[misc]
    """A task of a running process. `id` is our task number when it was restored, else a passing negative number."""

    # What the library keeps for each task and nothing here reads.
    triggered = False
    thread_id = 0
    last_state_change = 0.0

    def __init__(self, workflow: Any, task_spec: Any, parent: Token | None, state: int, number: int) -> None:
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.origin = parent
        self._parent = parent.id if parent is not None else None
        self._children: list[int] = []
        self._state = state
        self.data = workflow.top_workflow.variables
        self.internal_data: dict[str, Any] = {}
        workflow.tasks[number] = self
        if parent is not None:
            parent._children.append(number)

    @property
    def parent(self) -> Token | None:
        return self.origin

    @property
    def state(self) -> int:
        return self._state

    @property
    def is_waiting(self) -> bool:
        return bool(self._state == WAITING)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        return Token(self.workflow, task_spec, self, state, self.workflow.top_workflow.next_passing())

    def _set_state(self, value: int) -> None:
        self._state = value
        if value == READY and not self.task_spec.manual:
            self.workflow.top_workflow.agenda.append(self)

    def _ready(self) -> None:
        if not self._state & (COMPLETED | CANCELLED):
            self._set_state(READY)

    def _inherit_data(self) -> None:
        """Nothing to inherit: the variables belong to the process."""

    def complete(self) -> None:
        self._state = COMPLETED
        name = self.task_spec.bpmn_id
        if name is not None:
            self.workflow.top_workflow.passed.append(name)
        self.task_spec._on_complete(self)


class _Quick(BpmnTaskSpec):  # type: ignore[misc]
    """What every spec of ours does in its own, shorter way."""

    split: Any = None            # the BoundaryEventSplit before it, where boundary events sit on it
    place: int = -1              # its position in the drawing's list of elements; -1 for what is not drawn
    on: str | None = None        # boundary events: the element they sit on; events behind a gateway: the gateway
    on_gateway = False
    one_of: Any = None           # of an instance: the spec that opened it

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """Nothing is predicted."""

    def _update(self, my_task: Token) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_ready(self, my_task: Token) -> None:
        """No assignments, no listeners; the connections were tested when the drawing was loaded."""

    def _run(self, my_task: Token) -> Any:
        return self._run_hook(my_task)

    def _run_hook(self, my_task: Token) -> bool:
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        """No listeners."""

    def _on_cancel(self, my_task: Token) -> None:
        """No listeners."""

    def _on_complete(self, my_task: Token) -> None:
        self._on_complete_hook(my_task)
        workflow = my_task.workflow
        if not workflow.completed:
            if not my_task._children:
                for spec in self.next_specs:
                    my_task._add_child(spec, FUTURE)
            for number in list(my_task._children):
                child = workflow.tasks[number]
                if child._state & LIVE:
                    child.task_spec._update(child)
        if self.one_of is not None:
            self.one_of.ended(my_task.origin)
        workflow._task_completed_notify(my_task)

    @property
    def next_specs(self) -> list[Any]:
        specs = self.__dict__.get("_next_specs")
        if specs is None:
            specs = self.__dict__["_next_specs"] = self.outputs
        found: list[Any] = specs
        return found


class StartPoint(_Quick, BpmnStartTask):  # type: ignore[misc]
    pass


class Finish(_Quick, SimpleBpmnTask):  # type: ignore[misc]
    pass


class LastToken(_Quick, EndJoin):  # type: ignore[misc]
    """Lets only the last token of the process through."""

    def _update_hook(self, my_task: Token) -> bool:
        for task in my_task.workflow.tasks.values():
            if task._state & LIVE and task is not my_task:
                my_task._set_state(CANCELLED)
                return False
        return True


class Split(_Quick, BoundaryEventSplit):  # type: ignore[misc]
    def _run_hook(self, my_task: Token) -> bool:
        for spec in self.next_specs:
            my_task._add_child(spec, WAITING if isinstance(spec, BoundaryEvent) else FUTURE)
        return True


class CleanUp(_Quick, BoundaryEventJoin):  # type: ignore[misc]
    """Cleans up when the main task ended or was interrupted; nothing runs from here."""

    def _update_hook(self, my_task: Token) -> bool:
        finished, cancel = self._check_threshold_structured(my_task)
        my_task._set_state(COMPLETED if finished else CANCELLED)
        for task in cancel:
            task.cancel()
        return False


class _StartEvent(_Quick, StartEvent):  # type: ignore[misc]
    pass


class _EndEvent(_Quick, EndEvent):  # type: ignore[misc]
    def _on_complete_hook(self, my_task: Token) -> None:
        workflow = my_task.workflow
        if workflow is workflow.top_workflow:
            workflow.reached = self.bpmn_id
        if isinstance(self.event_definition, TerminateEventDefinition):
            for task in list(workflow.tasks.values()):
                if task._state & LIVE:
                    task.cancel()
            workflow._mark_complete(my_task)


class _Milestone(_Quick, IntermediateThrowEvent):  # type: ignore[misc]
    pass


class _Step(_Quick, UserTask):  # type: ignore[misc]
    pass


class _Effect(_Quick, ServiceTask):  # type: ignore[misc]
    """Waits until it is completed, like a step; a machine does it."""


class _DecisionTask(_Quick, NoneTask):  # type: ignore[misc]
    decide: Decide

    def _run_hook(self, my_task: Token) -> bool:
        my_task.workflow.top_workflow.variables.update(self.decide(my_task.workflow.top_workflow.variables))
        return True


class _Catching(_Quick):
    """Waits until `fire` is called on it."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(WAITING)
        return False

    def fire(self, my_task: Token) -> None:
        if self.on_gateway and my_task.origin is not None:
            for number in my_task.origin._children:
                sibling = my_task.workflow.tasks[number]
                if sibling is not my_task and sibling._state == WAITING:
                    sibling.cancel()
        my_task._ready()


class _CatchEvent(_Catching, IntermediateCatchEvent):  # type: ignore[misc]
    pass


class _Receive(_Catching, ReceiveTask):  # type: ignore[misc]
    pass


class _Boundary(_Catching, BoundaryEvent):  # type: ignore[misc]
    pass


class FirstEvent(_Quick, NoneTask):  # type: ignore[misc]
    """An event-based gateway. It lets all its events wait; the first to fire cancels the others (see `_Catching`)."""


class Exclusive(_Quick, ExclusiveGateway):  # type: ignore[misc]
    def _run_hook(self, my_task: Token) -> bool:
        """The first flow whose condition holds, else the default one; nothing was predicted that would have to go."""
        chosen = self.default_task_spec
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):
                chosen = name
                break
        my_task._add_child(my_task.workflow.spec.task_specs[chosen], FUTURE)
        return True


class Joining(_Quick):
    """A gateway that remembers the names of the inputs from which tokens have arrived."""

    def _gather(self, my_task: Token) -> set[str]:
        """Take over what other waiting tasks of this gateway have gathered; only the newest goes on."""
        arrived: set[str] = set(my_task.internal_data.get("arrived", ()))
        if not arrived and my_task.origin is not None:
            arrived.add(my_task.origin.task_spec.name)
        for other in list(my_task.workflow.tasks.values()):
            if other.task_spec is self and other._state == WAITING and other is not my_task:
                arrived.update(other.internal_data["arrived"])
                other.cancel()
        return arrived

    def _wait(self, my_task: Token, arrived: set[str]) -> bool:
        my_task.internal_data["arrived"] = arrived
        my_task._set_state(WAITING)
        return False


class _Parallel(Joining, ParallelGateway):  # type: ignore[misc]
    def _update_hook(self, my_task: Token) -> bool:
        arrived = self._gather(my_task)
        return True if arrived.issuperset(self._inputs) else self._wait(my_task, arrived)


class Inclusive(Joining, InclusiveGateway):  # type: ignore[misc]
    """Waits while a token could still come in where none has (BPMN 2.0, 13.4.3)."""

    upstream: dict[str, frozenset[str]]      # by input: itself and all that lead to it

    def _update_hook(self, my_task: Token) -> bool:
        arrived = self._gather(my_task)
        still: set[str] = set()
        passed: set[str] = set()
        for name, before in self.upstream.items():
            (passed if name in arrived else still).update(before)
        blocking = still - passed
        for task in my_task.workflow.tasks.values():
            if task._state & LIVE and task is not my_task and task.task_spec.name in blocking:
                return self._wait(my_task, arrived)
        return True

    def _run_hook(self, my_task: Token) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        my_task._sync_children(matches or defaults, FUTURE)
        return True


class Embedded(_Quick, SubWorkflowTask):  # type: ignore[misc]
    def _update_hook(self, my_task: Token) -> bool:
        subprocess = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        my_task._set_state(STARTED)
        subprocess.task_tree._set_state(READY)
        return False

    def _on_cancel(self, my_task: Token) -> None:
        SubWorkflowTask._on_cancel(self, my_task)


class Instances(_Quick, NoneTask):  # type: ignore[misc]
    """Opens its element several times side by side and goes on when all of them have ended."""

    each: Any                    # the spec of one of them
    times: Expression

    def _update_hook(self, my_task: Token) -> bool:
        wanted = self.times(my_task.data)
        if isinstance(wanted, bool) or not isinstance(wanted, int) or not 0 <= wanted <= MAX_INSTANCES:
            raise ExpressionFailed(f"{self.name!r}: {wanted!r} instances; 0 to {MAX_INSTANCES} are possible")
        if wanted == 0:
            return True
        my_task._set_state(STARTED)
        for instance in range(1, wanted + 1):
            self.open(my_task, my_task.workflow.top_workflow.next_passing(), FUTURE, instance)
        for one in my_task.internal_data["instances"]:
            self.each._update(one)
        return False

    def open(self, my_task: Token, number: int, state: int, instance: int) -> Token:
        """One instance. Not among the children, which are what follows."""
        one = Token(my_task.workflow, self.each, None, state, number)
        one.origin = my_task
        one.internal_data["instance"] = instance
        my_task.internal_data.setdefault("instances", []).append(one)
        return one

    def ended(self, my_task: Token) -> None:
        if not any(one._state & LIVE for one in my_task.internal_data["instances"]):
            my_task._set_state(READY)

    def _on_cancel(self, my_task: Token) -> None:
        for one in my_task.internal_data.get("instances", ()):
            one.cancel()


class Term(EventDefinition):  # type: ignore[misc]
    """A timer that only the caller can let fire."""


class Condition(Operator):  # type: ignore[misc]
    def __init__(self, expression: Expression) -> None:
        super().__init__(expression)
        self.expression = expression

    def _matches(self, task: Token) -> bool:
        return bool(self.expression(task.data))


class _Stage:
    """What processes and subprocesses share: a flat set of tasks and a quick way to end."""

    tasks: dict[int, Token]
    task_tree: Any
    completed: bool

    def _set_stage(self, spec: Any, top: Any) -> None:
        self.spec = spec
        self.tasks = {}
        self.completed = False
        self.task_tree = Token(self, spec.start, None, COMPLETED, top.next_passing())

    def _task_completed_notify(self, task: Token) -> None:
        if task.task_spec.name == "End":
            self.completed = True
        if self.completed:
            self._ended()

    def _mark_complete(self, task: Token) -> None:
        self.completed = True

    def _ended(self) -> None:
        """The last token has gone."""

    def _task_removed_notify(self, task: Token) -> None:
        """No listeners."""

    def cancel(self, success: bool = False) -> list[Token]:
        self.completed = True
        cancelled = [task for task in self.tasks.values() if task._state & LIVE]
        for task in cancelled:
            task.cancel()
        return cancelled


class Process(_Stage, BpmnWorkflow):  # type: ignore[misc]
    """A running process: restored from its rows, played one turn, and closed."""

    def __init__(self, spec: Any, subprocess_specs: Mapping[str, Any], variables: dict[str, Any]) -> None:
        self.variables = variables
        self.subprocess_specs = subprocess_specs
        self.subprocesses: dict[int, Any] = {}
        self.agenda: deque[Token] = deque()
        self.passed: list[str] = []
        self.reached: str | None = None
        self.open: dict[int, Token] = {}
        self.top_workflow = self
        self._passing = 0
        self._set_stage(spec, self)

    top_workflow: Any = None                 # a plain attribute instead of the library's property

    def next_passing(self) -> int:
        self._passing -= 1
        return self._passing

    def create_subprocess(self, my_task: Token, spec_name: str) -> Any:
        subprocess = Subprocess(self.subprocess_specs[spec_name], my_task, self)
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def begin(self) -> None:
        """Put the first token on the start."""
        self.task_tree._set_state(READY)

    def play(self) -> None:
        """Run everything that needs nobody. Raises ProcessStuck when no token is left before an end."""
        agenda = self.agenda
        while True:
            while agenda:
                task = agenda.popleft()
                if task._state == READY:
                    task.run()
            if self.completed:
                return
            for stage in [self, *self.subprocesses.values()]:
                if not stage.completed:
                    self._settle(stage)
            if not agenda:
                return

    def _settle(self, stage: Any) -> None:
        """Look again at the joins that wait for tokens which may have gone another way."""
        live = [task for task in stage.tasks.values() if task._state & LIVE]
        if not live:
            raise ProcessStuck(f"no token is left in {stage.spec.name!r} before an end")
        for task in live:
            if isinstance(task.task_spec, Inclusive):
                task.task_spec._update(task)

    def close(self) -> None:
        """Let go of everything, so that memory is freed without the garbage collector."""
        for stage in [*self.subprocesses.values(), self]:
            stage.tasks.clear()
            stage.task_tree = stage.top_workflow = None
        self.subprocesses.clear()
        self.open.clear()


class Subprocess(_Stage, BpmnSubWorkflow):  # type: ignore[misc]
    def __init__(self, spec: Any, parent_task: Token, top_workflow: Process) -> None:
        self.parent_task = parent_task
        self.parent_task_id = parent_task.id
        self.top_workflow = top_workflow
        self._set_stage(spec, top_workflow)

    def _ended(self) -> None:
        if self.parent_task._state == STARTED:
            self.parent_task._set_state(READY)


SPECS: dict[str, type] = {
    "start": _StartEvent, "end": _EndEvent, "step": _Step, "effect": _Effect, "decision": _DecisionTask,
    "milestone": _Milestone, "exclusive": Exclusive, "parallel": _Parallel, "inclusive": Inclusive,
    "first_event": FirstEvent, "subprocess": Embedded,
}
TAGGED: dict[str, type] = {"receiveTask": _Receive, "intermediateCatchEvent": _CatchEvent, "boundaryEvent": _Boundary}
