"""Column types shared by the tables."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlmodel import SQLModel

# Rows are not validated (a table is guarded by its checks), so what would validate them is built only when somebody asks.
SQLModel.model_config["defer_build"] = True


def moment(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """An instant, stored in UTC."""
    return Column(DateTime(timezone=True), nullable=nullable)


def document(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """Structured data that no query joins on."""
    return Column(JSONB, nullable=nullable)


def packed(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """Bytes that PostgreSQL stores as they are."""
    return Column(BYTEA, nullable=nullable)


def office() -> Column:  # type: ignore[type-arg]
    """The tenant. Every table that has it is guarded by row-level security."""
    return Column(Integer, nullable=False)


def one_of(column: str, words: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """`column` holds one of these words; text and a check, so that a word can be added without rewriting a type."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"ck_{column}_known")


__all__ = ["BYTEA", "JSONB", "Text", "document", "moment", "office", "one_of", "packed"]
