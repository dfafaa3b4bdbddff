"""What a file must be before it is taken, and what the person is told when it is not."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.rules import (
    LARGEST,
    FileActive,
    FileBroken,
    FileDisguised,
    FileEmpty,
    FileLocked,
    FileRefused,
    FileTooBig,
    FileTypeUnknown,
    clean_name,
    inspect,
)
from tests.documents import files


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("don.pdf", files.pdf(), "application/pdf"),
        ("ảnh chụp.JPG", files.picture(), "image/jpeg"),
        ("scan.png", files.picture("PNG"), "image/png"),
        ("fax.tiff", files.picture("TIFF"), "image/tiff"),
        ("IMG_1.HEIC", files.picture("HEIF"), "image/heic"),
    ],
)
def test_what_phones_and_scanners_make_is_taken(name: str, data: bytes, media_type: str) -> None:
    assert inspect(name, data).media_type == media_type


REFUSED = {
    "a file of no bytes": ("a.pdf", b"", FileEmpty),
    "a file over the limit": ("a.jpg", b"\xff\xd8" + bytes(LARGEST), FileTooBig),
    "a word document": ("don.docx", files.archive(), FileTypeUnknown),
    "a text named as a picture": ("a.jpg", b"hello", FileTypeUnknown),
    "a PNG named as a JPEG": ("a.jpg", files.picture("PNG"), FileDisguised),
    "a PDF named as a JPEG": ("a.jpg", files.pdf(), FileDisguised),
    "a PDF with a password": ("a.pdf", files.encrypted(), FileLocked),
    "a PDF cut in the middle": ("a.pdf", files.pdf(20)[:900], FileBroken),
    "a picture cut in the middle": ("a.jpg", files.picture()[:2000], FileBroken),
    "a double ending": ("giay-khai-sinh.pdf.exe", files.pdf(), FileDisguised),
    "a hidden double ending": ("giay.exe.pdf", files.pdf(), FileDisguised),
    "a PDF that runs a script": ("a.pdf", files.scripted(), FileActive),
    "a PDF that starts a program": ("a.pdf", files.launching(), FileActive),
    "a PDF with a file inside": ("a.pdf", files.with_attachment(), FileActive),
    "a drawing with a script": ("a.svg", files.SVG, FileDisguised),
    "a web page with a PDF's first line": ("a.pdf", files.HTML_PDF, FileDisguised),
    "a picture without an ending": ("anh", files.picture(), FileTypeUnknown),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case).replace(" ", "-"))
def test_it_is_refused_by_name_and_says_what_to_do(case: str) -> None:
    name, data, refusal = REFUSED[case]
    with pytest.raises(refusal) as told:
        inspect(name, data)
    assert "Hãy" in told.value.words("vi")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\giấy tờ\\đơn.pdf", "đơn.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("\u202egnp.pdf", "gnp.pdf"),
        ("", "tep"),
    ],
)
def test_a_name_is_only_a_name(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


def test_a_name_of_four_thousand_letters_keeps_its_ending() -> None:
    shown = clean_name("đơn" * 1400 + ".pdf")
    assert len(shown) <= 120
    assert shown.endswith(".pdf")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000), st.sampled_from(["a.pdf", "a.jpg", "a.png", "a", "a.tiff"]), st.booleans())
def test_no_bytes_whatever_break_the_look(data: bytes, name: str, as_pdf: bool) -> None:
    with suppress(FileRefused):
        inspect(name, (b"%PDF-1.7\n" + data + b"\n%%EOF") if as_pdf else data)
