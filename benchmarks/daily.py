"""What a person opens every day, over HTTP in a province: my work, the overdue list; beside the same by hand."""

from __future__ import annotations

import itertools
from typing import cast

from benchmarks.asking import Contender, by_turns, request
from benchmarks.million import Filled
from benchmarks.office import BenchOffice
from benchmarks.searching import Times
from benchmarks.servers import serving
from benchmarks.table import Row, line

HAND = "same query by hand, no row-level security, same template"


async def daily_lines(filled: Filled, *, rounds: int) -> tuple[list[Row], Times]:
    """H5 but for the search, which is `searching`'s: the lines, and the CPU that must not grow."""
    office = cast(BenchOffice, filled)  # servers look at its folder and its PostgreSQL only
    everywhere = ",".join(map(str, filled.offices))
    pages = (
        ("my work, one commune", "/desk", "reception", "/work?role=reception"),
        ("the overdue list, one commune", "/overview/dossiers?span=late", "head", "/late?offices=2"),
        ("the overdue list, a province of 100 communes", "/overview/dossiers?span=late", "province",
         f"/late?offices={everywhere}"),
    )
    rows: list[Row] = []
    flat: Times = {}
    async with serving(office, "product", "/livez") as product, serving(office, "bare", "/docs") as floor:
        for name, path, who, by_hand in pages:
            ours = Contender("product", product.port, product.pid,
                             itertools.repeat(request("GET", path, cookie=filled.words[who])))
            bare = Contender("bare", floor.port, floor.pid, itertools.repeat(request("GET", by_hand)))
            await by_turns([ours, bare], filled.postgres.pid, rounds=rounds, batch=20)
            group = f"A daily page over HTTP, {filled.count:,} dossiers"
            rows += [
                line(group, f"{name}: CPU, server + database", HAND, ours.cpu, bare.cpu, goal=1.3, goals="H5"),
                line(group, f"{name}: one client", HAND, ours.alone, bare.alone),
            ]
            flat[name] = ours.cpu
    return rows, flat


def daily_flat(small: Times, large: Times, few: int, many: int) -> list[Row]:
    """A hundred times as many dossiers."""
    group = f"A daily page over HTTP: {many:,} beside {few:,} dossiers (one after the other)"
    return [line(group, f"{name}: CPU, server + database", f"{few:,}", large[name], small[name], goal=1.5, goals="H5")
            for name in large]
