"""Leader's signature and agency's seal, both visible, on one certificate; beside the two RSA operations in it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from app.demo_play.people import cut_keys
from app.papers.certificates import press_result
from app.signatures.keyring import Keyring
from app.signatures.service import Order, seal, sign_as_leader
from benchmarks.table import Line, line
from tests.papers.answers import BIRTH, BIRTH_TEMPLATE
from tests.papers.situations import PRINTED


async def sign_lines(*, rounds: int = 30) -> list[Line]:
    """CPU of the process; B-B, no time-stamp: what a time-stamp adds is mostly waiting for somebody else."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        keys = Path(folder) / "keys"
        cut_keys(Path(folder) / "pki", keys)
        ring = Keyring(keys)
        paper = press_result(BIRTH_TEMPLATE, BIRTH, printed_at=PRINTED)
        order = Order(paper.pdf, paper.sha256, paper.places, PRINTED, "Ký kết quả", "Tân Mai")
        signed, operations = [], []
        for turn in range(rounds + 3):
            began = time.process_time()
            by_leader = await sign_as_leader(ring, "leader-tanmai", order)
            closed = Order(by_leader.data, by_leader.sha256, paper.places, PRINTED, "Đóng dấu", "Tân Mai")
            both = await seal(ring, "seal-tanmai", closed)
            spent = (time.process_time() - began) * 1000
            began = time.process_time()
            for name in ("leader-tanmai", "seal-tanmai"):
                ring.key(name).sign(paper.pdf[:256], "sha256")
            floor = (time.process_time() - began) * 1000
            if turn >= 3:
                signed.append(spent)
                operations.append(floor)
        assert both.data.count(b"/ByteRange") == 2, "two signatures are in the file"
    group = "Sign and seal one certificate, visible, RSA-2048, B-B"
    return [line(group, "CPU, both signatures", "the two key operations", signed, operations, goal=7)]
