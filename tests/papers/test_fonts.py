"""The typeface draws every Vietnamese letter, or the office does not open."""

import shutil
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from app.papers import fonts
from app.papers.errors import LetterMissing, PaperDamaged
from app.papers.letters import for_paper, printable


def test_all_four_faces_draw_all_vietnamese_letters() -> None:
    fonts.check_fonts()
    assert fonts.letters() >= set(range(0x1EA0, 0x1EFA))


def test_a_face_without_letters_stops_the_start(tmp_path: Path) -> None:
    shutil.copytree(fonts.FOLDER, tmp_path / "fonts")
    bold = tmp_path / "fonts/Tinos_700Bold.ttf"
    with TTFont(bold) as font:
        subsetter = Subsetter()
        subsetter.populate(unicodes=fonts.VIETNAMESE - {ord("ễ")})
        subsetter.subset(font)
        font.save(bold)
    with pytest.raises(PaperDamaged, match=r"Tinos_700Bold.ttf lacks 1 letters: U\+1EC5"):
        fonts.check_fonts(tmp_path / "fonts")


def test_a_missing_face_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PaperDamaged, match="is missing"):
        fonts.check_fonts(tmp_path)


def test_decomposed_letters_are_composed() -> None:
    assert printable("Nguye\u0302\u0303n U\u031bo\u031b\u0301c") == "Nguyễn Ướ" + "c"


def test_characters_that_hide_or_turn_text_are_dropped() -> None:
    assert printable("Ly\u0301\u202e\u200b\u0000 A\ufeff") == "Lý A"
    assert printable("a\r\nb\tc\u00a0d") == "a\nb c d"


def test_a_letter_without_a_shape_is_refused_or_marked() -> None:
    with pytest.raises(LetterMissing) as refused:
        printable("王 Lý A")
    assert "王" in refused.value.words()
    assert printable("王 Lý A 😀", unknown="mark") == "□ Lý A □"


def test_every_date_is_told_and_what_is_no_date_is_not() -> None:
    dates = for_paper({"born": "1941", "page": "0000", "married": {"on": "1965-05-12"}})["_dates"]
    assert dates["1941"]["text"] == "năm 1941"
    assert dates["1965-05-12"]["figures"] == "12/05/1965"
    assert "0000" not in dates


def test_only_named_plain_data_is_printed() -> None:
    with pytest.raises(PaperDamaged, match="bytes"):
        for_paper({"scan": b"\x00"})
    with pytest.raises(PaperDamaged, match="named fields"):
        for_paper(["a", "b"])
