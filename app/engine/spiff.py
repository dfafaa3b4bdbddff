"""The only file that knows SpiffWorkflow (LGPL-3): a drawing as its specs, a running process as its tasks.

Everything replaced is replaced by subclassing, in this file, without touching the library's own classes, so the
library can be exchanged and its stock behaviour stays beside ours (tests/engine compares the two). Replaced are:

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
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
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
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import ProcessStuck
from app.engine.expressions import Expression
from app.engine.sheet import Node, Sheet

PINNED = "3.2.0"
if version("SpiffWorkflow") != PINNED:
    raise ImportError(f"the engine is written and tested against SpiffWorkflow {PINNED}, not {version('SpiffWorkflow')}")

_READY, _WAITING, _STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
_FUTURE, _COMPLETED, _CANCELLED = TaskState.FUTURE, TaskState.COMPLETED, TaskState.CANCELLED
_LIVE = _FUTURE | _WAITING | _READY | _STARTED
Row = list[Any]              # see states.py
Decide = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Token(Task):  # type: ignore[misc]
    """A task of a running process. `id` is our task number when it was restored, else a passing negative number."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Token | None, state: int, number: int) -> None:
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.origin = parent
        self._parent = parent.id if parent is not None else None
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data = workflow.top_workflow.variables
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        workflow.tasks[number] = self
        if parent is not None:
            parent._children.append(number)

    @property
    def parent(self) -> Token | None:
        return self.origin

    @property
    def state(self) -> int:
        return self._state

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        return Token(self.workflow, task_spec, self, state, self.workflow.top_workflow.next_passing())

    def _set_state(self, value: int) -> None:
        self._state = value
        if value == _READY and not self.task_spec.manual:
            self.workflow.top_workflow.agenda.append(self)

    def _inherit_data(self) -> None:
        """Nothing to inherit: the variables belong to the process."""

    def complete(self) -> None:
        self._state = _COMPLETED
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
                    my_task._add_child(spec, _FUTURE)
            for number in list(my_task._children):
                child = workflow.tasks[number]
                if child._state & _LIVE:
                    child.task_spec._update(child)
        workflow._task_completed_notify(my_task)

    @property
    def next_specs(self) -> list[Any]:
        specs = self.__dict__.get("_next_specs")
        if specs is None:
            specs = self.__dict__["_next_specs"] = self.outputs
        found: list[Any] = specs
        return found


class _Start(_Quick, BpmnStartTask):  # type: ignore[misc]
    pass


class _End(_Quick, SimpleBpmnTask):  # type: ignore[misc]
    pass


class _EndJoin(_Quick, EndJoin):  # type: ignore[misc]
    """Lets only the last token of the process through."""

    def _update_hook(self, my_task: Token) -> bool:
        for task in my_task.workflow.tasks.values():
            if task._state & _LIVE and task is not my_task:
                my_task._set_state(_CANCELLED)
                return False
        return True


class _BoundarySplit(_Quick, BoundaryEventSplit):  # type: ignore[misc]
    def _run_hook(self, my_task: Token) -> bool:
        for spec in self.next_specs:
            my_task._add_child(spec, _WAITING if isinstance(spec, BoundaryEvent) else _FUTURE)
        return True


class _BoundaryJoin(_Quick, BoundaryEventJoin):  # type: ignore[misc]
    """Cleans up when the main task ended or was interrupted; nothing runs from here."""

    def _update_hook(self, my_task: Token) -> bool:
        finished, cancel = self._check_threshold_structured(my_task)
        my_task._set_state(_COMPLETED if finished else _CANCELLED)
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
                if task._state & _LIVE:
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
        my_task._set_state(_WAITING)
        return False

    def fire(self, my_task: Token) -> None:
        if self.on_gateway and my_task.origin is not None:
            for number in my_task.origin._children:
                sibling = my_task.workflow.tasks[number]
                if sibling is not my_task and sibling._state == _WAITING:
                    sibling.cancel()
        my_task._ready()


class _CatchEvent(_Catching, IntermediateCatchEvent):  # type: ignore[misc]
    pass


class _Receive(_Catching, ReceiveTask):  # type: ignore[misc]
    pass


class _Boundary(_Catching, BoundaryEvent):  # type: ignore[misc]
    pass


class _FirstEvent(_Quick, NoneTask):  # type: ignore[misc]
    """An event-based gateway. It lets all its events wait; the first to fire cancels the others (see `_Catching`)."""


class _Exclusive(_Quick, ExclusiveGateway):  # type: ignore[misc]
    def _run_hook(self, my_task: Token) -> bool:
        return bool(ExclusiveGateway._run_hook(self, my_task))


class _Joining(_Quick):
    """A gateway that remembers the names of the inputs from which tokens have arrived."""

    def _gather(self, my_task: Token) -> set[str]:
        """Take over what other waiting tasks of this gateway have gathered; only the newest goes on."""
        arrived: set[str] = set(my_task.internal_data.get("arrived", ()))
        if not arrived and my_task.origin is not None:
            arrived.add(my_task.origin.task_spec.name)
        for other in list(my_task.workflow.tasks.values()):
            if other.task_spec is self and other._state == _WAITING and other is not my_task:
                arrived.update(other.internal_data["arrived"])
                other.cancel()
        return arrived

    def _wait(self, my_task: Token, arrived: set[str]) -> bool:
        my_task.internal_data["arrived"] = arrived
        my_task._set_state(_WAITING)
        return False


class _Parallel(_Joining, ParallelGateway):  # type: ignore[misc]
    def _update_hook(self, my_task: Token) -> bool:
        arrived = self._gather(my_task)
        return True if arrived.issuperset(self._inputs) else self._wait(my_task, arrived)


class _Inclusive(_Joining, InclusiveGateway):  # type: ignore[misc]
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
            if task._state & _LIVE and task is not my_task and task.task_spec.name in blocking:
                return self._wait(my_task, arrived)
        return True

    def _run_hook(self, my_task: Token) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        my_task._sync_children(matches or defaults, _FUTURE)
        return True


class _Subprocess(_Quick, SubWorkflowTask):  # type: ignore[misc]
    def _update_hook(self, my_task: Token) -> bool:
        subprocess = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        my_task._set_state(_STARTED)
        subprocess.task_tree._set_state(_READY)
        return False

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Token) -> None:
        if my_task._state == _STARTED:
            my_task._set_state(_READY)

    def _on_cancel(self, my_task: Token) -> None:
        SubWorkflowTask._on_cancel(self, my_task)


class _Term(EventDefinition):  # type: ignore[misc]
    """A timer that only the caller can let fire."""


class _Condition(Operator):  # type: ignore[misc]
    def __init__(self, expression: Expression) -> None:
        super().__init__(expression)
        self.expression = expression

    def _matches(self, task: Token) -> bool:
        return bool(self.expression(task.data))


class _Stage:
    """What processes and subprocesses share: a flat set of tasks and a quick way to end."""

    tasks: dict[int, Token]
    task_tree: Token
    completed: bool

    def _set_stage(self, spec: Any, top: Any) -> None:
        self.spec = spec
        self.data: dict[str, Any] = {}
        self.last_task = None
        self.success = True
        self.tasks = {}
        self.completed = False
        self.completed_event = Event()
        self.task_removed_event = Event()
        self.task_tree = Token(self, spec.start, None, _COMPLETED, top.next_passing())

    def _task_completed_notify(self, task: Token) -> None:
        self.last_task = task  # type: ignore[assignment]
        if task.task_spec.name == "End":
            self.completed = True
        if self.completed:
            self.completed_event.emit(self)

    def _mark_complete(self, task: Token) -> None:
        self.completed = True

    def _task_removed_notify(self, task: Token) -> None:
        """No listeners."""

    def cancel(self, success: bool = False) -> list[Token]:
        self.completed = True
        cancelled = [task for task in self.tasks.values() if task._state & _LIVE]
        for task in cancelled:
            task.cancel()
        return cancelled


class Process(_Stage, BpmnWorkflow):  # type: ignore[misc]
    """A running process: restored from its rows, played one turn, and dropped."""

    def __init__(self, spec: Any, subprocess_specs: Mapping[str, Any], variables: dict[str, Any]) -> None:
        self.variables = variables
        self.subprocess_specs = dict(subprocess_specs)
        self.subprocesses: dict[int, Any] = {}
        self.agenda: deque[Token] = deque()
        self.passed: list[str] = []
        self.reached: str | None = None
        self.open: dict[int, Token] = {}
        self._passing = 0
        self._set_stage(spec, self)

    @property
    def top_workflow(self) -> Process:
        return self

    def next_passing(self) -> int:
        self._passing -= 1
        return self._passing

    def create_subprocess(self, my_task: Token, spec_name: str) -> Any:
        subprocess = Subprocess(self.subprocess_specs[spec_name], my_task, self)
        subprocess.completed_event.connect(my_task.task_spec._on_subworkflow_completed, my_task)
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def restore(self, stage: Any, rows: list[Row], index: list[Any]) -> None:
        """Put the waiting tasks of `rows` back into `stage`."""
        groups: dict[int, Token] = {}
        for row in rows:
            number, spec = row[0], index[row[1]]
            parent = stage.task_tree
            if spec.split is not None:
                parent = groups[number] = Token(stage, spec.split, parent, _COMPLETED, self.next_passing())
            elif spec.on is not None:
                group = groups.get(row[2])
                if group is None:                      # the first of the events behind a gateway
                    gateway = stage.spec.task_specs[spec.on]
                    group = groups[row[2]] = Token(stage, gateway, parent, _COMPLETED, self.next_passing())
                parent = group
            task = Token(stage, spec, parent, _WAITING, number)
            if spec.manual:
                task._state = _READY
            elif isinstance(spec, _Joining):
                task.internal_data["arrived"] = {index[arrived].name for arrived in row[3]}
            elif isinstance(spec, _Subprocess):
                task._state = _STARTED
                self.restore(self.create_subprocess(task, spec.spec), row[3], index)
            self.open[number] = task

    def rows(self, stage: Any, numbers: Iterator[int]) -> list[Row]:
        """The waiting tasks of `stage` as rows; new ones get the next of `numbers`."""
        rows: list[Row] = []
        groups: dict[int | None, int] = {}
        for task in stage.tasks.values():
            if not task._state & _LIVE:
                continue
            spec = task.task_spec
            number = task.id if task.id > 0 else next(numbers)
            group, more = 0, None
            if spec.split is not None:
                groups[task._parent] = number
            elif spec.on is not None:
                group = groups.setdefault(task._parent, number)
            if isinstance(spec, _Joining):
                specs = stage.spec.task_specs
                more = sorted(specs[name].place for name in task.internal_data["arrived"])
            elif isinstance(spec, _Subprocess):
                more = self.rows(self.subprocesses[task.id], numbers)
            if more is not None:
                rows.append([number, spec.place, group, more])
            elif group:
                rows.append([number, spec.place, group])
            else:
                rows.append([number, spec.place])
        return rows

    @staticmethod
    def is_waiting(task: Token) -> bool:
        return bool(task._state == _WAITING)

    def begin(self) -> None:
        """Put the first token on the start."""
        self.task_tree._set_state(_READY)

    def play(self) -> None:
        """Run everything that needs nobody. Raises ProcessStuck when no token is left before an end."""
        agenda = self.agenda
        while True:
            while agenda:
                task = agenda.popleft()
                if task._state == _READY:
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
        live = [task for task in stage.tasks.values() if task._state & _LIVE]
        if not live:
            raise ProcessStuck(f"no token is left in {stage.spec.name!r} before an end")
        for task in live:
            if isinstance(task.task_spec, _Inclusive):
                task.task_spec._update(task)


class Subprocess(_Stage, BpmnSubWorkflow):  # type: ignore[misc]
    def __init__(self, spec: Any, parent_task: Token, top_workflow: Process) -> None:
        self.parent_task_id = parent_task.id
        self.top_workflow = top_workflow
        self._set_stage(spec, top_workflow)


_SPECS: dict[str, type] = {
    "start": _StartEvent, "end": _EndEvent, "step": _Step, "effect": _Effect, "decision": _DecisionTask,
    "milestone": _Milestone, "exclusive": _Exclusive, "parallel": _Parallel, "inclusive": _Inclusive,
    "first_event": _FirstEvent, "subprocess": _Subprocess,
}
_TAGGED: dict[str, type] = {"receiveTask": _Receive, "intermediateCatchEvent": _CatchEvent, "boundaryEvent": _Boundary}


class _Builder:
    """Turns a checked sheet into specs, scope by scope."""

    def __init__(self, sheet: Sheet, conditions: Mapping[str, Expression], decisions: Mapping[str, Decide]) -> None:
        self.sheet = sheet
        self.conditions = conditions
        self.decisions = decisions
        self.processes: dict[str, Any] = {}

    def build(self) -> dict[str, Any]:
        scopes = [self.sheet.process_id] + [n.id for n in self.sheet.nodes.values() if n.kind == "subprocess"]
        for scope in scopes:
            self.processes[scope] = self._process(scope)
        return self.processes

    def _process(self, scope: str) -> Any:
        process = _process_spec(scope)
        nodes = [node for node in self.sheet.nodes.values() if node.scope == scope]
        specs = {node.id: self._spec(process, node) for node in nodes}
        entry = dict(specs)
        for node in nodes:
            events = [event for event in nodes if event.attached_to == node.id]
            if events:
                entry[node.id] = self._attach(process, specs, node, events)
        for node in nodes:
            if node.kind == "start":
                process.start.connect(specs[node.id])
            if node.kind == "end":
                specs[node.id].connect(process.end)
            self._connect(specs[node.id], node, entry)
        for spec in process.task_specs.values():
            if isinstance(spec, _Inclusive):
                spec.upstream = {i.name: frozenset({i.name, *(a.name for a in i.ancestors())}) for i in spec.inputs}
        return process

    def _spec(self, process: Any, node: Node) -> Any:
        made = _TAGGED.get(node.tag) or _SPECS[node.kind]
        extra: dict[str, Any] = {}
        if node.kind in ("start", "end", "milestone"):
            extra["event_definition"] = TerminateEventDefinition() if node.terminates else NoneEventDefinition()
        elif node.kind == "message":
            extra["event_definition"] = MessageEventDefinition(node.message)
        elif node.kind == "timer":
            extra["event_definition"] = _Term(node.term)
        elif node.kind == "subprocess":
            extra["subworkflow_spec"] = node.id
        if node.tag == "boundaryEvent":
            extra["cancel_activity"] = node.interrupting
        spec = made(process, node.id, lane=node.role, **extra)
        spec.manual = node.kind in ("step", "effect")
        if node.decision is not None:
            spec.decide = self.decisions[node.decision]
        if node.attached_to is not None:
            spec.on = node.attached_to
        return spec

    def _attach(self, process: Any, specs: Mapping[str, Any], node: Node, events: list[Node]) -> Any:
        split = _BoundarySplit(process, f"{node.id}.BoundaryEventSplit")
        join = _BoundaryJoin(process, f"{node.id}.BoundaryEventJoin", split_task=split.name, cancel=True)
        main = specs[node.id]
        main.split = split
        for spec in [main, *(specs[event.id] for event in events)]:
            split.connect(spec)
            spec.connect(join)
        return split

    def _connect(self, spec: Any, node: Node, entry: Mapping[str, Any]) -> None:
        flows = [flow for flow in self.sheet.flows if flow.source == node.id]
        for flow in flows:
            target = entry[flow.target]
            if isinstance(spec, _Exclusive | _Inclusive):
                if flow.id in self.conditions:
                    spec.connect_if(_Condition(self.conditions[flow.id]), target)
                else:
                    spec.connect(target)
                continue
            spec.connect(target)
            if isinstance(spec, _FirstEvent):
                target.on, target.on_gateway = node.id, True


def _process_spec(scope: str) -> Any:
    process = BpmnProcessSpec(name=scope)
    process.task_specs.clear()
    process.start = _Start(process, "Start")
    process.end = _EndJoin(process, f"{scope}.EndJoin")
    process.end.connect(_End(process, "End"))
    return process


def build(sheet: Sheet, conditions: Mapping[str, Expression], decisions: Mapping[str, Decide]) -> dict[str, Any]:
    """The specs of a checked sheet, by process and subprocess id."""
    return _Builder(sheet, conditions, decisions).build()
