"""One table of ratios, product beside floor, in one run of at most five minutes.

    python -m benchmarks            print it
    python -m benchmarks --keep     and keep it in docs/speed.md
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime

from app.kit.clock import LOCAL
from benchmarks import engine, papers
from benchmarks.machine import described, load
from benchmarks.office import ROOT, drafts, fill, open_office
from benchmarks.servers import serving
from benchmarks.signing import sign_lines
from benchmarks.steps import drafts_needed, list_lines, step_lines, submit_lines, track_lines
from benchmarks.table import Line, line, markdown, plain

SUBMIT_ROUNDS = 6


async def over_http() -> tuple[list[Line], str]:
    """Everything that needs an office, and which PostgreSQL it had."""
    async with open_office() as office:
        lines: list[Line] = []
        await fill(office, 10_000)
        ready = await drafts(office, drafts_needed(SUBMIT_ROUNDS))
        async with serving(office, "product", "/livez") as product, serving(office, "bare", "/docs") as floor:
            lines += await step_lines(office, product, floor, rounds=10)
            lines += await submit_lines(office, ready, product, floor, rounds=SUBMIT_ROUNDS)
            lines += await track_lines(office, product, floor, rounds=8)
            few_lines, few = await list_lines(office, product, floor, rounds=10, named="10,000")
            await fill(office, 100_000)
            many_lines, many = await list_lines(office, product, floor, rounds=10, named="100,000")
        flat = "The work list page, 100,000 beside 10,000 open dossiers (one after the other)"
        lines += [*few_lines, *many_lines, line(flat, "CPU, server + database", "10,000", many.cpu, few.cpu, goal=1.5)]
        return lines, office.postgres.version


def engine_lines() -> list[Line]:
    """The rows of benchmarks.engine, whose p10 and median come as rows of their own."""
    rows = {row.name: row for row in engine.measure()}
    lines = []
    for name, row in rows.items():
        if name.endswith(", p10"):
            middle = rows[name.removesuffix("p10") + "median"]
            what, _, floor = name.removesuffix(", p10").partition(": ")
            lines.append(Line(
                "One turn of the engine, from stored bytes to stored bytes", what, floor, "ms", row.product_ms,
                middle.product_ms, row.floor_ms, middle.floor_ms, row.goal,
            ))
        elif name.startswith("state"):
            lines.append(Line(
                "State of an instance at its largest", name.partition(":")[0], "1 kB", "B", row.product_ms, row.product_ms,
                row.floor_ms, row.floor_ms, row.goal,
            ))
    return sorted(lines, key=lambda one: one.group)


def paper_lines() -> list[Line]:
    """The rows of benchmarks.papers; they give the tenth percentile only."""
    return [
        Line(
            "Papers (tenth percentile only)", row.name.partition(",")[0].partition(" / ")[0], row.name.rpartition("/ ")[2],
            "ms", row.product_ms, row.product_ms, row.floor_ms, row.floor_ms, row.goal,
        )
        for row in papers.measure()
    ]


def main() -> None:
    """Measure, print, perhaps keep."""
    began, busy = time.monotonic(), load()
    lines = engine_lines() + paper_lines() + asyncio.run(sign_lines())
    rows, postgres = asyncio.run(over_http())
    lines += rows
    day = datetime.now(LOCAL)
    head = [*described(postgres), f"{busy} before, {load()} after; {time.monotonic() - began:.0f} s"]
    print(f"{day:%Y-%m-%d %H:%M}\n" + "\n".join(head) + "\n")
    print(plain(lines))
    if "--keep" in sys.argv:
        keep(f"{day:%Y-%m-%d}", head, lines)


def keep(day: str, head: list[str], lines: list[Line]) -> None:
    """Put the table into docs/speed.md, below the words that explain it."""
    page = ROOT / "docs" / "speed.md"
    words = page.read_text(encoding="utf-8").partition("\n## Latest result")[0] if page.exists() else "# Speed\n"
    told = "\n".join(f"- {one}" for one in head)
    page.write_text(f"{words}\n## Latest result: {day}\n\n{told}\n\n{markdown(lines)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
