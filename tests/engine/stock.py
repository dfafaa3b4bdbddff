"""The reference: SpiffWorkflow as it comes. Its own parser, classes, prediction, data copying, script engine and
JSON serializer, with a full round trip after every step. Service tasks are read as user tasks so that they wait."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.util.task import TaskState

PAST = "2001-01-01T00:00:00+00:00"


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, UserTask)}


def parse(bpmn: bytes) -> tuple[Any, Any]:
    """The stock specs of a drawing; our terms become durations too long to fire by themselves."""
    text = re.sub(rb"(<bpmn:timeDuration>)[^<]*", rb'\g<1>"P9000D"', bpmn)
    parser = _Parser()
    parser.add_bpmn_io(io.BytesIO(text))
    return parser.get_spec("test_process"), parser.get_subprocess_specs("test_process")


def named(element: str, instances: tuple[int, ...]) -> str:
    return " ".join((element, *(str(instance) for instance in instances)))


def _instances(task: Any) -> tuple[int, ...]:
    """Which one, from 1, of each element with instances around a task, outermost first."""
    found = task.internal_data.get("key_or_index")
    own = () if found is None else (int(found) + 1,)
    around = task.workflow.parent_task_id
    if around is None:
        return own
    return (*_instances(task.workflow.parent_workflow.get_task_from_id(around)), *own)


class Stock:
    """A stock instance with the same verbs as ours, by element name."""

    serializer = BpmnWorkflowSerializer()

    def __init__(self, specs: tuple[Any, Any], variables: Mapping[str, Any], *, round_trip: bool = True) -> None:
        self.workflow = BpmnWorkflow(*specs)
        self.workflow.task_tree.data.update(variables)
        self.round_trip = round_trip
        self.passed: list[str] = []
        self.ended: str | None = None
        self._run()

    def _note(self, task: Any) -> None:
        if task.task_spec.bpmn_id is not None and not isinstance(task.task_spec, EventBasedGateway | MultiInstanceTask):
            self.passed.append(task.task_spec.bpmn_id)
            if isinstance(task.task_spec, EndEvent) and task.workflow.parent_task_id is None:
                self.ended = task.task_spec.bpmn_id

    def _run(self) -> None:
        self.workflow.do_engine_steps(did_complete_task=self._note)
        if self.round_trip:
            self.workflow = self.serializer.deserialize_json(self.serializer.serialize_json(self.workflow))

    def waiting(self) -> dict[str, Any]:
        """Open tasks by element and instance, as `named` writes them; the events behind a waiting event gateway stand
        for the gateway."""
        found: dict[str, Any] = {}
        for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING):
            spec = task.task_spec
            which = _instances(task)
            if task.state == TaskState.READY and spec.manual:
                found[named(spec.bpmn_id, which)] = task
            elif task.state == TaskState.WAITING and isinstance(spec, EventBasedGateway):
                found.update({named(event.name, which): task for event in spec.outputs})
            elif task.state == TaskState.WAITING and isinstance(spec, CatchingEvent) and not isinstance(spec, StartEvent):
                found[named(spec.name, which)] = task
        return found

    def complete(self, name: str, answer: Mapping[str, Any], task: Any = None) -> None:
        """Finish a task; `task` saves the search when it is at hand."""
        self.passed = []
        task = task or self.waiting()[name]
        task.data.update(answer)
        task.run()
        self._note(task)
        self._run()

    def fire(self, name: str, task: Any = None) -> None:
        """Let a timer fire."""
        self.passed = []
        (task or self.waiting()[name])._set_internal_data(event_value=PAST)
        self.workflow.refresh_timers()
        self._run()

    def deliver(self, message: str, answer: Mapping[str, Any]) -> None:
        self.passed = []
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(message), payload=dict(answer)))
        self._run()

    @property
    def over(self) -> bool:
        return bool(self.workflow.completed)
