"""What a person opens every day, over HTTP in a province: my work, the overdue list; beside the same by hand.

Whether a page grows with the number of dossiers is told with the rows it shows, and the same page by hand beside it. The
commune's is the same officer's same full page: 10,000 dossiers alone, and as many among a million (benchmarks.million).
"""

from __future__ import annotations

import itertools
from typing import cast

from benchmarks.asking import Contender, ask, by_turns, request
from benchmarks.million import ALL, ONE, Filled
from benchmarks.office import BenchOffice
from benchmarks.searching import Grows
from benchmarks.servers import serving
from benchmarks.table import Row, line

DAILY = "A daily page over HTTP, CPU of server and database"
HAND = "same query by hand, no row-level security, same template"


async def daily_lines(filled: Filled, *, rounds: int) -> tuple[list[Row], Grows]:
    """H5 but for the search, which is `searching`'s."""
    office = cast(BenchOffice, filled)  # servers look at its folder and its PostgreSQL only
    everywhere = ",".join(map(str, filled.offices))
    pages = [
        (f"my work, {ONE}", "/desk", "reception", "/work?role=reception"),
        (f"the overdue list, {ONE}", "/overview/dossiers?span=late", "head", f"/late?offices={filled.ordinary}"),
    ]
    if len(filled.communes) > 1:
        pages.append((f"the overdue list, {ALL}", "/overview/dossiers?span=late", "province", f"/late?offices={everywhere}"))
    rows: list[Row] = []
    daily = Grows()
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
            shown = (await ask(product.port, next(ours.requests))).count(b'role="rowheader"')
            daily.keep(name, ours.cpu, bare.cpu, shown)
    return rows, daily
