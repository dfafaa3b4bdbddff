"""The door to pgqueuer, through which the worker is woken; loaded by the first process that queues something."""

from typing import Any, Final

import orjson
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from app.kit.db import Db

HEADERS: Final = 5  # the sixth argument of pgqueuer's enqueue statement


class OurDriver(AsyncpgDriver):
    """pgqueuer hands over JSON as text; our connections write JSON themselves and would write that text twice over."""

    async def fetch(self, query: str, *args: Any) -> list[dict[str, Any]]:
        read = [[orjson.loads(one) if isinstance(one, str) else one for one in arg] if n == HEADERS else arg
                for n, arg in enumerate(args)]
        return await super().fetch(query, *read)


def queries(db: Db) -> Queries:
    """pgqueuer's statements, in the transaction of `db`."""
    return Queries(OurDriver(db.connection))  # type: ignore[arg-type]
