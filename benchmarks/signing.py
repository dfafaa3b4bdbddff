"""Papers signed and sealed, one and many: beside the RSA operations in them, and beside pyHanko as it comes.

CPU of the process unless a row says otherwise; product and floor take turns. Everything runs on the development PKI.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.demo_play.people import cut_keys
from app.papers.certificates import press_result
from app.papers.press import Box as Place
from app.papers.press import Paper
from app.signatures.keyring import Keyring
from app.signatures.service import Order, seal, sign_as_leader
from benchmarks.papers import certificate_of
from benchmarks.signing_stock import Stock
from benchmarks.stamping import pki, stamping
from benchmarks.table import Line, Row, line
from benchmarks.thousand import thousand_lines
from signing import Appearance, Box, LaterSignature, Level, Outcome, SignedPdf, Signing, sign_batch
from tests.papers.answers import BIRTH, BIRTH_TEMPLATE
from tests.papers.situations import PRINTED

LEADER, SEAL = "leader-tanmai", "seal-tanmai"
LEVELS: tuple[Level, ...] = ("B-B", "B-T", "B-LT")
PLACES = ((300, 200, 440, 290), (250, 200, 350, 300))
ONE = "Sign and seal one certificate, visible, RSA-2048, B-B"
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


async def sign_lines(*, rounds: int = 30, many: int = 1_000) -> list[Row]:
    """F7 to F10, H6 and H7. `many`: certificates and files of a batch; what is asked for once is dear in a small one."""
    with desk() as office:
        lines: list[Row] = [*await _one(office, rounds)]
        count = many if rounds > 1 else 4
        lines += await asyncio.to_thread(thousand_lines, office.keys, office.pki, count=count)
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


def _box(place: Place) -> Box:
    return Box(place.x, place.y, place.w, place.h)


def _good(outcomes: Sequence[Outcome]) -> list[SignedPdf]:
    found = [one for one in outcomes if isinstance(one, SignedPdf)]
    assert len(found) == len(outcomes), next(one for one in outcomes if not isinstance(one, SignedPdf))
    return found


__all__ = ["desk", "sign_lines"]
