"""One engine turn, from stored bytes to stored bytes, beside stock SpiffWorkflow on the same machine.

Floors: the stock step in memory (nothing loaded, nothing stored) and the stock serializer's round trip. The walks are
interleaved step by step; a figure is the mean step of one walk in CPU milliseconds of the thread, and the walks are
compared by their tenth percentile and their median.

    python -m benchmarks.engine
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from app.engine import Turn, begin, complete, deliver, fire, load_drawing, open_tasks
from tests.engine import drawn
from tests.engine.stock import Stock, parse


class Row(NamedTuple):
    """One line of the bench. `ratio` = product / floor; `goal` is the largest ratio accepted."""

    name: str
    product_ms: float
    floor_ms: float
    ratio: float
    goal: float


def flat() -> bytes:
    """The flat model of the study: 12 steps at most, two effects, a supplement loop, reminder and withdrawal."""
    return drawn.drawing(
        drawn.start(), drawn.exclusive("again"), drawn.step("check_papers", "reception"),
        drawn.exclusive("found", "found-to-refuse"), drawn.receive("await_supplement", "supplement_received"),
        drawn.step("refuse", "reception"), drawn.effect("register"), drawn.step("pay_fee", "applicant"),
        drawn.step("assign", "leader"), drawn.step("examine"), drawn.exclusive("examined", "examined-to-draft"),
        drawn.on_timer("remind", "examine", "2 working-days", interrupting=False), drawn.effect("send_reminder"),
        drawn.end("reminded"), drawn.on_message("withdrawn", "examine", "withdrawal_received"), drawn.end("stopped"),
        drawn.step("draft"), drawn.step("sign", "leader"), drawn.exclusive("signed", "signed-to-stamp"),
        drawn.effect("seal"), drawn.step("stamp", "clerk"), drawn.step("hand_over", "reception"),
        drawn.end("returned"), drawn.end("refused"), drawn.exclusive("drafting"), drawn.exclusive("examining"),
        drawn.way("begun", "again", "check_papers", "found"), drawn.flow("found", "register", "outcome == 'accepted'"),
        drawn.flow("found", "await_supplement", "outcome == 'supplement'"), drawn.flow("found", "refuse"),
        drawn.way("await_supplement", "again"), drawn.way("refuse", "refused"),
        drawn.way("register", "pay_fee", "assign", "examining", "examine", "examined"),
        drawn.flow("examined", "examining", "outcome == 'again'"), drawn.flow("examined", "drafting"),
        drawn.way("drafting", "draft", "sign", "signed"), drawn.flow("signed", "drafting", "outcome == 'rework'"),
        drawn.flow("signed", "seal", name="signed-to-stamp"), drawn.way("seal", "stamp", "hand_over", "returned"),
        drawn.way("remind", "send_reminder", "reminded"), drawn.way("withdrawn", "stopped"),
        messages=["supplement_received", "withdrawal_received"],
    ).replace(b"default='examined-to-draft'", b"default='examined-to-drafting'")


Step = tuple[str, dict[str, str]]


def flat_walk(supplements: int) -> list[Step]:
    """Element names and answers of one dossier."""
    walk: list[Step] = []
    for _ in range(supplements):
        walk += [("check_papers", {"outcome": "supplement"}), ("await_supplement", {})]
    walk += [("check_papers", {"outcome": "accepted"}), ("register", {}), ("pay_fee", {}), ("assign", {})]
    walk += [("examine", {"outcome": "ready"}), ("draft", {}), ("sign", {"outcome": "signed"}), ("seal", {})]
    return [*walk, ("stamp", {}), ("hand_over", {})]


def nested_walk(supplements: int) -> list[Step]:
    """The same for the shape of a building permit: subprocesses, parallel agencies, silence."""
    walk: list[Step] = []
    for _ in range(supplements):
        walk += [("check_papers", {"outcome": "supplement"}), ("await_supplement", {})]
    walk += [("check_papers", {"outcome": "accepted"}), ("ask_fire", {}), ("road_silent", {}), ("deem_road", {})]
    return [*walk, ("confirm_draft", {}), ("sign_result", {})]


def _timed(spent: list[float], act: Callable[[], Any]) -> Any:
    begun = time.thread_time()
    result = act()
    spent.append((time.thread_time() - begun) * 1000)
    return result


def _ours(drawing: Any, turn: Turn, name: str, answer: dict[str, str], spent: list[float]) -> Turn:
    task = next(task for task in open_tasks(drawing, turn.state) if task.name == name)
    state = turn.state
    made: Turn
    if task.kind == "timer":
        made = _timed(spent, lambda: fire(drawing, state, task.no))
    elif task.kind == "message":
        made = _timed(spent, lambda: deliver(drawing, state, task.message or "", answer))
    else:
        made = _timed(spent, lambda: complete(drawing, state, task.no, answer))
    return made


def _stock(stock: Stock, kind: str, name: str, message: str | None, answer: dict[str, str], spent: list[float]) -> None:
    task = stock.waiting()[name]
    if kind == "timer":
        _timed(spent, lambda: stock.fire(name, task))
    elif kind == "message":
        _timed(spent, lambda: stock.deliver(message or "", answer))
    else:
        _timed(spent, lambda: stock.complete(name, answer, task))


def _compare(bpmn: bytes, walk: list[Step], rounds: int) -> tuple[list[float], list[float], list[float], int]:
    drawing, specs = load_drawing(bpmn), parse(bpmn)
    ours: list[float] = []
    memory: list[float] = []
    stored: list[float] = []
    longest = 0
    for _ in range(rounds):
        spent_ours: list[float] = []
        spent_memory: list[float] = []
        spent_stored: list[float] = []
        turn = begin(drawing, {"outcome": "none"})
        in_memory = Stock(specs, {"outcome": "none"}, round_trip=False)
        round_trip = Stock(specs, {"outcome": "none"})
        for name, answer in walk:
            task = next(task for task in open_tasks(drawing, turn.state) if task.name == name)
            turn = _ours(drawing, turn, name, answer, spent_ours)
            longest = max(longest, len(turn.state))
            _stock(in_memory, task.kind, name, task.message, answer, spent_memory)
            _stock(round_trip, task.kind, name, task.message, answer, spent_stored)
        for all_walks, spent in ((ours, spent_ours), (memory, spent_memory), (stored, spent_stored)):
            all_walks.append(sum(spent) / len(spent))
    return ours, memory, stored, longest


def looping() -> bytes:
    """Parallel and inclusive ways inside a subprocess that comes round again and again."""
    inner = drawn.subprocess(
        "handling", drawn.start("handling_begun"), drawn.parallel("fork"), drawn.parallel("joined"),
        drawn.step("ask_one"), drawn.step("ask_two"), drawn.inclusive("some", "some-to-all"), drawn.inclusive("all"),
        drawn.step("read"), drawn.step("visit"), drawn.end("handled"),
        drawn.way("handling_begun", "fork", "ask_one", "joined", "some"), drawn.way("fork", "ask_two", "joined"),
        drawn.flow("some", "read", "outcome == 'again'"), drawn.flow("some", "visit", "outcome == 'again'"),
        drawn.flow("some", "all"),
        drawn.way("read", "all", "handled"), drawn.way("visit", "all"),
    )
    return drawn.drawing(
        drawn.start(), drawn.exclusive("rounds"), inner, drawn.exclusive("seen", "seen-to-over"), drawn.step("decide"),
        drawn.end("over"), drawn.way("begun", "rounds", "handling", "decide", "seen"),
        drawn.flow("seen", "rounds", "outcome == 'again'"), drawn.flow("seen", "over"),
    )


def growth(rounds: int = 20) -> list[tuple[str, int, int]]:
    """For each model: its name, the bytes of its state at the same place after 2 loops and after `rounds`."""
    found = []
    for name, bpmn in (("flat", flat()), ("AND and OR in a subprocess", looping())):
        drawing = load_drawing(bpmn)
        turn, sizes = begin(drawing, {"outcome": "again"}), dict[int, int]()
        for loop in range(1, rounds + 1):
            turn = _flat_round(drawing, turn) if name == "flat" else _whole_round(drawing, turn)
            sizes[loop] = len(turn.state)
        found.append((name, sizes[2], sizes[rounds]))
    return found


def _flat_round(drawing: Any, turn: Turn) -> Turn:
    for name, answer in (("check_papers", {"outcome": "supplement"}), ("await_supplement", {"outcome": "again"})):
        turn = _ours(drawing, turn, name, answer, [])
    return turn


def _whole_round(drawing: Any, turn: Turn) -> Turn:
    for name in ("ask_one", "ask_two", "read", "visit", "decide"):
        turn = _ours(drawing, turn, name, {"outcome": "again"}, [])
    return turn


def _tenth(values: list[float]) -> float:
    return sorted(values)[len(values) // 10]


def measure(rounds: int = 40) -> list[Row]:
    """Every row of the bench; about ten seconds at 40 rounds."""
    gc.collect()
    gc.freeze()
    rows = []
    models = (
        ("flat, 1 supplement", flat(), flat_walk(1), rounds),
        ("flat, 10 supplements", flat(), flat_walk(10), rounds // 4),
        ("nested, 1 supplement", drawn.permit(), nested_walk(1), rounds),
    )
    for name, bpmn, walk, times in models:
        ours, memory, stored, longest = _compare(bpmn, walk, max(2, times))
        for label, pick in (("p10", _tenth), ("median", statistics.median)):
            product = pick(ours)
            rows.append(Row(f"turn, {name}: stock in memory, {label}", product, pick(memory), product / pick(memory), 0.4))
            rows.append(Row(f"turn, {name}: stock stored, {label}", product, pick(stored), product / pick(stored), 0.125))
        rows.append(Row(f"state, {name}: bytes against 1 kB", float(longest), 1000.0, longest / 1000.0, 1.0))
    gc.unfreeze()
    return rows


if __name__ == "__main__":
    print(f"{'':58}{'product':>10}{'floor':>10}{'ratio':>8}{'goal':>7}")
    for row in measure():
        missed = "" if row.ratio <= row.goal else "  missed"
        print(f"{row.name:58}{row.product_ms:10.3f}{row.floor_ms:10.3f}{row.ratio:8.3f}{row.goal:7.3f}{missed}")
