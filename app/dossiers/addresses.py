"""An address as people and the post read it: house and street, commune, province (two levels)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.kit.db import Db


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody lives; any part may be empty."""

    street: str = ""
    commune: str = ""
    province: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.commune, self.province) if part)

    @property
    def below_province(self) -> str:
        return ", ".join(part for part in (self.street, self.commune) if part)


async def place_of(db: Db, value: Any) -> Place:
    """The address in an answer: {street, commune, province} with unit codes, names or both; or one line of text.

    Names of units come from the territory of the day they are asked for; a code nobody knows is left out.
    """
    (place,) = await places_of(db, [value])
    return place


async def places_of(db: Db, values: Sequence[Any]) -> list[Place]:
    """Several addresses by one look at the territory, in their order; none where no unit is named."""
    codes = {str(one.get(part) or "") for one in values if isinstance(one, Mapping) for part in ("commune", "province")}
    rows = await db.rows(_UNITS, sorted(codes - {""})) if codes - {""} else []
    units = {row["code"]: row for row in rows}
    return [_place(one, units) for one in values]


_UNITS = """
SELECT DISTINCT ON (code) code, name, (
  SELECT p.name FROM territory p WHERE p.code = t.parent_code ORDER BY p.valid_from DESC LIMIT 1) AS above
FROM territory t WHERE code = ANY($1) ORDER BY code, valid_from DESC
"""


def _place(value: Any, units: Mapping[str, asyncpg.Record]) -> Place:
    if not isinstance(value, Mapping):
        return Place(street=str(value or ""))
    commune, province = (str(value.get(part) or "") for part in ("commune", "province"))
    known, above = units.get(commune), units.get(province)
    return Place(
        str(value.get("street") or value.get("detail") or ""),
        str(value.get("commune_name") or (known["name"] if known else "") or _words(commune)),
        str(value.get("province_name") or (above["name"] if above else "") or _words(province)
            or (known["above"] if known else "") or ""),
    )


def _words(code: str) -> str:
    """Some addresses hold names where others hold codes."""
    return "" if code.isdigit() else code
