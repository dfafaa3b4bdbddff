"""What each indicator counts, as conditions on `dossier d` in a period `p`: a count and its list are one condition.

`p` has starts, ends and as_of (the end of the period, or now while it runs); `c` has the terms of dossiers that have no
due moment (ids, dues: app.quality.terms). A lens says which dossiers it counts and which of them are good; the others
cost points, each for the reasons that hold. Source: rules.md 7 and 5.5; docs/decisions/0055.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Basis = Literal["received", "finished", "in_hand"]

# Which dossiers are looked at, each by an index on (office_id, moment). The bounds over all periods are said once more
# as values: from the table of periods alone PostgreSQL guesses a ninth of everything, and reads everything.
BASES: Final[Mapping[Basis, str]] = {
    "received": "d.received_at >= p.starts AND d.received_at < p.ends"
                " AND d.received_at >= $8::timestamptz AND d.received_at < $9::timestamptz",
    "finished": "d.finished_at >= p.starts AND d.finished_at < p.ends"
                " AND d.finished_at >= $8::timestamptz AND d.finished_at < $9::timestamptz",
    "in_hand": "d.received_at < p.ends AND (d.finished_at IS NULL OR d.finished_at >= p.starts)"
               " AND d.received_at < $9::timestamptz AND (d.finished_at IS NULL OR d.finished_at >= $8::timestamptz)",
}
ORDERS: Final[Mapping[Basis, str]] = {"received": "d.received_at", "finished": "d.finished_at", "in_hand": "d.received_at"}


@dataclass(frozen=True, slots=True)
class Lens:
    """One way of looking at dossiers. `reasons`: (word, condition); a word is put into words by the pages."""

    basis: Basis
    good: str
    counted: str = "true"
    reasons: tuple[tuple[str, str], ...] = ()


# What was withdrawn, stopped or refused while it waited for the applicant ended, for the office, when the waiting began.
_ENDED_WAITING: Final = (
    "CASE WHEN d.state IN ('withdrawn', 'stopped', 'refused') THEN (SELECT l.at FROM (SELECT kind, at FROM deadline_line"
    " WHERE dossier_id = d.id AND kind NOT IN ('end', 'mark', 'recount') ORDER BY line_no DESC LIMIT 1) l"
    " WHERE l.kind = 'pause') END"
)
# A finished dossier ends when handled (9), not when collected (10); one that waits ends when the waiting began.
ENDS: Final = f"COALESCE({_ENDED_WAITING}, d.finished_at, LEAST(d.paused_at, p.as_of))"
_PAUSE_DUE: Final = (
    "(SELECT l.due_before FROM deadline_line l WHERE l.dossier_id = d.id AND l.kind = 'pause'"
    " ORDER BY l.line_no DESC LIMIT 1)"
)
_TERM_DUE: Final = "(SELECT t.due FROM unnest(c.ids, c.dues) AS t(id, due) WHERE t.id = d.id)"
_WAITED: Final = (
    "COALESCE((SELECT sum(s.answered_at - s.asked_at) FROM supplement_request s WHERE s.dossier_id = d.id"
    " AND s.answered_at IS NOT NULL AND s.asked_at >= d.received_at), interval '0')"
)
# The due moment as the ledger has it now; of a waiting dossier, as it was when the waiting began.
DUE: Final = (
    f"CASE WHEN d.due_at IS NOT NULL THEN d.due_at WHEN d.paused_at IS NOT NULL THEN {_PAUSE_DUE} ELSE {_TERM_DUE} END"
)
_IN_TIME: Final = (
    f"COALESCE(CASE WHEN d.due_at IS NOT NULL THEN {ENDS} <= d.due_at"
    f" WHEN d.paused_at IS NOT NULL THEN {ENDS} <= {_PAUSE_DUE}"
    f" ELSE {ENDS} - {_WAITED} <= {_TERM_DUE} END, false)"
)
_IN_TIME_FIRST: Final = f"COALESCE({ENDS} - {_WAITED} <= COALESCE(d.original_due_at, {_TERM_DUE}), false)"
_ONCE: Final = "d.supplements_asked <= 1"

_LATE: Final = (
    ("no_due", f"({DUE}) IS NULL"),
    ("late_done", f"d.finished_at IS NOT NULL AND NOT {_IN_TIME}"),
    ("late_waiting", f"d.finished_at IS NULL AND d.paused_at < p.as_of AND NOT {_IN_TIME}"),
    ("late_open", f"d.finished_at IS NULL AND (d.paused_at IS NULL OR d.paused_at >= p.as_of) AND NOT {_IN_TIME}"),
)
_TWICE: Final = ("supplements", "d.supplements_asked > 1")

E_RESULT: Final = (
    "EXISTS (SELECT 1 FROM result r WHERE r.dossier_id = d.id AND r.state = 'issued' AND r.store_code IS NOT NULL"
    " AND r.document_id IS NOT NULL)"
)
PAPER_FILE: Final = (
    "EXISTS (SELECT 1 FROM document f WHERE f.dossier_id = d.id AND f.kind = 'paper' AND f.removed_at IS NULL)"
)
HAS_FEE: Final = (
    "EXISTS (SELECT 1 FROM fee e WHERE e.dossier_id = d.id AND e.amount > 0 AND e.state IN ('owed', 'paid', 'refunded'))"
)
PAID_ONLINE: Final = (
    "EXISTS (SELECT 1 FROM payment y WHERE y.dossier_id = d.id AND y.method = 'online' AND y.state = 'captured')"
)
FEE_DATA: Final = "EXISTS (SELECT 1 FROM fee e WHERE e.dossier_id = d.id AND e.state <> 'cancelled')"
# The portal lets people in by VNeID only; the other way is an answer of the population register.
POPULATION: Final = (
    "(d.channel = 'online' AND d.assisted_by IS NULL OR EXISTS (SELECT 1 FROM journal_line j WHERE j.dossier_id = d.id"
    " AND j.event IN ('marriage.found', 'personal_number.issued')))"
)
_ONLINE: Final = "d.channel = 'online'"
_ANSWERED: Final = "d.state IN ('result_ready', 'returned')"

LENSES: Final[Mapping[str, Lens]] = {
    "on_time": Lens("received", f"{_ONCE} AND {_IN_TIME}", reasons=(_TWICE, *_LATE)),
    "on_time_first_promise": Lens(
        "received", f"{_ONCE} AND {_IN_TIME_FIRST}", reasons=(_TWICE, ("late_first", f"NOT {_IN_TIME_FIRST}"))
    ),
    "on_time_in_hand": Lens("in_hand", f"{_ONCE} AND {_IN_TIME}", reasons=(_TWICE, *_LATE)),
    "satisfied": Lens("received", _IN_TIME, reasons=_LATE),
    "filed_online": Lens(
        "received", f"{_ONLINE} AND (NOT {_ANSWERED} OR {E_RESULT})",
        reasons=(("at_counter", "d.channel = 'counter'"), ("by_post", "d.channel = 'post'"),
                 ("no_e_result", f"{_ONLINE} AND {_ANSWERED} AND NOT {E_RESULT}")),
    ),
    "paid_online": Lens(
        "received", PAID_ONLINE, HAS_FEE,
        reasons=(
            ("paid_counter", "EXISTS (SELECT 1 FROM payment y WHERE y.dossier_id = d.id AND y.method <> 'online'"
                             " AND y.state = 'captured')"),
            ("fee_owed", "EXISTS (SELECT 1 FROM fee e WHERE e.dossier_id = d.id AND e.amount > 0 AND e.state = 'owed')"),
        ),
    ),
    "electronic_result": Lens("finished", E_RESULT, _ANSWERED, reasons=(("no_e_result", f"NOT {E_RESULT}"),)),
    "digitised": Lens(
        "finished", f"{PAPER_FILE} AND {E_RESULT}", _ANSWERED,
        reasons=(("no_file", f"NOT {PAPER_FILE}"), ("no_e_result", f"NOT {E_RESULT}")),
    ),
    "digitised_papers": Lens("received", PAPER_FILE, reasons=(("no_file", f"NOT {PAPER_FILE}"),)),
    "population_dossiers": Lens("received", POPULATION, reasons=(("no_population", f"NOT {POPULATION}"),)),
}

# Facts about dossiers from which sets of procedures and communes are made: (basis, condition).
FLAGS: Final[Mapping[str, tuple[Basis, str]]] = {
    "online": ("received", _ONLINE),
    "fee_data": ("received", FEE_DATA),
    "paid_online": ("received", PAID_ONLINE),
    "population": ("received", POPULATION),
    "sent_online": ("finished", f"{_ANSWERED} AND d.return_way = 'online' AND {E_RESULT}"),
}

# The periods, what narrows them, and the dossiers. $1 offices, $2 starts, $3 ends, $4 as_of, $5 procedure or null,
# $6 and $7 ids and due moments of dossiers without one, $8 and $9 from when until when all periods reach.
FROM: Final = (
    "FROM unnest($2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS p(starts, ends, as_of, n)"
    " CROSS JOIN (SELECT $5::text AS procedure, $6::uuid[] AS ids, $7::timestamptz[] AS dues) c"
    " JOIN dossier d ON d.office_id = ANY($1) AND {basis}"
    " WHERE (c.procedure IS NULL OR d.procedure_code = c.procedure)"
)


def source(basis: Basis) -> str:
    """FROM and WHERE of everything that looks at dossiers of this basis."""
    return FROM.format(basis=BASES[basis])
