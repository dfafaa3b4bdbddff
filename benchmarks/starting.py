"""From the command to the first answer, and what two web processes weigh once they have answered something."""

from __future__ import annotations

import asyncio
import time

from benchmarks.asking import ask, request
from benchmarks.office import BenchOffice
from benchmarks.servers import office_serving
from benchmarks.table import Line, Row, Said, tenth
from benchmarks.watching import pss_megabytes, tree
from benchmarks.work_unit import CODE

GROUP = "Start and memory: `motcua serve` with two web processes"
SECONDS, MEGABYTES = 2_000.0, 200.0


async def start_lines(office: BenchOffice, *, times: int) -> list[Row]:
    """H9. Weighed after sixty pages; the parent that watches the two is told beside."""
    spent, two, parents = [], [], []
    for _ in range(times):
        began = time.perf_counter()
        async with office_serving(office, processes=2) as web:
            spent.append((time.perf_counter() - began) * 1000)
            pages = [request("GET", path) for path in ("/", "/procedures", f"/procedures/{CODE}")]
            pages += [request("GET", "/desk", cookie=office.words["specialist"])]
            await asyncio.gather(*(ask(web.port, page) for page in pages * 15))
            weights = sorted((pss_megabytes(pid) for pid in tree(web.pid)[1:]), reverse=True)
            two.append(sum(weights[:2]))
            parents.append(pss_megabytes(web.pid) + sum(weights[2:]))
    middle = sorted(spent)[len(spent) // 2], sorted(two)[len(two) // 2]
    return [
        Line(GROUP, "start to the first answer", "2 s", "ms", tenth(spent), middle[0], SECONDS, SECONDS, 1, "H9"),
        Line(GROUP, "memory of the two, PSS", "200 MB", "MB", tenth(two), middle[1], MEGABYTES, MEGABYTES, 1, "H9"),
        Said(GROUP, "what else runs: their parent and its tracker", "", f"{sorted(parents)[len(parents) // 2]:.0f} MB"),
    ]
