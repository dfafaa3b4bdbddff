"""Single answers that a page needs and that do not need each other, asked in one statement.

Every statement costs a round trip, whatever it asks; counts and names around a page are one look instead of five.
"""

from collections.abc import Sequence
from typing import Any, Final

from app.kit.db import Db

FEW: Final = 24  # values that are named one by one


class Glance:
    """A statement in the making: parts with names, one value each. `args` is shared by all parts.

    The same parts with as many arguments give the same text, so that PostgreSQL plans it once.
    """

    def __init__(self) -> None:
        self.args: list[Any] = []
        self._parts: dict[str, str] = {}

    def placed(self, value: object) -> str:
        """The placeholder of a value."""
        self.args.append(value)
        return f"${len(self.args)}"

    def ask(self, name: str, sql: str) -> None:
        """Add a question of one row and one column."""
        self._parts[name] = sql

    def among(self, values: Sequence[int]) -> str:
        """The end of a condition: one of these numbers.

        Few are named one by one: of an array PostgreSQL cannot know beforehand how long it is, and plans the question anew
        each time it is asked.
        """
        if 0 < len(values) <= FEW:
            return f"IN ({', '.join(f'{self.placed(one)}::int' for one in values)})"
        return f"= ANY({self.placed(list(values))}::int[])"

    async def told(self, db: Db) -> dict[str, Any]:
        """All answers by their names."""
        row = await db.row("SELECT " + ", ".join(f"({sql}) AS {name}" for name, sql in self._parts.items()), *self.args)
        assert row is not None
        return dict(row)
