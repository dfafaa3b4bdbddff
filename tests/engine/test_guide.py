"""The guide for people who draw: its example runs, and the drawings in workflows/ load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.engine import begin, complete, deliver, fire, load_drawing, open_tasks
from app.engine.__main__ import main

WORKFLOWS = Path(__file__).parents[2] / "workflows"


def example() -> bytes:
    found = re.search(r"```xml\n(.*?)```", (WORKFLOWS / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return found.group(1).encode()


def test_the_example_of_the_guide_runs() -> None:
    drawing = load_drawing(example())
    turn = begin(drawing, {})
    assert [(task.name, task.role) for task in turn.opened] == [("check_papers", "reception")]
    turn = complete(drawing, turn.state, turn.opened[0].no, {"outcome": "supplement"})
    late = next(task for task in turn.opened if task.name == "supplement_late")
    assert fire(drawing, turn.state, late.no).ended == "refused"
    turn = deliver(drawing, turn.state, "supplement_received", {})
    turn = complete(drawing, turn.state, turn.opened[0].no, {"outcome": "accepted"})
    turn = complete(drawing, turn.state, turn.opened[0].no, {})
    assert [task.name for task in open_tasks(drawing, turn.state)] == ["seal_result"]


def test_the_command_tells_what_a_drawing_holds_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.bpmn", tmp_path / "bad.bpmn"
    good.write_bytes(example())
    bad.write_bytes(example().replace(b'default="papers_not_valid"', b""))
    assert main([str(good)]) == 0
    assert "steps: check_papers (reception), sign_result (leader)" in capsys.readouterr().out
    assert main([str(bad)]) == 1
    assert "exclusiveGateway 'papers': needs a default flow" in capsys.readouterr().out


def test_every_published_drawing_loads() -> None:
    assert main([str(path) for path in sorted(WORKFLOWS.glob("*/process.bpmn"))]) == 0
