"""Search by name, page 1: the product beside the same question by hand, for a commune's officer and the whole province.

    python -m benchmarks.searching 10000 1000000     the rows at both sizes, and the second beside the first

Called by `benchmarks.__main__` inside its provinces: `search_lines(filled, rounds=…)` gives the lines and, by their names,
the times that must not grow with the number of dossiers; `flat_lines(small, large, …)` puts two sizes beside each other.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlencode

import asyncpg

from app.kit.db import Db
from benchmarks.asking import Contender, by_turns, request
from benchmarks.bare_search import asked, drawn
from benchmarks.comparing import Pair, compared
from benchmarks.machine import described, load
from benchmarks.million import Filled, open_province
from benchmarks.office import BenchOffice
from benchmarks.servers import serving
from benchmarks.table import Line, line, plain

Times = dict[str, list[float]]
HAND = "same query by hand, no row-level security, same template"
# What officers type; the first is asked over HTTP too.
ASKED = (
    ("three common words", "nguyen van an"),
    ("the commonest word", "nguyen"),
    ("any order, with accents", "An Nguyễn Văn"),
    ("a rare name", "thi sung xuyen"),
    ("the last word not finished", "nguyen van kh"),
    ("a letter missing", "nguyn van an"),
    ("two letters swapped", "ngyuen thi lan"),
    ("accents few are spelt with", "Nguyên"),
    ("the last four of a code", "0007"),
    ("nobody", "xoong boong"),
)


async def search_lines(filled: Filled, *, rounds: int) -> tuple[list[Line], Times]:
    """Every way of asking in one process, then the first one over HTTP with sign-in, rights and frame."""
    lines: list[Line] = []
    flat: Times = {}
    hand = await filled.superuser()
    try:
        for name, offices in (("one commune", filled.communes[:1]), ("a province of 100 communes", filled.offices)):
            group = f"Search by name, page 1, {filled.count:,} dossiers, {name}"
            async with filled.database.transaction(offices=offices) as db:
                for what, words in ASKED:
                    found, times = await compared(_pair(group, what, words, db, hand, offices), rounds=rounds)
                    lines.append(found)
                    flat[f"{what}, {name}"] = times
    finally:
        await hand.close()
    return [*lines, *await _over_http(filled, rounds, flat)], flat


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


async def _over_http(filled: Filled, rounds: int, flat: Times) -> list[Line]:
    office = cast(BenchOffice, filled)  # servers look at its folder and its PostgreSQL only
    words, lines = ASKED[0][1], []
    async with serving(office, "product", "/livez") as product, serving(office, "bare_search", "/docs") as floor:
        for name, who, offices in (("one commune", "reception", (2,)), ("a province", "province", filled.offices)):
            page = request("GET", f"/desk/search?{urlencode({'words': words})}", cookie=filled.words[who])
            asks = urlencode({"words": words, "offices": ",".join(map(str, offices))})
            ours = Contender("product", product.port, product.pid, itertools.repeat(page))
            bare = Contender("bare", floor.port, floor.pid, itertools.repeat(request("GET", f"/search?{asks}")))
            await by_turns([ours, bare], filled.postgres.pid, rounds=rounds, batch=20)
            group = f"The search page over HTTP, {filled.count:,} dossiers, {name}: {words}"
            lines += [
                line(group, "CPU, server + database", HAND, ours.cpu, bare.cpu, goal=1.3),
                line(group, "one client", HAND, ours.alone, bare.alone),
            ]
            flat[f"over HTTP, CPU, {name}"] = ours.cpu
    return lines


def flat_lines(small: Times, large: Times, few: int, many: int) -> list[Line]:
    """What a hundred times as many dossiers cost."""
    group = f"Search by name: {many:,} beside {few:,} dossiers (one after the other)"
    return [line(group, name, f"{few:,}", large[name], small[name], goal=1.5) for name in large]


async def _main(counts: list[int]) -> None:
    lines: list[Line] = []
    sizes: list[Times] = []
    busy, version = load(), ""
    for count in counts:
        async with open_province(count) as filled:
            found, flat = await search_lines(filled, rounds=15)
            lines, version = [*lines, *found], filled.postgres.version
            sizes.append(flat)
    if len(sizes) == 2:
        lines += flat_lines(sizes[0], sizes[1], counts[0], counts[1])
    print("\n".join([*described(version), f"{busy} before, {load()} after", plain(lines)]))


if __name__ == "__main__":
    asyncio.run(_main([int(one) for one in sys.argv[1:]] or [10_000, 100_000]))
