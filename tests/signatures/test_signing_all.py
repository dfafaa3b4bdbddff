"""One order signs every paper it covers, and the office can always go back to pyHanko alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.demo_play.people import cut_keys
from app.papers.certificates import press_result
from app.signatures.keyring import KeyMissing, Keyring
from app.signatures.service import Order, seal, sign_all, sign_as_leader
from signing import read_back
from tests.papers.answers import BIRTH, BIRTH_TEMPLATE
from tests.papers.situations import PRINTED

# pyHanko writes every name and string anew; we leave what we do not change as it stands.
AS_IT_STOOD, AS_PYHANKO_WRITES = b"(vi-VN)", rb"/Lang (vi\055VN)"


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    folder = tmp_path_factory.mktemp("keys")
    cut_keys(folder / "pki", folder / "keys")
    return Keyring(folder / "keys")


def order(number: int) -> Order:
    content = {**BIRTH.content, "child_name": f"Nguyễn Hoàng Bảo Ngọc {number}"}
    paper = press_result(BIRTH_TEMPLATE, replace(BIRTH, content=content), printed_at=PRINTED)
    return Order(paper.pdf, paper.sha256, paper.places, PRINTED, "Ký kết quả", "Tân Mai")


async def test_several_papers_are_signed_as_each_alone_would_be(ring: Keyring) -> None:
    orders = [order(number) for number in range(3)]
    signed = await sign_all(ring, "leader-tanmai", orders, "leader")
    sealed = await sign_all(
        ring, "seal-tanmai", [replace(one, pdf=by.data) for one, by in zip(orders, signed, strict=True)], "seal"
    )
    alone = await sign_as_leader(ring, "leader-tanmai", orders[0])
    both = await seal(ring, "seal-tanmai", replace(orders[0], pdf=alone.data))
    certificates = [ring.key(name).certificate for name in ("leader-tanmai", "seal-tanmai")]
    for one, made in zip(orders, sealed, strict=True):
        assert made.data.startswith(one.pdf)
        read_back(made.data, certificates)
    assert len(both.data) == len(sealed[0].data)


async def test_nothing_to_sign_is_nothing(ring: Keyring) -> None:
    assert await sign_all(ring, "leader-tanmai", [], "leader") == []
    with pytest.raises(KeyMissing):
        await sign_all(ring, "nobody", [order(1), order(2)], "leader")


@pytest.mark.parametrize("count", [1, 2])
async def test_the_switch_leaves_everything_to_pyhanko(ring: Keyring, count: int) -> None:
    stock = Keyring(Path(ring.folder), maker="stock")
    orders = [order(number) for number in range(count)]
    for one in await sign_all(stock, "leader-tanmai", orders, "leader"):
        assert AS_PYHANKO_WRITES in one.data
        read_back(one.data, [ring.key("leader-tanmai").certificate])
    for one in await sign_all(ring, "leader-tanmai", orders, "leader"):
        assert AS_PYHANKO_WRITES not in one.data
        assert one.data.count(AS_IT_STOOD) == 2
