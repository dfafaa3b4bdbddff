"""What a person opens every day, over HTTP in a province: my work, the overdue list; beside the same by hand.

Whether a page grows with the number of dossiers is told with the rows it shows: the largest commune of a small province has
fewer overdue ones than a page holds, and then the same page by hand grows as well; it stands beside.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import cast

from benchmarks.asking import Contender, ask, by_turns, request
from benchmarks.million import Filled
from benchmarks.office import BenchOffice
from benchmarks.searching import Times
from benchmarks.servers import serving
from benchmarks.table import Row, line

HAND = "same query by hand, no row-level security, same template"


@dataclass(frozen=True)
class Daily:
    """By the name of a page: the CPU that must not grow, the same by hand, and how many rows the page shows."""

    cpu: Times = field(default_factory=dict)
    by_hand: Times = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)


async def daily_lines(filled: Filled, *, rounds: int) -> tuple[list[Row], Daily]:
    """H5 but for the search, which is `searching`'s."""
    office = cast(BenchOffice, filled)  # servers look at its folder and its PostgreSQL only
    everywhere = ",".join(map(str, filled.offices))
    pages = (
        ("my work, one commune", "/desk", "reception", "/work?role=reception"),
        ("the overdue list, one commune", "/overview/dossiers?span=late", "head", "/late?offices=2"),
        ("the overdue list, a province of 100 communes", "/overview/dossiers?span=late", "province",
         f"/late?offices={everywhere}"),
    )
    rows: list[Row] = []
    daily = Daily()
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
            daily.cpu[name], daily.by_hand[name] = ours.cpu, bare.cpu
            daily.shown[name] = (await ask(product.port, next(ours.requests))).count(b'role="rowheader"')
    return rows, daily


def daily_flat(small: Daily, large: Daily, few: int, many: int) -> list[Row]:
    """A hundred times as many dossiers."""
    group = f"A daily page over HTTP: {many:,} beside {few:,} dossiers (one after the other)"
    rows: list[Row] = []
    for name, cpu in large.cpu.items():
        shown = f"{large.shown[name]} rows beside {small.shown[name]}"
        rows += [
            line(group, f"{name}, {shown}: CPU, server + database", f"{few:,}", cpu, small.cpu[name], goal=1.5, goals="H5"),
            line(group, f"{name}, {shown}: the same by hand", f"{few:,}", large.by_hand[name], small.by_hand[name]),
        ]
    return rows
