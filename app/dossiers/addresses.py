"""An address as people and the post read it: house and street, commune, province (two levels)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    if not isinstance(value, Mapping):
        return Place(street=str(value or ""))
    codes = [str(value.get(part) or "") for part in ("commune", "province")]
    rows = await db.rows(
        "SELECT DISTINCT ON (code) code, name, parent_code FROM territory WHERE code = ANY($1)"
        " ORDER BY code, valid_from DESC",
        [code for code in codes if code],
    )
    names = {row["code"]: row["name"] for row in rows}
    commune = str(value.get("commune_name") or names.get(codes[0], "") or _words(codes[0]))
    province = str(value.get("province_name") or names.get(codes[1], "") or _words(codes[1]))
    if not province:
        parent = next((row["parent_code"] for row in rows if row["code"] == codes[0]), None)
        province = str(
            await db.value("SELECT name FROM territory WHERE code = $1 ORDER BY valid_from DESC LIMIT 1", parent) or ""
        ) if parent else ""
    return Place(str(value.get("street") or value.get("detail") or ""), commune, province)


def _words(code: str) -> str:
    """Some addresses hold names where others hold codes."""
    return "" if code.isdigit() else code
