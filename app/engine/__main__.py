"""Check drawings from the command line: python -m app.engine workflows/*/process.bpmn

Decision tables (*.dmn) beside a drawing are handed to it by their file name without ending.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.engine import Drawing, DrawingRefused, load_drawing


def _told(drawing: Drawing) -> str:
    return "\n".join((
        f"  steps: {', '.join(f'{name} ({role})' for name, role in drawing.steps.items())}",
        f"  effects: {', '.join(sorted(drawing.effects))}",
        f"  messages: {', '.join(sorted(drawing.messages))}",
        f"  terms: {', '.join(f'{name} = {term}' for name, term in drawing.terms.items())}",
        f"  reads: {', '.join(sorted(drawing.reads))}",
        f"  ends: {', '.join(sorted(drawing.ends))}",
    ))


def main(names: list[str]) -> int:
    """Print what each drawing holds, or why it is refused. 1 when any is."""
    refused = 0
    for name in names:
        path = Path(name)
        tables = {table.stem: table.read_bytes() for table in sorted(path.parent.glob("*.dmn"))}
        try:
            drawing = load_drawing(path.read_bytes(), tables)
        except DrawingRefused as refusal:
            refused = 1
            print(f"{name}: refused")
            print("\n".join(f"  {problem}" for problem in refusal.problems))
        else:
            print(f"{name}: {drawing.process_id} {drawing.digest}")
            print(_told(drawing))
    return refused


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
