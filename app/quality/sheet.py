"""The index as files say it: groups, indicators, maxima, conversions; read from workflows/index/*.toml and checked.

Nothing of the index is code except how a set of dossiers is found (`function`, app.quality.lenses): a new wording is a
new file with its own validity, chosen by the last day of the period.
"""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.kit.errors import NotFound, Refused
from app.kit.words import N_
from app.quality.functions import BY_HAND, KINDS, READINGS

FOLDER: Final = Path(__file__).parents[2] / "workflows" / "index"
Level = Literal["province", "commune"]


class SheetImpossible(Refused):
    """A file of the index that cannot be meant."""

    says = N_("Bộ chỉ số {where} không dùng được: {what}")


class NoSheet(NotFound):
    """No index is in force on that day."""

    says = N_("Không có bộ chỉ số nào có hiệu lực vào ngày {day}.")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(Part):
    """One text in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Conversion(Part):
    """From a rate (0–1) to points. Exact; rounding is for who shows it."""

    kind: Literal["linear", "threshold", "factor", "info"]
    at: Decimal | None = Field(default=None, gt=0, le=1)  # threshold: full points from this rate on
    by: Decimal | None = Field(default=None, gt=0)  # factor: points = by × rate, at most the maximum

    @model_validator(mode="after")
    def _whole(self) -> "Conversion":
        if (self.kind == "threshold") != (self.at is not None):
            raise ValueError("conversion: `at` belongs to kind threshold, and only there")
        if (self.kind == "factor") != (self.by is not None):
            raise ValueError("conversion: `by` belongs to kind factor, and only there")
        return self

    def points(self, rate: Fraction, most: Decimal) -> Fraction:
        """The points of `rate`, never more than `most`."""
        if self.at is not None:
            rate = rate / Fraction(self.at)
        raw = Fraction(self.by) * rate if self.by is not None else Fraction(most) * rate
        return max(Fraction(0), min(Fraction(most), raw))


class Group(Part):
    """One of the five groups (nhóm chỉ tiêu)."""

    id: Annotated[str, Field(pattern=r"^[0-9a-z]{1,8}$")]
    title: Said
    max: Decimal = Field(gt=0)


class Indicator(Part):
    """One line of the index (chỉ tiêu). `empty`: what it is worth when there is nothing to count."""

    id: Annotated[str, Field(pattern=r"^[0-9][0-9a-z.]{0,19}$")]
    group: str
    codes: tuple[str, ...]  # what the national portal calls it
    codes_unverified: bool = False
    title: Said
    max: Decimal = Field(ge=0)
    conversion: Conversion
    function: str  # a name of app.quality.functions.KINDS
    also: tuple[str, ...] = ()  # other readings, shown beside
    by_hand: bool = False  # a number told from outside comes before ours
    empty: Literal["unknown", "zero", "max"] = "unknown"
    scope: tuple[Level, ...] = ("province", "commune")
    formula: Said
    data: Said
    source: str = Field(min_length=1)
    unverified: bool = False
    note: Said | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _meant(self) -> "Indicator":
        if self.function not in KINDS:
            raise ValueError(f"indicator {self.id}: unknown function {self.function!r}; known: {', '.join(sorted(KINDS))}")
        if strange := [name for name in self.also if name not in READINGS]:
            raise ValueError(f"indicator {self.id}: unknown reading {strange[0]!r}; known: {', '.join(sorted(READINGS))}")
        if (self.conversion.kind == "info") != (self.max == 0):
            raise ValueError(f"indicator {self.id}: conversion info goes with max 0, and only with it")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"indicator {self.id}: valid_to is before valid_from")
        if not self.scope:
            raise ValueError(f"indicator {self.id}: scope names nobody")
        return self

    @property
    def told(self) -> bool:
        """Whether a number from outside is wanted or taken."""
        return self.by_hand or self.function == BY_HAND or self.function == "satisfied"

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Sheet(Part):
    """One version of the index, in force from `valid_from` to `valid_to` (both included)."""

    title: Said
    decision: str = Field(min_length=1)
    source: str = Field(min_length=1)
    note: Said | None = None
    valid_from: date
    valid_to: date | None = None
    total: Decimal
    groups: tuple[Group, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> "Sheet":
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        groups = {one.id: one for one in self.groups}
        if len(groups) != len(self.groups):
            raise ValueError("a group is declared twice")
        if sum(one.max for one in self.groups) != self.total:
            raise ValueError(f"the groups add up to {sum(one.max for one in self.groups)}, not to {self.total}")
        for one in self.indicators:
            if one.group not in groups:
                raise ValueError(f"indicator {one.id}: group {one.group!r} is not declared")
        for day in self._turning_days():
            valid = [one for one in self.indicators if one.holds_on(day)]
            if twice := {one.id for one in valid if sum(other.id == one.id for other in valid) > 1}:
                raise ValueError(f"indicator {min(twice)} is declared twice for {day:%d/%m/%Y}")
            for group in self.groups:
                points = sum((one.max for one in valid if one.group == group.id), Decimal(0))
                if points != group.max:
                    raise ValueError(f"group {group.id}: indicators add up to {points}, not to {group.max} ({day:%d/%m/%Y})")
        return self

    def _turning_days(self) -> list[date]:
        """The days on which another set of indicators begins."""
        days = {self.valid_from}
        for one in self.indicators:
            days |= {one.valid_from} if one.valid_from else set()
            days |= {one.valid_to + timedelta(days=1)} if one.valid_to else set()
        return sorted(day for day in days if self.holds_on(day))

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def on(self, day: date) -> tuple[Indicator, ...]:
        """The indicators in force on `day`, in the order of the file."""
        return tuple(one for one in self.indicators if one.holds_on(day))


def load_sheets(folder: Path = FOLDER) -> tuple[Sheet, ...]:
    """Every version, oldest first. Raises SheetImpossible with the file's name for anything that cannot be meant."""
    found: list[tuple[str, Sheet]] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append((path.name, Sheet.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise SheetImpossible(where=path.name, what=str(wrong)) from wrong
        except ValidationError as wrong:
            said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
            raise SheetImpossible(where=path.name, what=said) from wrong
    if not found:
        raise SheetImpossible(where=folder.name, what="không có tệp nào")
    found.sort(key=lambda one: one[1].valid_from)
    for (_, early), (name, late) in pairwise(found):
        if early.valid_to is None or early.valid_to >= late.valid_from:
            raise SheetImpossible(where=name, what=f"trùng thời gian hiệu lực với {early.decision}")
    return tuple(sheet for _, sheet in found)


@cache
def sheets() -> tuple[Sheet, ...]:
    """The versions of this installation, read once a process."""
    return load_sheets()


def sheet_on(day: date, known: Sequence[Sheet] | None = None) -> Sheet:
    """The version in force on `day`. Raises NoSheet."""
    found = next((one for one in (sheets() if known is None else known) if one.holds_on(day)), None)
    if found is None:
        raise NoSheet(day=f"{day:%d/%m/%Y}")
    return found
