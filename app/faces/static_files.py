"""Stylesheets, scripts and pictures, kept in memory and served under their own digest: cached for good.

`static("motcua.css")` gives `/static/<digest>/motcua.css`. The digest covers the whole folder, so after an
upgrade every page asks for new addresses; an old address still answers, uncached, with what we have now.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Depends, Request, Response

from app.faces.access import open_to_all
from app.faces.routes import Router

FOLDER = Path(__file__).parent / "static"
_TEXTS = frozenset({".css", ".js", ".svg", ".txt"})

router = Router(include_in_schema=False, dependencies=[Depends(open_to_all)])


@dataclass(frozen=True)
class StaticFile:
    """One file as it goes over the wire; `squeezed` is its gzip form, for the readers that take it."""

    media_type: str
    content: bytes
    squeezed: bytes | None


@cache
def files() -> dict[str, StaticFile]:
    """Every file of the folder by its name in addresses, read once."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            content = path.read_bytes()
            squeezed = gzip.compress(content, 9, mtime=0) if path.suffix in _TEXTS else None
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[path.relative_to(FOLDER).as_posix()] = StaticFile(kind, content, squeezed)
    return found


@cache
def digest() -> str:
    """Twelve hexadecimal digits that change when any file does."""
    total = hashlib.sha256()
    for name, file in files().items():
        total.update(name.encode() + b"\0" + hashlib.sha256(file.content).digest())
    return total.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a file. Raises KeyError for one that is not there: a broken template, not a reader's mistake."""
    if name not in files():
        raise KeyError(name)
    return f"/static/{digest()}/{name}"


@router.api_route("/static/{version}/{name:path}", methods=["GET", "HEAD"])
async def static_file(request: Request, version: str, name: str) -> Response:
    """Public: no page works without it."""
    file = files().get(name)
    if file is None:
        return Response(status_code=404, headers={"cache-control": "no-store"})
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if version == digest() else "no-cache",
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    content = file.content
    if file.squeezed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = file.squeezed
        headers["content-encoding"] = "gzip"
    return Response(content, media_type=file.media_type, headers=headers)
