"""Where people live and offices stand: provinces and communes, each with the days on which it was what it was."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.kit.columns import one_of


class UnitKind(StrEnum):
    """Kinds of administrative unit since 1 July 2025: two levels, no district (QĐ 19/2025/QĐ-TTg)."""

    PROVINCE = "tỉnh"
    CITY = "thành phố"
    COMMUNE = "xã"
    WARD = "phường"
    SPECIAL_ZONE = "đặc khu"

    @property
    def is_province(self) -> bool:
        return self in (UnitKind.PROVINCE, UnitKind.CITY)


class Territory(SQLModel, table=True):
    """One period of an administrative unit (đơn vị hành chính). Its code stays; kind and name may change (R23)."""

    __tablename__ = "territory"
    __table_args__ = (
        one_of("kind", UnitKind),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ck_territory_period"),
        CheckConstraint("code ~ '^([0-9]{2}|[0-9]{5})$'", name="ck_territory_code"),
        CheckConstraint(
            "(length(code) = 2) = (parent_code IS NULL) AND (length(code) = 2) = (kind IN ('tỉnh', 'thành phố'))",
            name="ck_territory_level",
        ),
        Index("ix_territory_parent", "parent_code"),
    )

    code: str = Field(max_length=5, primary_key=True)  # 2 digits a province, 5 a commune; leading zeros kept
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None  # last day, included; None: still so
    name: str = Field(max_length=100)  # in full, kind included: "Xã Tân Mai"
    kind: str = Field(max_length=10)
    parent_code: str | None = Field(default=None, max_length=2)
    successor_code: str | None = Field(default=None, max_length=5)  # who carries on where the unit has ended
