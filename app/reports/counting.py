"""Every dossier of a period, once: where it came from (columns 4, 5, 6) and how it ended (8, 9, 10, 12, 13).

One statement on `ix_dossier_received`, `ix_dossier_finished` and `ix_dossier_open`. Each dossier gets exactly one
origin and one outcome, so 3 = 4+5+6 = 7+11 holds by its shape. A dossier of several agencies is one row, counted at
the office that leads it.

- received: `received_at`, the complete receipt; what was never accepted is not counted.
- end: `finished_at`, finished handling, not returned (rules.md 5.5); a citizen who collects late makes nobody late.
- due: of a finished dossier its last due moment; of one still open when the period ended, the due moment by the ledger
  lines written until then: later extensions and recounts do not change a past report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.kit import clock
from app.kit.db import Db
from app.reports.periods import Period
from app.reports.rules import LocalRule, View, rule_on

# $1 offices, $2 period begins, $3 period ends, $4 states of column 9 by the local rule, $5 judged at.
_COLUMNS: Final = (
    "id, office_id, procedure_version_id, channel, return_way, support_office_id, state, received_at, finished_at, due_at"
)
_IN_PERIOD: Final = f"""
  SELECT {_COLUMNS}, CASE channel WHEN 'online' THEN 4 ELSE 5 END AS origin FROM dossier
  WHERE office_id = ANY($1) AND received_at >= $2 AND received_at < $3
  UNION ALL
  SELECT {_COLUMNS}, 6 FROM dossier WHERE office_id = ANY($1) AND received_at < $2 AND finished_at >= $2
  UNION ALL
  SELECT {_COLUMNS}, 6 FROM dossier
  WHERE office_id = ANY($1) AND received_at < $2 AND finished_at IS NULL AND code IS NOT NULL
"""
# Việt Nam's wall (no other offset since 1975): by interval, because a zone's name is looked up again for every row.
_LOCAL: Final = "AT TIME ZONE INTERVAL '7 hours'"
# The clock as the ledger had it when the period ended. A mark (silence) leaves a pause a pause.
_LEDGER: Final = """
  LEFT JOIN LATERAL (
    SELECT l.kind, l.due_after, l.due_before FROM deadline_line l
    WHERE l.dossier_id = c.id AND l.written_at < $5 AND l.kind <> 'mark' AND (c.finished_at IS NULL OR c.finished_at >= $3)
    ORDER BY l.line_no DESC LIMIT 1) l ON true
"""
_HANDLED: Final = {
    "days": f"CASE WHEN (finished_at {_LOCAL})::date < (due {_LOCAL})::date THEN 8"
            f" WHEN (finished_at {_LOCAL})::date = (due {_LOCAL})::date THEN 9 ELSE 10 END",
    # A due moment is a minute of the clock on the wall: what is done within it is on time.
    "moments": "CASE WHEN date_trunc('minute', finished_at) < date_trunc('minute', due) THEN 8"
               " WHEN date_trunc('minute', finished_at) = date_trunc('minute', due) THEN 9 ELSE 10 END",
}
# By dates, what is due on the last day is not late on the last day; midnight after it still is that day.
_OPEN: Final = {
    "days": f"CASE WHEN (($5::timestamptz - interval '1 microsecond') {_LOCAL})::date > (due {_LOCAL})::date"
            " THEN 13 ELSE 12 END",
    "moments": "CASE WHEN due < $5 THEN 13 ELSE 12 END",
}


def cases_sql(period: Period, rule: LocalRule, view: View) -> str:
    """`counted`: id, office_id, procedure_version_id, channel, …, due, origin, outcome. Arguments: `cases_args`."""
    past = period.ends_at <= clock.now()
    if past or rule.waiting == "by_due":
        due = "CASE WHEN l.kind IS NULL THEN c.due_at ELSE l.due_after END"
        if rule.waiting == "by_due":
            due = "CASE WHEN l.kind IS NULL THEN c.due_at ELSE COALESCE(l.due_after, l.due_before) END"
        source = f"SELECT c.*, {due} AS due FROM ({_IN_PERIOD}) c {_LEDGER}"
    else:  # nothing was written after the moment of judging: the dossier itself knows
        source = f"SELECT c.*, c.due_at AS due FROM ({_IN_PERIOD}) c"
    handled = f"CASE WHEN state = ANY($4) OR due IS NULL THEN 9 ELSE {_HANDLED[view]} END"
    return f"SELECT *, CASE WHEN finished_at < $3 THEN {handled} ELSE {_OPEN[view]} END AS outcome FROM ({source}) judged"


async def without_compiling(db: Db) -> None:
    """Let PostgreSQL interpret this transaction's reports: compiling them (JIT) took longer than running them."""
    await db.run("SELECT set_config('jit', 'off', true)")


def cases_args(offices: Sequence[int], period: Period, rule: LocalRule) -> list[object]:
    """$1 to $5 of `cases_sql`."""
    return [list(offices), period.begins_at, period.ends_at, rule.on_time_states, period.as_of]


@dataclass(frozen=True, slots=True)
class Count:
    """So many dossiers of one office and procedure version, of one origin (4, 5, 6) and outcome (8, 9, 10, 12, 13)."""

    office_id: int
    version_id: UUID
    origin: int
    outcome: int
    dossiers: int


async def counts(
    db: Db, offices: Sequence[int], period: Period, *, view: View = "days", rule: LocalRule | None = None
) -> list[Count]:
    """What 06a and 06b are added up from: one question, whatever the number of offices.

    `$5` is always used, so that PostgreSQL knows its type in each form of the statement.
    """
    rule = rule or rule_on(period.last)
    await without_compiling(db)
    rows = await db.rows(
        "SELECT office_id, procedure_version_id, origin, outcome, count(*) AS n"
        f" FROM ({cases_sql(period, rule, view)}) counted GROUP BY office_id, procedure_version_id, origin, outcome",
        *cases_args(offices, period, rule),
    )
    return [Count(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Thirteen:
    """The thirteen columns' numbers. Only the eight that are counted are kept; the rest are their sums."""

    online: int = 0  # 4
    direct: int = 0  # 5
    carried: int = 0  # 6
    early: int = 0  # 8
    on_time: int = 0  # 9
    late: int = 0  # 10
    in_time: int = 0  # 12
    overdue: int = 0  # 13

    @property
    def received(self) -> int:
        """Column 3."""
        return self.online + self.direct + self.carried

    @property
    def handled(self) -> int:
        """Column 7."""
        return self.early + self.on_time + self.late

    @property
    def open(self) -> int:
        """Column 11."""
        return self.in_time + self.overdue

    @property
    def columns(self) -> tuple[int, ...]:
        """3 to 13, in order."""
        return (
            self.received, self.online, self.direct, self.carried, self.handled, self.early, self.on_time, self.late,
            self.open, self.in_time, self.overdue,
        )


_FIELDS: Final = {4: "online", 5: "direct", 6: "carried", 8: "early", 9: "on_time", 10: "late", 12: "in_time", 13: "overdue"}


def thirteen(found: Sequence[Count]) -> Thirteen:
    """The counts added up."""
    sums = dict.fromkeys(_FIELDS.values(), 0)
    for one in found:
        sums[_FIELDS[one.origin]] += one.dossiers
        sums[_FIELDS[one.outcome]] += one.dossiers
    return Thirteen(**sums)


# Which origins and outcomes a column of the form holds: for the list behind a number.
HOLDS: Final[dict[str, tuple[tuple[int, ...], tuple[int, ...]]]] = {
    "3": ((), ()), "4": ((4,), ()), "5": ((5,), ()), "6": ((6,), ()), "7": ((), (8, 9, 10)), "8": ((), (8,)),
    "9": ((), (9,)), "10": ((), (10,)), "11": ((), (12, 13)), "12": ((), (12,)), "13": ((), (13,)), "all": ((), (10, 13)),
}


@dataclass(frozen=True, slots=True)
class Month:
    """One reporting month of the chart."""

    period: Period
    received: int
    handled: int
    late: int  # of the handled


async def months(db: Db, offices: Sequence[int], periods: Sequence[Period]) -> list[Month]:
    """Received, handled and handled late (by date) in each of these adjoining periods, oldest first: one question."""
    edges: list[datetime] = [periods[0].begins_at, *(one.ends_at for one in periods)]
    rule = rule_on(periods[-1].last)
    await without_compiling(db)
    rows = await db.rows(
        "SELECT width_bucket(received_at, $2::timestamptz[]) AS place, count(*) AS received, 0 AS handled, 0 AS late"
        " FROM dossier WHERE office_id = ANY($1) AND received_at >= $3 AND received_at < $4 GROUP BY place"
        " UNION ALL SELECT width_bucket(finished_at, $2::timestamptz[]), 0, count(*),"
        f" count(*) FILTER (WHERE state <> ALL($5) AND (finished_at {_LOCAL})::date > (due_at {_LOCAL})::date)"
        " FROM dossier WHERE office_id = ANY($1) AND finished_at >= $3 AND finished_at < $4 AND received_at IS NOT NULL"
        " GROUP BY 1",
        list(offices), edges, edges[0], edges[-1], rule.on_time_states,
    )
    sums = [[0, 0, 0] for _ in periods]
    for row in rows:
        for number, name in enumerate(("received", "handled", "late")):
            sums[row["place"] - 1][number] += row[name]
    return [Month(period, *sums[place]) for place, period in enumerate(periods)]
