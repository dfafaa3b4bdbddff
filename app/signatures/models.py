"""Who signed which bytes, with which key."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.columns import moment, office


class Signature(SQLModel, table=True):
    """One signature or seal on a document (chữ ký số). `previewed_sha256` is what the signer saw and was signed."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("task_key", name="uq_signature_task"),
        Index("ix_signature_dossier", "dossier_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    document_id: UUID  # the signed document
    kind: str = Field(max_length=10)  # leader, seal
    officer_id: UUID | None = None  # who ordered it
    task_key: str = Field(max_length=200)  # the same signing is done once
    previewed_sha256: str = Field(max_length=64)
    signed_sha256: str = Field(max_length=64)
    certificate_serial: str = Field(max_length=80)
    signer: str = Field(max_length=200)
    level: str = Field(max_length=10)  # B-B, B-T, B-LT, B-LTA
    signed_at: datetime = Field(sa_column=moment())
