"""Files of a dossier, for its applicant: what they gave, what the office printed for them, the signed result."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Response

from app.documents import service as documents
from app.documents.models import Document
from app.documents.service import DocumentNotFound
from app.dossiers.showing import may_see
from app.faces.access import CitizenVisit
from app.faces.routes import Router
from app.portal.own import own_case
from app.portal.previews import preview

router = Router(prefix="/dossiers/{dossier_id}/papers/{document_id}", include_in_schema=False)

_SHOWN: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})
_NOTHING_RUNS: Final = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@router.get("/file")
async def file(visit: CitizenVisit, dossier_id: UUID, document_id: UUID, save: bool = False) -> Response:
    """The applicant: one file. It cannot run anything, whatever it holds."""
    document, data = await _read(visit, dossier_id, document_id)
    inline = document.media_type in _SHOWN and not save
    return Response(data, media_type=document.media_type, headers={
        "content-disposition": disposition(document.name, inline=inline), "x-content-type-options": "nosniff",
        "content-security-policy": _NOTHING_RUNS, "cache-control": "private, no-store",
    })


@router.get("/preview")
async def small(visit: CitizenVisit, dossier_id: UUID, document_id: UUID) -> Response:
    """The applicant: the first page as a small picture."""
    document, data = await _read(visit, dossier_id, document_id)
    picture = await preview(document.media_type, data)
    if picture is None:
        raise DocumentNotFound
    return Response(picture, media_type="image/jpeg", headers={
        "x-content-type-options": "nosniff", "cache-control": "private, max-age=3600",
    })


def disposition(name: str, *, inline: bool) -> str:
    """A Content-Disposition that keeps Vietnamese names (RFC 6266) and gives old readers a plain one."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain or 'tep'}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _read(visit: CitizenVisit, dossier_id: UUID, document_id: UUID) -> tuple[Document, bytes]:
    case = await own_case(visit, dossier_id)
    row = await visit.db.row("SELECT * FROM document WHERE id = $1 AND dossier_id = $2", document_id, case.id)
    if row is None or not await may_see(visit.db, case, Document(**dict(row))):
        raise DocumentNotFound
    return await documents.read(visit.db, visit.tools.store, case.id, document_id)
