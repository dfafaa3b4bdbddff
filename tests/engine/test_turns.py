"""What a turn does: waiting, answering, timers, messages, boundaries, ends."""

from __future__ import annotations

import gc

import pytest

from app.engine import (
    Drawing,
    MessageNotAwaited,
    TaskNotOpen,
    Turn,
    VariableRefused,
    WrongDrawing,
    begin,
    complete,
    deliver,
    fire,
    load_drawing,
    open_tasks,
    variables,
)
from tests.engine import drawn


@pytest.fixture(scope="module")
def permit() -> Drawing:
    return load_drawing(drawn.permit())


def number(drawing: Drawing, turn: Turn, name: str) -> int:
    return next(task.no for task in open_tasks(drawing, turn.state) if task.name == name)


def names(drawing: Drawing, turn: Turn) -> set[str]:
    return {task.name for task in open_tasks(drawing, turn.state)}


def does(drawing: Drawing, turn: Turn, name: str, **answer: str | int | bool | None) -> Turn:
    return complete(drawing, turn.state, number(drawing, turn, name), answer)


def test_a_step_waits_with_the_role_of_its_lane(permit: Drawing) -> None:
    turn = begin(permit, {})
    step = next(task for task in turn.opened if task.name == "check_papers")
    assert (step.kind, step.role, step.attached_to) == ("step", "reception", None)


def test_a_boundary_event_names_the_task_it_sits_on(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="supplement")
    late = next(task for task in turn.opened if task.name == "supplement_late")
    assert (late.kind, late.term) == ("timer", "@supplement_due")
    assert late.attached_to == number(permit, turn, "await_supplement")


def test_a_supplement_leads_back_to_the_check_and_closes_its_timers(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="supplement")
    waiting = {number(permit, turn, name) for name in ("await_supplement", "supplement_late", "remind")}
    turn = deliver(permit, turn.state, "supplement_received", {})
    assert set(turn.closed) == waiting
    assert [task.name for task in turn.opened] == ["check_papers"]


def test_a_reminder_does_not_interrupt(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="supplement")
    turn = fire(permit, turn.state, number(permit, turn, "remind"))
    assert {"await_supplement", "supplement_late", "send_reminder"} < names(permit, turn)


def test_a_late_supplement_takes_the_interrupting_way(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="supplement")
    turn = fire(permit, turn.state, number(permit, turn, "supplement_late"))
    assert names(permit, turn) == {"refuse_papers", "withdrawn"}


def test_silence_of_one_agency_leaves_the_other_its_time(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="accepted")
    turn = fire(permit, turn.state, number(permit, turn, "fire_silent"))
    turn = does(permit, turn, "deem_fire", fire_answer="deemed")
    assert names(permit, turn) == {"ask_road", "road_silent", "withdrawn"}
    turn = deliver(permit, turn.state, "road_replied", {"road_answer": "agreed"})
    assert "confirm_draft" in names(permit, turn)
    assert variables(permit, turn.state) == {"outcome": "accepted", "fire_answer": "deemed", "road_answer": "agreed"}


def test_a_withdrawal_closes_everything_inside(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="accepted")
    open_before = {task.no for task in open_tasks(permit, turn.state)}
    turn = deliver(permit, turn.state, "withdrawal_received", {})
    assert turn.ended == "stopped"
    assert set(turn.closed) == open_before
    assert open_tasks(permit, turn.state) == ()


def test_the_end_is_named(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="refused")
    assert turn.ended is None
    assert does(permit, turn, "refuse_papers").ended == "refused"


def test_an_unknown_answer_takes_the_default_way(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="nonsense")
    assert "refuse_papers" in names(permit, turn)


def test_a_task_is_finished_once(permit: Drawing) -> None:
    turn = begin(permit, {})
    first = number(permit, turn, "check_papers")
    turn = complete(permit, turn.state, first, {"outcome": "supplement"})
    with pytest.raises(TaskNotOpen):
        complete(permit, turn.state, first, {"outcome": "supplement"})


def test_a_timer_is_fired_and_a_step_completed_never_the_other_way(permit: Drawing) -> None:
    turn = does(permit, begin(permit, {}), "check_papers", outcome="supplement")
    with pytest.raises(TaskNotOpen):
        complete(permit, turn.state, number(permit, turn, "remind"), {})
    with pytest.raises(TaskNotOpen):
        fire(permit, turn.state, number(permit, turn, "await_supplement"))


def test_a_message_nobody_waits_for_is_told(permit: Drawing) -> None:
    with pytest.raises(MessageNotAwaited):
        deliver(permit, begin(permit, {}).state, "supplement_received", {})


def test_numbers_are_never_used_twice(permit: Drawing) -> None:
    turn, seen = begin(permit, {}), set[int]()
    for _ in range(30):
        opened = {task.no for task in turn.opened}
        assert not opened & seen
        seen |= opened
        name = "check_papers" if "check_papers" in names(permit, turn) else ""
        turn = (does(permit, turn, name, outcome="supplement") if name
                else deliver(permit, turn.state, "supplement_received", {}))


def test_open_tasks_follow_from_opened_and_closed(permit: Drawing) -> None:
    turn = begin(permit, {})
    known = {task.no: task for task in turn.opened}
    for outcome in ("supplement", "accepted"):
        turn = does(permit, turn, "check_papers", outcome=outcome)
        known = {no: task for no, task in known.items() if no not in turn.closed} | {t.no: t for t in turn.opened}
        assert set(known.values()) == set(open_tasks(permit, turn.state))
        if outcome == "supplement":
            turn = deliver(permit, turn.state, "supplement_received", {})
            known = {no: task for no, task in known.items() if no not in turn.closed} | {t.no: t for t in turn.opened}


def test_a_message_reaches_everybody_who_waits_for_it() -> None:
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.parallel("fork"), drawn.receive("police", "reply"), drawn.receive("roads", "reply"),
        drawn.parallel("join"), drawn.end("done"), drawn.way("begun", "fork", "police", "join", "done"),
        drawn.way("fork", "roads", "join"), messages=["reply"],
    ))
    assert deliver(drawing, begin(drawing, {}).state, "reply", {}).ended == "done"


def test_an_end_that_terminates_closes_what_is_still_open() -> None:
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.step("work"), drawn.on_timer("remind", "work", "1 calendar-day", interrupting=False),
        drawn.effect("send_reminder"), drawn.end("reminded"), drawn.end("done", terminate=True),
        drawn.way("begun", "work", "done"), drawn.way("remind", "send_reminder", "reminded"),
    ))
    turn = begin(drawing, {})
    turn = fire(drawing, turn.state, number(drawing, turn, "remind"))
    reminder = number(drawing, turn, "send_reminder")
    turn = does(drawing, turn, "work")
    assert turn.ended == "done"
    assert reminder in turn.closed


def test_a_turn_leaves_nothing_for_the_garbage_collector(permit: Drawing) -> None:
    turn = begin(permit, {})
    gc.collect()
    gc.disable()
    try:
        turn = does(permit, turn, "check_papers", outcome="accepted")
        deliver(permit, turn.state, "road_replied", {})
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_an_effect_answers_and_may_fail_on_its_own_way() -> None:
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.effect("fetch_personal_number"), drawn.exclusive("fetched", "fetched-to-numbered"),
        drawn.step("number_on_paper"), drawn.end("numbered"), drawn.way("begun", "fetch_personal_number", "fetched"),
        drawn.flow("fetched", "number_on_paper", "population_failed == true"), drawn.flow("fetched", "numbered"),
        drawn.way("number_on_paper", "numbered"),
    ))
    turn = begin(drawing, {})
    assert turn.opened[0].kind == "effect"
    assert does(drawing, turn, "fetch_personal_number").ended == "numbered"
    failed = does(drawing, turn, "fetch_personal_number", population_failed=True)
    assert names(drawing, failed) == {"number_on_paper"}


def test_the_first_event_closes_the_others_behind_its_gateway() -> None:
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.first_event("wait"), drawn.message("heard", "reply"), drawn.timer("silent", "3 working-days"),
        drawn.end("answered"), drawn.end("unanswered"), drawn.way("begun", "wait", "heard", "answered"),
        drawn.way("wait", "silent", "unanswered"), messages=["reply"],
    ))
    turn = begin(drawing, {})
    assert [(task.name, task.kind, task.attached_to) for task in turn.opened] == [
        ("heard", "message", None), ("silent", "timer", None)]
    assert deliver(drawing, turn.state, "reply", {}).ended == "answered"
    assert fire(drawing, turn.state, number(drawing, turn, "silent")).ended == "unanswered"


def test_the_last_branch_to_arrive_does_not_undo_the_answers_of_the_others() -> None:
    """Stock SpiffWorkflow copies variables per branch and lets the last copy win at the join."""
    drawing = load_drawing(drawn.drawing(
        drawn.start(), drawn.parallel("fork"), drawn.step("police"), drawn.step("roads"), drawn.parallel("join"),
        drawn.step("decide"), drawn.end("done"), drawn.way("begun", "fork", "police", "join", "decide", "done"),
        drawn.way("fork", "roads", "join"),
    ))
    turn = begin(drawing, {"police_agrees": True, "roads_agree": True})
    turn = does(drawing, turn, "police", police_agrees=False)
    turn = does(drawing, turn, "roads", roads_agree=True)
    assert variables(drawing, turn.state) == {"police_agrees": False, "roads_agree": True}


@pytest.mark.parametrize("answer", [
    {"form": {"typename": "x"}}, {"list": [1]}, {"amount": 1.5}, {"text": "x" * 201}, {"Name": 1}, {"a b": 1},
    {"big": 2**53}, {"__class__": "x"}, {"moment": object()},
])
def test_only_flat_scalars_route_a_process(permit: Drawing, answer: dict[str, object]) -> None:
    with pytest.raises(VariableRefused):
        begin(permit, answer)  # type: ignore[arg-type]


def test_a_hundred_variables_are_enough(permit: Drawing) -> None:
    with pytest.raises(VariableRefused):
        begin(permit, {f"v{i}": i for i in range(101)})


def test_a_state_of_another_drawing_is_refused(permit: Drawing) -> None:
    other = load_drawing(drawn.drawing(
        drawn.start(), drawn.step("only"), drawn.end("done"), drawn.way("begun", "only", "done")))
    with pytest.raises(WrongDrawing):
        open_tasks(permit, begin(other, {}).state)


@pytest.mark.parametrize("state", [b"", b"{}", b"[]", b"null", b"[2,\"x\",1,[],{}]", b"\xff"])
def test_what_is_no_state_is_refused(permit: Drawing, state: bytes) -> None:
    with pytest.raises(WrongDrawing):
        open_tasks(permit, state)
