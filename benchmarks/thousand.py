"""A thousand certificates made, signed, sealed and read back by two processes, beside WeasyPrint and stock pyHanko.

Ours is what the product does with each: `press_result` makes it, `sign_all` signs and seals it as the worker does for one
dossier of a tray, `read_back` proves every octet again. The floor prints the same certificate as PDF/A-2b by WeasyPrint
with everything shared that it can share, its faster way; then two visible signatures and the validation of stock pyHanko.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import typst

from app.papers import fonts, press
from app.papers.certificates import press_result
from app.papers.press import Paper
from app.signatures.keyring import Keyring
from app.signatures.service import Order, sign_all
from benchmarks import html_press
from benchmarks.papers import certificate_of, paper_json
from benchmarks.signing_stock import Stock
from benchmarks.table import Row, Said, line
from signing import read_back
from tests.papers.answers import BIRTH_TEMPLATE
from tests.papers.situations import PRINTED

LEADER, SEAL = "leader-tanmai", "seal-tanmai"
PLACES = ((300, 200, 440, 290), (250, 200, 350, 300))
MANY = "Certificates made, signed, sealed and read back, two processes (CPU of both, a certificate)"


def thousand_lines(keys: Path, pki: Path, *, count: int) -> list[Row]:
    """F8 and H6. Floor and product take turns; each process is warm before its clock starts."""
    floor = max(2, min(12, count // 8))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        ours: list[float] = []
        stock: list[float] = []
        html: list[float] = []
        papers = _by_weasyprint(range(floor), html)
        quarters = [range(n * count // 4, (n + 1) * count // 4) for n in range(4)]
        for n, quarter in enumerate(quarters):
            shares = [quarter[::2], quarter[1::2]]
            ours += _taken(pool.submit(_product, str(keys), str(pki), share) for share in shares)
            half = range(n * floor // 4, (n + 1) * floor // 4) or range(1)
            given = [pool.submit(_stock, str(keys), str(pki), half, None if papers is None else [papers[k] for k in half])]
            stock += _taken(given)
            _by_weasyprint(range(floor), html)
    whole = [one + statistics.median(html) for one in stock] if html else stock
    beside = "WeasyPrint + stock pyHanko" if html else f"typst afresh + stock pyHanko ({html_press.MISSING})"
    told: list[Row] = [
        line(MANY, f"{count} certificates", beside, ours, whole, goal=goal, goals=name, at_least=True)
        for goal, name in ((60, "H6"), (25, "F8"))
    ]
    if html:
        told.append(Said(MANY, "of the floor", beside, f"WeasyPrint {min(html):.1f} ms, stock pyHanko {min(stock):.1f} ms"))
    return told


def weasyprint_lines(*, turns: int) -> list[Row]:
    """F11's second half: a proven certificate beside WeasyPrint's, in its four ways; the fastest PDF/A-2b decides."""
    group = "One certificate beside WeasyPrint's (CPU)"
    if not html_press.is_there():
        return [Said(group, "proven PDF/A-2b", "WeasyPrint", html_press.MISSING)]
    ways = [(variant, shared) for variant in (html_press.ARCHIVAL, "") for shared in (True, False)]
    theirs: dict[tuple[str, bool], list[float]] = {way: [] for way in ways}
    ours: list[float] = []
    for turn in range(turns):
        for n in range(15):
            paper = certificate_of(1000 + 15 * turn + n)
            began = time.process_time()
            press_result(BIRTH_TEMPLATE, paper, printed_at=PRINTED)
            if n >= 3:
                ours.append((time.process_time() - began) * 1000)
        for variant, shared in ways:
            made = html_press.printed([paper_json(n) for n in range(4)], variant=variant, shared=shared)
            theirs[variant, shared] += made.took
    rows: list[Row] = []
    for way in ways:
        named = f"WeasyPrint {made.version}, {way[0] or 'plain PDF'}, fonts {'shared' if way[1] else 'afresh'}"
        decides = way == (html_press.ARCHIVAL, True)
        rows.append(line(group, "proven PDF/A-2b", named, ours, theirs[way], goal=8 if decides else None,
                         goals="F11" if decides else "", at_least=True))
    return rows


def _by_weasyprint(numbers: range, took: list[float]) -> tuple[bytes, ...] | None:
    try:
        made = html_press.printed([paper_json(n) for n in numbers])
    except html_press.NotThere:
        return None
    took += made.took
    return made.papers


def _taken(given: Iterable[Future[tuple[int, float]]]) -> list[float]:
    return [seconds * 1000 / done for done, seconds in (one.result() for one in [*given])]


_KEPT: dict[str, tuple[Keyring, Stock]] = {}


def _kept(keys: str, pki: str) -> tuple[Keyring, Stock]:
    if keys not in _KEPT:  # a process is warm before its clock starts
        _KEPT[keys] = Keyring(Path(keys)), Stock.of(Path(keys), Path(pki) / "root.pem")
        _product(keys, pki, range(9_000, 9_020))
        _stock(keys, pki, range(1), None)
    return _KEPT[keys]


def _product(keys: str, pki: str, numbers: range) -> tuple[int, float]:
    ring, _ = _kept(keys, pki)
    began = time.process_time()
    asyncio.run(_made(ring, numbers))
    return len(numbers), time.process_time() - began


async def _made(ring: Keyring, numbers: range) -> None:
    certificates = (ring.key(LEADER).certificate, ring.key(SEAL).certificate)
    for n in numbers:
        paper = press_result(BIRTH_TEMPLATE, certificate_of(n), printed_at=PRINTED)
        [signed] = await sign_all(ring, LEADER, [_order(paper.pdf, paper.sha256, paper, "Ký kết quả")], "leader")
        [closed] = await sign_all(ring, SEAL, [_order(signed.data, signed.sha256, paper, "Đóng dấu")], "seal")
        read_back(closed.data, certificates)


def _order(pdf: bytes, sha256: str, paper: Paper, reason: str) -> Order:
    return Order(pdf, sha256, paper.places, PRINTED, reason, "Tân Mai")


def _stock(keys: str, pki: str, numbers: range, papers: list[bytes] | None) -> tuple[int, float]:
    """Two signatures and their validation on each paper; without papers typst prints them first, afresh."""
    _, stock = _kept(keys, pki)
    began = time.process_time()
    for paper in papers if papers is not None else _by_typst_afresh(numbers):
        signed = stock.once(stock.once(paper, 0, PLACES[0]), 1, PLACES[1])
        assert stock.verified(signed)
    return len(numbers), time.process_time() - began


def _by_typst_afresh(numbers: range) -> Iterable[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for entry in press.WORKFLOWS.iterdir():
            (root / entry.name).symlink_to(entry)
        inside = "/" + BIRTH_TEMPLATE.resolve().relative_to(press.WORKFLOWS).as_posix()
        (root / "main.typ").write_text(f'#include "{inside}"', encoding="utf-8")
        for n in numbers:
            (root / "data.json").write_text(paper_json(n), encoding="utf-8")
            pdf = typst.compile(
                str(root / "main.typ"), root=str(root), font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True
            )
            assert isinstance(pdf, bytes)
            yield pdf
