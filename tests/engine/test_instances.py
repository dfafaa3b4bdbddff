"""Several instances of one element side by side: as many as the drawing or a variable says, each with its own number."""

from __future__ import annotations

import pytest
from SpiffWorkflow.exceptions import TaskNotFoundException, WorkflowException

from app.engine import (
    Drawing,
    ExpressionFailed,
    OpenTask,
    TaskNotOpen,
    Turn,
    begin,
    complete,
    deliver,
    fire,
    load_drawing,
    open_tasks,
)
from tests.engine import drawn
from tests.engine.drawn import drawing, end, several, start, step, way
from tests.engine.stock import Stock, parse


@pytest.fixture(scope="module")
def asked() -> Drawing:
    """As many agencies are asked as `agencies` says; after two working days nobody is waited for."""
    return load_drawing(drawing(
        start(), several(step("ask", "agency"), "agencies"), drawn.on_timer("silent", "ask", "2 working-days"),
        drawn.effect("gather"), end("done"), end("gave_up"), way("begun", "ask", "gather", "done"), way("silent", "gave_up"),
    ))


@pytest.fixture(scope="module")
def consulted() -> Drawing:
    """Each agency is asked and may send a letter; a withdrawal ends them all."""
    return load_drawing(drawing(
        start(), several(drawn.subprocess(
            "consult", start("asked"), step("read", "agency"), drawn.receive("letter", "letter_came"), end("answered"),
            way("asked", "read", "letter", "answered")), "3"),
        drawn.on_message("withdrawn", "consult", "withdrawal_received"), end("done"), end("stopped"),
        way("begun", "consult", "done"), way("withdrawn", "stopped"), messages=("letter_came", "withdrawal_received"),
    ))


def of(turn: Turn, drawing: Drawing, name: str) -> list[OpenTask]:
    return [task for task in open_tasks(drawing, turn.state) if task.name == name]


def test_each_instance_is_a_task_with_its_own_number(asked: Drawing) -> None:
    turn = begin(asked, {"agencies": 3})
    assert [task.instances for task in of(turn, asked, "ask")] == [(1,), (2,), (3,)]
    assert len({task.no for task in open_tasks(asked, turn.state)}) == 4


def test_the_process_goes_on_when_the_last_instance_ends(asked: Drawing) -> None:
    turn = begin(asked, {"agencies": 3})
    for left in (2, 1, 0):
        turn = complete(asked, turn.state, of(turn, asked, "ask")[-1].no, {})
        assert len(of(turn, asked, "ask")) == left
    assert [task.name for task in open_tasks(asked, turn.state)] == ["gather"]


def test_an_instance_ends_once(asked: Drawing) -> None:
    turn = begin(asked, {"agencies": 2})
    first = of(turn, asked, "ask")[0].no
    turn = complete(asked, turn.state, first, {})
    with pytest.raises(TaskNotOpen):
        complete(asked, turn.state, first, {})


def test_nobody_to_ask_means_nobody_is_waited_for(asked: Drawing) -> None:
    assert [task.name for task in begin(asked, {"agencies": 0}).opened] == ["gather"]


@pytest.mark.parametrize("agencies", [-1, 51, "2", True, None])
def test_a_number_of_instances_is_a_small_whole_number(asked: Drawing, agencies: int | str | None) -> None:
    with pytest.raises(ExpressionFailed, match="0 to 50"):
        begin(asked, {"agencies": agencies})


def test_a_term_around_the_instances_ends_them_all(asked: Drawing) -> None:
    turn = begin(asked, {"agencies": 2})
    turn = complete(asked, turn.state, of(turn, asked, "ask")[0].no, {})
    left = of(turn, asked, "ask")[0].no
    turn = fire(asked, turn.state, of(turn, asked, "silent")[0].no)
    assert left in turn.closed
    assert turn.ended == "gave_up"


def test_each_instance_of_a_subprocess_goes_its_own_pace(consulted: Drawing) -> None:
    turn = begin(consulted, {})
    turn = complete(consulted, turn.state, of(turn, consulted, "read")[1].no, {})
    assert [(task.name, task.instances) for task in open_tasks(consulted, turn.state) if task.instances] == [
        ("read", (1,)), ("letter", (2,)), ("read", (3,))]


def test_a_withdrawal_closes_everything_inside_every_instance(consulted: Drawing) -> None:
    turn = begin(consulted, {})
    turn = complete(consulted, turn.state, of(turn, consulted, "read")[0].no, {})
    open_before = {task.no for task in open_tasks(consulted, turn.state)}
    turn = deliver(consulted, turn.state, "withdrawal_received", {})
    assert (turn.ended, set(turn.closed)) == ("stopped", open_before)


def test_instances_of_instances_are_told_from_the_outside_in() -> None:
    found = load_drawing(drawing(
        start(), several(drawn.subprocess("commune", start("inside"), several(step("ask"), "2"), end("asked"),
                                          way("inside", "ask", "asked")), "2"),
        end("done"), way("begun", "commune", "done")))
    turn = begin(found, {})
    assert [task.instances for task in open_tasks(found, turn.state)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    for task in open_tasks(found, turn.state):
        turn = complete(found, turn.state, task.no, {})
    assert turn.ended == "done"


def test_rounds_of_instances_add_no_byte() -> None:
    found = load_drawing(drawing(
        start(), drawn.exclusive("again"), several(step("ask"), "agencies"), drawn.exclusive("enough", "enough-to-done"),
        end("done"), way("begun", "again", "ask", "enough"), drawn.flow("enough", "again", "agencies > 0"),
        drawn.flow("enough", "done")))
    turn, lengths = begin(found, {"agencies": 3}), set[int]()
    for _ in range(50):
        for task in open_tasks(found, turn.state):
            turn = complete(found, turn.state, task.no, {})
        lengths.add(len(turn.state))
    assert len(lengths) == 1


def test_instances_may_stand_behind_a_boundary_event_where_stock_fails() -> None:
    """Stock SpiffWorkflow 3.2.0 expects the way of a boundary event so little that instances cannot be opened on it."""
    bpmn = drawing(
        start(), step("work"), drawn.on_message("withdrawn", "work", "withdrawal_received"), several(step("tell"), "2"),
        end("done"), end("told"), way("begun", "work", "done"), way("withdrawn", "tell", "told"),
        messages=("withdrawal_received",))
    stock = Stock(parse(bpmn), {})
    with pytest.raises(WorkflowException, match="non-predicted child"):
        stock.deliver("withdrawal_received", {})
    found = load_drawing(bpmn)
    turn = deliver(found, begin(found, {}).state, "withdrawal_received", {})
    assert [(task.name, task.instances) for task in turn.opened] == [("tell", (1,)), ("tell", (2,))]


def test_instances_can_be_interrupted_where_stock_fails() -> None:
    """Stock SpiffWorkflow 3.2.0 forgets an interrupted instance, and stumbles over what was inside."""
    inside = drawn.subprocess("consult", start("inside"), step("read"), end("left"), way("inside", "read", "left"))
    bpmn = drawing(
        start(), several(inside, "2"), drawn.on_message("withdrawn", "consult", "withdrawal_received"), step("archive"),
        end("done"), end("stopped"), way("begun", "consult", "done"), way("withdrawn", "archive", "stopped"),
        messages=("withdrawal_received",))
    stock = Stock(parse(bpmn), {})
    with pytest.raises(TaskNotFoundException):
        stock.deliver("withdrawal_received", {})
    found = load_drawing(bpmn)
    turn = deliver(found, begin(found, {}).state, "withdrawal_received", {})
    assert [task.name for task in turn.opened] == ["archive"]
