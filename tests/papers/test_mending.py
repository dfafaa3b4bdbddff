"""What is cut out of the octets typst wrote: that and nothing else, and nothing at all from files of another form."""

import io
import re
from pathlib import Path

import pikepdf
import pytest

from app.papers import archive, mending
from app.papers.archive import archived, is_archival
from app.papers.mending import Unfamiliar, mended
from app.papers.press import compiled
from benchmarks.papers import paper_json
from tests.papers.answers import BIRTH_TEMPLATE
from tests.papers.situations import EVENING, PRINTED
from tests.signing import judges


def written(number: int = 1) -> bytes:
    """A certificate as typst writes it."""
    return compiled(BIRTH_TEMPLATE, paper_json(number), PRINTED)[0]


def told(value: object) -> bytes:
    """A value as it is written."""
    return value.unparse(resolved=False) if isinstance(value, pikepdf.Object) else str(value).encode()


def objects(pdf: bytes) -> dict[int, tuple[dict[str, bytes], bytes]]:
    """Every object by its number: its entries, and the octets its stream holds as they stand."""
    found = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for item in document.objects:
            if item is None:
                continue
            entries = {"": told(item)} if isinstance(item, pikepdf.Array) else {
                key: told(value) for key, value in item.items() if key != "/Length"
            }  # fmt: skip
            found[item.objgen[0]] = entries, item.read_raw_bytes() if isinstance(item, pikepdf.Stream) else b""
    return found


def test_only_the_letters_and_three_blocks_of_the_xmp_are_cut() -> None:
    before, after = objects(written()), objects(mended(written(), printed_at=PRINTED).pdf)
    for number, (entries, held) in before.items():
        if "/CIDSet" in entries:
            named = int(entries.pop("/CIDSet").split()[0])
            assert named not in after, "nothing else names the letters"
            assert after[number] == (entries, held)
        elif entries.get("/Type") == b"/Metadata":
            for said in (b"pdfaExtension:schemas", b"xmpMM:History"):
                held = re.sub(b"<%s>.*</%s>" % (said, said), b"", held)
            held = re.sub(b"<xmpTPg:NPages>1</xmpTPg:NPages>", b"", held)
            held = re.sub(rb' xmlns:(stEvt|xmpTPg|pdfa[ESP]\w+)="[^"]+" ?', b"", held)
            assert after[number] == (entries, held)
        else:
            assert after.get(number, (entries, held)) == (entries, held)
    assert len(before) - len(after) == faces_in(before)


def faces_in(found: dict[int, tuple[dict[str, bytes], bytes]]) -> int:
    """How many faces are in the file."""
    return sum(entries.get("/Type") == b"/FontDescriptor" for entries, _ in found.values())


def test_what_is_cut_is_proven_afterwards() -> None:
    assert not is_archival(written())
    assert is_archival(mended(written(), printed_at=PRINTED).pdf)


@pytest.mark.slow
def test_the_reference_judge_agrees(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(mended(written(), printed_at=PRINTED).pdf)
    try:
        opinion = judges.verapdf(file)
    except judges.JudgeMissing as missing:
        pytest.skip(str(missing))
    assert opinion.good, opinion.words


def test_papers_of_one_template_are_of_one_build() -> None:
    assert mended(written(1), printed_at=PRINTED).build == mended(written(2), printed_at=PRINTED).build


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b"/FontFile2", b"/FontFile3"), (b"/S/H1", b"/S/H2"), (b"/CIDFontType2", b"/CIDFontType0"),
        (b"/Suspects false", b"/Suspects true "), (b"Identity-H", b"Identity-V"), (b"/ICCBased", b"/ICCBesad"),
        (b"<dc:format>", b"<dc:farmot>"),
    ],
)  # fmt: skip
def test_another_name_anywhere_is_another_build(there: bytes, instead: bytes) -> None:
    pdf = written()
    changed = pdf.replace(there, instead)
    assert changed != pdf
    assert len(changed) == len(pdf)
    assert mended(changed, printed_at=PRINTED).build != mended(pdf, printed_at=PRINTED).build


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDF-1.6"),
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf.replace(b"\n7 0 obj\n", b"\n7 1 obj\n"),
        lambda pdf: pdf.replace(b"endstream\nendobj", b"endstream\nendabj", 1),
        lambda pdf: pdf.replace(b"<</Title", b"<</CIDSet 3 0 R/Title"),
        lambda pdf: pdf.replace(b"/CIDSet 1", b"/CIDSet 9"),
        lambda pdf: pdf.replace(b"<pdfaid:part>2<", b"<pdfaid:part>3<"),
        lambda pdf: pdf.replace(b" 00000 n\r\n", b" 00001 n\r\n", 1),
        lambda pdf: pdf.replace(b"/Type/Pages/Count", b"/Type/Pages/Cuont"),
        lambda pdf: b"%PDF-1.7\nrubbish",
    ],
)
def test_another_form_is_unfamiliar(change: object) -> None:
    assert callable(change)
    with pytest.raises(Unfamiliar):
        mended(change(written()), printed_at=PRINTED)


def test_another_moment_than_it_was_printed_at_is_unfamiliar() -> None:
    with pytest.raises(Unfamiliar):
        mended(written(), printed_at=EVENING)


def test_what_cannot_be_cut_is_mended_by_pikepdf() -> None:
    pdf, pages = archived(written(), printed_at=EVENING)
    assert is_archival(pdf)
    assert pages == 1
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261116")


def test_a_build_that_the_judge_refuses_is_mended_by_pikepdf() -> None:
    archive.forget_builds()
    damaged = written().replace(b"/OutputConditionIdentifier", b"/OutputConditionIdentifieX")
    assert not is_archival(mended(damaged, printed_at=PRINTED).pdf)
    first, again = archived(damaged, printed_at=PRINTED), archived(damaged, printed_at=PRINTED)
    assert is_archival(first[0])
    assert again == first


def test_the_same_paper_twice_is_the_same_bytes() -> None:
    first, _ = archived(written(), printed_at=PRINTED)
    archive.forget_builds()
    mending._kind.cache_clear()
    assert archived(written(), printed_at=PRINTED)[0] == first
