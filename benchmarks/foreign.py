"""F13: drawings of other products, the reference files of the BPMN Model Interchange Working Group.

They are not ours to keep: MOTCUA_TEST_MIWG names the folder Reference of its bpmn-miwg-test-suite.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.engine import DrawingRefused, adopt
from benchmarks.table import Row, Said

GROUP = "Drawings of other products (MIWG reference files)"


def miwg_rows() -> list[Row]:
    """Files of which every process loads after adoption, and how many edits their drafts tell."""
    folder = os.environ.get("MOTCUA_TEST_MIWG")
    files = sorted(Path(folder).glob("*.bpmn")) if folder else []
    if not files:
        return [Said(GROUP, "files taken", "21 files", "not measured: MOTCUA_TEST_MIWG names no folder that holds them")]
    taken, processes, loading, edits = 0, 0, 0, 0
    for file in files:
        try:
            drafts = adopt(file.read_bytes())
        except DrawingRefused:
            continue
        taken += all(not draft.problems for draft in drafts)
        processes += len(drafts)
        loading += sum(not draft.problems for draft in drafts)
        edits += sum(len(draft.edits) for draft in drafts)
    value = f"{taken} of {len(files)} files, {loading} of {processes} processes, {edits} edits told"
    return [Said(GROUP, "files taken", f"{len(files)} files", value, "", "≥ 18 of 21", taken >= 18, "F13")]
