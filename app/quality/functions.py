"""The names a sheet may use for how an indicator is counted, and of what kind each is.

A word here is a promise of code elsewhere: sets of dossiers in lenses.py, of procedures and communes in catalogued.py.
"""

from typing import Final, Literal

Kind = Literal["dossiers", "procedures", "communes", "hand", "time"]
BY_HAND: Final = "by_hand"

# Sets of dossiers: each name is a Lens.
DOSSIERS: Final = (
    "on_time", "on_time_first_promise", "on_time_in_hand", "satisfied", "filed_online", "paid_online",
    "electronic_result", "digitised", "digitised_papers", "population_dossiers",
)
PROCEDURES: Final = (
    "published_whole", "online_procedures", "online_procedures_used", "fee_procedures_connected",
    "fee_procedures_paid_online", "population_procedures",
)
KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(DOSSIERS, "dossiers"), **dict.fromkeys(PROCEDURES, "procedures"),
    "communes_certifying": "communes", "handling_time": "time", BY_HAND: "hand",
}
READINGS: Final = frozenset(DOSSIERS)
