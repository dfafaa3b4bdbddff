"""Who is signed in. Kept on the server; the browser holds only a random word."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, packed


class Session(SQLModel, table=True):
    """One signed-in browser. `digest` is the SHA-256 of the cookie: a stolen table opens nothing."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_officer", "officer_id"), Index("ix_session_expires", "expires_at"))

    digest: bytes = Field(sa_column=Column(packed().type, primary_key=True))
    kind: str = Field(max_length=10)  # officer, citizen
    officer_id: UUID | None = None
    citizen_id: UUID | None = None
    secret: str = Field(max_length=64)  # what forms must carry back (CSRF)
    stage: str = Field(default="in", max_length=10)  # "password": the second factor is still owed
    created_at: datetime = Field(sa_column=moment())
    seen_at: datetime = Field(sa_column=moment())
    expires_at: datetime = Field(sa_column=moment())
    note: dict[str, Any] = Field(default_factory=dict, sa_column=document())
