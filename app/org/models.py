"""Offices and the people who work in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, Identity, Integer
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class OfficeKind(StrEnum):
    """Commune centres do the work; the province's office watches over its communes."""

    COMMUNE = "commune"
    PROVINCE = "province"


class Role(StrEnum):
    """What an officer may do; also the lanes of the drawings."""

    RECEPTION = "reception"  # cán bộ tiếp nhận
    SPECIALIST = "specialist"  # công chức chuyên môn
    HEAD = "head"  # người đứng đầu bộ phận một cửa
    LEADER = "leader"  # lãnh đạo UBND
    CLERK = "clerk"  # văn thư
    SUPERVISOR = "supervisor"  # người theo dõi
    ADMINISTRATOR = "administrator"  # quản trị


class Office(SQLModel, table=True):
    """A one-stop office (Trung tâm Phục vụ hành chính công) of a commune or a province. The tenant."""

    __tablename__ = "office"
    __table_args__ = (one_of("kind", OfficeKind),)

    id: int | None = Field(default=None, sa_column=Column(Integer, Identity(always=True), primary_key=True))
    code: str = Field(max_length=35, unique=True)  # electronic identifier, QĐ 20/2020: "H99.08.22"
    territory_code: str = Field(max_length=5)  # 2 digits for a province, 5 for a commune
    kind: str = Field(max_length=10)
    name: str = Field(max_length=200)  # "Trung tâm Phục vụ hành chính công xã Tân Mai"
    short_name: str = Field(max_length=100)  # "Xã Tân Mai"
    authority: str = Field(max_length=200)  # who signs: "Ủy ban nhân dân xã Tân Mai"
    place: str = Field(max_length=100)  # the place in "…, ngày … tháng …"
    address: str = Field(max_length=300)
    phone: str = Field(max_length=30)
    email: str | None = Field(default=None, max_length=200)
    website: str | None = Field(default=None, max_length=200)
    parent_id: int | None = Field(default=None, foreign_key="office.id", index=True)
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # readings of terms, overlay, seal key
    valid_from: datetime = Field(sa_column=moment())
    valid_to: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Officer(SQLModel, table=True):
    """A civil servant (cán bộ, công chức) of one office."""

    __tablename__ = "officer"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    login: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=120)
    title: str = Field(max_length=120)  # "Chủ tịch", "Công chức tư pháp – hộ tịch"
    phone: str | None = Field(default=None, max_length=30)
    email: str | None = Field(default=None, max_length=200)
    roles: list[str] = Field(default_factory=list, sa_column=document())
    password_hash: str
    totp_secret: str | None = None
    failed_sign_ins: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    signing_key: str | None = Field(default=None, max_length=120)  # name of the key in the keys folder
    active: bool = True
    created_at: datetime = Field(sa_column=moment())
