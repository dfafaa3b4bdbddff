"""What a run leaves in docs: pages of their own for long tables, figures for the summary, one line of history.

`docs/speed.md` is written by people except between its two marks, where the summary of the kept runs stands.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

DOCS = Path(__file__).parent.parent / "docs"
FOLDER, PAGE = DOCS / "speed", DOCS / "speed.md"
BEGINS, ENDS = "<!-- written by the bench: begin -->", "<!-- written by the bench: end -->"


def keep_page(name: str, title: str, at: datetime, head: list[str], words: str) -> None:
    """Write docs/speed/<name>.md anew."""
    FOLDER.mkdir(exist_ok=True)
    told = "\n".join(f"- {one}" for one in head)
    (FOLDER / f"{name}.md").write_text(f"# {title}: {at:%Y-%m-%d %H:%M}\n\n{told}\n\n{words}\n", encoding="utf-8")


def keep_figures(name: str, figures: dict[str, Any]) -> None:
    """Keep what the summary is made of: docs/speed/<name>.json."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")


def kept_figures(name: str) -> dict[str, Any] | None:
    """What `keep_figures` kept last, or None."""
    path = FOLDER / f"{name}.json"
    return dict(orjson.loads(path.read_bytes())) if path.exists() else None


def put_summary(words: str) -> None:
    """Put the summary between the marks of docs/speed.md; the rest of the page is left as it is."""
    page = PAGE.read_text(encoding="utf-8")
    before, found, rest = page.partition(BEGINS)
    _, ended, after = rest.partition(ENDS)
    if not (found and ended):
        raise ValueError(f"{PAGE.name} has no place for the summary: {BEGINS} … {ENDS}")
    PAGE.write_text(f"{before}{BEGINS}\n\n{words}\n\n{ENDS}{after}", encoding="utf-8")


def add_history(line: str) -> None:
    """One more dated line of docs/speed/history.md."""
    path = FOLDER / "history.md"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f"\n{line}\n", encoding="utf-8")
