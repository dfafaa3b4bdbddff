"""Papers of a dossier: what the applicant gave, what the office printed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class DocumentKind(StrEnum):
    """Where a document comes from."""

    PAPER = "paper"  # a component the applicant gave or the counter digitised
    FORM = "form"  # an official form we printed (Mẫu 01–07, lists, labels)
    DRAFT = "draft"  # a result not yet signed
    RESULT = "result"  # a signed result
    RECEIPT = "receipt"  # a fee receipt
    MESSAGE = "message"  # attached to a message


class Document(SQLModel, table=True):
    """A stored file (giấy tờ). The row exists only after the bytes are durably stored and their hash is known."""

    __tablename__ = "document"
    __table_args__ = (
        one_of("kind", DocumentKind),
        Index("ix_document_dossier", "dossier_id", "kind"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    kind: str = Field(max_length=10)
    component: str | None = Field(default=None, max_length=80)  # id in procedure.toml; form name for printed forms
    name: str = Field(max_length=255)  # as the person named it, cleaned
    media_type: str = Field(max_length=80)
    size: int
    sha256: str = Field(max_length=64)
    object_key: str = Field(max_length=200)
    pages: int | None = None
    copy_kind: str = Field(default="file", max_length=12)  # original, certified, photocopy, file, data
    source: str = Field(default="applicant", max_length=20)  # applicant, counter, post, database, office
    checks: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # type found, warnings
    added_by: UUID | None = None
    added_at: datetime = Field(sa_column=moment())
    removed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
