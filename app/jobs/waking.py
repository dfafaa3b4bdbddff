"""The door to pgqueuer, through which the worker is woken; loaded by the first process that queues something."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import orjson
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from app.kit.db import Db

HEADERS: Final = 5  # the sixth argument of pgqueuer's enqueue statement
# pgqueuer's arguments as they are for jobs to be done at once, when their ids stand in `to_wake`.
_OF_JOBS: Final = (
    "ARRAY(SELECT 0 FROM to_wake)", "ARRAY(SELECT '{entrypoint}' FROM to_wake)",
    "ARRAY(SELECT convert_to(id::text, 'UTF8') FROM to_wake)", "ARRAY(SELECT interval '0' FROM to_wake)",
    "ARRAY(SELECT NULL::text FROM to_wake)", "ARRAY(SELECT NULL::jsonb FROM to_wake)",
)
_PART: Final = re.compile(r"(\w+) AS (?:MATERIALIZED )?\(")


class EnqueueUnknown(Exception):
    """This pgqueuer writes its statement in a way that cannot be made a part of ours."""


class OurDriver(AsyncpgDriver):
    """pgqueuer hands over JSON as text; our connections write JSON themselves and would write that text twice over."""

    async def fetch(self, query: str, *args: Any) -> list[dict[str, Any]]:
        read = [[orjson.loads(one) if isinstance(one, str) else one for one in arg] if n == HEADERS else arg
                for n, arg in enumerate(args)]
        return await super().fetch(query, *read)


def queries(db: Db) -> Queries:
    """pgqueuer's statements, in the transaction of `db`."""
    return Queries(OurDriver(db.connection))  # type: ignore[arg-type]


@cache
def waking_parts(entrypoint: str) -> str:
    """pgqueuer's own enqueue statement as parts of one that writes jobs: its words, our jobs where its arguments stood.

    Behind a part `to_wake(id)`. The last SELECT, which tells pgqueuer's ids, is left out. Raises EnqueueUnknown.
    """
    told = re.sub(r"--[^\n]*", "", QueryQueueBuilder().build_enqueue_query("raise")).strip()
    if not told.startswith("WITH ") or "{" in told:
        raise EnqueueUnknown
    parts = list(_parts(told.removeprefix("WITH ")))
    sql = ",\n".join(parts)
    for n, jobs in enumerate(_OF_JOBS, start=1):
        if sql.count(f"${n}::") != 1:
            raise EnqueueUnknown
        sql = sql.replace(f"${n}::", f"{jobs.format(entrypoint=entrypoint)}::")
    if "$" in sql or not parts:
        raise EnqueueUnknown
    return sql


def _parts(told: str) -> Iterator[str]:
    """Each `name AS (…)`, until something else begins."""
    while (begun := _PART.match(told)) is not None:
        depth, end = 1, begun.end()
        while depth and end < len(told):
            depth += {"(": 1, ")": -1}.get(told[end], 0)
            end += 1
        yield told[:end]
        told = told[end:].lstrip(", \n")
