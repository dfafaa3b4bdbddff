"""Check drawings from the command line: python -m app.engine workflows/*/process.bpmn

Decision tables (*.dmn) beside a drawing are handed to it by their file name without ending. Drawings of other products
become drafts: python -m app.engine --adopt foreign.bpmn --into drafts
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.engine import Drawing, DrawingRefused, load_drawing
from app.engine.adopting import adopt, told


def _told(drawing: Drawing) -> str:
    return "\n".join((
        f"  steps: {', '.join(f'{name} ({role})' for name, role in drawing.steps.items())}",
        f"  effects: {', '.join(sorted(drawing.effects))}",
        f"  messages: {', '.join(sorted(drawing.messages))}",
        f"  terms: {', '.join(f'{name} = {term}' for name, term in drawing.terms.items())}",
        f"  reads: {', '.join(sorted(drawing.reads))}",
        f"  ends: {', '.join(sorted(drawing.ends))}",
    ))


def check(paths: list[Path]) -> int:
    """Print what each drawing holds, or why it is refused. 1 when any is."""
    refused = 0
    for path in paths:
        tables = {table.stem: table.read_bytes() for table in sorted(path.parent.glob("*.dmn"))}
        try:
            drawing = load_drawing(path.read_bytes(), tables)
        except DrawingRefused as refusal:
            refused = 1
            print(f"{path}: refused")
            print("\n".join(f"  {problem}" for problem in refusal.problems))
        else:
            print(f"{path}: {drawing.process_id} {drawing.digest}")
            print(_told(drawing))
    return refused


def adopt_into(folder: Path, paths: list[Path]) -> int:
    """Write a draft for each process of foreign drawings and print every edit. 1 when any is refused or needs a decision."""
    undecided = 0
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        try:
            drafts = adopt(path.read_bytes())
        except DrawingRefused as refusal:
            undecided = 1
            print(f"{path}: refused: {'; '.join(refusal.problems)}")
            continue
        for draft in drafts:
            undecided |= bool(draft.problems)
            written = folder / f"{path.stem}.{draft.process_id}.bpmn"
            written.write_bytes(draft.bpmn)
            print(written)
        print("\n".join(told(drafts)))
    return undecided


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.engine", description=__doc__)
    parser.add_argument("drawings", nargs="*", type=Path)
    parser.add_argument("--adopt", action="store_true", help="drawings of other products: write drafts and tell every edit")
    parser.add_argument("--into", type=Path, default=Path("drafts"), help="where drafts go")
    asked = parser.parse_args(words)
    missing = [path for path in asked.drawings if not path.is_file()]
    if missing:
        parser.error(f"there is no file {missing[0]}")
    return adopt_into(asked.into, asked.drawings) if asked.adopt else check(asked.drawings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
