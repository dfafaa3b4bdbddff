"""Walk a package's drawing as the office would: act on steps, let timers fire, deliver messages; effects play at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from app.engine import turns
from app.engine.turns import Turn
from app.procedures.catalogue import LoadedProcedure
from app.procedures.reading import Package, read_folder
from app.procedures.service import read_overlay

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
PROVINCE = "H99"
FOLDERS = {path.name.split("-", 1)[0]: path for path in sorted(WORKFLOWS.iterdir()) if (path / "procedure.toml").is_file()}
BIRTH, COPIES, MARITAL, PERMIT = "1.001193", "2.000815", "1.004873", "1.013225"


@cache
def package_of(code: str) -> Package:
    """The package with the overlay of the invented province."""
    return read_folder(FOLDERS[code], overlay=read_overlay(WORKFLOWS, PROVINCE).get(code))


@cache
def loaded(code: str) -> LoadedProcedure:
    """The same, ready for work."""
    package = package_of(code)
    return LoadedProcedure(
        UUID(int=1), package.procedure, package.form, package.drawing, package.decisions, package.files, package.overlay
    )


@dataclass
class Walk:
    """One dossier under way. `effects` says what an effect answers where it has a choice."""

    code: str
    facts: Mapping[str, Any]
    effects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)
    ended: str | None = None
    state: bytes = b""

    def __post_init__(self) -> None:
        self.package = package_of(self.code)
        self._take(turns.begin(self.package.drawing, self.facts))

    @property
    def waits_for(self) -> set[str]:
        """Steps, messages and timers that are open, by name."""
        if self.ended is not None:
            return set()
        return {task.name for task in turns.open_tasks(self.package.drawing, self.state)}

    @property
    def steps(self) -> set[str]:
        """Whose turn it is, by the name of the step."""
        return {task.name for task in self._open() if task.kind == "step"}

    def act(self, step: str, action: str, **values: Any) -> "Walk":
        """Somebody takes this action on this step."""
        task = next(task for task in self._open() if task.kind == "step" and task.name == step)
        rule = next(one for one in self.package.procedure.steps[step].actions if one.id == action)
        answer = {**rule.answer, **{name: values.get(source) for name, source in rule.answer_from.items()}}
        self._take(turns.complete(self.package.drawing, self.state, task.no, answer))
        return self

    def fire(self, timer: str) -> "Walk":
        """The moment of this timer has come."""
        task = next(task for task in self._open() if task.kind == "timer" and task.name == timer)
        self._take(turns.fire(self.package.drawing, self.state, task.no))
        return self

    def deliver(self, message: str, **answer: Any) -> "Walk":
        """This message comes in."""
        self._take(turns.deliver(self.package.drawing, self.state, message, answer))
        return self

    def awaits(self, message: str) -> bool:
        """Whether the drawing would take this message now."""
        return self.ended is None and any(task.message == message for task in self._open())

    def variable(self, name: str) -> Any:
        return turns.variables(self.package.drawing, self.state).get(name)

    def _open(self) -> tuple[turns.OpenTask, ...]:
        return turns.open_tasks(self.package.drawing, self.state)

    def _take(self, turn: Turn) -> None:
        self.state, self.ended = turn.state, turn.ended
        while self.ended is None and (effect := next((task for task in self._open() if task.kind == "effect"), None)):
            self.played.append(effect.name)
            turn = turns.complete(self.package.drawing, self.state, effect.no, self._answer(effect.name))
            self.state, self.ended = turn.state, turn.ended

    def _answer(self, effect: str) -> Mapping[str, Any]:
        if effect.startswith("silence_"):
            return {f"{effect.removeprefix('silence_')}_opinion": "silent"}
        if effect == "issue_result":
            return {"return_way": self.facts["return_way"]}
        return self.effects.get(effect, {})


def examined(walk: Walk) -> Walk:
    """Received and found good."""
    return walk.act("check_papers", "receive").act("examine", "approve")


def signed_and_sealed(walk: Walk) -> Walk:
    """From the leader's desk to the issued result."""
    return walk.act("sign_result", "sign").act("seal_result", "seal")
