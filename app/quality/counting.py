"""Count every lens for several offices and periods at once: one question for each basis, in groups by procedure.

100,000 dossiers of a period are read once by their index (office, moment); what is asked of each is a look by key
into its results, papers, fees or payments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final
from uuid import UUID

from app.deadlines.counting import CUTOFF
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.deadlines.timetable import CalendarDoesNotReach
from app.dossiers.tools import Tools
from app.kit.db import Db
from app.quality.lenses import FLAGS, LENSES, Basis, source
from app.quality.period import Period

_BASES: Final[tuple[Basis, ...]] = ("received", "finished", "in_hand")


@dataclass(frozen=True, slots=True)
class Termed:
    """Dossiers without a due moment and the one their procedure's term gives them."""

    ids: tuple[UUID, ...] = ()
    dues: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One office, period and procedure: by lens (counted, good), and the flags that some dossier carries."""

    period: int  # place in the periods asked for
    office_id: int
    procedure: str
    counts: Mapping[str, tuple[int, int]]
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, in cells that add up to any set of offices."""

    cells: tuple[Cell, ...] = field(default=())

    def lens(self, name: str, period: int, offices: Sequence[int]) -> tuple[int, int]:
        """(good, counted) of these offices."""
        wanted = frozenset(offices)
        found = [one.counts[name] for one in self.cells
                 if one.period == period and one.office_id in wanted and name in one.counts]
        return sum(good for _, good in found), sum(counted for counted, _ in found)

    def procedures(self, flag: str, period: int, offices: Sequence[int]) -> frozenset[str]:
        """The procedures with a dossier that carries the flag."""
        wanted = frozenset(offices)
        return frozenset(one.procedure for one in self.cells
                         if one.period == period and one.office_id in wanted and flag in one.flags)

    def offices(self, flag: str, period: int, procedures: frozenset[str]) -> frozenset[int]:
        """The offices with a dossier of these procedures that carries the flag."""
        return frozenset(one.office_id for one in self.cells
                         if one.period == period and one.procedure in procedures and flag in one.flags)


async def count(
    db: Db, tools: Tools, offices: Sequence[int], periods: Sequence[Period], *, procedure: str | None = None,
    lenses: Sequence[str] | None = None, flags: Sequence[str] | None = None,
) -> Counted:
    """Everything the lenses and flags say of these offices in these periods; None: all of them."""
    termed = await without_due(db, tools, offices, periods)
    cells: list[Cell] = []
    for basis in _BASES:
        named = [name for name, lens in LENSES.items() if lens.basis == basis and (lenses is None or name in lenses)]
        marked = [name for name, (on, _) in FLAGS.items() if on == basis and (flags is None or name in flags)]
        if not named and not marked:
            continue
        rows = await db.rows(_question(basis, named, marked), *arguments(offices, periods, procedure, termed))
        cells += [
            Cell(
                row["n"] - 1, row["office_id"], row["procedure_code"],
                {name: (row[f"c{i}"], row[f"g{i}"]) for i, name in enumerate(named)},
                frozenset(name for i, name in enumerate(marked) if row[f"f{i}"]),
            )
            for row in rows
        ]
    return Counted(tuple(cells))


def arguments(
    offices: Sequence[int], periods: Sequence[Period], procedure: str | None, termed: Termed
) -> tuple[object, ...]:
    """$1 to $9 of every question (app.quality.lenses)."""
    return (
        list(offices), [one.starts for one in periods], [one.ends for one in periods], [one.as_of for one in periods],
        procedure, list(termed.ids), list(termed.dues), min(one.starts for one in periods), max(one.ends for one in periods),
    )


def _question(basis: Basis, lenses: Sequence[str], flags: Sequence[str]) -> str:
    inner = ["p.n", "d.office_id", "d.procedure_code"]
    outer = ["n", "office_id", "procedure_code"]
    for i, name in enumerate(lenses):
        lens = LENSES[name]
        inner += [f"({lens.counted}) AS c{i}", f"({lens.good}) AS g{i}"]
        outer += [f"count(*) FILTER (WHERE c{i}) AS c{i}", f"count(*) FILTER (WHERE c{i} AND g{i}) AS g{i}"]
    for i, name in enumerate(flags):
        inner.append(f"({FLAGS[name][1]}) AS f{i}")
        outer.append(f"bool_or(f{i}) AS f{i}")
    return (
        f"WITH one AS MATERIALIZED (SELECT {', '.join(inner)} {source(basis)})"
        f" SELECT {', '.join(outer)} FROM one GROUP BY n, office_id, procedure_code"
    )


async def without_due(db: Db, tools: Tools, offices: Sequence[int], periods: Sequence[Period]) -> Termed:
    """Received dossiers that have no due moment and do not wait: brought in from elsewhere. Rare; usually none."""
    rows = await db.rows(
        "SELECT d.id, d.office_id, d.received_at, d.procedure_version_id, d.facts FROM dossier d"
        " WHERE d.office_id = ANY($1) AND d.received_at IS NOT NULL AND d.due_at IS NULL AND d.paused_at IS NULL"
        " AND d.received_at < $2"
        " AND (d.finished_at IS NULL AND d.code IS NOT NULL OR d.finished_at >= $3)",
        list(offices), max(one.ends for one in periods), min(one.starts for one in periods),
    )
    ids, dues = [], []
    for row in rows:
        loaded = await tools.catalogue.version(db, row["procedure_version_id"])
        rule = loaded.procedure.term
        term = parse_term(loaded.term_for(row["facts"]))
        try:
            due = due_moment(
                row["received_at"], term, calendar=tools.calendars.of(row["office_id"]), reading=rule.reading,
                cutoff=time.fromisoformat(rule.cutoff) if rule.cutoff else CUTOFF,
            )
        except CalendarDoesNotReach:  # then it has no due moment, and the list of 2.1 says so
            continue
        ids.append(row["id"])
        dues.append(due.due_at)
    return Termed(tuple(ids), tuple(dues))
