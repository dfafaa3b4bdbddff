"""A drawing of another product, read leniently: what we know is taken over, what we do not know is named.

What is read here need not be sound; `adopting` mends it and writes it down as a draft in our own words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from app.engine.sheet import BPMN, NAME, OURS, ROLE, TERM, Flow, Kind, Node, Sheet

_KINDS: dict[str, tuple[Kind, str]] = {
    "startEvent": ("start", ""), "endEvent": ("end", ""), "userTask": ("step", ""), "manualTask": ("step", ""),
    "serviceTask": ("effect", ""), "receiveTask": ("message", ""), "intermediateCatchEvent": ("message", ""),
    "boundaryEvent": ("message", ""), "intermediateThrowEvent": ("milestone", ""), "subProcess": ("subprocess", ""),
    "exclusiveGateway": ("exclusive", ""), "parallelGateway": ("parallel", ""), "inclusiveGateway": ("inclusive", ""),
    "eventBasedGateway": ("first_event", ""),
    "task": ("step", "nobody is named who does it; read as a step of a person"),
    "sendTask": ("effect", "sends something; read as an effect"),
    "scriptTask": ("effect", "its script is left out; read as an effect that the office's machines do"),
    "businessRuleTask": ("effect", "its rules are left out; read as an effect that answers"),
    "callActivity": ("effect", "the process it calls is not here; read as an effect that answers when that one has ended"),
    "transaction": ("subprocess", "read as a subprocess; nothing is undone"),
    "adHocSubProcess": ("subprocess", "read as a subprocess; its order must be drawn"),
    "complexGateway": ("inclusive", "read as an inclusive gateway"),
}  # fmt: skip
_LEFT_OUT = {
    "standardLoopCharacteristics": "its repetition is left out; draw the loop",
    "ioSpecification": "its data are left out",
    "extensionElements": "what another product noted on it is left out",
    "property": "its properties are left out",
    "script": "",
}
_PERIOD = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_RESERVED = ("Start", "End", "Root")


@dataclass(slots=True)
class Found:
    """One process as it was found: `sheet` in our terms, what elements are called, and every edit made on the way."""

    sheet: Sheet
    names: dict[str, str] = field(default_factory=dict)          # element id → the words people read
    renamed: dict[str, str] = field(default_factory=dict)        # id in the foreign file → id here
    messages: set[str] = field(default_factory=set)
    links: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)   # link name → (leaps from, leaps to)
    edits: list[str] = field(default_factory=list)

    def edit(self, element: str, what: str) -> None:
        """Say once what was changed on an element."""
        named = self.names.get(element)
        line = f"{element!r}{f' ({named})' if named else ''}: {what}"
        if line not in self.edits:
            self.edits.append(line)


def name_of(text: str) -> str:
    """Words as a name of ours: "Trưởng phòng (xã)" → truong_phong_xa."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60]
    return name if ROLE.fullmatch(name) else f"n_{name}".rstrip("_")


def read_foreign(root: etree._Element) -> list[Found]:
    """Every process of the file that has anything to run."""
    declared = {
        element.get("id", ""): element.get("name", "") or element.get("id", "")
        for tag in ("message", "signal", "error", "escalation") for element in root.iter(BPMN + tag)
    }
    pools = {element.get("processRef", ""): element.get("name", "") for element in root.iter(BPMN + "participant")}
    found = []
    for process in root.iter(BPMN + "process"):
        reader = _Reader(declared, pools.get(process.get("id", ""), ""))
        made = reader.read(process)
        if made.sheet.nodes:
            found.append(made)
    return found


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


class _Reader:
    def __init__(self, declared: dict[str, str], pool: str) -> None:
        self.declared = declared
        self.pool = pool
        self.found = Found(Sheet())
        self.roles: dict[str, str] = {}
        self.taken: set[str] = set()

    def read(self, process: etree._Element) -> Found:
        found = self.found
        name = process.get("name") or self.pool
        found.sheet.process_id, found.sheet.name = self._id(process, name), name
        if process.get("isExecutable") != "true":
            found.edit(found.sheet.process_id, "was a picture only; made executable")
        for lane in process.iter(BPMN + "lane"):
            for reference in lane.iter(BPMN + "flowNodeRef"):
                self.roles[(reference.text or "").strip()] = name_of(lane.get("name") or lane.get("id") or "staff")
        self._scope(process, found.sheet.process_id)
        for flow in found.sheet.flows:
            flow.source, flow.target = found.renamed.get(flow.source, ""), found.renamed.get(flow.target, "")
        for node in found.sheet.nodes.values():
            node.attached_to = found.renamed.get(node.attached_to or "")
            node.default_flow = found.renamed.get(node.default_flow or "")
        return found

    def _id(self, element: etree._Element, words: str) -> str:
        old = element.get("id", "")
        new = old if NAME.fullmatch(old) and old not in _RESERVED else name_of(words or old or _local(element))
        number, base = 2, new
        while new in self.taken:
            new, number = f"{base}_{number}", number + 1
        self.taken.add(new)
        self.found.renamed[old] = new
        if words:
            self.found.names[new] = words
        if new != old:
            self.found.edit(new, f"had the id {old!r}")
        return new

    def _scope(self, container: etree._Element, scope: str) -> None:
        for child in container:
            word = _local(child)
            if not str(child.tag).startswith(BPMN):
                continue
            if word == "sequenceFlow":
                flow = Flow(self._id(child, ""), child.get("sourceRef", ""), child.get("targetRef", ""), scope)
                condition = child.find(BPMN + "conditionExpression")
                flow.condition = (condition.text or "").strip() or "?" if condition is not None else None
                self.found.sheet.flows.append(flow)
            elif word in _KINDS:
                self._node(child, word, scope)
            elif word in ("dataObject", "dataObjectReference", "dataStoreReference", "dataStore"):
                self.found.edit(scope, "data objects and stores are left out")

    def _node(self, element: etree._Element, word: str, scope: str) -> None:
        found, (kind, said) = self.found, _KINDS[word]
        if element.get("triggeredByEvent") == "true":
            named = element.get("name") or element.get("id", "")
            found.edit(scope, f"the event subprocess {named!r} is left out; draw a boundary event")
            return
        node = Node(self._id(element, " ".join((element.get("name") or "").split())), kind, scope, word)
        found.sheet.nodes[node.id] = node
        if said:
            found.edit(node.id, said)
        for child in element:
            left_out = _LEFT_OUT.get(_local(child))
            if left_out:
                found.edit(node.id, left_out)
            elif _local(child) == "multiInstanceLoopCharacteristics":
                self._instances(child, node)
        node.attached_to, node.default_flow = element.get("attachedToRef"), element.get("default")
        node.interrupting = element.get("cancelActivity", "true") == "true"
        if kind == "step":
            self._role(element, node)
        if kind == "subprocess":
            self._scope(element, node.id)
        elif word == "receiveTask":
            self._message(node, element.get("messageRef"))
        else:
            self._events(element, node)

    def _role(self, element: etree._Element, node: Node) -> None:
        own = element.get(OURS + "role") or self.roles.get(element.get("id", ""))
        node.role = own or name_of(self.pool or "staff")
        if own is None:
            self.found.edit(node.id, f"stands in no lane; its role is {node.role!r}")

    def _instances(self, element: etree._Element, node: Node) -> None:
        number = element.findtext(BPMN + "loopCardinality", "").strip()
        if element.get("isSequential") != "true" and number.isdecimal() and 0 < int(number) <= 50:
            node.times = number
        else:
            node.times = f"times_{name_of(node.id)}"
            self.found.edit(node.id, f"how often is said by the variable {node.times!r}, all side by side")

    def _events(self, element: etree._Element, node: Node) -> None:
        events = [child for child in element if _local(child).endswith("EventDefinition")]
        kinds = [_local(event).removesuffix("EventDefinition") for event in events]
        if len(events) > 1:
            self.found.edit(node.id, f"waits for several things; only the first, {kinds[0]}, is kept")
        first = kinds[0] if kinds else ""
        if first == "link":
            leap = self.found.links.setdefault(events[0].get("name", ""), ([], []))
            leap[0 if node.tag == "intermediateThrowEvent" else 1].append(node.id)
            node.kind = "milestone"
            self.found.edit(node.id, "a link; drawn as an arrow")
        elif node.kind == "end" and first == "terminate":
            node.terminates = True
        elif node.tag in ("startEvent", "endEvent", "intermediateThrowEvent"):
            if first:
                self.found.edit(node.id, f"its {first} is left out; starts, milestones and ends are plain")
        elif first == "compensate":
            node.kind = "milestone"
            self.found.edit(node.id, "undoing is left out")
        elif first == "timer":
            self._term(events[0], node)
        elif node.tag in ("intermediateCatchEvent", "boundaryEvent"):
            reference = next((events[0].get(key) for key in ("messageRef", "signalRef", "errorRef", "escalationRef")
                              if events and events[0].get(key)), None)
            if first != "message":
                self.found.edit(node.id, f"{first or 'nothing'} is waited for; read as a message")
            self._message(node, reference)

    def _message(self, node: Node, reference: str | None) -> None:
        node.kind = "message"
        words = self.declared.get((reference or "").split(":")[-1]) or self.found.names.get(node.id) or node.id
        node.message = name_of(words)
        self.found.messages.add(node.message)
        if words != node.message:
            self.found.edit(node.id, f"its message is called {node.message!r}")

    def _term(self, event: etree._Element, node: Node) -> None:
        node.kind = "timer"
        said = " ".join("".join(str(text) for text in event.itertext()).split())
        node.term = said if TERM.fullmatch(said) else _in_days(said) or f"@{name_of(node.id)}_due"
        if node.term != said:
            self.found.edit(node.id, f"its timer {said!r} is read as {node.term!r}; the office's calendar counts it")


def _in_days(said: str) -> str | None:
    """An ISO period of whole days as calendar days; nothing shorter has a meaning in an office's calendar."""
    period = _PERIOD.fullmatch(said)
    if period is None or any(period.groups()[2:]):
        return None
    days = int(period[1] or 0) * 7 + int(period[2] or 0)
    return f"{days} calendar-day{'s' if days > 1 else ''}" if 0 < days < 10_000 else None
