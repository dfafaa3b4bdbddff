"""Over HTTP: a completed step, a submission, a look at the progress; the product's process beside the bare stack's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import orjson

from benchmarks.asking import Contender, Request, by_turns, request
from benchmarks.office import ACTED_ON, BARE, FIRST_STOCK, BenchOffice, Drafts, dossier_code, dossier_id
from benchmarks.servers import Server
from benchmarks.table import Line, Row, line

DRAFT_BATCH = 16
SQL, STOCK = "same SQL, no engine", "stock SpiffWorkflow, nothing else on"


async def step_lines(office: BenchOffice, product: Server, floor: Server, *, rounds: int) -> list[Line]:
    """A specialist says "once more": the token goes round, one step closes, one opens, a timer is armed again.

    By the API, which answers with the dossier as it then stands; and by the verb alone behind the same sign-in, rights,
    tenants and journal, answering in one word: what the API's answer costs is the difference.
    """
    api = Contender("api", product.port, product.pid, _acts(office, "/api/v1/dossiers/{}/steps/{}"))
    verb = Contender("verb", product.port, product.pid, _acts(office, "/bench/dossiers/{}/steps/{}"))
    bare = Contender("bare", floor.port, floor.pid, _plain("bare", 1))
    stock = Contender("stock", floor.port, floor.pid, _plain("stock", FIRST_STOCK))
    await by_turns([api, verb, bare, stock], office.postgres.pid, rounds=rounds)
    lines = []
    for group, ours, judged in (
        ("One completed step over HTTP: the API, everything on; 10,000 open dossiers", api, True),
        ("The same step, the verb alone behind sign-in, rights, tenants and journal", verb, False),
    ):
        lines += [
            line(group, "CPU, server + database", SQL, ours.cpu, bare.cpu),
            line(group, "CPU, server + database", STOCK, ours.cpu, stock.cpu),
            line(group, "one client", SQL, ours.alone, bare.alone),
            line(group, "one client", STOCK, ours.alone, stock.alone),
            line(group, "eight clients, ms a step", SQL, ours.crowd, bare.crowd, goal=1.33 if judged else None),
            line(group, "eight clients, ms a step", STOCK, ours.crowd, stock.crowd, goal=1.0 if judged else None),
        ]
    return lines


def _acts(office: BenchOffice, path: str) -> Iterator[Request]:
    """Every dossier once: its open step has the number the engine gave it."""
    body = orjson.dumps({"action": "again"})
    for n in office.untouched:
        yield request("POST", path.format(dossier_id(n), office.examine_no), bearer=office.words["specialist"], json=body)


def _plain(name: str, first: int) -> Iterator[Request]:
    for n in itertools.cycle(range(first, first + BARE)):
        yield request("POST", f"/{name}/{n}")


async def submit_lines(office: BenchOffice, drafts: Drafts, product: Server, floor: Server, *, rounds: int) -> list[Line]:
    """A citizen hands in a complete draft with one paper: checked, coded, started, fees assessed, everybody told."""
    ours = Contender("product", product.port, product.pid, _submissions(drafts))
    bare = Contender("bare", floor.port, floor.pid, _submitted())
    await by_turns([ours, bare], office.postgres.pid, rounds=rounds, batch=DRAFT_BATCH)
    group = "Submit: the API, a draft with one paper; 10,000 open dossiers"
    floor_is = "the same rows in one transaction, by hand"
    return [
        line(group, "CPU, server + database", floor_is, ours.cpu, bare.cpu),
        line(group, "one client", floor_is, ours.alone, bare.alone),
        line(group, "eight clients, ms a submission", floor_is, ours.crowd, bare.crowd),
    ]


def drafts_needed(rounds: int) -> int:
    """How many drafts `submit_lines` hands in."""
    return 10 + rounds * (DRAFT_BATCH + DRAFT_BATCH // 2)


def _submissions(drafts: Drafts) -> Iterator[Request]:
    for one in drafts.ids:
        yield request("POST", f"/api/v1/dossiers/{one}/submit", bearer=drafts.word)


def _submitted() -> Iterator[Request]:
    for n in itertools.count(1):
        yield request("POST", f"/submitted/{n}")


async def track_lines(office: BenchOffice, product: Server, floor: Server, *, rounds: int) -> list[Line]:
    """Anybody with the code and four digits looks at the progress page."""
    ours = Contender("product", product.port, product.pid, _looks("/track"))
    bare = Contender("bare", floor.port, floor.pid, _looks("/tracked"))
    await by_turns([ours, bare], office.postgres.pid, rounds=rounds, batch=24)
    group = "Track: the public progress page; 10,000 open dossiers"
    by_hand = "same rows by hand, same template"
    return [
        line(group, "CPU, server + database", by_hand, ours.cpu, bare.cpu),
        line(group, "one client", by_hand, ours.alone, bare.alone),
    ]


def _looks(path: str) -> Iterator[Request]:
    """Each from an address of its own: one address may look only so often."""
    for n in itertools.cycle(range(1, ACTED_ON + 1)):
        where = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        proof = {"code": dossier_code(n), "digits": f"{1 + n % 1000:04d}"}
        yield request("POST", path, form=proof, headers={"x-forwarded-for": where})


async def list_lines(
    office: BenchOffice, product: Server, floor: Server, *, rounds: int, named: str
) -> tuple[list[Line], Contender]:
    """The first page of a specialist's work list, and the product's figures to compare with another size."""
    page = request("GET", "/desk", cookie=office.words["specialist"])
    ours = Contender("product", product.port, product.pid, itertools.repeat(page))
    bare = Contender("bare", floor.port, floor.pid, itertools.repeat(request("GET", "/work")))
    await by_turns([ours, bare], office.postgres.pid, rounds=rounds, batch=20)
    group = f"The work list page, {named} open dossiers"
    by_hand = "same queries by hand, same template"
    return [
        line(group, "CPU, server + database", by_hand, ours.cpu, bare.cpu, goal=1.3),
        line(group, "one client", by_hand, ours.alone, bare.alone),
    ], ours


async def endpoint_lines(office: BenchOffice, product: Server, floor: Server, *, rounds: int) -> list[Row]:
    """The worklist as JSON beside the same query, asyncpg and orjson."""
    asks = request("GET", "/api/v1/steps", bearer=office.words["specialist"])
    ours = Contender("product", product.port, product.pid, itertools.repeat(asks))
    bare = Contender("bare", floor.port, floor.pid, itertools.repeat(request("GET", "/work.json")))
    await by_turns([ours, bare], office.postgres.pid, rounds=rounds, batch=20)
    group, by_hand = "The worklist endpoint, 10,000 open dossiers", "same query by hand, asyncpg and orjson"
    return [
        line(group, "CPU, server + database", by_hand, ours.cpu, bare.cpu, goal=1.3, goals="F12"),
        line(group, "one client", by_hand, ours.alone, bare.alone),
    ]
