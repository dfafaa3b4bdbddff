"""What the published procedures say for the index: which are public in full, online, with a fee, certified copies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.procedures.catalogue import LoadedProcedure
from app.quality.counting import Counted
from app.quality.period import Period


@dataclass(frozen=True, slots=True)
class Shelf:
    """Codes of the procedures in force, by what they are."""

    every: frozenset[str]
    whole: frozenset[str]
    online: frozenset[str]
    with_fee: frozenset[str]
    certifying: frozenset[str]


async def shelves_on(db: Db, tools: Tools, periods: Sequence[Period]) -> dict[Period, Shelf]:
    """The procedures in force at the end of each period, or today while it runs."""
    ends = {one: min(one.last_day, clock.today()) for one in periods}
    found = await tools.catalogue.all_current_on(db, set(ends.values()))
    return {one: _shelf(found[day]) for one, day in ends.items()}


def _shelf(found: Sequence[LoadedProcedure]) -> Shelf:
    def those(holds: Callable[[LoadedProcedure], bool]) -> frozenset[str]:
        return frozenset(one.code for one in found if holds(one))

    return Shelf(
        every=those(lambda one: True), whole=those(_whole), online=those(lambda one: "online" in one.procedure.channels),
        with_fee=those(_with_fee), certifying=those(_certifies_electronically),
    )


def _whole(one: LoadedProcedure) -> bool:
    """The parts of NĐ 63/2010 art. 8 §2: steps, ways, papers, term, who, agency, result."""
    package = one.procedure
    term = package.term.term or package.term.decision
    return bool(package.steps and package.channels and package.components and term and package.who and package.agency
                and package.results)


def _with_fee(one: LoadedProcedure) -> bool:
    """Some fee can be owed: a sum of the state's, or one the province has set."""
    return any(
        rule.code in one.overlay.fees if rule.set_by == "province" else bool(rule.amount or rule.decision)
        for rule in one.procedure.fees
    )


def _certifies_electronically(one: LoadedProcedure) -> bool:
    certifies = any(rule.certify_component for rule in one.procedure.results)
    return certifies and "online" in one.procedure.return_ways


@dataclass(frozen=True, slots=True)
class Codes:
    """A set of procedures or offices, and those of it that are good."""

    counted: frozenset[str]
    good: frozenset[str]


_Sets = Callable[[Shelf, Counted, int, Sequence[int]], Codes]


def _flagged(which: Callable[[Shelf], frozenset[str]], flag: str) -> _Sets:
    def sets(shelf: Shelf, counted: Counted, period: int, offices: Sequence[int]) -> Codes:
        every = which(shelf)
        return Codes(every, every & counted.procedures(flag, period, offices))

    return sets


SETS: Final[Mapping[str, _Sets]] = {
    "published_whole": lambda shelf, counted, period, offices: Codes(shelf.every, shelf.whole),
    "online_procedures": lambda shelf, counted, period, offices: Codes(shelf.every, shelf.online),
    "online_procedures_used": _flagged(lambda shelf: shelf.online, "online"),
    "fee_procedures_connected": _flagged(lambda shelf: shelf.with_fee, "fee_data"),
    "fee_procedures_paid_online": _flagged(lambda shelf: shelf.with_fee, "paid_online"),
    "population_procedures": _flagged(lambda shelf: shelf.every, "population"),
}


def communes_certifying(shelf: Shelf, counted: Counted, period: int, communes: Sequence[int]) -> Codes:
    """Communes that issued a certified copy electronically; codes are office ids."""
    did = counted.offices("sent_online", period, shelf.certifying)
    return Codes(frozenset(str(one) for one in communes), frozenset(str(one) for one in communes if one in did))
