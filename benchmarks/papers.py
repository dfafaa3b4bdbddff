"""Papers: what a certificate and a receipt cost, beside what they cost at least.

Floor of a paper: the same template with the data of a moment ago, which typst remembers and only writes out again.
Every certificate is of another child, with a number, codes and QR of its own, as in an office; one row, which decides
nothing, changes the child's name and number only.
Floor of proving PDF/A: asking the judge about every single file. Product and floor take turns; figures are the tenth
percentile of CPU milliseconds of the process (typst uses its own threads).

    python -m benchmarks.papers
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from app.papers import archive, press
from app.papers.certificates import ResultPaper, press_result, result_data
from app.papers.forms import FORMS, form_data
from app.papers.letters import for_paper
from tests.papers.answers import BIRTH, BIRTH_TEMPLATE
from tests.papers.situations import PRINTED, RECEIPT

TURNS = 60


class Row(NamedTuple):
    """One line of the bench. `ratio` = product / floor; `goal` is the largest ratio accepted, None only informs."""

    name: str
    product_ms: float
    floor_ms: float
    ratio: float
    goal: float | None


def measure() -> list[Row]:
    """Certificate and receipt against the remembered compile (speed.md F 11), and the proof against the judge."""
    return [
        _row("certificate, new data / remembered", _certificate, _remembered_certificate(), 1.8),
        _row("certificate of another child, same codes / remembered", _another_child, _remembered_certificate(), None),
        _row("receipt, new data / remembered", _receipt, _remembered_receipt(), 1.8),
        _row("certificate as proven PDF/A / judged each time", _archived, _judged, 0.6),
    ]


def _row(name: str, product: Callable[[int], object], floor: Callable[[int], object], goal: float | None) -> Row:
    for turn in range(3):
        product(turn)
        floor(turn)
    spent: dict[str, list[float]] = {"product": [], "floor": []}
    for turn in range(TURNS):
        for which, work in (("product", product), ("floor", floor)):
            began = time.process_time()
            work(turn)
            spent[which].append((time.process_time() - began) * 1000)
    product_ms, floor_ms = (sorted(spent[which])[TURNS // 10] for which in ("product", "floor"))
    return Row(name, round(product_ms, 2), round(floor_ms, 2), round(product_ms / floor_ms, 2), goal)


def _child(turn: int) -> dict[str, Any]:
    return {**BIRTH.content, "child_name": f"Nguyễn Hoàng Bảo Ngọc {turn}", "child_personal_number": f"0003260{turn:05}"}


def paper_json(turn: int) -> str:
    """The certificate of the turn's child as its template reads it."""
    return json.dumps({**for_paper(certificate_data(turn)), "_pictures": {}}, ensure_ascii=False)


def _certificate(turn: int) -> object:
    return _compile(BIRTH_TEMPLATE, certificate_data(turn))


def _another_child(turn: int) -> object:
    return _compile(BIRTH_TEMPLATE, result_data(replace(BIRTH, content=_child(turn))))


def _remembered_certificate() -> Callable[[int], object]:
    data = certificate_data(0)
    return lambda _: _compile(BIRTH_TEMPLATE, data)


def certificate_data(turn: int) -> dict[str, Any]:
    """The certificate of one child, as its template sees it."""
    return result_data(certificate_of(turn))


def certificate_of(turn: int) -> ResultPaper:
    """The certificate of the turn's child, with a number, codes and an address to check it of its own."""
    code = f"{BIRTH.code[:-4]}{turn:04}"
    return replace(
        BIRTH, content=_child(turn), code=code, store_code=f"{code}-KQ1", number=f"{turn}/2026",
        verify_url=f"{BIRTH.verify_url[:-5]}{turn:05}",
    )


def _receipt(turn: int) -> object:
    return _compile(FORMS["receipt"].template, _receipt_data(turn))


def _receipt_data(turn: int) -> dict[str, Any]:
    form = replace(RECEIPT, submitter=f"Hoàng Thị Bích Liễu {turn}", serial=str(turn))
    return form_data(form, FORMS["receipt"], PRINTED)


def _remembered_receipt() -> Callable[[int], object]:
    data = _receipt_data(0)
    return lambda _: _compile(FORMS["receipt"].template, data)


def _compile(template: Path, data: dict[str, Any]) -> object:
    return press.compiled(template, json.dumps({**for_paper(data), "_pictures": {}}, ensure_ascii=False), PRINTED)


def _archived(turn: int) -> object:
    return press_result(BIRTH_TEMPLATE, certificate_of(turn), printed_at=PRINTED)


def _judged(turn: int) -> object:
    archive.forget_builds()
    return _archived(turn)


def _verdict(row: Row) -> str:
    return "" if row.goal is None else f"goal {row.goal} {'ok' if row.ratio <= row.goal else 'MISSED'}"


if __name__ == "__main__":
    for row in measure():
        told = f"{row.product_ms:8.2f} ms / {row.floor_ms:7.2f} ms = {row.ratio:5.2f}"
        print(f"{row.name:48} {told}  {_verdict(row)}")
