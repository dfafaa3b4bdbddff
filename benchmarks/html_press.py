"""WeasyPrint, the floor of papers, in an environment of its own: `make weasyprint` makes it, nothing of ours needs it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.papers import fonts

PYTHON = Path(__file__).resolve().parents[1] / ".venv-weasyprint/bin/python"
MISSING = "no WeasyPrint here: make weasyprint"
ARCHIVAL = "pdf/a-2b"


class NotThere(Exception):
    """WeasyPrint, or the Pango it draws with, is not on this machine."""


@dataclass(frozen=True)
class Printed:
    """Papers as WeasyPrint wrote them, and the CPU of each in ms."""

    papers: tuple[bytes, ...]
    took: tuple[float, ...]
    version: str


def is_there() -> bool:
    """Whether its environment was made."""
    return PYTHON.exists()


def printed(papers: Sequence[str], *, variant: str = ARCHIVAL, shared: bool = True) -> Printed:
    """Each of `papers` (JSON as the template of the certificate reads it) by one warm process. Raises NotThere.

    `shared`: one font configuration, stylesheet and picture cache for all; otherwise each paper its own, as in its manual.
    """
    if not is_there():
        raise NotThere(MISSING)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        folder = Path(name)
        (folder / "papers.json").write_text(f"[{','.join(papers)}]", encoding="utf-8")
        asked = {"fonts": str(fonts.FOLDER), "variant": variant, "shared": shared}
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        script = Path(__file__).with_name("html_certificate.py")
        done = subprocess.run([PYTHON, "-I", script, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotThere(done.stderr.strip().rpartition("\n")[2])
        told = json.loads((folder / "took.json").read_text("utf-8"))
        written = tuple((folder / f"{n}.pdf").read_bytes() for n in range(len(papers)))
    return Printed(written, tuple(told["took"]), str(told["version"]))
