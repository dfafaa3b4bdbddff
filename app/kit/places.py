"""Statements put together from parts: values are named in braces, and numbered once the whole is known.

    insert = placed("INSERT INTO note (at, words) VALUES ({at}::timestamptz, {words}::text)")
    await db.run(insert.sql, *insert.args({"at": now, "words": "…", "not asked for": 1}))
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """SQL with `$1`, `$2`, … and the name of the value in each place."""

    sql: str
    names: tuple[str, ...]

    def args(self, values: Mapping[str, object]) -> list[object]:
        """The values in their places; those no place asks for are left out. Raises KeyError when one is missing."""
        return [values[name] for name in self.names]


class _Places(dict[str, str]):
    """Gives each name the next place when it is first met."""

    def __missing__(self, name: str) -> str:
        self[name] = place = f"${len(self) + 1}"
        return place


def placed(sql: str) -> Placed:
    """`sql` with its names numbered in the order they are met. To be called once a statement, not once a row."""
    places = _Places()
    return Placed(sql.format_map(places), tuple(places))
