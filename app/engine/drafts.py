"""A sheet written down as a BPMN file of ours, with the shapes of the file it came from where they still mean something."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from app.engine.foreign import Found
from app.engine.sheet import BPMN, OURS, XSI_TYPE, Kind, Node

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_TAGS: dict[Kind, str] = {
    "start": "startEvent", "end": "endEvent", "step": "userTask", "effect": "serviceTask", "decision": "businessRuleTask",
    "message": "intermediateCatchEvent", "timer": "intermediateCatchEvent", "milestone": "intermediateThrowEvent",
    "subprocess": "subProcess", "exclusive": "exclusiveGateway", "parallel": "parallelGateway",
    "inclusive": "inclusiveGateway", "first_event": "eventBasedGateway",
}  # fmt: skip
_SPACES = {
    "bpmn": BPMN[1:-1], "bpmndi": DI[1:-1], "motcua": OURS[1:-1], "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "dc": "http://www.omg.org/spec/DD/20100524/DC", "di": "http://www.omg.org/spec/DD/20100524/DI",
}


def write(found: Found, shapes: etree._Element | None = None) -> bytes:
    """The drawing as UTF-8. `shapes`: the root of the foreign file."""
    root = etree.Element(BPMN + "definitions", nsmap=_SPACES, id="definitions", targetNamespace="urn:motcua:drawing")
    for message in sorted({node.message for node in found.sheet.nodes.values() if node.message}):
        etree.SubElement(root, BPMN + "message", id=f"message_{message}", name=message)
    process = etree.SubElement(root, BPMN + "process", id=found.sheet.process_id, isExecutable="true")
    if found.sheet.name:
        process.set("name", found.sheet.name)
    _write_scope(found, process, found.sheet.process_id)
    if shapes is not None:
        for diagram in _kept_shapes(found, shapes):
            root.append(diagram)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write_scope(found: Found, container: etree._Element, scope: str) -> None:
    for node in found.sheet.nodes.values():
        if node.scope == scope:
            element = etree.SubElement(container, BPMN + _tag(node), _attributes(found, node))
            _inside(found, element, node)
    for flow in found.sheet.flows:
        if flow.scope == scope:
            arrow = etree.SubElement(
                container, BPMN + "sequenceFlow", id=flow.id, sourceRef=flow.source, targetRef=flow.target
            )
            if flow.condition is not None:
                condition = etree.SubElement(arrow, BPMN + "conditionExpression", {XSI_TYPE: "bpmn:tFormalExpression"})
                condition.text = flow.condition


def _tag(node: Node) -> str:
    if node.attached_to is not None:
        return "boundaryEvent"
    return "receiveTask" if node.tag == "receiveTask" and node.kind == "message" else _TAGS[node.kind]


def _attributes(found: Found, node: Node) -> dict[str, str]:
    made = {"id": node.id}
    if found.names.get(node.id):
        made["name"] = found.names[node.id]
    if node.kind == "step" and node.role is not None:
        made[OURS + "role"] = node.role
    if node.default_flow is not None:
        made["default"] = node.default_flow
    if node.attached_to is not None:
        made |= {"attachedToRef": node.attached_to, "cancelActivity": str(node.interrupting).lower()}
    if _tag(node) == "receiveTask":
        made["messageRef"] = f"message_{node.message}"
    return made


def _inside(found: Found, element: etree._Element, node: Node) -> None:
    if node.kind == "subprocess":
        _write_scope(found, element, node.id)
    elif node.kind == "message" and _tag(node) != "receiveTask":
        etree.SubElement(element, BPMN + "messageEventDefinition", messageRef=f"message_{node.message}")
    elif node.kind == "timer":
        timer = etree.SubElement(element, BPMN + "timerEventDefinition")
        etree.SubElement(timer, BPMN + "timeDuration").text = node.term
    elif node.terminates:
        etree.SubElement(element, BPMN + "terminateEventDefinition")
    if node.times is not None:
        instances = etree.SubElement(element, BPMN + "multiInstanceLoopCharacteristics")
        etree.SubElement(instances, BPMN + "loopCardinality").text = node.times


def _kept_shapes(found: Found, root: etree._Element) -> Iterator[etree._Element]:
    """The diagrams, with only the shapes and edges of what this drawing still holds."""
    known = {*found.sheet.nodes, *(flow.id for flow in found.sheet.flows)}
    for original in root.iter(DI + "BPMNDiagram"):
        diagram = copy.deepcopy(original)
        kept = 0
        for plane in diagram.iter(DI + "BPMNPlane"):
            plane.set("bpmnElement", found.sheet.process_id)
            for shape in list(plane):
                new = found.renamed.get(shape.get("bpmnElement", ""))
                if new in known and new is not None:
                    shape.set("bpmnElement", new)
                    kept += 1
                else:
                    plane.remove(shape)
        if kept:
            yield diagram
