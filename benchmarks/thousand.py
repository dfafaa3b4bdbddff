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
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
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
ONE = "One certificate beside WeasyPrint's (CPU)"
MANY = "Certificates made, signed, sealed and read back, two processes (CPU of both, a certificate)"


def thousand_lines(keys: Path, pki: Path, *, count: int) -> list[Row]:
    """F8 and H6. Floor and product take turns, both in two processes at once, each warm before its clock starts."""
    count = max(8, count)  # one for each process in each of the four turns
    floor = max(8, min(24, count // 8))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        ours: list[float] = []
        stock: list[float] = []
        html: list[float] = []
        for n in range(4):
            mine, theirs = (range(n * many // 4, (n + 1) * many // 4) for many in (count, floor))
            ours += _taken(pool.submit(_product, str(keys), str(pki), mine[part::2]) for part in (0, 1))
            papers = _by_weasyprint(theirs, html)
            stock += _taken(
                pool.submit(_stock, str(keys), str(pki), theirs[part::2], None if papers is None else papers[part])
                for part in (0, 1)
            )
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
    try:
        return _beside_weasyprint(turns)
    except html_press.NotThere as missing:
        return [Said(ONE, "proven PDF/A-2b", "WeasyPrint", str(missing))]


def _beside_weasyprint(turns: int) -> list[Row]:
    ways = [(variant, shared) for variant in (html_press.ARCHIVAL, "") for shared in (True, False)]
    theirs: dict[tuple[str, bool], list[float]] = {way: [] for way in ways}
    ours: list[float] = []
    versions: set[str] = set()
    for turn in range(turns):
        for n in range(20):
            paper = certificate_of(1000 + 20 * turn + n)
            began = time.process_time()
            press_result(BIRTH_TEMPLATE, paper, printed_at=PRINTED)
            if n >= 5:
                ours.append((time.process_time() - began) * 1000)
        for variant, shared in ways:
            made = html_press.printed([paper_json(n) for n in range(4)], variant=variant, shared=shared)
            theirs[variant, shared] += made.took
            versions.add(made.version)
    rows: list[Row] = []
    for way in ways:
        named = f"WeasyPrint {' '.join(versions)}, {way[0] or 'plain PDF'}, fonts {'shared' if way[1] else 'afresh'}"
        decides = way == (html_press.ARCHIVAL, True)
        rows.append(line(ONE, "proven PDF/A-2b", named, ours, theirs[way], goal=8 if decides else None,
                         goals="F11" if decides else "", at_least=True))
    return rows


def _by_weasyprint(numbers: range, took: list[float]) -> tuple[tuple[bytes, ...], ...] | None:
    """By two processes at once, every other paper each; None without WeasyPrint."""
    shares = [[paper_json(n) for n in numbers[part::2]] for part in (0, 1)]
    try:
        with ThreadPoolExecutor(2) as both:
            made = [*both.map(html_press.printed, shares)]
    except html_press.NotThere:
        return None
    took += [spent for one in made for spent in one.took]
    return tuple(one.papers for one in made)


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


def _stock(keys: str, pki: str, numbers: range, papers: Sequence[bytes] | None) -> tuple[int, float]:
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
