"""The typeface of every paper: Tinos, and nothing else.

A face that lacks letters does not fail by itself: typst falls back to another face or draws boxes. So we look first.
"""

from functools import cache
from pathlib import Path

from app.papers.errors import PaperDamaged

FOLDER = Path(__file__).parent / "fonts"
FACES = ("Tinos_400Regular", "Tinos_400Regular_Italic", "Tinos_700Bold", "Tinos_700Bold_Italic")

VIETNAMESE = frozenset(
    {*range(0x1EA0, 0x1EFA)}                                      # ạ … ỹ
    | {ord(letter) for letter in "ĂăÂâĐđÊêÔôƠơƯưÀàÁáÃãÈèÉéÌìÍíĨĩÒòÓóÕõÙùÚúŨũÝý₫–—…“”•□"}
    | {0x0300, 0x0301, 0x0302, 0x0303, 0x0306, 0x0309, 0x031B, 0x0323}   # combining marks of decomposed text
    | {*range(0x20, 0x7F)}
)


@cache
def letters(folder: Path = FOLDER) -> frozenset[int]:
    """The code points that all four faces draw.

    Raises PaperDamaged when a face is missing or lacks one of `VIETNAMESE`; called once at start-up by `check_fonts`.
    """
    # Here: for the processes that print.
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped, unused-ignore]

    shared: set[int] | None = None
    for face in FACES:
        path = folder / f"{face}.ttf"
        if not path.is_file():
            raise PaperDamaged(f"the typeface is incomplete: {path.name} is missing in {folder.name}/")
        with TTFont(path, lazy=True) as font:
            drawn = set(font.getBestCmap())
        lacking = sorted(VIETNAMESE - drawn)
        if lacking:
            named = ", ".join(f"U+{point:04X}" for point in lacking[:12])
            raise PaperDamaged(f"{path.name} lacks {len(lacking)} letters: {named}")
        shared = drawn if shared is None else shared & drawn
    return frozenset(shared or ())


def check_fonts(folder: Path = FOLDER) -> None:
    """Fail loudly at start-up rather than print a citizen's name with a hole in it. Raises PaperDamaged."""
    letters(folder)
