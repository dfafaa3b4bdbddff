"""The API's own document: OpenAPI for machines, a plain page for people."""

from html import escape
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.api.shapes import Problem
from app.faces.access import open_to_all
from app.faces.routes import Router

PREFIX: Final = "/api/v1"
OPEN: Final = tuple(f"{PREFIX}/{name}" for name in ("procedures", "offices", "verify", "tracking", "deadline"))
METHODS: Final = ("get", "post", "put", "delete")
ABOUT: Final = """
The same verbs as the pages, as JSON.

* **Who**: officers sign in with `POST /api/v1/session` and send the token as `Authorization: Bearer …`. Citizens sign in
  at the identity provider through the web; the cookie `motcua` serves here too, with its session's secret in
  `X-CSRF-Token` (see `GET /api/v1/session`) on everything but GET, or as a bearer token.
* **Twice**: every command takes an `Idempotency-Key`; the same key with the same content has one effect and one answer.
* **Meanwhile**: a dossier carries an `ETag`; send it as `If-Match` and a change in between is told (412).
* **Lists** are pages; `next` is the address of the following one.
* **Moments** are ISO 8601 with their offset; amounts are đồng; refusals are problem+json (RFC 9457), and `detail` is a
  sentence a person can act on.
""".strip()


def document_router(described: Router) -> Router:
    """Routes that describe `described`."""
    application = FastAPI(title="Một Cửa", version="1", description=ABOUT, license_info={
        "name": "Apache-2.0", "identifier": "Apache-2.0",
    })
    application.include_router(described)
    router = Router(prefix=PREFIX, include_in_schema=False, dependencies=[Depends(open_to_all)])

    @router.get("/openapi.json")
    async def openapi() -> Response:
        """Open to all: OpenAPI 3.1."""
        return JSONResponse(_openapi(application), headers={"cache-control": "public, max-age=300"})

    @router.get("")
    @router.get("/docs")
    async def docs(request: Request) -> Response:
        """Open to all: the same for people, without scripts."""
        return HTMLResponse(_page(_openapi(application)), headers={"cache-control": "public, max-age=300"})

    return router


def _openapi(application: FastAPI) -> dict[str, Any]:
    if application.openapi_schema is not None:
        return application.openapi_schema
    schema = application.openapi()
    schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    schema["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "The token of `POST /api/v1/session`."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "motcua", "description": "A session of the web."},
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            signing_in = (path, method) == (f"{PREFIX}/session", "post")
            if not (signing_in or path.startswith(OPEN) or "/by-key/" in path):
                operation["security"] = [{"bearer": []}, {"cookie": []}]
    return schema


def _page(schema: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if operation := operations.get(method):
                groups.setdefault(operation["tags"][0], []).append(_entry(path, method, operation))
    body = "".join(f"<section><h2>{escape(tag)}</h2>{''.join(entries)}</section>" for tag, entries in groups.items())
    about = "".join(f"<p>{escape(part)}</p>" for part in ABOUT.split("\n* ")[0:1]) + "<ul>" + "".join(
        f"<li>{escape(' '.join(part.split()).replace('**', '').replace('`', ''))}</li>" for part in ABOUT.split("\n* ")[1:]
    ) + "</ul>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Một Cửa – API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>'
        f'<h1>Một Cửa – API v1</h1>{about}<p><a href="{PREFIX}/openapi.json">OpenAPI (JSON)</a></p>{body}'
        "</main></body></html>"
    )


def _entry(path: str, method: str, operation: dict[str, Any]) -> str:
    words = escape(" ".join(operation.get("description", "").split()))
    given = "".join(
        f"<li><code>{escape(one['name'])}</code> ({one['in']}{', required' if one.get('required') else ''})"
        f" {escape(one.get('description', ''))}</li>"
        for one in operation.get("parameters", ())
    )
    body = operation.get("requestBody", {}).get("content", {})
    shape = next((_name(content["schema"]) for content in body.values()), "")
    answers = ", ".join(
        f"{status} {_name(content.get('schema', {}))}".strip()
        for status, answer in operation["responses"].items() if status.startswith("2")
        for content in (next(iter(answer.get("content", {"": {}}).values())),)
    )
    return (
        f"<article><h3><code>{method.upper()} {escape(path)}</code></h3><p>{escape(operation['summary'])}. {words}</p>"
        + (f"<ul>{given}</ul>" if given else "") + (f"<p>Body: <code>{escape(shape)}</code></p>" if shape else "")
        + f"<p>Answer: {escape(answers)}</p></article>"
    )


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]
