"""Pages of lists, written straight from their rows.

The models beside them stay the contract: OpenAPI describes them, tests/api reads what is sent by them. But nobody has to
check and copy our own rows into models first; for a page of a list that was a third of the answer's work.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from app.kit.clock import LOCAL


def moment(value: datetime | None) -> datetime | None:
    """A moment to be `written`, as `shapes.Moment` writes it: local, to the second, with its offset."""
    return value.astimezone(LOCAL) if value is not None else None


def listed(items: list[dict[str, Any]], following: str | None) -> Response:
    """A page of a list as the answer. `following`: the address of the next one."""
    return Response(written({"next": following, "items": items}), media_type="application/json")


def written(answer: dict[str, Any]) -> bytes:
    """An answer as JSON, its moments to the second."""
    return orjson.dumps(answer, default=_id, option=orjson.OPT_OMIT_MICROSECONDS)


def _id(value: object) -> str:
    """asyncpg's own kind of UUID, which orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
