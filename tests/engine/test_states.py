"""The state of a process: small, steady, without growth, without what the business knows."""

from __future__ import annotations

import orjson
import pytest

from app.engine import Drawing, Turn, begin, complete, deliver, load_drawing, open_tasks
from tests.engine import drawn
from tests.engine.differential import run


@pytest.fixture(scope="module")
def permit() -> Drawing:
    return load_drawing(drawn.permit())


def supplement(drawing: Drawing, turn: Turn) -> Turn:
    step = next(task.no for task in open_tasks(drawing, turn.state) if task.name == "check_papers")
    turn = complete(drawing, turn.state, step, {"outcome": "supplement"})
    return deliver(drawing, turn.state, "supplement_received", {})


def test_a_thousand_supplements_add_no_byte(permit: Drawing) -> None:
    turn = supplement(permit, begin(permit, {"channel": "online"}))
    length = len(turn.state)
    for _ in range(1_000):
        turn = supplement(permit, turn)
    assert len(turn.state) == length


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_rounds_through_branches_in_a_subprocess_add_no_byte(kind: str) -> None:
    fork = drawn.parallel("fork") if kind == "parallel" else drawn.inclusive("fork", "fork-to-police")
    join = drawn.parallel("join") if kind == "parallel" else drawn.inclusive("join")
    to_roads = "" if kind == "parallel" else "more == true"
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.exclusive("again"), drawn.subprocess(
            "consult", drawn.start("asked"), fork, drawn.step("police"), drawn.step("roads"),
            join, drawn.end("consulted"), drawn.way("asked", "fork", "police", "join", "consulted"),
            drawn.flow("fork", "roads", to_roads), drawn.way("roads", "join")),
        drawn.exclusive("enough", "enough-to-done"), drawn.end("done"), drawn.way("begun", "again", "consult", "enough"),
        drawn.flow("enough", "again", "more == true"), drawn.flow("enough", "done"),
    ))
    turn, lengths = begin(drawing, {"more": True}), set[int]()
    for _ in range(100):
        for task in open_tasks(drawing, turn.state):
            turn = complete(drawing, turn.state, task.no, {})
        lengths.add(len(turn.state))
    assert len(lengths) == 1


def test_the_state_of_a_real_shape_is_below_a_kilobyte(permit: Drawing) -> None:
    turn = supplement(permit, begin(permit, {"channel": "online", "priority": False, "copies": 3}))
    step = next(task.no for task in open_tasks(permit, turn.state) if task.name == "check_papers")
    turn = complete(permit, turn.state, step, {"outcome": "accepted"})
    assert len(open_tasks(permit, turn.state)) == 5
    assert len(turn.state) <= 256


def test_equal_positions_give_equal_bytes(permit: Drawing) -> None:
    assert begin(permit, {"a": 1, "b": 2}).state == begin(permit, {"b": 2, "a": 1}).state


def test_the_order_of_keys_means_nothing(permit: Drawing) -> None:
    """A jsonb column would sort keys anew; the state must not care, even if somebody tries."""
    turn = begin(permit, {"b": 1, "a": 2})
    form, digest, following, rows, known = orjson.loads(turn.state)
    shuffled = orjson.dumps([form, digest, following, rows, dict(reversed(known.items()))])
    step = turn.opened[0].no
    assert complete(permit, shuffled, step, {"outcome": "accepted"}) == complete(
        permit, turn.state, step, {"outcome": "accepted"})


def test_moving_a_shape_or_renaming_a_box_keeps_running_states_valid() -> None:
    drawing = drawn.permit()
    shapes = drawing.replace(b"</bpmn:definitions>", b'<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/'
                             b'DI"><di:BPMNShape bpmnElement="check_papers"/></di:BPMNDiagram></bpmn:definitions>')
    renamed = shapes.replace(b'<bpmn:userTask id="sign_result"', b'<bpmn:userTask name="Sign" id="sign_result"')
    assert load_drawing(renamed).digest == load_drawing(drawing).digest


def test_another_condition_makes_another_drawing() -> None:
    changed = drawn.permit().replace(b"outcome == 'supplement'", b"outcome == 'complete_it'")
    assert load_drawing(changed).digest != load_drawing(drawn.permit()).digest


def test_the_engine_goes_the_ways_of_stock_spiffworkflow() -> None:
    """More steps by command: python -m tests.engine.differential --steps 20000"""
    taken, _, differences = run(2_000, seed=1)
    assert differences == []
    assert taken >= 2_000
