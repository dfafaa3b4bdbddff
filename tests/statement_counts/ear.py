"""Everything one connection is told, in words short enough for a table."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Final

_TABLES: Final = re.compile(
    r"\bINTO\s+\"?([a-z_]\w*)|\b(?:FROM|JOIN|UPDATE|USING)\s+(?:ONLY\s+)?\"?([a-z_]\w*)\b\"?(?!\s*[(])", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"(?:\bWITH(?:\s+RECURSIVE)?|,)\s+([a-z_]+)(?:\s*\([^)]*\))?\s+AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(", re.IGNORECASE
)
_WRITES: Final = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\"?[a-z_]+\"?\s+(?:[a-z]+\s+)?SET|DELETE\s+FROM)\b", re.IGNORECASE)
_OTHER: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LISTEN", "SET", "LOCK")
_OF_THE_DRIVER: Final = (
    "WITH RECURSIVE typeinfo_tree", "SELECT current_setting('jit') AS cur", "SELECT set_config('jit', $1, false)",
)
_NO_TABLE: Final = frozenset({"set", "select", "lateral", "unnest", "nothing", "of", "skip", "nowait"})


@dataclass(frozen=True)
class Cost:
    """What one request said. `says` are the marks of `statements`, in their order."""

    statements: tuple[str, ...]

    @property
    def says(self) -> tuple[str, ...]:
        return tuple(mark_of(one) for one in self.statements)

    @property
    def commits(self) -> int:
        return sum(one.startswith("COMMIT") for one in self.statements)

    @property
    def begins(self) -> int:
        return sum(one.startswith("BEGIN") for one in self.statements)

    @property
    def writes(self) -> tuple[str, ...]:
        return tuple(one for one in self.statements if _WRITES.search(one))


@dataclass
class Ear:
    """Listens to a connection; asyncpg tells it a moment later, so `heard` waits for that moment."""

    told: list[str] = field(default_factory=list)

    def listen(self, record: Any) -> None:
        said = " ".join(record.query.split())
        if not said.startswith(_OF_THE_DRIVER):  # about types it has not met yet, once a connection
            self.told.append(said)

    async def heard(self) -> Cost:
        """What was said since the last look."""
        await asyncio.sleep(0)
        said, self.told[:] = tuple(self.told), []
        return Cost(said)


def mark_of(statement: str) -> str:
    """`read dossier step`, `write journal_line`, `begin`: what a statement is about."""
    first = statement.split(None, 1)[0].upper().rstrip(";")
    if first in _OTHER:
        return first.lower()
    named = {name.lower() for name in _NAMED.findall(statement)}
    tables = dict.fromkeys(
        name.lower() for into, of in _TABLES.findall(statement) if (name := into or of).lower() not in named | _NO_TABLE
    )
    if "motcua.offices" in statement and not tables:
        return "say who sees"
    verb = "write" if _WRITES.search(statement) else "read"
    return f"{verb} {' '.join(tables)}" if tables else statement[:40].lower()
