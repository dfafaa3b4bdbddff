"""Where typst finds the data of the paper it prints: a file `/data.json` that lies in memory only.

Data handed over in `sys.inputs` belongs to typst's library, and whatever belongs to the library makes typst forget all
that it laid out before: every paper cost twice its time. A file it reads is one thing among many it remembers.
Each thread has a root of its own: links to the workflows, and beside them the data. The data never touches a disk and is
nobody else's to read (`memfd_create`); where a system lacks that, it is a file only we may read, emptied after use.
"""

import json
import os
import shutil
import tempfile
import weakref
from pathlib import Path

DATA = "data.json"


class Drawer:
    """One thread's view of a folder of workflows, with a place for the data of the paper at hand."""

    def __init__(self, workflows: Path) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="motcua-papers-"))
        self._workflows = workflows
        if hasattr(os, "memfd_create"):
            self._file = os.memfd_create("motcua-paper", os.MFD_CLOEXEC)
            (self.root / DATA).symlink_to(f"/proc/{os.getpid()}/fd/{self._file}")
        else:
            self._file = os.open(self.root / DATA, os.O_RDWR | os.O_CREAT, 0o600)
        self._link()
        weakref.finalize(self, _tidy, self.root, self._file)

    def main(self, template: Path) -> Path:
        """The source typst begins with: it must lie within the root itself, not behind a link, and takes in `template`."""
        inside = template.relative_to(self._workflows)
        if not (self.root / inside.parts[0]).exists():
            self._link()
        main = self.root / f"{'-'.join(inside.with_suffix('').parts)}-main.typ"
        main.write_text(f"#include {json.dumps('/' + inside.as_posix())}", encoding="utf-8")
        return main

    def put(self, data: str) -> None:
        """Lay the data of the next paper ready; "" takes it away."""
        os.ftruncate(self._file, 0)
        rest = memoryview(data.encode())
        at = 0
        while at < len(rest):
            at += os.pwrite(self._file, rest[at:], at)

    def _link(self) -> None:
        """A link to everything in the folder of workflows."""
        for entry in self._workflows.iterdir():
            link = self.root / entry.name
            if entry.name != DATA and not link.is_symlink():
                link.symlink_to(entry)


def _tidy(root: Path, file: int) -> None:
    os.close(file)
    shutil.rmtree(root, ignore_errors=True)
