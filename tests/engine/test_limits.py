"""Drawings that would not run the way they look are refused, each by a sentence that names the element.

Among them are the limits met in SpiffWorkflow: joins in loops, tree depth, order of conditions by coordinates, lanes of
subprocess tasks, two timers behind one gateway.
"""

from __future__ import annotations

import pytest

from app.engine import DrawingRefused, begin, complete, load_drawing, open_tasks
from tests.engine import drawn
from tests.engine.drawn import drawing, end, exclusive, flow, start, step, way
from tests.engine.stock import Stock, parse


def problems(bpmn: bytes) -> str:
    with pytest.raises(DrawingRefused) as refused:
        load_drawing(bpmn)
    return "\n".join(refused.value.problems)


def around(*parts: str, messages: tuple[str, ...] = ()) -> bytes:
    """A sound frame, begun → work → done, with something wrong added."""
    return drawing(start(), step("work"), end("done"), way("begun", "work", "done"), *parts, messages=messages)


def times(number: str) -> str:
    return f"<bpmn:loopCardinality>{number}</bpmn:loopCardinality>"


def repeated(inner: str, attributes: str = "") -> bytes:
    instances = f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{inner}</bpmn:multiInstanceLoopCharacteristics>"
    return drawing(start(), f'<bpmn:userTask id="work" motcua:role="r">{instances}</bpmn:userTask>', end("done"),
                   way("begun", "work", "done"))


REFUSED = {
    "a parallel join in a loop": (
        drawing(start(), exclusive("again"), drawn.parallel("fork"), step("a"), step("b"), drawn.parallel("join"),
                exclusive("enough", "enough-to-done"), end("done"), way("begun", "again", "fork", "a", "join", "enough"),
                way("fork", "b", "join"), flow("enough", "again", "more == true"), flow("enough", "done")),
        ("parallelGateway 'join': stands in a loop", "parallelGateway 'fork': stands in a loop")),
    "two timers behind one event gateway": (
        drawing(start(), drawn.first_event("wait"), drawn.timer("short", "1 calendar-day"), drawn.timer("long", "@due"),
                end("done"), way("begun", "wait", "short", "done"), way("wait", "long", "done")),
        ("eventBasedGateway 'wait': two timers behind one event gateway",)),
    "a gateway without a default": (
        drawing(start(), step("ask"), exclusive("split"), end("x"), end("y"), way("begun", "ask", "split"),
                flow("split", "x", "a == 1"), flow("split", "y", "a == 2")),
        ("exclusiveGateway 'split': needs a default flow",)),
    "conditions that overlap": (
        drawing(start(), step("ask"), exclusive("split", "split-to-z"), end("x"), end("y"), end("z"),
                way("begun", "ask", "split"), flow("split", "x", "pages > 2"), flow("split", "y", "pages < 5"),
                flow("split", "z")),
        ("exclusiveGateway 'split': the conditions of 'split-to-x' and 'split-to-y' overlap (pages = 3)",)),
    "conditions on two variables that overlap": (
        drawing(start(), step("ask"), exclusive("split", "split-to-z"), end("x"), end("y"), end("z"),
                way("begun", "ask", "split"), flow("split", "x", "a == 'x'"), flow("split", "y", "b == 'y'"),
                flow("split", "z")),
        ("the conditions of 'split-to-x' and 'split-to-y' overlap (a = 'x', b = 'y')",)),
    "several arrows out of a step": (
        around(end("elsewhere"), flow("work", "elsewhere")), ("userTask 'work': several arrows leave it",)),
    "a reference that leads nowhere": (
        around(flow("work", "nowhere")), ("sequenceFlow 'work-to-nowhere': ends at 'nowhere', which does not exist",)),
    "a message nobody declared": (
        drawing(start(), drawn.message("wait", "unknown"), end("done"), way("begun", "wait", "done")),
        ("messageEventDefinition: no message 'unknown' is declared (wait)",)),
    "a boundary event on nothing": (
        around(drawn.on_timer("late", "nothing", "1 calendar-day")), ("boundaryEvent 'late': sits on 'nothing'",)),
    "a step without a role": (
        drawing(start(), '<bpmn:userTask id="work"/>', end("done"), way("begun", "work", "done")),
        ("userTask 'work': has no role",)),
    "a second token into the main way": (
        around(drawn.on_timer("late", "work", "@due", interrupting=False), step("more"), way("late", "more", "work")),
        ("boundaryEvent 'late': does not interrupt, yet its way runs into 'work'",)),
    "an element nobody reaches": (around(step("alone"), way("alone", "done")), ("userTask 'alone': cannot be reached",)),
    "a way that never ends": (
        drawing(start(), step("a"), step("b"), way("begun", "a", "b", "a"), end("done")),
        ("userTask 'a': no way leads from here to an end event",)),
    "a dead end": (
        drawing(start(), drawn.parallel("fork"), step("a"), step("b"), end("done"), way("begun", "fork", "a", "done"),
                way("fork", "b")), ("userTask 'b': no arrow leaves it",)),
    "a join that waits for a branch that ended": (
        drawing(start(), drawn.parallel("fork"), step("a"), step("b"), exclusive("still", "still-to-join"),
                drawn.parallel("join"), end("done"), end("dropped"), way("begun", "fork", "a", "join", "done"),
                way("fork", "b", "still", "join"), flow("still", "dropped", "gone == true")),
        ("parallelGateway 'join': may wait for a token that never comes",)),
    "a join after a choice": (
        drawing(start(), step("ask"), exclusive("split", "split-to-b"), step("a"), step("b"), drawn.parallel("join"),
                end("done"), way("begun", "ask", "split"), flow("split", "a", "x == 1"), flow("split", "b"),
                way("a", "join", "done"), way("b", "join")), ("parallelGateway 'join': may wait",)),
    "branches that are not joined": (
        drawing(start(), drawn.parallel("fork"), step("a"), step("b"), exclusive("merge"), step("twice"), end("done"),
                way("begun", "fork", "a", "merge", "twice", "done"), way("fork", "b", "merge")),
        ("sequenceFlow 'merge-to-twice': two tokens may stand on it at once",)),
    "two starts": (around(start("again"), way("again", "work")), ("'test_process': needs one start event, has 2",)),
    "a condition the language does not know": (
        drawing(start(), step("ask"), exclusive("split", "split-to-y"), end("x"), end("y"), way("begun", "ask", "split"),
                flow("split", "x", "__import__('os').system('true')"), flow("split", "y")),
        ("sequenceFlow 'split-to-x': a call that is not on the list",)),
    "a script task": (
        around('<bpmn:scriptTask id="s"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>'),
        ("scriptTask 's': script tasks are refused",)),
    "a call of another process": (
        around('<bpmn:callActivity id="c" calledElement="other"/>'), ("callActivity 'c': calls of other",)),
    "an event subprocess": (
        around('<bpmn:subProcess id="s" triggeredByEvent="true"/>'), ("subProcess 's': event subprocesses are refused",)),
    "instances without a number": (repeated(""), ("say how many: a loopCardinality such as 3 or agencies (work)",)),
    "instances of a number that is none": (
        repeated(times("many people")), ("userTask 'work': the number of its instances: ",)),
    "instances one after the other": (
        repeated(times("3"), 'isSequential="true"'), ("one after the other are refused; draw the loop (work)",)),
    "instances that end the others": (
        repeated(times("3") + "<bpmn:completionCondition>x == 1</bpmn:completionCondition>"),
        ("instances that end the others are refused; draw a boundary event (work)",)),
    "instances of a list": (
        repeated("<bpmn:loopDataInputRef>agencies</bpmn:loopDataInputRef>"), ("data of instances are refused (work)",)),
    "instances of something that waits": (
        drawing(start(), drawn.several(drawn.receive("m", "came").replace("/>", "></bpmn:receiveTask>"), "2"), end("done"),
                way("begun", "m", "done"), messages=("came",)),
        ("only steps, effects and subprocesses have instances (m)",)),
    "a term that is none": (
        drawing(start(), drawn.timer("t", "PT5S"), end("done"), way("begun", "t", "done")), ("the term 'PT5S' is not one",)),
    "a term in days of no kind": (
        drawing(start(), drawn.timer("t", "1 day"), end("done"), way("begun", "t", "done")), ("the term '1 day' is not",)),
    "a decision that is not there": (
        drawing(start(), '<bpmn:businessRuleTask id="fee" motcua:decision="fees"/>', end("done"),
                way("begun", "fee", "done")), ("businessRuleTask 'fee': there is no decision 'fees'",)),
    "a signal": (
        around('<bpmn:intermediateCatchEvent id="s"><bpmn:signalEventDefinition/></bpmn:intermediateCatchEvent>'),
        ("intermediateCatchEvent 's': signalEventDefinition is refused",)),
    "a class to run": (
        around('<bpmn:serviceTask id="s" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:class="x.Y"/>'),
        ("serviceTask 's': the attribute 'class' is refused",)),
    "an implementation to call": (
        around('<bpmn:serviceTask id="s" implementation="http://elsewhere"/>'), ("the attribute 'implementation'",)),
    "a foreign extension": (
        around('<bpmn:serviceTask id="s"><bpmn:extensionElements><x:y xmlns:x="urn:x"/></bpmn:extensionElements>'
               "</bpmn:serviceTask>"), ("y: the extension is refused (s)",)),
    "a data association": (
        around('<bpmn:serviceTask id="s"><bpmn:dataOutputAssociation/></bpmn:serviceTask>'),
        ("data associations are refused",)),
    "a process that is not executable": (
        drawing(start(), end("done"), way("begun", "done"), attributes='isExecutable="false"'),
        ("isExecutable must be",)),
    "a name the engine needs for itself": (
        drawing(start("Start"), end("End"), way("Start", "End")), ("the id 'Start' is not a name",)),
    "an id used twice": (around(step("work")), ("userTask 'work': the id is used twice",)),
    "a document type": (b'<!DOCTYPE x [<!ENTITY a "b">]>' + around(), ("document type",)),
    "another encoding": (around().decode().replace("UTF-8", "UTF-16").encode("utf-16"), ("not UTF-8",)),
    "too many bytes": (around() + b" " * (2 * 1024 * 1024), ("larger than 2 MB",)),
    "too many elements": (around(*(end(f"e{i}") for i in range(5_000))), ("more than 5000 elements",)),
    "too deep": (around("<bpmn:subProcess>" * 101 + "</bpmn:subProcess>" * 101), ("deeper than 100",)),
    "no BPMN at all": (b"<html/>", ("not a BPMN 2.0 file",)),
    "no XML at all": (b"%PDF-1.7", ("not well-formed",)),
}


@pytest.mark.parametrize(("bpmn", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_is_refused_by_name(bpmn: bytes, said: tuple[str, ...]) -> None:
    found = problems(bpmn)
    for sentence in said:
        assert sentence in found


def test_every_problem_is_told_at_once() -> None:
    found = problems(around(step("alone"), '<bpmn:scriptTask id="s"/>', drawn.on_timer("late", "work", "soon")))
    assert found.count("\n") >= 2


def test_conditions_that_exclude_each_other_are_accepted() -> None:
    load_drawing(drawing(
        start(), step("ask"), exclusive("split", "split-to-z"), end("x"), end("y"), end("z"), way("begun", "ask", "split"),
        flow("split", "x", "pages <= 2 and kind == 'copy'"), flow("split", "y", "pages > 2 and kind == 'copy'"),
        flow("split", "z")))


def test_the_height_of_a_shape_does_not_choose_the_way() -> None:
    """Stock tries conditions from the top of the paper down; ours exclude each other and do not read shapes."""
    shape = ('<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
             'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><di:BPMNPlane>{}</di:BPMNPlane></di:BPMNDiagram>')
    def at(x: int, y: int) -> str:
        return "".join(f'<di:BPMNShape bpmnElement="{name}"><dc:Bounds x="0" y="{height}" width="1" height="1"/>'
                       "</di:BPMNShape>" for name, height in (("x", x), ("z", y)))
    bpmn = drawing(start(), step("ask"), exclusive("split", "split-to-z"), end("x"), end("z"),
                   way("begun", "ask", "split"), flow("split", "x", "a == 1"), flow("split", "z")).decode()
    drawings = [load_drawing(bpmn.replace("</bpmn:definitions>", shape.format(at(*heights)) + "</bpmn:definitions>")
                             .encode()) for heights in ((0, 100), (100, 0))]
    ends = set()
    for loaded in drawings:
        turn = begin(loaded, {})
        ends.add(complete(loaded, turn.state, turn.opened[0].no, {"a": 1}).ended)
    assert ends == {"x"}


def test_a_step_in_a_subprocess_keeps_its_own_role() -> None:
    """Stock gives it the lane of the subprocess."""
    lanes = ('<bpmn:laneSet id="lanes"><bpmn:lane id="reception" name="Bộ phận Một cửa"><bpmn:flowNodeRef>handle'
             '</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="leader"><bpmn:flowNodeRef>sign</bpmn:flowNodeRef></bpmn:lane>'
             "</bpmn:laneSet>")
    inner = drawn.subprocess("handle", start("s"), '<bpmn:userTask id="sign"/>', end("e"), way("s", "sign", "e"))
    loaded = load_drawing(drawing(lanes, start(), inner, end("done"), way("begun", "handle", "done")))
    assert begin(loaded, {}).opened[0].role == "leader"


def test_a_step_in_a_subprocess_does_not_borrow_the_lane_around_it() -> None:
    lanes = ('<bpmn:laneSet id="lanes"><bpmn:lane id="reception"><bpmn:flowNodeRef>handle</bpmn:flowNodeRef>'
             "</bpmn:lane></bpmn:laneSet>")
    inner = drawn.subprocess("handle", start("s"), '<bpmn:userTask id="sign"/>', end("e"), way("s", "sign", "e"))
    found = problems(drawing(lanes, start(), inner, end("done"), way("begun", "handle", "done")))
    assert "userTask 'sign': has no role" in found


def test_a_loop_of_a_thousand_rounds_still_shows_its_step() -> None:
    """Stock stops seeing tasks below depth 1,000."""
    loaded = load_drawing(drawing(
        start(), exclusive("again"), step("ask"), exclusive("enough", "enough-to-done"), end("done"),
        way("begun", "again", "ask", "enough"), flow("enough", "again", "more == true"), flow("enough", "done")))
    turn = begin(loaded, {})
    for _ in range(1_000):
        turn = complete(loaded, turn.state, turn.opened[0].no, {"more": True})
    assert [task.name for task in open_tasks(loaded, turn.state)] == ["ask"]


def test_an_inclusive_join_waits_for_everybody_who_can_still_come() -> None:
    """Stock lets it go on while a token stands behind a choice in the other branch."""
    bpmn = drawing(
        start(), step("ask"), drawn.inclusive("fork", "fork-to-a"), step("a"), step("b"), exclusive("chosen"),
        exclusive("choose", "choose-to-d"), step("c"), step("d"), drawn.inclusive("join"), step("after"), end("done"),
        way("begun", "ask", "fork", "a", "join", "after", "done"), flow("fork", "b", "both == 'yes'"),
        flow("fork", "x", "both == 'yes'"), step("x"), way("x", "join"),
        way("b", "choose"), flow("choose", "c", "both == 'no'"), flow("choose", "d"), way("c", "chosen"),
        exclusive("still", "still-to-chosen"), end("dropped"), way("d", "still", "chosen", "join"),
        flow("still", "dropped", "both == 'no'"))
    loaded, stock = load_drawing(bpmn), Stock(parse(bpmn), {"both": "none"})
    turn = begin(loaded, {})
    for name in ("ask", "x", "b"):
        task = next(task for task in open_tasks(loaded, turn.state) if task.name == name)
        turn = complete(loaded, turn.state, task.no, {"both": "yes"})
        stock.complete(name, {"both": "yes"})
    assert [task.name for task in open_tasks(loaded, turn.state)] == ["d"]
    assert sorted(stock.waiting()) == ["after", "d"]
