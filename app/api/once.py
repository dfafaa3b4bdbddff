"""Idempotency keys: a command sent twice has one effect and one answer."""

import functools
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from fastapi import Response, UploadFile
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.dossiers import queries_api as queries
from app.faces.access import Visit
from app.kit import clock
from app.kit.errors import Refused
from app.kit.words import N_

KEPT_FOR: Final = timedelta(days=2)
REPLAYED: Final = "idempotent-replayed"


class KeyUsedOtherwise(Refused):
    """The same Idempotency-Key came with another content or for another address."""

    says = N_("Khoá Idempotency-Key này đã dùng cho một yêu cầu khác. Hãy dùng khoá mới.")


def once(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Let a route with `visit` and `idempotency_key` play each key once.

    The key's row is written first and with the effect: of two at the same time the second waits, then gets the answer
    of the first. A refusal is not kept, so that it may be mended and sent again under the same key.
    """

    @functools.wraps(function)
    async def played_once(*, visit: Visit, idempotency_key: str | None = None, **given: Any) -> Any:
        if not idempotency_key:
            return await function(visit=visit, idempotency_key=None, **given)
        request = visit.request
        actor, route = _actor(visit), f"{request.method} {request.url.path}"[:200]
        digest = await _digest(given)
        kept = await queries.take_key(
            visit.db, actor=actor, key=idempotency_key, route=route, body_sha256=digest, at=clock.now(),
            forget_before=clock.now() - KEPT_FOR,
        )
        if kept is not None:
            if (kept.route, kept.body_sha256) != (route, digest):
                raise KeyUsedOtherwise
            return _again(kept.status, kept.answer)
        result = await function(visit=visit, idempotency_key=idempotency_key, **given)
        status = result.status_code if isinstance(result, Response) else (request.scope["route"].status_code or 200)
        answer = _kept(result) if isinstance(result, Response) else {"body": jsonable_encoder(result)}
        await queries.keep_answer(visit.db, actor=actor, key=idempotency_key, status=status, answer=answer)
        return result

    return played_once


def _actor(visit: Visit) -> str:
    if visit.maybe_officer is None and visit.maybe_citizen is None:
        return f"public:{visit.request.client.host if visit.request.client else ''}"[:80]
    return f"{visit.actor.kind}:{visit.actor.id}"


def _kept(result: Response) -> dict[str, Any]:
    """What a straight route has written already."""
    return {"body": json.loads(bytes(result.body))} if result.media_type == "application/json" else {}


def _again(status: int, answer: dict[str, Any]) -> Response:
    headers = {REPLAYED: "true"}
    if "body" in answer:
        return JSONResponse(answer["body"], status_code=status, headers=headers)
    return Response(status_code=status, headers=headers)


async def _digest(given: dict[str, Any]) -> str:
    """Of everything the route was given; files by their bytes."""
    parts: dict[str, Any] = {}
    for name, value in sorted(given.items()):
        if isinstance(value, BaseModel):
            parts[name] = value.model_dump(mode="json")
        elif isinstance(value, UploadFile):
            parts[name] = [value.filename, hashlib.sha256(await value.read()).hexdigest()]
            await value.seek(0)
        elif isinstance(value, str | int | bool) or value is None:
            parts[name] = value
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
