"""What an earlier start has already done, so that a later one need not do it again."""

import hashlib
import json
from pathlib import Path


class Done:
    """Marks in `done.json`: a piece of work and the fingerprint of what it was done with."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "done.json"
        self._marks: dict[str, str] = {}
        if self.file.exists():
            self._marks = json.loads(self.file.read_text())

    def has(self, work: str, mark: str) -> bool:
        return self._marks.get(work) == mark

    def note(self, work: str, mark: str) -> None:
        self._marks[work] = mark
        self._write()

    def forget(self) -> None:
        """The database is new: nothing has been done in it."""
        self._marks = {}
        self._write()

    def _write(self) -> None:
        draft = self.file.with_suffix(".half-written")
        draft.write_text(json.dumps(self._marks, indent=1))
        draft.rename(self.file)


def fingerprint(*folders: Path) -> str:
    """Changes whenever a file below the folders is added, removed, or written."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                facts = file.stat()
                digest.update(f"{file.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
