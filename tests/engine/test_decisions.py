"""Decision tables: cells, hit policies, and what is refused."""

from __future__ import annotations

import pytest

from app.engine import Decision, DecisionFailed, DecisionRefused, begin, load_decision, load_drawing, variables
from tests.engine import drawn


def table(*rules: tuple[str, ...], inputs: tuple[str, ...] = ("pages",), outputs: tuple[str, ...] = ("fee",),
          policy: str = 'hitPolicy="UNIQUE"') -> bytes:
    """Rules are cells, inputs first, as they are written into the table."""
    def text(value: str) -> str:
        return "<text>" + value.replace("&", "&amp;").replace("<", "&lt;") + "</text>"
    columns = "".join(f'<input id="i{n}" label="{i}"><inputExpression id="e{n}">{text(i)}</inputExpression></input>'
                      for n, i in enumerate(inputs))
    columns += "".join(f'<output id="o{n}" name="{o}" typeRef="number"/>' for n, o in enumerate(outputs))
    rows = "".join(
        f'<rule id="r{n}">' + "".join(
            f"<{'inputEntry' if c < len(inputs) else 'outputEntry'} id='c{n}_{c}'>{text(cell)}"
            f"</{'inputEntry' if c < len(inputs) else 'outputEntry'}>" for c, cell in enumerate(rule)) + "</rule>"
        for n, rule in enumerate(rules))
    return (f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
            f'id="d" name="fees" namespace="urn:motcua"><decision id="fee" name="fee"><decisionTable id="t" {policy}>'
            f"{columns}{rows}</decisionTable></decision></definitions>").encode()


@pytest.fixture(scope="module")
def copies() -> Decision:
    """Certified copies: 2,000 đ a page up to page 2, 1,000 đ from page 3, at most 200,000 đ a copy."""
    return load_decision(table(("[1..2]", "2000 * pages"), ("> 2", "min(200000, 4000 + 1000 * (pages - 2))")))


@pytest.mark.parametrize(("pages", "fee"), [(1, 2_000), (2, 4_000), (3, 5_000), (198, 200_000), (500, 200_000)])
def test_a_fee_by_pages(copies: Decision, pages: int, fee: int) -> None:
    assert copies.decide({"pages": pages}) == {"fee": fee}


def test_nothing_matching_is_null(copies: Decision) -> None:
    assert copies.decide({"pages": 0}) == {"fee": None}
    assert copies.decide({}) == {"fee": None}


@pytest.mark.parametrize(("cell", "matching", "others"), [
    ("-", ["x", None, 3], []), ("", ["x"], []), ('"a"', ["a"], ["b", None]), ('"a","b"', ["a", "b"], ["c"]),
    ("3", [3], [4, "3", True]), ("< 3", [2], [3, None]), (">= 3", [3], [2]), ("(1..3)", [2], [1, 3]),
    ("[1..3[", [1, 2], [3]), ("]1..3]", [3], [1]), ("[1..3], 7", [2, 7], [5]), ('not("a","b")', ["c", None], ["a", "b"]),
    ("true", [True], [False, 1]), ("!= 3", [4], [3]), ('"a, b"', ["a, b"], ["a"]), ("null", [None], [0]),
])
def test_a_cell_means_what_dmn_says(cell: str, matching: list[object], others: list[object]) -> None:
    decision = load_decision(table((cell, "1"), inputs=("x",)))
    for value in matching:
        assert decision.decide({"x": value}) == {"fee": 1}, value  # type: ignore[dict-item]
    for value in others:
        assert decision.decide({"x": value}) == {"fee": None}, value  # type: ignore[dict-item]


def test_unique_means_unique() -> None:
    """Stock SpiffWorkflow takes the first match."""
    decision = load_decision(table(("> 1", "1"), ("> 2", "2")))
    with pytest.raises(DecisionFailed, match="rules 1 and 2 both match"):
        decision.decide({"pages": 3})


def test_first_takes_the_first() -> None:
    decision = load_decision(table(("> 1", "1"), ("> 2", "2"), policy='hitPolicy="FIRST"'))
    assert decision.decide({"pages": 3}) == {"fee": 1}


def test_collect_adds_up() -> None:
    decision = load_decision(table(("> 1", "10"), ("> 2", "5"), policy='hitPolicy="COLLECT" aggregation="SUM"'))
    assert decision.decide({"pages": 3}) == {"fee": 15}
    assert decision.decide({"pages": 0}) == {"fee": 0}


def test_two_inputs_and_two_outputs() -> None:
    decision = load_decision(table(
        ('"copy"', "<= 2", "2000", '"same day"'), ('"copy"', "> 2", "1000", '"2 working-days"'), ("-", "-", "0", '""'),
        inputs=("kind", "pages"), outputs=("fee", "term"), policy='hitPolicy="FIRST"'))
    assert decision.decide({"kind": "copy", "pages": 9}) == {"fee": 1000, "term": "2 working-days"}
    assert decision.inputs == ("kind", "pages")
    assert decision.outputs == ("fee", "term")


def test_half_a_dong_is_no_fee() -> None:
    with pytest.raises(DecisionFailed, match="not a whole number"):
        load_decision(table(("-", "pages / 2"))).decide({"pages": 3})


@pytest.mark.parametrize(("dmn", "said"), [
    (table(("__import__('os')", "1")), "rule 1"),
    (table(("-", "open('x')")), "rule 1: a call that is not on the list"),
    (table(("-", "1"), policy='hitPolicy="PRIORITY"'), "the hit policy PRIORITY"),
    (table(("-", "1"), policy='hitPolicy="COLLECT"'), "the hit policy COLLECT"),
    (table(("-",)), "rule 1 has 1 inputs and 0 outputs"),
    (table(("-", "1"), outputs=("the fee",)), "output 'the fee' is not the name of a variable"),
    (table(), "a table needs"),
    (b"<x/>", "not a DMN file"),
    (b'<!DOCTYPE x><definitions/>', "document type"),
])
def test_is_refused_by_name(dmn: bytes, said: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        load_decision(dmn)
    assert said in "\n".join(refused.value.problems)


def test_a_decision_in_a_drawing_answers_by_itself() -> None:
    task = '<bpmn:businessRuleTask id="assess_fee" motcua:decision="fees"/>'
    bpmn = drawn.drawing(drawn.start(), task, drawn.exclusive("free", "free-to-pay"), drawn.step("pay"), drawn.end("done"),
                         drawn.way("begun", "assess_fee", "free"), drawn.flow("free", "done", "fee == 0"),
                         drawn.flow("free", "pay"), drawn.way("pay", "done"))
    drawing = load_drawing(bpmn, {"fees.dmn": table(("0", "0"), ("> 0", "2000 * pages"))})
    turn = begin(drawing, {"pages": 3})
    assert variables(drawing, turn.state) == {"pages": 3, "fee": 6_000}
    assert [task.name for task in turn.opened] == ["pay"]
    assert begin(drawing, {"pages": 0}).ended == "done"
