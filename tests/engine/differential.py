"""Random walks over random drawings, ours beside stock SpiffWorkflow with a full round trip after every step.

After each step these must be equal: what is open, which elements were passed, whether and where the process ended,
and, in drawings with a single token, the variables. (With several tokens stock copies variables per token and lets
the last branch at a join win with stale values; ours belong to the process. The conditions of the random drawings
read what the step before them answered, so the ways taken are comparable everywhere.)

    python -m tests.engine.differential --steps 20000 --seed 1
"""

from __future__ import annotations

import argparse
import sys
from random import Random
from typing import Any

from app.engine import Drawing, OpenTask, Scalar, Turn, begin, complete, deliver, fire, load_drawing, open_tasks, variables
from tests.engine.random_drawings import Plan, random_plan
from tests.engine.stock import Stock, named, parse

MAX_WALK = 60


class Difference(AssertionError):
    """Ours and stock went different ways."""


def walk(drawing: Drawing, specs: Any, plan: Plan, random: Random) -> int:
    """One walk to the end or MAX_WALK steps. Returns the steps taken; raises Difference."""
    first: dict[str, Scalar] = {"many": 2, **{variable: "none" for variable, _ in plan.answers.values()}}
    stock, turn, steps = Stock(specs, first), begin(drawing, first), 0
    _compare(drawing, stock, turn, plan, "begin")
    while turn.ended is None and steps < MAX_WALK:
        chosen = random.choice(open_tasks(drawing, turn.state))
        turn = _act(drawing, stock, turn, plan, chosen, random)
        _compare(drawing, stock, turn, plan, chosen.name)
        steps += 1
    return steps


def _act(drawing: Drawing, stock: Stock, turn: Turn, plan: Plan, task: OpenTask, random: Random) -> Turn:
    if task.kind == "timer":
        stock.fire(named(task.name, task.instances))
        return fire(drawing, turn.state, task.no)
    if task.kind == "message":
        assert task.message is not None
        answer = {f"heard_{task.name}": random.randint(0, 9)}
        stock.deliver(task.message, answer)
        return deliver(drawing, turn.state, task.message, answer)
    variable, values = plan.answers.get(task.name, (f"done_{task.name}", ("x", "y")))
    answer_given = {variable: random.choice(values)}
    stock.complete(named(task.name, task.instances), answer_given)
    return complete(drawing, turn.state, task.no, answer_given)


def _compare(drawing: Drawing, stock: Stock, turn: Turn, plan: Plan, after: str) -> None:
    ours = sorted(named(task.name, task.instances) for task in open_tasks(drawing, turn.state))
    theirs = sorted(stock.waiting())
    if ours != theirs:
        raise Difference(f"after {after}: open {ours}, stock {theirs}")
    passed = sorted(name for name in turn.passed if not name.startswith("first"))
    if passed != sorted(stock.passed):
        raise Difference(f"after {after}: passed {passed}, stock {sorted(stock.passed)}")
    if (turn.ended is not None, turn.ended) != (stock.over, stock.ended if stock.over else None):
        raise Difference(f"after {after}: ended {turn.ended}, stock {stock.over} {stock.ended}")
    if plan.sequential and theirs:
        copied = next(iter(stock.waiting().values())).data
        if copied != variables(drawing, turn.state):
            raise Difference(f"after {after}: variables {variables(drawing, turn.state)}, stock {copied}")


def run(steps: int, seed: int) -> tuple[int, int, list[str]]:
    """(steps taken, walks, differences)."""
    taken, walks, differences = 0, 0, []
    while taken < steps:
        number = seed * 1_000_003 + walks // 3
        bpmn, plan = random_plan(number)
        if walks % 3 == 0:
            drawing, specs = load_drawing(bpmn), parse(bpmn)
        try:
            taken += max(1, walk(drawing, specs, plan, Random(number * 7 + walks % 3)))
        except Exception as problem:
            differences.append(f"drawing {number}, walk {walks % 3}: {type(problem).__name__} {problem}")
        walks += 1
        if len(differences) >= 20:
            break
    return taken, walks, differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    taken, walks, differences = run(asked.steps, asked.seed)
    print(f"{taken} steps in {walks} walks, {len(differences)} differences")
    print("\n".join(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
