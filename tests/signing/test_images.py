"""The demonstration images are what the decree asks for, and plainly not real."""

from __future__ import annotations

import io

from PIL import Image

from signing.images import BLUE, RED, seal_image, signature_image
from tests.signing.conftest import FONT


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def test_a_signature_is_blue_on_a_transparent_ground() -> None:
    image = _opened(signature_image("Nguyễn Văn Mẫu"))
    assert image.getpixel((0, 0)) == (*BLUE, 0)
    assert image.getchannel("A").getextrema() == (0, 255)


def test_everybody_has_a_signature_of_their_own_and_always_the_same() -> None:
    assert signature_image("Nguyễn Văn Mẫu") == signature_image("Nguyễn Văn Mẫu")
    assert signature_image("Nguyễn Văn Mẫu") != signature_image("Trần Thị Thử")


def test_a_seal_is_red_round_and_of_its_real_size() -> None:
    image = _opened(seal_image("Ủy ban nhân dân xã Mẫu", font=FONT))
    assert image.getpixel((0, 0)) == (*RED, 0)
    assert image.width == image.height == round(36 / 25.4 * 300)
    assert image.getpixel((image.width // 2, 6))[3] > 200  # type: ignore[index]


def test_a_long_name_stays_on_the_rim() -> None:
    assert seal_image("Ủy ban nhân dân xã Nguyễn Thị Minh Khai Đông Thạnh Mỹ Tây", font=FONT)
