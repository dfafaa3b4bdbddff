"""Search by name, page 1: the product beside the same question by hand, for a commune's officer and the whole province.

    python -m benchmarks.searching 10000 1000000     the rows at both sizes, and the second beside the first

Called by `benchmarks.__main__` inside its provinces: `search_lines(filled, rounds=…)` gives the lines and what must not grow
with the number of dossiers; `flat_lines(SEARCH, small, large, …)` puts two sizes beside each other. A commune's officer has
as many dossiers of the own commune at both sizes (benchmarks.million says why); a province has a hundred times as many, so
that a name few had fills a page: how many rows were shown stands in each line, and the same by hand beside it.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

import asyncpg

from app.dossiers.queries_search import PAGE
from app.kit.db import Db
from benchmarks.asking import Contender, ask, by_turns, request
from benchmarks.bare_search import asked, drawn
from benchmarks.comparing import Pair, both
from benchmarks.machine import described, load
from benchmarks.million import ALL, ONE, Filled, open_province
from benchmarks.office import BenchOffice
from benchmarks.servers import serving
from benchmarks.table import Line, Row, line, plain

Times = dict[str, list[float]]
HAND = "same query by hand, no row-level security, same template"
SEARCH = "Search by name"
# What officers type; the first is asked over HTTP too. "Many": names of which ten thousand dossiers fill a page too.
ASKED = (
    ("three common words", "nguyen van an"),
    ("the commonest word", "nguyen"),
    ("any order, with accents", "An Nguyễn Văn"),
    ("a rare name", "thi sung xuyen"),
    ("the last word not finished", "nguyen van kh"),
    ("a letter missing", "nguyn van an"),
    ("two letters swapped", "ngyuen thi lan"),
    ("accents few are spelt with", "Nguyên"),
    ("any order, with accents, many", "Thị Nguyễn"),
    ("the last word not finished, many", "nguyen th"),
    ("a letter missing, many", "nguyn van"),
    ("two letters swapped, many", "ngyuen thi"),
    ("the last four of a code", "0007"),
    ("nobody", "xoong boong"),
)


@dataclass(frozen=True)
class Grows:
    """By the name of a question: what it cost, the same by hand, and how many rows it showed."""

    ours: Times = field(default_factory=dict)
    by_hand: Times = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)

    def keep(self, name: str, ours: list[float], by_hand: list[float], shown: int) -> None:
        self.ours[name], self.by_hand[name], self.shown[name] = ours, by_hand, shown

    def only(self, place: str) -> Grows:
        """What was asked about this place."""
        kept = Grows()
        for name in self.ours:
            if name.endswith(place):
                kept.keep(name, self.ours[name], self.by_hand[name], self.shown[name])
        return kept

    def __or__(self, other: Grows) -> Grows:
        return Grows(self.ours | other.ours, self.by_hand | other.by_hand, self.shown | other.shown)


async def search_lines(filled: Filled, *, rounds: int) -> tuple[list[Line], list[Row], Grows]:
    """Every way of asking in one process; the first one over HTTP with sign-in, rights and frame; what must not grow."""
    lines: list[Line] = []
    flat = Grows()
    async with AsyncExitStack() as stack:
        hand = await filled.superuser()
        stack.push_async_callback(hand.close)
        for name, offices in filled.places:
            group = f"Search by name, page 1, {filled.count:,} dossiers, {name}"
            db = await stack.enter_async_context(filled.database.transaction(offices=offices))
            for what, words in ASKED:
                found, ours, theirs = await both(_pair(group, what, words, db, hand, offices), rounds=rounds)
                lines.append(found)
                shown = min(len((await asked(db, offices, words))[0]), PAGE)
                flat.keep(f"{what}, {name}", ours, theirs, shown)
    return lines, await _over_http(filled, rounds, flat), flat


def _pair(group: str, what: str, words: str, db: Db, hand: asyncpg.Connection, offices: Sequence[int]) -> Pair:
    ids = tuple(offices)

    async def ours() -> object:
        rows, alike = await asked(db, ids, words)
        drawn(rows, words, len(ids) > 1, alike)
        return [row.dossier_id for row in rows]

    async def by_hand() -> object:
        rows, alike = await asked(Db(hand), ids, words)
        drawn(rows, words, len(ids) > 1, alike)
        return [row.dossier_id for row in rows]

    return Pair(group, f"{what}: {words}", HAND, ours, by_hand, 1.3)


async def _over_http(filled: Filled, rounds: int, flat: Grows) -> list[Row]:
    office = cast(BenchOffice, filled)  # servers look at its folder and its PostgreSQL only
    words, lines = ASKED[0][1], list[Row]()
    asking = {ONE: "reception", ALL: "province"}
    async with serving(office, "product", "/livez") as product, serving(office, "bare_search", "/docs") as floor:
        for name, offices in filled.places:
            if name not in asking:
                continue
            page = request("GET", f"/desk/search?{urlencode({'words': words})}", cookie=filled.words[asking[name]])
            asks = urlencode({"words": words, "offices": ",".join(map(str, offices))})
            ours = Contender("product", product.port, product.pid, itertools.repeat(page))
            bare = Contender("bare", floor.port, floor.pid, itertools.repeat(request("GET", f"/search?{asks}")))
            await by_turns([ours, bare], filled.postgres.pid, rounds=rounds, batch=20)
            group = f"The search page over HTTP, {filled.count:,} dossiers, {name}: {words}"
            lines += [
                line(group, "CPU, server + database", HAND, ours.cpu, bare.cpu, goal=1.3, goals="H5"),
                line(group, "one client", HAND, ours.alone, bare.alone),
            ]
            shown = (await ask(product.port, page)).count(b'role="rowheader"')
            flat.keep(f"over HTTP, CPU, {name}", ours.cpu, bare.cpu, shown)
    return lines


def flat_lines(of: str, small: Grows, large: Grows, few: int, many: int, *, goals: str = "H5") -> list[Row]:
    """What a hundred times as many dossiers cost, of the questions asked at both sizes; and the same by hand.

    Judged where it is about the same page: one that shows thirty names where six were found before has grown by its rows,
    one that shows eleven where there was one to be looked for among the similar ones is another question.
    """
    group = f"{of}: {many:,} beside {few:,} dossiers (one after the other)"
    rows: list[Row] = []
    for name in large.ours:
        if name in small.ours:
            told = f"{name}, {large.shown[name]} rows beside {small.shown[name]}"
            same = large.shown[name] / 2 <= small.shown[name] <= large.shown[name] * 2
            rows += [
                line(group, told, f"{few:,}", large.ours[name], small.ours[name], goal=1.5 if same else None,
                     goals=goals if same else ""),
                line(group, f"{told}: the same by hand", f"{few:,}", large.by_hand[name], small.by_hand[name]),
            ]
    return rows


async def _main(few: int, many: int) -> None:
    busy = load()
    async with open_province(few, communes=1) as filled:
        first, more, small = await search_lines(filled, rounds=15)
    async with open_province(few) as filled:
        second, others, wide = await search_lines(filled, rounds=15)
    async with open_province(many) as filled:
        found, pages, large = await search_lines(filled, rounds=15)
        version = filled.postgres.version
    # Of the small province only what all its communes are asked: one of them has a hundredth of the dossiers.
    flat = flat_lines(SEARCH, wide.only(ALL) | small, large, few, many)
    rows: list[Row] = [*first, *more, *second, *others, *found, *pages, *flat]
    print("\n".join([*described(version), f"{busy} before, {load()} after", plain(rows)]))


if __name__ == "__main__":
    asyncio.run(_main(*([int(one) for one in sys.argv[1:]] or [10_000, 100_000])))
