"""One table: every aim of speed, product beside floor, in one run of at most five minutes.

    python -m benchmarks                print it
    python -m benchmarks --full         the rows that need room and time too: a million dossiers, 20,000 random steps
    python -m benchmarks --little       every row with next to no rounds: that they run, not what they say
    … --keep                            and keep it: docs/speed/bench.md or full.md, the summary in docs/speed.md
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.kit.clock import LOCAL
from benchmarks import engine, goals, keeping, papers, starting
from benchmarks.counting import count_lines
from benchmarks.daily import DAILY, daily_lines
from benchmarks.facts import difference_rows, growth_rows, machine_rows, poll_rows
from benchmarks.foreign import miwg_rows
from benchmarks.inside import inside_lines, without_engine_lines
from benchmarks.machine import described, load
from benchmarks.million import ALL, Filled, open_province
from benchmarks.office import drafts, fill, open_office
from benchmarks.province import LIST, look_once, overdue_lines, province_lines, recount_line
from benchmarks.searching import SEARCH, Grows, flat_lines, search_lines
from benchmarks.servers import serving
from benchmarks.signing import sign_lines
from benchmarks.steps import drafts_needed, endpoint_lines, list_lines, step_lines, submit_lines, track_lines
from benchmarks.table import Line, Row, line, markdown, plain, tagged
from benchmarks.thousand import weasyprint_lines
from benchmarks.unit_lines import unit_lines


@dataclass(frozen=True)
class Measure:
    """How much of everything: rounds, dossiers that lie there, random steps, walks of the engine."""

    rounds: int = 8
    few: int = 10_000
    many: int = 100_000
    steps: int = 2_000
    turns: int = 40


WHOLE, LITTLE = Measure(), Measure(1, 6_000, 7_000, 50, 2)
NOTES = {
    "F2": "stock in a transaction of six statements, as speed's design A; stricter beside it: stock around the least SQL",
    "F4": "the floor is the least SQL by hand; the timer is set again on the same day, on another it writes its indexes too",
    "F8": "laying out and writing the paper is most of ours; `make weasyprint` first, else typst afresh stands in",
    "F9": "a B-B is so cheap now that the check of a token, HTTP and waiting weigh more beside it",
    "F11": "every paper has its own number, codes and QR, the remembered one nothing new: profile in decision 0072",
    "F12": "the page and the list with sign-in, rights, row-level security and the frame's own counts; the floor has none",
    "H1": "34 statements a dossier beside 23; journal, ledger, notices, jobs, their indexes: profile in decision 0074",
    "H3": "the engine's turn, a transaction of the pool, what is checked: profile in decision 0070",
    "H5": "what is not flat: an unfinished word over a province, by hand as well: profile in decision 0073",
    "H6": "typst alone is half of a paper: profile in decision 0072",
    "H9": "imports: FastAPI's routes, pyHanko, SQLModel; two processes and the parent they are forked from",
}


async def over_http(much: Measure) -> tuple[list[Row], str]:
    """Everything that needs an office, and which PostgreSQL it had."""
    async with open_office() as office:
        rows: list[Row] = []
        await fill(office, much.few)
        ready = await drafts(office, drafts_needed(much.rounds))
        rows += await machine_rows(office)
        rows += await inside_lines(office, rounds=much.rounds)
        async with serving(office, "product", "/livez") as product, serving(office, "bare", "/docs") as floor:
            rows += await without_engine_lines(office, product, floor, rounds=much.rounds)
            rows += await step_lines(office, product, floor, rounds=much.rounds)
            rows += await submit_lines(office, ready, product, floor, rounds=much.rounds)
            rows += await track_lines(office, product, floor, rounds=much.rounds)
            rows += await endpoint_lines(office, product, floor, rounds=much.rounds)
            few_lines, few = await list_lines(office, product, floor, rounds=much.rounds, named=f"{much.few:,}")
        async with (serving(office, "product", "/livez", processes=2) as two,
                    serving(office, "bare", "/docs", processes=2) as bare_two):
            rows += await unit_lines(office, two, bare_two, rounds=much.rounds)
        rows += await starting.measure(office)
        await fill(office, much.many)
        rows += await poll_rows(office, much.many, rounds=much.rounds)
        async with serving(office, "product", "/livez") as product, serving(office, "bare", "/docs") as floor:
            many_lines, many = await list_lines(office, product, floor, rounds=much.rounds, named=f"{much.many:,}")
        flat = f"The work list page, {much.many:,} beside {much.few:,} open dossiers (one after the other)"
        rows += [*tagged(few_lines, "F12"), *tagged(many_lines, "F12"),
                 line(flat, "CPU, server + database", f"{much.few:,}", many.cpu, few.cpu, goal=1.5)]
        return rows, office.postgres.version


def engine_lines(much: Measure) -> list[Row]:
    """The rows of benchmarks.engine, whose p10 and median come as rows of their own."""
    found = {row.name: row for row in engine.measure(much.turns)}
    rows: list[Row] = []
    for name, row in found.items():
        if name.endswith(", p10"):
            middle = found[name.removesuffix("p10") + "median"]
            what, _, floor = name.removesuffix(", p10").partition(": ")
            rows.append(Line(
                "One turn of the engine, from stored bytes to stored bytes", what, floor, "ms", row.product_ms,
                middle.product_ms, row.floor_ms, middle.floor_ms, row.goal, "F1 H4" if "memory" in floor else "F1",
            ))
        elif name.startswith("state"):
            rows.append(Line(
                "State of an instance at its largest", name.partition(":")[0], "1 kB", "B", row.product_ms, row.product_ms,
                row.floor_ms, row.floor_ms, row.goal, "F4 H4",
            ))
    return [*sorted(rows, key=lambda one: one.group), *growth_rows()]


def paper_lines() -> list[Row]:
    """The rows of benchmarks.papers; they give the tenth percentile only."""
    return [
        Line(
            "Papers (tenth percentile only)", row.name.partition(",")[0].partition(" / ")[0], row.name.rpartition("/ ")[2],
            "ms", row.product_ms, row.product_ms, row.floor_ms, row.floor_ms, row.goal,
            "F11" if row.name.startswith("certificate, new") else "",
        )
        for row in papers.measure()
    ]


async def over_a_province(few: int, many: int, *, rounds: int) -> tuple[list[Row], str]:
    """The supervisors' questions over `many` dossiers; daily pages and the search there, and what they cost beside `few`."""
    async with open_province(few, communes=1) as filled:
        names, days, late = await _grows(filled, rounds)
    async with open_province(few) as filled:
        # Only what is asked of all of it: one of its communes has a hundredth of the dossiers (benchmarks.million).
        wide = [one.only(ALL) for one in await _grows(filled, rounds)]
    names, days, late = wide[0] | names, wide[1] | days, wide[2] | late
    async with open_province(many) as filled:
        rows: list[Row] = [_aimed(one) for one in await province_lines(filled, rounds=rounds)]
        overdue, more_late = await overdue_lines(filled, rounds=rounds)
        daily, more_days = await daily_lines(filled, rounds=rounds)
        found, pages, more_names = await search_lines(filled, rounds=rounds)
        rows += [*overdue, *flat_lines(LIST, late, more_late, few, many, goals="")]
        rows += [*daily, *flat_lines(DAILY, days, more_days, few, many)]
        rows += [*found, *pages, *flat_lines(SEARCH, names, more_names, few, many)]
        rows += await recount_line(filled)
        return rows, filled.postgres.version


async def _grows(filled: Filled, rounds: int) -> tuple[Grows, Grows, Grows]:
    """Search, daily pages and overdue list of a small installation; the sentinel has looked, as it has in the large one."""
    await look_once(filled)
    return (
        (await search_lines(filled, rounds=rounds))[2], (await daily_lines(filled, rounds=rounds))[1],
        (await overdue_lines(filled, rounds=rounds))[1],
    )


def _aimed(one: Line) -> Line:
    """Which aim a row of the province decides; the pages of H5 are asked over HTTP."""
    return replace(one, goals="H8") if one.what == "timers that are due" else one


def measured(*, full: bool, much: Measure) -> tuple[list[Row], str]:
    """Every row, and which PostgreSQL it was."""
    rows: list[Row] = [*engine_lines(much), *difference_rows(20_000 if full else much.steps), *miwg_rows()]
    rows += [*paper_lines(), *weasyprint_lines(turns=2 if much is WHOLE else 1), *_signed(much), *count_lines()]
    more, postgres = asyncio.run(over_http(much))
    rows += more
    if full:
        rows += asyncio.run(over_a_province(10_000, 1_000_000, rounds=15))[0]
    return rows, postgres


def _signed(much: Measure) -> list[Row]:
    return asyncio.run(sign_lines(rounds=30 if much is WHOLE else 1))


def main() -> None:
    """Measure, print, perhaps keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("full", "little", "keep"):
        parser.add_argument(f"--{name}", action="store_true")
    told = parser.parse_args()
    full, much = told.full, LITTLE if told.little else WHOLE
    began, busy = time.monotonic(), load()
    rows, postgres = measured(full=full, much=much)
    day, name = datetime.now(LOCAL), "full" if full else "bench"
    head = [*described(postgres), f"{busy} before, {load()} after; {time.monotonic() - began:.0f} s"]
    found = goals.decided(rows, f"make bench{'-full' if full else ''}", f"{day:%Y-%m-%d}")
    print(f"{day:%Y-%m-%d %H:%M}\n" + "\n".join(head) + "\n")
    print(plain(rows) + "\n")
    print(goals.short(found))
    if told.keep:
        keep(name, day, head, rows, found)


def keep(name: str, day: datetime, head: list[str], rows: Sequence[Row], found: dict[str, dict[str, object]]) -> None:
    """The long table into a page of its own, the summary of all kept runs into docs/speed.md, one line of history."""
    title = "Every aim beside its floor" if name == "bench" else "Every aim, a million dossiers"
    keeping.keep_page(name, title, day, head, markdown(rows))
    keeping.keep_figures(name, {"at": f"{day:%Y-%m-%d %H:%M}", "machine": head, "aims": found})
    kept = [figures for one in ("bench", "full") if (figures := keeping.kept_figures(one))]
    aims: dict[str, dict[str, object]] = {}
    for figures in sorted(kept, key=lambda one: str(one["at"])):
        aims |= figures["aims"]
    told = "\n".join(f"- {one}" for one in head)
    keeping.put_summary(f"Last run: {day:%Y-%m-%d %H:%M}.\n\n{told}\n\n{goals.summary(aims, NOTES)}")
    main_ones = "; ".join(f"{goal} {aims[goal]['told'][0]['told']}" for goal in ("H1", "H3", "H4", "H5", "H6", "H9")  # type: ignore[index]
                          if goal in aims)
    keeping.add_history(f"| {day:%Y-%m-%d %H:%M} | make bench{'-full' if name == 'full' else ''} | {main_ones} |")


if __name__ == "__main__":
    main()
