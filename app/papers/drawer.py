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
        self._memory = os.memfd_create("motcua-paper", os.MFD_CLOEXEC) if hasattr(os, "memfd_create") else None
        weakref.finalize(self, _tidy, self.root, self._memory, os.getpid())

    def main(self, template: Path) -> Path:
        """The source typst begins with: it must lie within the root itself, not behind a link, and takes in `template`.

        Asked for before every paper: the system may have swept its temporary folders, and the workflows may have grown.
        """
        inside = template.relative_to(self._workflows)
        main = self.root / f"{'-'.join(inside.with_suffix('').parts)}-main.typ"
        if not (main.exists() and (self.root / inside.parts[0]).exists()):
            self.root.mkdir(mode=0o700, exist_ok=True)
            self._link()
            main.write_text(f"#include {json.dumps('/' + inside.as_posix())}", encoding="utf-8")
        return main

    def put(self, data: str) -> None:
        """Lay the data of the next paper ready; "" takes it away."""
        if self._memory is None:
            (self.root / DATA).write_text(data, encoding="utf-8")
            return
        os.ftruncate(self._memory, 0)
        rest = memoryview(data.encode())
        at = 0
        while at < len(rest):
            at += os.pwrite(self._memory, rest[at:], at)

    def _link(self) -> None:
        """Links to everything in the folder of workflows, and the place of the data."""
        place = self.root / DATA
        if self._memory is None:
            place.touch(mode=0o600)
        elif not place.is_symlink():
            place.symlink_to(f"/proc/{os.getpid()}/fd/{self._memory}")
        for entry in self._workflows.iterdir():
            link = self.root / entry.name
            if entry.name != DATA and not link.is_symlink():
                link.symlink_to(entry)


def _tidy(root: Path, memory: int | None, owner: int) -> None:
    if os.getpid() != owner:  # a process forked from ours ends with our finalizers, and must leave our folder alone
        return
    if memory is not None:
        os.close(memory)
    shutil.rmtree(root, ignore_errors=True)
