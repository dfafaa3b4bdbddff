"""What is drawn: the nodes and flows of one BPMN file, read by us, with everything foreign named and refused.

Coordinates, labels for people and notes on the paper are not read at all, so moving a shape changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OURS = "{urn:motcua:drawing}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

Kind = Literal[
    "start", "end", "step", "effect", "decision", "message", "timer", "milestone", "subprocess",
    "exclusive", "parallel", "inclusive", "first_event",
]
_NODES: dict[str, Kind] = {
    "startEvent": "start", "endEvent": "end", "userTask": "step", "manualTask": "step", "serviceTask": "effect",
    "businessRuleTask": "decision", "receiveTask": "message", "intermediateCatchEvent": "message",
    "boundaryEvent": "message", "intermediateThrowEvent": "milestone", "subProcess": "subprocess",
    "exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive",
    "eventBasedGateway": "first_event",
}
# On the paper, but without meaning for the course of the process.
_SCENERY = frozenset((
    "documentation", "textAnnotation", "association", "group", "category", "collaboration", "dataObject",
    "dataObjectReference", "dataStoreReference", "incoming", "outgoing", "extensionElements",
))
_REASONS = {
    "scriptTask": "script tasks are refused; draw an effect (serviceTask)",
    "script": "scripts are refused",
    "callActivity": "calls of other processes are refused; draw a subprocess",
    "sendTask": "draw a message that goes out as an effect (serviceTask)",
    "task": "say who does it: userTask for people, serviceTask for effects",
    "timeCycle": "timers that repeat are refused",
    "standardLoopCharacteristics": "repeated activities are refused; draw the loop",
    "multiInstanceLoopCharacteristics": "only steps, effects and subprocesses have instances",
    "completionCondition": "instances that end the others are refused; draw a boundary event",
    "dataStore": "data stores are refused",
    "ioSpecification": "data associations are refused",
    "dataInputAssociation": "data associations are refused",
    "dataOutputAssociation": "data associations are refused",
}
_ATTRIBUTES = frozenset((
    "id", "name", "isExecutable", "processType", "isClosed", "sourceRef", "targetRef", "default", "attachedToRef",
    "cancelActivity", "messageRef", "gatewayDirection", "eventGatewayType", "isImmediate", "targetNamespace",
    "exporter", "exporterVersion", "expressionLanguage", "typeLanguage",
))
_HARMLESS = {
    "implementation": ("##unspecified", "##WebService"), "instantiate": ("false",), "triggeredByEvent": ("false",),
    "isForCompensation": ("false",), "parallelMultiple": ("false",), "startQuantity": ("1",),
    "completionQuantity": ("1",), "isInterrupting": ("true",), "isCollection": ("false",),
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
ROLE = re.compile(r"[a-z][a-z0-9_]{0,79}")
# The units are those of app.deadlines.terms; the engine only makes sure that a term is one, and hands it on.
TERM = re.compile(
    r"[0-9]{1,4}([.][0-9]{1,2})? (working-days?|working-hours?|half-days?|calendar-days?)|same-day"
    r"|@[a-z][a-z0-9_]{0,63}"
)
_INSTANCES = "multiInstanceLoopCharacteristics"
_RESERVED = frozenset(("Start", "End", "Root"))


@dataclass(slots=True)
class Node:
    """A box, circle or diamond."""

    id: str
    kind: Kind
    scope: str                      # the process or the subprocess it stands in
    tag: str
    role: str | None = None
    term: str | None = None
    message: str | None = None
    attached_to: str | None = None  # boundary events
    interrupting: bool = True
    terminates: bool = False        # end events: ends the others too
    decision: str | None = None
    default_flow: str | None = None
    times: str | None = None        # how many instances run side by side: an expression for a whole number


@dataclass(slots=True)
class Flow:
    """An arrow."""

    id: str
    source: str
    target: str
    scope: str
    condition: str | None = None


@dataclass(slots=True)
class Sheet:
    """One drawing as read. `problems` is empty when it held only what we know."""

    process_id: str = ""
    name: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_sheet(root: etree._Element) -> Sheet:
    """Read a BPMN root element. Never raises: what is wrong is in `problems`."""
    return _Reader(root).read()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


class _Reader:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.sheet = Sheet()
        self.messages: dict[str, str] = {}
        self.lanes: dict[str, str] = {}
        self.seen: set[str] = set()

    def refuse(self, element: etree._Element, reason: str) -> None:
        name = element.get("id") or element.get("name")
        self.sheet.problems.append(f"{_local(element)}{f' {name!r}' if name else ''}: {reason}")

    def read(self) -> Sheet:
        if self.root.tag != BPMN + "definitions":
            self.sheet.problems.append("this is not a BPMN 2.0 file")
            return self.sheet
        self._attributes(self.root)
        processes = []
        for child in self.root:
            if child.tag == BPMN + "process":
                processes.append(child)
            elif child.tag == BPMN + "message":
                self._attributes(child)
                self.messages[child.get("id", "")] = child.get("name") or ""
            elif child.tag == "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram":
                continue
            elif _local(child) not in _SCENERY or not str(child.tag).startswith(BPMN):
                self.refuse(child, _REASONS.get(_local(child), "not part of our drawings"))
        if len(processes) != 1:
            self.sheet.problems.append(f"the file holds {len(processes)} processes; it must hold one")
            return self.sheet
        process = processes[0]
        self.sheet.process_id, self.sheet.name = process.get("id", ""), process.get("name", "")
        if process.get("isExecutable") != "true":
            self.refuse(process, 'isExecutable must be "true"')
        self._lane_roles(process)
        self._scope(process, self._identify(process))
        return self.sheet

    def _lane_roles(self, process: etree._Element) -> None:
        for lane in process.iter(BPMN + "lane"):
            self._attributes(lane)
            words = (lane.get(OURS + "role"), lane.get("name"), lane.get("id"))
            role = next((word for word in words if word and ROLE.fullmatch(word)), None)
            if role is None:
                self.refuse(lane, "a lane needs a role as its id, such as reception")
                continue
            for reference in lane.iter(BPMN + "flowNodeRef"):
                if reference.text:                       # the innermost lane comes last and wins
                    self.lanes[reference.text.strip()] = role

    def _identify(self, element: etree._Element) -> str:
        name = element.get("id", "")
        if not NAME.fullmatch(name) or name in _RESERVED:
            self.refuse(element, f"the id {name!r} is not a name")
        elif name in self.seen:
            self.refuse(element, "the id is used twice")
        self.seen.add(name)
        return name

    def _attributes(self, element: etree._Element) -> None:
        for key, value in element.attrib.items():
            name = str(key)
            if name in _ATTRIBUTES or name.startswith(OURS) or str(value) in _HARMLESS.get(name, ()):
                continue
            if name == XSI_TYPE and _local(element) in ("conditionExpression", "timeDuration", "timeDate"):
                continue
            if element is self.root and "modeler" in name:   # the drawing tool signs its work
                continue
            if _local(element) == "subProcess" and name == "triggeredByEvent":
                self.refuse(element, "event subprocesses are refused; draw a boundary event")
            else:
                self.refuse(element, f"the attribute {etree.QName(name).localname!r} is refused")

    def _scope(self, container: etree._Element, scope: str) -> None:
        self._attributes(container)
        for child in container:
            word, known = _local(child), str(child.tag).startswith(BPMN)
            if known and word in _NODES:
                self._node(child, scope)
            elif known and word == "sequenceFlow":
                self._flow(child, scope)
            elif known and (word in ("laneSet",) or word in _SCENERY):
                self._foreign_extension(child)
            elif known and word == _INSTANCES and scope != self.sheet.process_id:
                self._instances(child, self.sheet.nodes[scope])
            else:
                self.refuse(child, _REASONS.get(word, "not part of our drawings"))

    def _foreign_extension(self, element: etree._Element) -> None:
        if _local(element) == "extensionElements":
            for child in element:
                self.refuse(child, f"the extension is refused ({element.getparent().get('id')})")  # type: ignore[union-attr]

    def _flow(self, element: etree._Element, scope: str) -> None:
        self._attributes(element)
        flow = Flow(self._identify(element), element.get("sourceRef", ""), element.get("targetRef", ""), scope)
        for child in element:
            if child.tag == BPMN + "conditionExpression":
                self._attributes(child)
                flow.condition = (child.text or "").strip() or None
            elif _local(child) not in _SCENERY:
                self.refuse(child, f"not part of a flow ({flow.id})")
        self.sheet.flows.append(flow)

    def _node(self, element: etree._Element, scope: str) -> None:
        self._attributes(element)
        word = _local(element)
        node = Node(self._identify(element), _NODES[word], scope, word)
        node.role = element.get(OURS + "role") or self.lanes.get(node.id)
        if node.role is not None and not ROLE.fullmatch(node.role):
            self.refuse(element, f"the role {node.role!r} is not a name")
        node.decision = element.get(OURS + "decision", "").removesuffix(".dmn") or None
        node.default_flow = element.get("default")
        node.attached_to = element.get("attachedToRef")
        node.interrupting = element.get("cancelActivity", "true") == "true"
        self.sheet.nodes[node.id] = node
        if word == "subProcess":
            self._scope(element, node.id)
            return
        if word == "receiveTask":
            self._message(element, node)
        events = 0
        for child in element:
            name, known = _local(child), str(child.tag).startswith(BPMN)
            if known and name.endswith("EventDefinition"):
                events += 1
                self._event(element, child, node)
            elif known and name == _INSTANCES and node.kind in ("step", "effect"):
                self._instances(child, node)
            elif known and name in _SCENERY:
                self._foreign_extension(child)
            else:
                self.refuse(child, f"{_REASONS.get(name, 'not part of our drawings')} ({node.id})")
        self._expect_events(element, node, events)

    def _instances(self, element: etree._Element, node: Node) -> None:
        if element.get("isSequential", "false") != "false":
            self.refuse(element, f"instances one after the other are refused; draw the loop ({node.id})")
        for child in element:
            if child.tag == BPMN + "loopCardinality":
                node.times = (child.text or "").strip() or None
            elif _local(child) not in _SCENERY:
                self.refuse(child, f"{_REASONS.get(_local(child), 'data of instances are refused')} ({node.id})")
        if node.times is None:
            self.refuse(element, f"say how many: a loopCardinality such as 3 or agencies ({node.id})")

    def _expect_events(self, element: etree._Element, node: Node, events: int) -> None:
        if node.tag in ("intermediateCatchEvent", "boundaryEvent") and events != 1:
            self.refuse(element, "must wait for one thing: a message or a timer")
        elif events and node.tag in ("startEvent", "intermediateThrowEvent"):
            self.refuse(element, "must be a plain event without a message, timer or signal")

    def _event(self, element: etree._Element, event: etree._Element, node: Node) -> None:
        self._attributes(event)
        word = _local(event)
        if word == "messageEventDefinition" and node.tag in ("intermediateCatchEvent", "boundaryEvent"):
            self._message(event, node)
        elif word == "timerEventDefinition" and node.tag in ("intermediateCatchEvent", "boundaryEvent"):
            node.kind = "timer"
            terms = [child for child in event if _local(child) in ("timeDuration", "timeDate")]
            for child in event:
                self._attributes(child)
                if child not in terms:
                    self.refuse(child, f"{_REASONS.get(_local(child), 'not part of a timer')} ({node.id})")
            node.term = " ".join((terms[0].text or "").split()) if terms else ""
            if len(terms) != 1 or not TERM.fullmatch(node.term):
                said = "write '2 working-days', '1 calendar-day' or '@due_date'"
                self.refuse(element, f"the term {node.term!r} is not one; {said}")
        elif word == "terminateEventDefinition" and node.kind == "end":
            node.terminates = True
        elif node.tag not in ("startEvent", "intermediateThrowEvent"):
            self.refuse(element, f"{word} is refused")

    def _message(self, holder: etree._Element, node: Node) -> None:
        reference = holder.get("messageRef")
        node.message = self.messages.get(reference or "")
        if reference is None or reference not in self.messages:
            self.refuse(holder, f"no message {reference!r} is declared ({node.id})")
        elif not ROLE.fullmatch(node.message or ""):
            self.refuse(holder, f"the message name {node.message!r} is not a name such as supplement_received")
