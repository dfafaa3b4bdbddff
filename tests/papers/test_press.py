"""The press: many hands at once, damaged templates, what is kept and what is thrown away."""

import asyncio
import io
import os
import shutil
import weakref
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from app.papers.archive import archived, is_archival
from app.papers.errors import PaperDamaged
from app.papers.press import LIBRARY, WORKFLOWS, _compiler, press, print_paper
from tests.papers.reading import text_of
from tests.papers.situations import PRINTED

PLAIN = """#import "/forms/common.typ": *
#show: sheet.with(title: "Thử")
"""


def wrote(template: Path, source: str) -> Path:
    """The template with `source` after the common beginning."""
    template.write_text(PLAIN + source)
    return template


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template of one's own beside the real common library."""
    (tmp_path / "forms").mkdir()
    for name in LIBRARY:
        (tmp_path / "forms" / name).write_bytes((WORKFLOWS / "forms" / name).read_bytes())
    return tmp_path / "own.typ"


async def test_many_papers_at_once_do_not_mix(template: Path) -> None:
    wrote(template, "Số #data.n, tên #data.name.")
    papers = await asyncio.gather(
        *(print_paper(template, {"n": n, "name": "Ngọc"}, printed_at=PRINTED, pdf_a=False) for n in range(40))
    )
    assert [text_of(paper.pdf) for paper in papers] == [f"Số {n}, tên Ngọc." for n in range(40)]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('#set text(font: "Arial")\nx', "unknown font family"),
        ("#data.nothing", "nothing"),
        ("#let", "expected"),
        ('#read("/../../etc/hostname")', "own.typ"),
        ('#text(font: "Tinos")[王]', "own.typ"),
    ],
)
def test_a_damaged_template_prints_nothing(template: Path, source: str, said: str) -> None:
    wrote(template, source)
    with pytest.raises(PaperDamaged, match=said):
        press(template, {"name": "x"}, printed_at=PRINTED)


def test_the_template_is_read_again_when_it_changed(template: Path) -> None:
    wrote(template, "trước")
    assert text_of(press(template, {}, printed_at=PRINTED).pdf) == "trước"
    wrote(template, "sau khi sửa")
    assert text_of(press(template, {}, printed_at=PRINTED).pdf) == "sau khi sửa"


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(PaperDamaged, match=r"common\.typ"):
        press(tmp_path / "gone.typ", {}, printed_at=PRINTED)
    with pytest.raises(PaperDamaged, match=r"forms/gone\.typ"):
        press(WORKFLOWS / "forms/gone.typ", {}, printed_at=PRINTED)


def test_a_moment_without_a_zone_is_refused(template: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        press(template, {}, printed_at=datetime(2026, 11, 11))


def test_pictures_reach_the_template(template: Path) -> None:
    wrote(template, '#picture("mark", width: 20mm)')
    Image.new("RGBA", (40, 40), "red").save(out := io.BytesIO(), "PNG")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="red"/></svg>'
    for picture in (out.getvalue(), svg):
        paper = press(template, {}, images={"mark": picture}, printed_at=PRINTED)
        assert is_archival(paper.pdf)


def test_a_reserved_place_is_where_the_template_put_it(template: Path) -> None:
    wrote(template, '#pagebreak()\n#place(top + left, dx: 10mm, dy: 20mm, reserve("here", 30mm, 15mm))')
    place = press(template, {}, printed_at=PRINTED).places["here"]
    millimetre = 72 / 25.4
    assert place.page == 2
    assert place.x == pytest.approx(40 * millimetre, abs=0.01)
    assert place.y == pytest.approx((297 - 20 - 20 - 15) * millimetre, abs=0.01)
    assert place.w == pytest.approx(30 * millimetre)
    assert place.h == pytest.approx(15 * millimetre)


def test_the_judge_refuses_what_is_not_archival() -> None:
    with pikepdf.new() as document:
        page = document.add_blank_page()
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = document.make_stream(b"BT /F1 12 Tf (x) Tj ET")
        document.save(out := io.BytesIO())
    assert not is_archival(out.getvalue())
    with pytest.raises(PaperDamaged, match="not PDF/A-2b"):
        archived(out.getvalue(), printed_at=PRINTED)


def test_the_moment_of_printing_is_the_papers_own(template: Path) -> None:
    wrote(template, "x")
    paper = press(template, {}, printed_at=datetime(2020, 2, 2, 3, 4, 5, tzinfo=UTC))
    with pikepdf.open(io.BytesIO(paper.pdf)) as document:
        assert str(document.docinfo["/CreationDate"]) == "D:20200202030405Z"


def test_a_temporary_folder_that_was_swept_away_is_laid_out_again(template: Path) -> None:
    wrote(template, "Số #data.n.")
    press(template, {"n": 1}, printed_at=PRINTED, pdf_a=False)
    shutil.rmtree(_compiler(template)[1].root)
    assert text_of(press(template, {"n": 2}, printed_at=PRINTED, pdf_a=False).pdf) == "Số 2."


def test_a_process_that_is_forked_off_and_ends_leaves_the_folder_of_ours(template: Path) -> None:
    wrote(template, "x")
    root = _compiler(template)[1].root
    child = os.fork()
    if child == 0:
        try:
            weakref.finalize._exitfunc()  # type: ignore[attr-defined]  # what Python does when a process ends
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert root.is_dir()
