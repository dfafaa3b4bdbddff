"""The colours keep their promises: letters 4.5 to 1, borders of controls and shapes 3 to 1."""

import re

import pytest

from app.faces.static_files import files

CSS = files()["motcua.css"].content.decode()


def tokens(block: str) -> dict[str, str]:
    """The colours set in the first rule that begins with `block`."""
    rule = CSS[CSS.index(block) :]
    return dict(re.findall(r"--mc-([a-z-]+): (#[0-9a-f]{3,6})\b", rule[: rule.index("}")]))


PORTAL = tokens(":root {")
DESK = PORTAL | tokens(".mc.mc-desk {")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tones", [PORTAL, DESK], ids=["portal", "desk"])
@pytest.mark.parametrize(
    ("letters", "ground"),
    [
        ("ink", "paper"), ("ink", "wall"), ("ink", "wall-deep"), ("ink", "ochre"), ("ink", "focus"),
        ("ink-soft", "paper"), ("ink-soft", "wall"), ("ink-soft", "wall-deep"), ("ink-soft", "door-tint"),
        ("door", "paper"), ("door", "wall"), ("door", "door-tint"), ("paper", "door"), ("paper", "door-deep"),
        ("door-deep", "door-tint"), ("door-deep", "wall-deep"), ("ochre-ink", "ochre-tint"), ("ochre-ink", "paper"),
        ("son", "paper"), ("son", "son-tint"), ("son", "wall"), ("paper", "son"),
    ],
)  # fmt: skip
def test_letters_can_be_read(tones: dict[str, str], letters: str, ground: str) -> None:
    assert contrast(tones[letters], tones[ground]) >= 4.5


@pytest.mark.parametrize("tones", [PORTAL, DESK], ids=["portal", "desk"])
@pytest.mark.parametrize(("edge", "ground"), [("edge", "paper"), ("edge", "wall"), ("door", "paper"), ("son", "son-tint")])
def test_edges_of_controls_can_be_seen(tones: dict[str, str], edge: str, ground: str) -> None:
    assert contrast(tones[edge], tones[ground]) >= 3
