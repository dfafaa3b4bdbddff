"""Files of a dossier: as they are, or one page as a picture. Every byte shown still has the hash it was stored with."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Response

from app.documents import service as documents
from app.documents.models import Document
from app.dossiers.case import open_case
from app.faces.access import OfficerVisit
from app.faces.routes import Router
from app.kit import clock
from app.papers.errors import PaperDamaged
from app.papers.pages import page_pictures
from app.papers.pictures import images_to_pdf

router = Router(prefix="/desk/dossiers", include_in_schema=False)
SHOWN: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})
PPI: Final = 100


@router.get("/{dossier_id}/files/{document_id}")
async def file(visit: OfficerVisit, dossier_id: UUID, document_id: UUID, save: int = 0) -> Response:
    """The file itself: PDF and pictures in the browser, everything else (or `save=1`) as a download."""
    await open_case(visit.db, visit.tools, dossier_id)
    document, data = await documents.read(visit.db, visit.tools.store, dossier_id, document_id)
    return as_file(document, data, save=bool(save))


@router.get("/{dossier_id}/files/{document_id}/{number}.png")
async def picture(visit: OfficerVisit, dossier_id: UUID, document_id: UUID, number: int) -> Response:
    """One page as a picture, drawn from exactly the stored bytes; phones and browsers without a PDF viewer see it too."""
    await open_case(visit.db, visit.tools, dossier_id)
    document, data = await documents.read(visit.db, visit.tools.store, dossier_id, document_id)
    if document.media_type in ("image/jpeg", "image/png"):
        return _kept(data, document.media_type)
    if document.media_type != "application/pdf":
        data = (await images_to_pdf([data], title=document.name, printed_at=clock.now())).pdf
    try:
        page = min(max(number, 1), document.pages or 1)
        drawn = await page_pictures(data, ppi=PPI, first=page, last=page)
    except PaperDamaged as unreadable:
        raise documents.DocumentNotFound from unreadable
    return _kept(drawn[0], "image/png")


def as_file(document: Document, data: bytes, *, save: bool = False) -> Response:
    """The answer that carries a file: its type as we found it, its name escaped, nothing run, nothing shared."""
    known = document.media_type in SHOWN
    how = "inline" if known and not save else "attachment"
    return Response(data, media_type=document.media_type if known else "application/octet-stream", headers={
        "content-disposition": f"{how}; filename*=UTF-8''{quote(document.name, safe='')}",
        "cache-control": "private, no-store", "x-content-type-options": "nosniff", "etag": f'"{document.sha256}"',
    })


def _kept(data: bytes, media_type: str) -> Response:
    return Response(data, media_type=media_type, headers={
        "cache-control": "private, max-age=300", "x-content-type-options": "nosniff",
    })
