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


def moment(value: datetime | None) -> str | None:
    """A moment as `shapes.Moment` writes it: local, to the second, with its offset."""
    return value.astimezone(LOCAL).isoformat(timespec="seconds") if value is not None else None


def listed(items: list[dict[str, Any]], following: str | None) -> Response:
    """A page of a list as the answer. `following`: the address of the next one."""
    written = orjson.dumps({"next": following, "items": items}, default=written_id)
    return Response(written, media_type="application/json")


def written_id(value: object) -> str:
    """asyncpg's own kind of UUID, which orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
