"""Papers signed and sealed, one and many: beside the RSA operations in them, and beside pyHanko as it comes.

CPU of the process unless a row says otherwise; product and floor take turns. Everything runs on the development PKI.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import typst

from app.demo_play.people import cut_keys
from app.papers import fonts, press
from app.papers.certificates import press_result, result_data
from app.papers.letters import for_paper
from app.papers.press import Box as Place
from app.papers.press import Paper
from app.signatures.keyring import Keyring
from app.signatures.service import Order, seal, sign_as_leader
from benchmarks.papers import certificate_of
from benchmarks.signing_stock import Stock
from benchmarks.stamping import pki, stamping
from benchmarks.table import Line, line
from signing import Appearance, Box, LaterSignature, Level, Outcome, SignedPdf, Signing, read_back, sign_batch
from tests.papers.answers import BIRTH, BIRTH_TEMPLATE
from tests.papers.situations import PRINTED

LEADER, SEAL = "leader-tanmai", "seal-tanmai"
LEVELS: tuple[Level, ...] = ("B-B", "B-T", "B-LT")
PLACES = ((300, 200, 440, 290), (250, 200, 350, 300))
ONE = "Sign and seal one certificate, visible, RSA-2048, B-B"
MANY = "Certificates made, signed, sealed and read back, two processes (CPU of both, a certificate)"
BATCH = "A batch of {count} visible signatures, RSA-2048 (CPU of the client, ms a file)"


@dataclass(frozen=True)
class Desk:
    """Keys, and where their PKI lies."""

    pki: Path
    keys: Path
    ring: Keyring


@contextmanager
def desk() -> Iterator[Desk]:
    """Keys of a leader and an agency for as long as the bench runs."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        root, keys = Path(folder) / "pki", Path(folder) / "keys"
        with pki(root):
            cut_keys(root, keys)
            yield Desk(root, keys, Keyring(keys))


async def sign_lines(*, rounds: int = 30, many: int = 60) -> list[Line]:
    """F7 to F10, H6 and H7. `many`: certificates and files of a batch; a full run wants 1,000."""
    with desk() as office:
        lines = [*await _one(office, rounds)]
        count = many if rounds > 1 else 4
        lines += await asyncio.to_thread(_made, office, count, max(2, min(6, count // 8)))
        return [*lines, *await asyncio.to_thread(_batch, office, count)]


async def _one(office: Desk, rounds: int) -> list[Line]:
    paper = press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED)
    stock = Stock.of(office.keys, office.pki / "root.pem")
    order = Order(paper.pdf, paper.sha256, paper.places, PRINTED, "Ký kết quả", "Tân Mai")
    took: dict[str, list[float]] = {name: [] for name in ("leader", "both", "operation", "operations", "stock")}
    for turn in range(rounds + 3):
        began = time.process_time()
        by_leader = await sign_as_leader(office.ring, LEADER, order)
        between = time.process_time()
        closed = Order(by_leader.data, by_leader.sha256, paper.places, PRINTED, "Đóng dấu", "Tân Mai")
        both = await seal(office.ring, SEAL, closed)
        spent = [("leader", between - began), ("both", time.process_time() - began)]
        began = time.process_time()
        office.ring.key(LEADER).sign(paper.pdf[:256], "sha256")
        between = time.process_time()
        office.ring.key(SEAL).sign(paper.pdf[:256], "sha256")
        spent += [("operation", between - began), ("operations", time.process_time() - began)]
        if turn % 6 == 3:  # a tenth of a second each
            began = time.process_time()
            await stock.signed(paper.pdf, 0, PLACES[0])
            spent.append(("stock", time.process_time() - began))
        for name, seconds in spent if turn >= 3 else ():
            took[name].append(seconds * 1000)
    assert both.data.count(b"/ByteRange") == 2, "two signatures are in the file"
    return [
        line(ONE, "CPU, both signatures", "the two key operations", took["both"], took["operations"], goal=7, goals="H6"),
        line(ONE, "CPU, one signature", "the key operation", took["leader"], took["operation"], goal=10, goals="F7"),
        line(ONE, "CPU, one signature", "stock pyHanko", took["leader"], took["stock"], goal=30, goals="F7", at_least=True),
    ]


def _made(office: Desk, count: int, floor: int) -> list[Line]:
    """Each process is warm before the clock starts; papers differ in every name and number."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        shares = [range(0, count, 2), range(1, count, 2)]

        def timed(work: Callable[[str, str, range], tuple[int, float]], parts: list[range]) -> list[float]:
            given = [pool.submit(work, str(office.keys), str(office.pki), part) for part in parts]
            return [seconds * 1000 / done for done, seconds in (one.result() for one in given)]

        few = [range(0, floor, 2), range(1, floor, 2)]
        slow = timed(_stock_papers, few)
        product = timed(_product_papers, shares)
        slow += timed(_stock_papers, few)
    beside = f"typst afresh + stock pyHanko, {2 * floor} of them"
    return [
        line(MANY, f"{count} certificates", beside, product, slow, goal=60, goals="H6", at_least=True),
        line(MANY, f"{count} certificates", beside, product, slow, goal=25, goals="F8", at_least=True),
    ]


_KEPT: dict[str, tuple[Keyring, Stock]] = {}


def _kept(keys: str, pki: str) -> tuple[Keyring, Stock]:
    if keys not in _KEPT:  # a process is warm before its clock starts
        _KEPT[keys] = Keyring(Path(keys)), Stock.of(Path(keys), Path(pki) / "root.pem")
        _product_papers(keys, pki, range(2))
        _stock_papers(keys, pki, range(1))
    return _KEPT[keys]


def _product_papers(keys: str, pki: str, numbers: range) -> tuple[int, float]:
    ring, _ = _kept(keys, pki)
    began = time.process_time()
    certificates = (ring.key(LEADER).certificate, ring.key(SEAL).certificate)
    papers = [press_result(BIRTH_TEMPLATE, certificate_of(n), printed_at=PRINTED) for n in numbers]
    signed = _good(sign_batch([_leading(ring, paper) for paper in papers], level="B-B"))
    closed = _good(sign_batch([_sealing(ring, paper, one) for paper, one in zip(papers, signed, strict=True)], level="B-B"))
    for one in closed:
        read_back(one.data, certificates)
    return len(closed), time.process_time() - began


def _stock_papers(keys: str, pki: str, numbers: range) -> tuple[int, float]:
    _, stock = _kept(keys, pki)
    began = time.process_time()
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
            signed = stock.once(stock.once(pdf, 0, PLACES[0]), 1, PLACES[1])
            assert stock.verified(signed)
    return len(numbers), time.process_time() - began


def paper_json(number: int) -> str:
    """The data of one certificate as its template reads it."""
    return json.dumps({**for_paper(result_data(certificate_of(number))), "_pictures": {}}, ensure_ascii=False)


def _batch(office: Desk, count: int) -> list[Line]:
    papers = [press_result(BIRTH_TEMPLATE, certificate_of(n), printed_at=PRINTED) for n in range(count)]
    signings = [_leading(office.ring, paper) for paper in papers]
    with stamping(office.pki, 0.1) as (clock, trust):
        took: dict[str, list[float]] = {"B-B": [], "B-T": [], "B-LT": [], "wall": []}
        for turn in range(3):
            for level in LEVELS:
                began, clocked = time.process_time(), time.perf_counter()
                _good(sign_batch(signings, level=level, timestamper=clock, trust=trust if level == "B-LT" else None))
                if turn:
                    took[level].append((time.process_time() - began) * 1000 / count)
                    if level == "B-T":
                        took["wall"].append((time.perf_counter() - clocked) * 1000 / count)
    proofs = [max(lt - t, 0.001) for lt, t in zip(took["B-LT"], took["B-T"], strict=True)]
    group = BATCH.format(count=count)
    return [
        line(group, "B-T", "B-B", took["B-T"], took["B-B"], goal=2, goals="F9"),
        line(group, "B-T, stamps 100 ms away (wall)", "its own CPU", took["wall"], took["B-T"], goal=1.25, goals="F9"),
        line(group, "proofs for B-LT, asked for once", "B-B", proofs, took["B-B"], goal=1.3, goals="F10 H7"),
        line(group, "B-LT, time-stamps and all", "B-T", took["B-LT"], took["B-T"]),
    ]


def _leading(ring: Keyring, paper: Paper) -> Signing:
    kept = (LaterSignature("seal", paper.places["seal"].page - 1, _box(paper.places["seal"])),)
    look = Appearance(paper.places["leader"].page - 1, _box(paper.places["leader"]), ring.image(LEADER))
    return Signing(paper.pdf, ring.key(LEADER), look, "allow-signatures", kept, "leader", "Ký kết quả", "Tân Mai", PRINTED)


def _sealing(ring: Keyring, paper: Paper, signed: SignedPdf) -> Signing:
    look = Appearance(paper.places["seal"].page - 1, _box(paper.places["seal"]), ring.image(SEAL))
    return Signing(signed.data, ring.key(SEAL), look, field="seal", reason="Đóng dấu", signed_at=PRINTED)


def _box(place: Place) -> Box:
    return Box(place.x, place.y, place.w, place.h)


def _good(outcomes: Sequence[Outcome]) -> list[SignedPdf]:
    found = [one for one in outcomes if isinstance(one, SignedPdf)]
    assert len(found) == len(outcomes), next(one for one in outcomes if not isinstance(one, SignedPdf))
    return found


__all__ = ["desk", "paper_json", "sign_lines"]
