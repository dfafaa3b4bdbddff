"""Attach, read and remove the papers of a dossier. A row exists only after its bytes are safely stored."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from app.documents.models import Document, DocumentKind
from app.documents.rules import Inspection, TooManyFiles, inspect
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import NotFound, Refused, Unavailable
from app.kit.words import N_
from storage import ObjectDamaged, ObjectNotFound, ObjectStore, StoreError, StoreFull, StoreUnreachable


class DocumentNotFound(NotFound):
    """No such document in this dossier."""

    says = N_("Không có giấy tờ này trong hồ sơ.")


class StoreAway(Unavailable):
    """The object store does not answer; the file was not taken."""

    says = N_("Kho giấy tờ đang gián đoạn nên tệp CHƯA được lưu. Những gì đã gửi trước đó vẫn còn. Hãy gửi lại sau.")


class StoreIsFull(Unavailable):
    """The store has no room."""

    says = N_("Kho giấy tờ đã đầy nên tệp CHƯA được lưu. Chúng tôi đã được báo. Hãy gửi lại sau.")


class PaperDamagedInStore(Refused):
    """Stored bytes no longer have their hash; they are never shown."""

    says = N_("Tệp “{name}” trong kho bị hỏng. Hãy gửi lại tệp này, hoặc báo quản trị.")


async def attach(
    db: Db, store: ObjectStore, *, office_id: int, dossier_id: UUID, component: str, name: str, data: bytes,
    added_by: UUID | None, most_files: int = 5, copy_kind: str = "file", source: str = "applicant",
) -> Document:
    """Check a file, store it durably, then write its row. The same bytes under the same paper are taken once.

    Raises a FileRefused, StoreAway, StoreIsFull.
    """
    found = await asyncio.to_thread(inspect, name, data)
    digest = hashlib.sha256(data).hexdigest()
    rows = await db.rows(
        "SELECT * FROM document WHERE dossier_id = $1 AND component = $2 AND kind = 'paper' AND removed_at IS NULL",
        dossier_id, component,
    )
    for row in rows:
        if row["sha256"] == digest:
            return Document(**dict(row))
    if len(rows) >= most_files:
        raise TooManyFiles(found.name, most=most_files)
    return await _keep(
        db, store, office_id=office_id, dossier_id=dossier_id, kind=DocumentKind.PAPER, component=component, found=found,
        data=data, digest=digest, added_by=added_by, copy_kind=copy_kind, source=source,
    )


async def keep_printed(
    db: Db, store: ObjectStore, *, office_id: int, dossier_id: UUID, kind: DocumentKind, component: str, name: str,
    pdf: bytes, pages: int, added_by: UUID | None = None,
) -> Document:
    """Store a paper we printed or signed ourselves."""
    return await _keep(
        db, store, office_id=office_id, dossier_id=dossier_id, kind=kind, component=component,
        found=Inspection(name, "application/pdf", pages), data=pdf, digest=hashlib.sha256(pdf).hexdigest(),
        added_by=added_by, copy_kind="file", source="office",
    )


async def read(db: Db, store: ObjectStore, dossier_id: UUID, document_id: UUID) -> tuple[Document, bytes]:
    """A document and its bytes, whose hash was compared. Raises DocumentNotFound, PaperDamagedInStore, StoreAway."""
    row = await db.row("SELECT * FROM document WHERE id = $1 AND dossier_id = $2", document_id, dossier_id)
    if row is None:
        raise DocumentNotFound
    document = Document(**dict(row))
    return document, await bytes_of(store, document)


async def bytes_of(store: ObjectStore, document: Document) -> bytes:
    """The bytes of a document, whose hash was compared."""
    try:
        return await store.get(document.object_key, sha256=document.sha256)
    except (ObjectDamaged, ObjectNotFound) as damaged:
        raise PaperDamagedInStore(name=document.name) from damaged
    except StoreUnreachable as away:
        raise StoreAway from away


async def remove(db: Db, dossier_id: UUID, document_id: UUID) -> None:
    """Take a paper out of a draft. The row and the bytes stay for the journal. Raises DocumentNotFound."""
    touched = await db.run(
        "UPDATE document SET removed_at = $3 WHERE id = $2 AND dossier_id = $1 AND kind = 'paper' AND removed_at IS NULL",
        dossier_id, document_id, clock.now(),
    )
    if not touched:
        raise DocumentNotFound


# The papers of a dossier in one column, as a part of a larger question; `require_stored` looks at them.
PAPERS: Final = """
  ARRAY(SELECT ROW(name, object_key, size, sha256) FROM document
        WHERE dossier_id = {dossier}::uuid AND kind = 'paper' AND removed_at IS NULL)"""


async def require_stored(store: ObjectStore, papers: Sequence[Sequence[Any]]) -> None:
    """Every one of these `PAPERS` is in the store with its size. Raises PaperDamagedInStore, StoreAway."""
    for name, object_key, size, sha256 in papers:
        try:
            held = await store.stat(object_key)
        except ObjectNotFound as gone:
            raise PaperDamagedInStore(name=name) from gone
        except StoreUnreachable as away:
            raise StoreAway from away
        if held.size != size or held.sha256 != sha256:
            raise PaperDamagedInStore(name=name)


async def of_dossier(db: Db, dossier_id: UUID, kinds: Sequence[str] | None = None) -> list[Document]:
    """The documents of a dossier, oldest first."""
    rows = await db.rows(
        "SELECT * FROM document WHERE dossier_id = $1 AND removed_at IS NULL AND ($2::text[] IS NULL OR kind = ANY($2))"
        " ORDER BY added_at, id",
        dossier_id, list(kinds) if kinds else None,
    )
    return [Document(**dict(row)) for row in rows]


async def _keep(
    db: Db, store: ObjectStore, *, office_id: int, dossier_id: UUID, kind: DocumentKind, component: str,
    found: Inspection, data: bytes, digest: str, added_by: UUID | None, copy_kind: str, source: str,
) -> Document:
    document_id = uuid4()
    key = f"{office_id}/{dossier_id}/{document_id}"
    try:
        held = await store.put(key, data, media_type=found.media_type, if_absent=True)
    except StoreFull as full:
        raise StoreIsFull from full
    except StoreUnreachable as away:
        raise StoreAway from away
    except StoreError as refused:
        raise StoreAway from refused
    assert held.sha256 == digest, "the store wrote other bytes than it was given"
    return await db.add(Document(
        id=document_id, office_id=office_id, dossier_id=dossier_id, kind=kind.value, component=component,
        name=found.name, media_type=found.media_type, size=len(data), sha256=digest, object_key=key, pages=found.pages,
        copy_kind=copy_kind, source=source, checks={"warnings": list(found.warnings)}, added_by=added_by,
        added_at=clock.now(),
    ))
