"""What everything in a procedure package is made of: frozen parts, words in two languages, rules with their source.

Every legal rule is data with a validity date and its source; nothing here knows a particular procedure.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | int | bool | None
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Part(BaseModel):
    """Frozen, and nothing unknown is let through: a typing mistake in a package is found when it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Part):
    """One text in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class LegalBasis(Part):
    """One instrument a rule rests on."""

    name: str
    article: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


class Rule(Part):
    """A rule of law: where it stands, from when until when, and what is not certain about it (`note`)."""

    legal_basis: str = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on `day`; both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
