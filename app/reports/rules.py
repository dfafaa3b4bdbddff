"""What offices decide themselves about counting, with its days of validity; and the causes of being late."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from app.kit.words import N_
from app.reports.periods import FOLDER

View = Literal["days", "moments"]  # compare end and due by local date, or to the moment (rules.md 5.5)
Ended = Literal["on_time", "by_due"]


@dataclass(frozen=True, slots=True)
class LocalRule:
    """Where supplements, withdrawals, stops and refusals are counted (14.1: local practice, to be printed)."""

    id: str
    valid_from: date
    waiting: Literal["in_time", "by_due"]
    withdrawn: Ended
    stopped: Ended
    refused: Ended
    source: str
    note: str = ""
    valid_to: date | None = None

    @property
    def on_time_states(self) -> list[str]:
        """States whose dossiers are column 9 whatever their due moment."""
        named = {"withdrawn": self.withdrawn, "stopped": self.stopped, "refused": self.refused}
        return [state for state, how in named.items() if how == "on_time"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason of 07a."""

    id: str
    words: str


UNSAID = Cause("", N_("Chưa ghi nguyên nhân"))


@cache
def _rules(folder: Path) -> tuple[LocalRule, ...]:
    return tuple(LocalRule(**one) for one in tomllib.loads((folder / "rules.toml").read_text())["rule"])


def rule_on(day: date, folder: Path = FOLDER) -> LocalRule:
    """The rule in force on a day; of several, the last in the file; of none, the first."""
    held = [one for one in _rules(folder) if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return held[-1] if held else _rules(folder)[0]


@cache
def causes(folder: Path = FOLDER) -> tuple[Cause, ...]:
    """As the file orders them, without "not said"."""
    return tuple(Cause(**one) for one in tomllib.loads((folder / "causes.toml").read_text())["cause"])


@cache
def causes_source(folder: Path = FOLDER) -> str:
    """Where the list comes from, with what is not certain about it."""
    read = tomllib.loads((folder / "causes.toml").read_text())
    return f"{read['source']} ({read['note']})"
