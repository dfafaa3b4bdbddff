"""A small house of its own: the gallery, its files and the content policy; no database."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from fastapi import FastAPI, Request, Response

from app.faces import languages, static_files
from app.faces.policy import security_headers
from app.gallery import router
from tests.browser import served


def gallery_app() -> FastAPI:
    """The gallery as `main` would serve it."""
    app = FastAPI(openapi_url=None)
    for part in (static_files.router, languages.router, router):
        app.include_router(part)

    @app.middleware("http")
    async def policy(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        response.headers.update(security_headers())
        return response

    return app


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of the gallery."""
    with served(gallery_app()) as home:
        yield home
