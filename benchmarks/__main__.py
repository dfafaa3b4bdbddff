"""One table of ratios, product beside floor, in one run of at most five minutes.

    python -m benchmarks                print it
    python -m benchmarks --million      the supervisors' questions over a million dossiers instead
    … --keep                            and keep it in docs/speed.md
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime

from app.kit.clock import LOCAL
from benchmarks import engine, papers
from benchmarks.counting import count_lines
from benchmarks.machine import described, load
from benchmarks.million import open_province
from benchmarks.office import ROOT, drafts, fill, open_office
from benchmarks.province import province_lines, recount_line
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


async def over_a_province(few: int, many: int, *, rounds: int) -> tuple[list[Line], str]:
    """The supervisors' questions over `many` dossiers, and what they cost beside `few`."""
    async with open_province(few) as filled:
        _, small = await province_lines(filled, rounds=rounds)
    async with open_province(many) as filled:
        lines, large = await province_lines(filled, rounds=rounds)
        lines += await recount_line(filled)
        flat = f"The overdue list, a page of 50: {many:,} beside {few:,} dossiers (one after the other)"
        lines += [line(flat, name, f"{few:,}", large[name], small[name], goal=1.5) for name in large]
        return lines, filled.postgres.version


def main() -> None:
    """Measure, print, perhaps keep."""
    began, busy, million = time.monotonic(), load(), "--million" in sys.argv
    if million:
        lines, (more, postgres) = count_lines(), asyncio.run(over_a_province(10_000, 1_000_000, rounds=15))
    else:
        lines = engine_lines() + paper_lines() + asyncio.run(sign_lines()) + count_lines()
        more, postgres = asyncio.run(over_http())
        more += asyncio.run(over_a_province(10_000, 100_000, rounds=8))[0]
    lines += more
    day = datetime.now(LOCAL)
    head = [*described(postgres), f"{busy} before, {load()} after; {time.monotonic() - began:.0f} s"]
    print(f"{day:%Y-%m-%d %H:%M}\n" + "\n".join(head) + "\n")
    print(plain(lines))
    if "--keep" in sys.argv:
        keep("A million dossiers" if million else "Latest result", f"{day:%Y-%m-%d %H:%M}", head, lines)


def keep(title: str, day: str, head: list[str], lines: list[Line]) -> None:
    """Put the table into docs/speed.md as the section of this title, in place of the one before."""
    page = ROOT / "docs" / "speed.md"
    words, *sections = (page.read_text(encoding="utf-8") if page.exists() else "# Speed\n").split("\n## ")
    told = "\n".join(f"- {one}" for one in head)
    new = f"{title}: {day}\n\n{told}\n\n{markdown(lines)}\n"
    kept = [one for one in sections if not one.startswith(f"{title}:")]
    page.write_text("\n## ".join([words, *kept, new]), encoding="utf-8")


if __name__ == "__main__":
    main()
