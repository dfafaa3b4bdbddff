"""What one command changes in a dossier, collected first and written at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.deadlines.service import Entry
from app.dossiers.case import Case
from app.dossiers.models import DossierState
from app.dossiers.queries_api import Beside
from app.engine.drawings import TaskKind
from app.engine.turns import OpenTask
from app.jobs.service import Wanted
from app.journal.service import Actor, Finished

# A journal line: event, reason, facts; and what was finished.
Noted = tuple[str, str | None, dict[str, Any], Finished | None]


@dataclass(frozen=True, slots=True)
class Written:
    """A dossier as a move left it, and what stands beside it: told by the statement that wrote it."""

    case: Case
    beside: Beside


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a dossier gets when it is handed in: a code of this day, the facts it is routed by, what is owed."""

    day: date
    facts: dict[str, Any]
    dues: list[dict[str, Any]]


@dataclass(slots=True)
class Move:
    """The outcome of a command: columns of the dossier, journal lines, tasks opened and closed.

    Written by `app.dossiers.writing.write` in one statement; nothing else updates a dossier in progress.
    """

    by: Actor
    at: datetime
    state: DossierState | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    lines: list[Noted] = field(default_factory=list)
    opened: dict[int, OpenTask] = field(default_factory=dict)
    closed: dict[int, TaskKind] = field(default_factory=dict)
    process: bytes | None = None
    ended: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)  # more routing variables for the turn under way
    notify: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # events to tell the applicant
    wanted: list[Wanted] = field(default_factory=list)  # work for the worker that no drawing waits for
    acted_on: int | None = None  # the open step this is the end of, read in this transaction
    handed_in: HandedIn | None = None  # the move that begins its process
    code: str | None = None  # which was drawn then
    joined: dict[str, dict[str, Any]] = field(default_factory=dict)  # parts of joined_rows with their values
    asked: dict[str, Callable[[Any], None]] = field(default_factory=dict)  # its questions, and who judges the answers
    entry: Entry | None = None  # the line of the deadline ledger among them
    shown: bool = False  # whoever acts is shown the dossier afterwards: `written` is filled in
    written: Written | None = None

    def note(self, event: str, why: str | None = None, *, finished: Finished | None = None, **facts: Any) -> None:
        """One journal line, in the past tense. `finished`: the step that was."""
        self.lines.append((event, why, facts, finished))

    def join(self, part: str, **values: Any) -> None:
        """Write this part of `joined_rows` in the statement of the move."""
        self.joined[part] = values

    def ask(self, question: str, judge: Callable[[Any], None]) -> None:
        """Let `judge` see the answer to a question of `joined_rows` when all is written; what it raises undoes the move."""
        self.asked[question] = judge

    def want(self, work: Wanted) -> None:
        """Queue work with what this move opens."""
        self.wanted.append(work)

    def tell(self, event: str, **facts: Any) -> None:
        """Let the applicant know of `event`."""
        self.notify.append((event, facts))
