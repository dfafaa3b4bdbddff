"""The commune's answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class ResultState(StrEnum):
    """A result is drafted, numbered, signed, issued (sealed), and may later be revoked or replaced."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    ISSUED = "issued"
    REVOKED = "revoked"
    DISCARDED = "discarded"


class Result(SQLModel, table=True):
    """One paper that answers a dossier (kết quả giải quyết). Stored as `<code>-KQ<n>` (NĐ 45/2020 art. 14)."""

    __tablename__ = "result"
    __table_args__ = (
        one_of("state", ResultState),
        UniqueConstraint("dossier_id", "n", name="uq_result_n"),
        Index("ix_result_sha256", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    n: int
    kind: str = Field(max_length=40)  # KQ.G15.000031
    title: str = Field(max_length=200)
    store_code: str | None = Field(default=None, max_length=80, unique=True)
    state: str = Field(default="drafted", max_length=10)
    content: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # what the template prints
    book: str | None = Field(default=None, max_length=60)
    number: int | None = None
    number_text: str | None = Field(default=None, max_length=60)  # "15/2026"
    dated: date | None = Field(default=None, sa_type=Date)
    draft_id: UUID | None = None  # document: what the signer previews
    document_id: UUID | None = None  # document: signed
    sha256: str | None = Field(default=None, max_length=64)
    verify_key: str = Field(max_length=40, unique=True)  # in the QR
    copies: int = 1
    ordered: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # {"leader": {"by", "sha256"}, "seal": …}
    drafted_at: datetime = Field(sa_column=moment())
    issued_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    revoked_why: str | None = None


class RegisterBook(SQLModel, table=True):
    """The last number drawn from a book in a year (sổ đăng ký). Numbers restart at 1 each 1 January."""

    __tablename__ = "register_book"

    office_id: int = Field(primary_key=True)
    book: str = Field(primary_key=True, max_length=60)
    year: int = Field(primary_key=True)
    last: int


class RegisterEntry(SQLModel, table=True):
    """One number of a book and what it was drawn for; a number never used says why."""

    __tablename__ = "register_entry"

    office_id: int = Field(primary_key=True)
    book: str = Field(primary_key=True, max_length=60)
    year: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    dossier_id: UUID
    result_id: UUID
    drawn_at: datetime = Field(sa_column=moment())
    void_why: str | None = None
