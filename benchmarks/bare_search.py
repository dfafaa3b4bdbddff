"""The floor of a search over HTTP: the same question by a role no policy binds, the same template, nothing around them.

As bare as `bare`: no OpenAPI, no tracing, which the product has not either.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request, Response

from app.dossiers import queries_search as queries
from app.faces.due import DueState, DueView
from app.faces.frame import Frame, Office, WayItem
from app.faces.pages import Here, draw
from app.kit.db import Db

FRAME = Frame(
    office=Office(short="Xã Tân Mai", place="Xã Tân Mai", phone="0200 355 0101"), home="/desk", person="Lò Thị Bưởi",
    way=(WayItem("/desk", "Việc của tôi"), WayItem("/desk/intake", "Tiếp nhận"), WayItem("/desk/return", "Trả kết quả")),
    sign_out="/desk/sign-out", find="/desk/search",
    shortcuts=(("Alt + 1…9", "chọn thủ tục hay dùng ở quầy"),),
)


def drawn(rows: list[queries.Found], words: str, several: bool, alike: bool) -> str:
    """The page of these rows."""
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    shown = [{
        "row": row, "tag": {"words": "Đang giải quyết", "kind": ""}, "several": several,
        "href": f"/desk/dossiers/{row.dossier_id}", "due": DueView(DueState.LATE, row.due_at or row.created_at, -3),
    } for row in page]
    return draw(
        "desk/search/results.html", "vi", "token", frame=FRAME, here=Here("/desk/search", "vi", "/language/en"),
        current="/desk/search", errors=(), wanted=words, rows=shown, alike=alike, asked_for=False,
        next="/desk/search?after=x" if more else None, first=None, wider=None if more else "/desk/search", exact="",
    )


async def asked(db: Db, offices: tuple[int, ...], words: str) -> tuple[list[queries.Found], bool]:
    """What the page asks, and whether it had to look for similar names."""
    rows = await queries.search(db, offices=offices, text=words)
    return (rows, False) if rows else (await queries.search_similar(db, offices=offices, text=words), True)


def application() -> FastAPI:
    """`GET /search?words=…&offices=1,2,3`."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_FLOOR_DSN"], min_size=1, max_size=10) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=life, openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.get("/search")
    async def search(request: Request, words: str, offices: str) -> Response:
        ids = tuple(int(one) for one in offices.split(","))
        async with request.app.state.pool.acquire() as connection:
            rows, alike = await asked(Db(connection), ids, words)
        return Response(drawn(rows, words, len(ids) > 1, alike), media_type="text/html; charset=utf-8")

    return app
