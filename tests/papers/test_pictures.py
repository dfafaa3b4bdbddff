"""Photos, scans and certified copies."""

import io

import pikepdf
import pytest
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

from app.papers.archive import is_archival
from app.papers.certificates import press_result
from app.papers.copies import certify_copy
from app.papers.errors import PictureUnreadable, TooManyPages
from app.papers.pages import draw_pages, page_sizes
from app.papers.pictures import MOST_BYTES, images_to_pdf
from tests.papers.answers import CERTIFIED, CERTIFIED_TEMPLATE
from tests.papers.situations import PRINTED


def photo(width: int = 1200, height: int = 1600, noise: bool = False) -> Image.Image:
    """A page on a table: red bar at its top, so that one sees which way is up."""
    picture = Image.effect_noise((width, height), 90).convert("RGB") if noise else Image.new("RGB", (width, height), "#eee")
    ImageDraw.Draw(picture).rectangle((0, 0, width, height // 10), fill="red")
    return picture


def written(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def heic(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    from_pillow(picture).save(out, quality=60)
    return out.getvalue()


def shown(pdf: bytes, page: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(draw_pages(pdf, ppi=36, first=page, last=page)[0])).convert("RGB")


async def test_every_kind_of_photo_becomes_an_archival_a4_page() -> None:
    page = photo()
    kinds = [
        written(page, "JPEG"),
        written(page, "PNG"),
        written(page, "TIFF"),
        written(page.convert("L"), "PNG"),
        written(page.convert("P"), "PNG"),
        written(page.convert("1"), "TIFF", compression="group4"),
        written(page.convert("CMYK"), "JPEG"),
        heic(page),
    ]
    paper = await images_to_pdf(kinds, title="Giấy chứng sinh", printed_at=PRINTED)
    assert paper.pages == len(kinds)
    assert is_archival(paper.pdf)
    assert {(round(width), round(height)) for width, height in page_sizes(paper.pdf)} == {(595, 842)}


async def test_a_photo_lies_as_its_camera_held_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter turn clockwise
    sideways = photo().rotate(90, expand=True)
    paper = await images_to_pdf([written(sideways, "JPEG", exif=exif)], title="x", printed_at=PRINTED)
    page = shown(paper.pdf)
    assert page.height > page.width
    red, green, _ = page.getpixel((page.width // 2, 30))  # type: ignore[misc]
    assert red > 200
    assert green < 80


async def test_a_wide_photo_lies_on_a_landscape_page() -> None:
    paper = await images_to_pdf([written(photo(1600, 900), "JPEG")], title="x", printed_at=PRINTED)
    assert [round(side) for side in page_sizes(paper.pdf)[0]] == [842, 595]


async def test_transparent_ground_becomes_white_paper() -> None:
    seal = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    paper = await images_to_pdf([written(seal, "PNG")], title="x", printed_at=PRINTED)
    page = shown(paper.pdf)
    assert page.getpixel((page.width // 2, page.height // 2)) == (255, 255, 255)


async def test_every_page_of_a_fax_is_kept() -> None:
    pages = [photo(300, 400) for _ in range(3)]
    fax = written(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert (await images_to_pdf([fax], title="x", printed_at=PRINTED)).pages == 3


async def test_a_page_weighs_at_most_half_a_megabyte() -> None:
    paper = await images_to_pdf([written(photo(2600, 3600, noise=True), "JPEG", quality=95)], title="x", printed_at=PRINTED)
    assert len(paper.pdf) <= MOST_BYTES + 20_000
    with pikepdf.open(io.BytesIO(paper.pdf)) as document:
        image = next(iter(document.pages[0].get_images().values()))
        assert int(image.Height) >= 110 * 11  # still readable


@pytest.mark.parametrize("broken", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut", b"%PDF-1.7"])
async def test_what_is_no_picture_is_refused_with_its_page(broken: bytes) -> None:
    with pytest.raises(PictureUnreadable) as refused:
        await images_to_pdf([written(photo(100, 100), "JPEG"), broken], title="x", printed_at=PRINTED)
    assert refused.value.fields["page"] == 2
    assert "trang 2" in refused.value.words()


async def test_a_truncated_photo_is_refused() -> None:
    with pytest.raises(PictureUnreadable):
        await images_to_pdf([written(photo(noise=True), "JPEG")[:20_000]], title="x", printed_at=PRINTED)


async def test_no_pictures_make_no_paper() -> None:
    with pytest.raises(PictureUnreadable):
        await images_to_pdf([], title="x", printed_at=PRINTED)


async def test_more_than_a_hundred_pages_are_refused() -> None:
    with pytest.raises(TooManyPages):
        await images_to_pdf([written(Image.new("RGB", (8, 8)), "PNG")] * 101, title="x", printed_at=PRINTED)


def scanner_pdf(pages: int = 2) -> bytes:
    """What an office scanner writes: pages of pictures, and nothing else."""
    out = io.BytesIO()
    photo(600, 800).save(out, "PDF", save_all=True, append_images=[photo(600, 800)] * (pages - 1))
    return out.getvalue()


def lively_pdf() -> bytes:
    """A PDF with a script, a form, an attachment, a stamp drawn as an annotation and a font that is not embedded."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(helvetica)))
        page.obj.Contents = document.make_stream(b"BT /F1 24 Tf 60 700 Td (Original) Tj ET")
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        document.attachments["note.txt"] = b"hidden"
        look = document.make_stream(
            b"1 0 0 rg 0 0 100 100 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 100]
        )
        stamp = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[200, 300, 300, 400], F=4,
            AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        page.obj.Annots = pikepdf.Array([document.make_indirect(stamp)])
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


async def certified(original: bytes | list[bytes]):  # type: ignore[no-untyped-def]
    page = press_result(CERTIFIED_TEMPLATE, CERTIFIED, printed_at=PRINTED)
    return page, await certify_copy(original, page, title="Bản sao chứng thực", printed_at=PRINTED)


@pytest.mark.parametrize(
    ("original", "pages"), [(scanner_pdf(), 2), (lively_pdf(), 1), ([written(photo(), "JPEG"), heic(photo())], 2)]
)
async def test_a_certified_copy_is_archival_and_ends_with_the_words(original: bytes | list[bytes], pages: int) -> None:
    page, copy = await certified(original)
    assert is_archival(copy.pdf)
    assert copy.pages == pages + 1
    assert copy.places["leader"].page == copy.pages
    assert copy.places["leader"].x == page.places["leader"].x
    assert copy.places["seal"].page == copy.pages
    assert copy.places["copy_mark"].page == 1


async def test_a_scan_is_kept_dot_for_dot() -> None:
    original = scanner_pdf(1)
    _, copy = await certified(original)
    with pikepdf.open(io.BytesIO(original)) as before, pikepdf.open(io.BytesIO(copy.pdf)) as after:
        kept, scanned = (next(iter(document.pages[0].get_images().values())) for document in (after, before))
        assert kept.read_raw_bytes() == scanned.read_raw_bytes()


async def test_a_copy_shows_what_the_original_showed_and_does_nothing() -> None:
    _, copy = await certified(lively_pdf())
    page = shown(copy.pdf)
    assert page.getpixel((125, (842 - 350) // 2)) == pytest.approx((255, 0, 0), abs=12)  # the stamp stayed
    with pikepdf.open(io.BytesIO(copy.pdf)) as document:
        assert "/OpenAction" not in document.Root
        assert "/AcroForm" not in document.Root
        assert not document.attachments
        assert all("/Annots" not in one.obj for one in document.pages)


def layered_pdf() -> bytes:
    """A red square on a layer that is switched off."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Hidden"))
        page.obj.Resources = pikepdf.Dictionary(Properties=pikepdf.Dictionary(L1=layer))
        page.obj.Contents = document.make_stream(b"/OC /L1 BDC 1 0 0 rg 200 300 100 100 re f EMC")
        off = pikepdf.Dictionary(Order=[layer], OFF=[layer])
        document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=off)
        document.save(out := io.BytesIO())
        return out.getvalue()


async def test_what_is_hidden_in_the_original_stays_hidden_in_the_copy() -> None:
    _, copy = await certified(layered_pdf())
    assert is_archival(copy.pdf)
    assert shown(copy.pdf).getpixel((125, (842 - 350) // 2)) == (255, 255, 255)


async def test_an_encrypted_original_is_refused() -> None:
    with pikepdf.open(io.BytesIO(scanner_pdf())) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(PictureUnreadable):
        await certified(out.getvalue())


async def test_scans_and_photos_are_bound_in_their_order() -> None:
    _, copy = await certified([scanner_pdf(2), written(photo(), "JPEG"), lively_pdf(), written(photo(1600, 900), "PNG")])
    assert is_archival(copy.pdf)
    sizes = [(round(width), round(height)) for width, height in page_sizes(copy.pdf)]
    assert sizes == [(600, 800), (600, 800), (595, 842), (595, 842), (842, 595), (595, 842)]


async def test_an_empty_original_is_refused() -> None:
    with pytest.raises(PictureUnreadable):
        await certified([])


async def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(PictureUnreadable):
        await certified(b"PK\x03\x04 not a pdf")


def test_a_turned_page_is_measured_as_it_is_seen() -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842)).rotate(90, relative=False)
        out = io.BytesIO()
        document.save(out)
    assert page_sizes(out.getvalue()) == [(842, 595)]
    assert len(draw_pages(out.getvalue(), ppi=20)) == 1
