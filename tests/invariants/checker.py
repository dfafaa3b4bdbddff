"""After a run: do database, store and the outside systems' books agree? Shares no code with the product.

    python -m tests.invariants.checker DSN STORE [--books payment=FILE post=FILE sms=FILE mailbox=FILE]
                                       [--acknowledged FILE] [--finished]

STORE is the folder of a folder store. Prints one line for each violation of I1–I13; ends with 1 when there is any.
`--acknowledged` names a file of dossier codes somebody was told; `--finished` says that every worker had time to finish.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg

from tests.invariants import clock, life, money, papers, supervision
from tests.invariants.facts import Facts, Folder, Violation, read_books, read_database


def check(facts: Facts) -> list[Violation]:
    """Every violation, in the order of the invariants."""
    found = {one for part in (life, papers, money, clock, supervision) for one in part.check(facts)}
    return sorted(found, key=lambda one: (one.code, one.about))


async def read(
    dsn: str, store: Path, books: dict[str, Path], acknowledged: tuple[str, ...] = (), *, finished: bool = False
) -> Facts:
    """One snapshot of everything."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = await read_database(connection)
    finally:
        await connection.close()
    return Facts(tables, Folder(store), read_books(books.items()), acknowledged, finished)


def main() -> int:
    """Check what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsn")
    parser.add_argument("store", type=Path)
    parser.add_argument("--books", nargs="*", default=[], metavar="SYSTEM=FILE")
    parser.add_argument("--acknowledged", type=Path)
    parser.add_argument("--finished", action="store_true")
    told = parser.parse_args()
    books = {name: Path(path) for name, _, path in (one.partition("=") for one in told.books)}
    codes = tuple(told.acknowledged.read_text().split()) if told.acknowledged else ()
    facts = asyncio.run(read(told.dsn, told.store, books, codes, finished=told.finished))
    found = check(facts)
    for one in found:
        print(f"{one.code:24} {one.about}: {one.words}")
    stuck = sum(row["state"] == "stuck" for row in facts["job"])
    lines = len(facts["journal_line"])
    print(f"{len(facts['dossier'])} dossiers, {lines} lines, {stuck} stuck jobs, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
