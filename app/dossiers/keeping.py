"""How long what is no record is kept: workflows/keeping.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[2] / "workflows" / "keeping.toml"


@dataclass(frozen=True, slots=True)
class Terms:
    """Each since the last touch: of a draft, of a key, of a job whose dossier is over."""

    valid_from: date
    source: str
    note: str
    drafts: timedelta
    idempotency_keys: timedelta
    finished_jobs: timedelta


@cache
def terms() -> Terms:
    """workflows/keeping.toml, read once a process. Raises ValueError for a term shorter than a day."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    days = {name: read.pop(name) for name in ("drafts", "idempotency_keys", "finished_jobs")}
    if short := [name for name, value in days.items() if not isinstance(value, int) or value < 1]:
        raise ValueError(f"{FILE.name}: {', '.join(short)} must be a whole number of days, at least 1")
    spans = {name: timedelta(days=value) for name, value in days.items()}
    return Terms(
        read["valid_from"], read["source"], read["note"], spans["drafts"], spans["idempotency_keys"], spans["finished_jobs"]
    )
