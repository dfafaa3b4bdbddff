"""Drawings for the tests, written briefly: one line per element, one per arrow."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:motcua="urn:motcua:drawing"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="urn:motcua:test">\n'
)
_TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>{}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def start(name: str = "begun") -> str:
    return f'<bpmn:startEvent id="{name}"/>'


def end(name: str, *, terminate: bool = False) -> str:
    return f'<bpmn:endEvent id="{name}">{"<bpmn:terminateEventDefinition/>" if terminate else ""}</bpmn:endEvent>'


def step(name: str, role: str = "specialist") -> str:
    return f'<bpmn:userTask id="{name}" motcua:role="{role}"/>'


def effect(name: str) -> str:
    return f'<bpmn:serviceTask id="{name}"/>'


def several(part: str, times: str) -> str:
    """A step, an effect or a subprocess, `times` times side by side."""
    tag = part[1:].split(maxsplit=1)[0]
    inside = part.removesuffix(f"</{tag}>") if not part.endswith("/>") else f"{part[:-2]}>"
    return (f"{inside}<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{times}</bpmn:loopCardinality>"
            f"</bpmn:multiInstanceLoopCharacteristics></{tag}>")


def exclusive(name: str, default: str = "") -> str:
    return f'<bpmn:exclusiveGateway id="{name}"{f" default={default!r}" if default else ""}/>'


def inclusive(name: str, default: str = "") -> str:
    return f'<bpmn:inclusiveGateway id="{name}"{f" default={default!r}" if default else ""}/>'


def parallel(name: str) -> str:
    return f'<bpmn:parallelGateway id="{name}"/>'


def first_event(name: str) -> str:
    return f'<bpmn:eventBasedGateway id="{name}"/>'


def message(name: str, reference: str) -> str:
    return (f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:messageEventDefinition messageRef="{reference}"/>'
            "</bpmn:intermediateCatchEvent>")


def receive(name: str, reference: str) -> str:
    return f'<bpmn:receiveTask id="{name}" messageRef="{reference}"/>'


def timer(name: str, term: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{name}">{_TIMER.format(term)}</bpmn:intermediateCatchEvent>'


def on_timer(name: str, host: str, term: str, *, interrupting: bool = True) -> str:
    return (f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">'
            f"{_TIMER.format(term)}</bpmn:boundaryEvent>")


def on_message(name: str, host: str, reference: str, *, interrupting: bool = True) -> str:
    return (f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">'
            f'<bpmn:messageEventDefinition messageRef="{reference}"/></bpmn:boundaryEvent>')


def subprocess(name: str, *parts: str) -> str:
    return f'<bpmn:subProcess id="{name}">' + "\n".join(parts) + "</bpmn:subProcess>"


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    name = name or f"{source}-to-{target}"
    inner = condition.replace("&", "&amp;").replace("<", "&lt;")
    drawn = f"<bpmn:conditionExpression>{inner}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{drawn}</bpmn:sequenceFlow>'


def way(*names: str) -> str:
    """Arrows from each name to the next."""
    return "\n".join(flow(a, b) for a, b in pairwise(names))


def drawing(*parts: str, messages: Iterable[str] = (), attributes: str = 'isExecutable="true"') -> bytes:
    declared = "\n".join(f'<bpmn:message id="{name}" name="{name}"/>' for name in messages)
    body = "\n".join(parts)
    return (f'{HEAD}{declared}<bpmn:process id="test_process" {attributes}>\n{body}\n</bpmn:process>'
            "</bpmn:definitions>").encode()


def permit() -> bytes:
    """The shape of a real procedure: supplement loop, agencies in parallel, silence is consent, withdrawal."""
    inner = subprocess(
        "handling", start("handling_begun"),
        step("check_papers", "reception"), exclusive("papers_found", "papers_found-to-refuse_papers"),
        flow("papers_found", "consult", "outcome == 'accepted'"),
        flow("papers_found", "await_supplement", "outcome == 'supplement'"),
        flow("papers_found", "refuse_papers"),
        receive("await_supplement", "supplement_received"),
        on_timer("supplement_late", "await_supplement", "@supplement_due"),
        on_timer("remind", "await_supplement", "1 calendar-day", interrupting=False),
        effect("send_reminder"), end("reminded"), way("remind", "send_reminder", "reminded"),
        way("supplement_late", "refuse_papers"), way("await_supplement", "check_papers"),
        effect("refuse_papers"), end("refused_inside"), way("refuse_papers", "refused_inside"),
        subprocess(
            "consult", start("consult_begun"), parallel("ask"), parallel("answered"),
            receive("ask_fire", "fire_replied"), on_timer("fire_silent", "ask_fire", "2 working-days"),
            effect("deem_fire"), exclusive("fire_known"),
            receive("ask_road", "road_replied"), on_timer("road_silent", "ask_road", "2 working-days"),
            effect("deem_road"), exclusive("road_known"), end("consulted"),
            way("consult_begun", "ask", "ask_fire", "fire_known", "answered", "consulted"),
            way("fire_silent", "deem_fire", "fire_known"),
            way("ask", "ask_road", "road_known", "answered"), way("road_silent", "deem_road", "road_known"),
        ),
        step("confirm_draft", "applicant"), on_timer("draft_silent", "confirm_draft", "1 calendar-day"),
        exclusive("draft_agreed"), way("consult", "confirm_draft", "draft_agreed"), way("draft_silent", "draft_agreed"),
        step("sign_result", "leader"), end("handled"), way("draft_agreed", "sign_result", "handled"),
        way("handling_begun", "check_papers", "papers_found"),
    )
    return drawing(
        start(), inner, on_message("withdrawn", "handling", "withdrawal_received"),
        exclusive("answer", "answer-to-returned"), flow("answer", "refused", "outcome == 'refused'"),
        flow("answer", "returned"), end("returned"), end("refused"), end("stopped"),
        way("begun", "handling", "answer"), way("withdrawn", "stopped"),
        messages=("supplement_received", "fire_replied", "road_replied", "withdrawal_received"),
    )
